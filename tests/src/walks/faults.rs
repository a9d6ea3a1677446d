//! Faults on a running player: it hangs, its files rot, its graphics card is lost, its disk is full. `faults` is the whole list with strict times; here two
//! unoptimised programs share a busy machine.

use std::time::Duration;

use crate::faults::{Fault, Plant, drill};
use crate::harness::Outcome;

/// How much longer than required it may take here.
const BUSY: Duration = Duration::from_secs(5);

#[test]
fn a_player_that_hangs_or_whose_files_rot_or_whose_card_or_disk_is_lost_goes_on_and_loses_no_play() -> Outcome<()> {
    let faults = [Fault::StageHangs, Fault::FilesFlipped, Fault::CardLost, Fault::DiskFull];
    let mut plant = Plant::open(&faults)?;
    for fault in faults {
        match drill(&mut plant, fault)? {
            Ok(met) => {
                println!("{}", met.line());
                assert!(met.gap <= fault.required() + BUSY, "{met:?}\n{}", plant.player.log());
                assert!(met.moved_on && met.counted, "{met:?}\n{}", plant.player.log());
            }
            Err(why) => println!("{}: not planted: {why}", fault.name()),
        }
    }
    Ok(())
}
