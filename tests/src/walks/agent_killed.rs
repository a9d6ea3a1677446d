//! The agent is killed as the power would, at moments and at system calls: what was durable is counted once, and the screen
//! comes back by itself. The long run is `crash --agent`.

use std::time::Duration;

use crate::agent_dies::Patient;
use crate::harness::{Colour, Outcome, Ward, until};

/// The calls that are tried here, by kind: some of each, so that a slow machine dies no more often than a quick one, and all
/// of them by `crash --agent`. A later one may not be met, where play and programme came through before it.
const CALLS: [(&str, &[u32]); 3] =
    [("pwrite64", &[1, 2, 5, 9, 14, 20, 27, 34]), ("fsync", &[1, 2, 4, 8, 14, 21]), ("rename", &[1])];

#[test]
fn a_killed_agent_loses_no_play_and_doubles_none() -> Outcome<()> {
    let ward = Ward::open()?;
    let red = ward.approved_colour("红色", Colour::RED)?;
    let green = ward.approved_colour("绿色", Colour::GREEN)?;
    ward.air("Z14", &[(&red, 2), (&green, 2)])?;
    let mut player = ward.player("one", "Z14-1", (320, 180))?;
    let both = [Colour::RED, Colour::GREEN];
    for _ in 0..3 {
        player.shows("a colour", Duration::from_secs(40), |glass| glass.shows(&both).is_some())?;
        let logged = player.status()?.plays_logged;
        until("a play more", Duration::from_secs(15), || Ok(player.status()?.plays_logged > logged))?;
        player.kill_agent()?;
        player.wake()?;
        until("the log to be as long as it was", Duration::from_secs(30), || {
            Ok(player.status()?.plays_logged > logged)
        })?;
    }
    ward.counts_every_play_once(&player, "Z14-1")?;
    Ok(())
}

#[test]
fn an_agent_killed_at_system_calls_of_its_log_and_its_programme() -> Outcome<()> {
    let mut patient = Patient::admitted()?;
    for (call, numbers) in CALLS {
        let mut deaths = 0;
        for nth in numbers {
            deaths += u32::from(patient.meet(call, *nth)?);
        }
        println!("{call}: died at {deaths} of {numbers:?}");
        assert!(deaths > 0, "{call}: the agent never came to one: nothing was tried");
    }
    println!("{} plays, each once", patient.discharged()?);
    Ok(())
}
