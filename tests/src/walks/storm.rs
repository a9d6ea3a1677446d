//! The server falls in the middle of everything, and hundreds of boxes come back to it.

use crate::fleet::{Arguments, Network, run};
use crate::harness::Outcome;

/// Players: enough to meet each other in every queue, few enough for a debug build.
const PLAYERS: u32 = 300;

#[test]
fn a_server_that_fell_has_everybody_back_with_the_newest_manifest_and_every_play_counted_once() -> Outcome<()> {
    let arguments = Arguments::small(PLAYERS);
    let players = usize::try_from(PLAYERS)?;
    let mut network = Network::rehearsed(players, players / 2)?;
    let report = run(&arguments, &mut network, |line| println!("{line}"))?;
    for (what, phase) in [("at first", &report.storm), ("after the fall", &report.fallen), ("again", &report.again)] {
        let phase = phase.as_ref().ok_or_else(|| anyhow::anyhow!("nobody came {what}"))?;
        assert!(phase.waits.count() >= players, "{what}: {phase}");
    }
    assert_eq!(report.again.map(|phase| phase.oldest_version), Some(report.newest_version), "the newest manifest");
    assert_eq!(report.pushes.len(), 2);
    assert!(report.pushes.iter().all(|push| push.receipts.count() == players), "everybody is told");
    assert!(report.acknowledged > 0);
    assert_eq!(report.counted, Some(report.acknowledged), "each play once");
    assert_eq!(report.forged, 0);
    Ok(())
}
