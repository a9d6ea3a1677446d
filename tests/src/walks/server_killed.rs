//! The server is killed under load, at moments nobody chose and at system calls that were chosen: 0 plays lost, 0 doubled.
//! The long runs are `fleet --kills 200` and `crash`.

use crate::fleet::{Arguments, Met, Network, Run, run};
use crate::harness::Outcome;

/// How many times it is killed at random here.
const KILLS: &str = "15";
/// Of the calls of one commit path, every so-manieth is tried here; all of them by `crash`.
const STRIDE: u32 = 6;
/// More calls than one commit path has.
const CALLS_MAX: u32 = 400;

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
    let mut died = 0;
    for call in ["pwrite64", "fsync"] {
        let stride = if call == "fsync" { 1 } else { STRIDE };
        let mut nth = 1;
        while run.meet(call, nth)? == Met::Died {
            died += 1;
            nth += stride;
            assert!(nth < CALLS_MAX, "{call}: a commit without an end");
        }
        println!("{call}: died at each {stride}. call before the {nth}.");
        assert!(nth > 1, "{call}: the server never came to one: nothing was tried");
    }
    let report = run.end()?;
    println!("{died} deaths, {} plays acknowledged, {:?} counted", report.acknowledged, report.counted);
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
