//! The server falls, and thousands of boxes come back to it: nobody is lost, and everybody has the newest programme. The long
//! run is `fleet --players 32800 --restart --fall`.

use crate::fleet::{Arguments, Network, run};
use crate::harness::Outcome;

/// Players: enough to meet each other in every queue and bucket, few enough for a debug build on two cores.
const PLAYERS: u32 = 4_000;

#[test]
fn storm_real_4000() -> Outcome<()> {
    let arguments = Arguments::small(PLAYERS, &["--restart", "--pushes", "1", "--writers", "200", "--batches", "1"]);
    let players = usize::try_from(PLAYERS)?;
    let mut network = Network::rehearsed(players, players / 2)?;
    let report = run(&arguments, &mut network, |line| println!("{line}"))?;
    for (what, phase) in [("at first", &report.storm), ("again", &report.again)] {
        let phase = phase.as_ref().ok_or_else(|| anyhow::anyhow!("nobody came {what}"))?;
        assert!(phase.waits.count() >= players, "{what}: {phase}");
    }
    assert_eq!(report.again.map(|phase| phase.oldest_version), Some(report.newest_version), "the newest programme");
    assert!(report.pushes.iter().all(|push| push.receipts.count() == players), "everybody is told");
    assert_eq!((report.acknowledged, report.counted), (200 * 50, Some(200 * 50)), "each play once");
    assert_eq!(report.forged, 0);
    Ok(())
}

#[test]
fn slow_and_hostile_boxes_are_noticed_by_nobody_else() -> Outcome<()> {
    let words = ["--slow", "10", "--hostile", "15", "--pushes", "4", "--writers", "60", "--batches", "4"];
    let arguments = Arguments::small(60, &words);
    let mut network = Network::rehearsed(usize::try_from(arguments.boxes())?, 30)?;
    let report = run(&arguments, &mut network, |line| println!("{line}"))?;
    assert!(report.pushes.iter().all(|push| push.receipts.count() == 60), "everybody is told");
    assert_eq!((report.acknowledged, report.counted), (60 * 4 * 50, Some(60 * 4 * 50)), "each play once");
    let (deeds, turned_away) = report.misdeeds;
    assert!(deeds >= 15 && turned_away > 0, "{deeds} deeds, {turned_away} turned away");
    assert_eq!(report.broken, 0, "nobody else lost a link");
    Ok(())
}
