//! The agent is killed as the power would: what was durable is counted once, and the screen comes back by itself.

use std::time::Duration;

use crate::harness::{Colour, Outcome, Ward, until};

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
