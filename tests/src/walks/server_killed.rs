//! The server is killed under load, at moments nobody chose and at system calls that were chosen: 0 plays lost, 0 doubled.
//! The long runs are `fleet --kills 200` and `crash`.

use crate::fleet::{Arguments, Met, Network, Run, run};
use crate::harness::Outcome;

/// How many times it is killed at random here.
const KILLS: &str = "15";
/// The calls of one commit path that are tried here, by kind: some of each, so that a slow machine dies no more often than a
/// quick one, and all of them by `crash`. A later one may not be met, where everything was acknowledged before it.
const CALLS: [(&str, &[u32]); 2] = [("pwrite64", &[1, 2, 7, 13, 19, 25]), ("fsync", &[1, 2, 3])];

#[test]
fn server_killed_under_load() -> Outcome<()> {
    let words = ["--writers", "40", "--batches", "6", "--plays", "20", "--kills", KILLS];
    let arguments = Arguments::small(40, &words);
    let mut network = Network::rehearsed(40, 20)?;
    let report = run(&arguments, &mut network, |line| println!("{line}"))?;
    // Once while nobody is killed, and each time somebody is.
    assert_eq!(report.acknowledged, 16 * 40 * 6 * 20);
    assert_eq!(report.counted, Some(report.acknowledged), "each play once");
    Ok(())
}

#[test]
fn server_killed_at_system_calls_of_a_commit() -> Outcome<()> {
    let arguments = Arguments::small(2, &["--writers", "2", "--batches", "1", "--plays", "30", "--in-flight", "1"]);
    let mut network = Network::rehearsed(2, 1)?;
    let mut run = Run::start(&arguments, &mut network)?;
    run.come()?;
    for (call, numbers) in CALLS {
        let mut deaths = 0;
        for nth in numbers {
            deaths += u32::from(run.meet(call, *nth)? == Met::Died);
        }
        println!("{call}: died at {deaths} of {numbers:?}");
        assert!(deaths > 0, "{call}: the server never came to one: nothing was tried");
    }
    let report = run.end()?;
    println!("{} plays acknowledged, {:?} counted", report.acknowledged, report.counted);
    assert_eq!(report.counted, Some(report.acknowledged), "each play once");
    network.verify_evidence(report.acknowledged)
}

#[test]
fn a_server_whose_disk_does_not_sync_refuses_rather_than_acknowledges() -> Outcome<()> {
    let arguments = Arguments::small(4, &["--writers", "4", "--batches", "2", "--plays", "10"]);
    let mut network = Network::rehearsed(4, 2)?;
    let mut run = Run::start(&arguments, &mut network)?;
    run.come()?;
    run.meet_errors("fsync")?;
    let report = run.end()?;
    assert_eq!((report.acknowledged, report.counted), (80, Some(80)), "each play once");
    network.verify_evidence(80)
}
