//! The server is away for minutes: the screen plays on, and every play is counted once afterwards.

use std::time::Duration;

use crate::harness::{Colour, Outcome, Ward, until};

/// Plays of two seconds that pass while the server is away: two minutes' worth.
const PLAYS_AWAY: u64 = 60;

#[test]
fn a_screen_without_its_server_plays_on_and_every_play_is_counted_once() -> Outcome<()> {
    let mut ward = Ward::open()?;
    let red = ward.approved_colour("红色", Colour::RED)?;
    let green = ward.approved_colour("绿色", Colour::GREEN)?;
    ward.air("Z14", &[(&red, 2), (&green, 2)])?;
    let player = ward.player("one", "Z14-1", (320, 180))?;
    let both = [Colour::RED, Colour::GREEN];
    player.shows("a colour", Duration::from_secs(40), |glass| glass.shows(&both).is_some())?;
    until("the first plays to be acknowledged", Duration::from_secs(30), || {
        let status = player.status()?;
        Ok(status.plays_logged >= 2 && status.plays_waiting == 0)
    })?;

    ward.hospital.kill()?;
    until("two minutes of plays without a server", Duration::from_secs(200), || {
        Ok(player.status()?.plays_waiting >= PLAYS_AWAY)
    })?;
    player.shows("its programme still", Duration::from_secs(3), |glass| glass.shows(&both).is_some())?;

    ward.hospital.wake()?;
    until("every play to be acknowledged", Duration::from_secs(90), || Ok(player.status()?.plays_waiting == 0))?;
    ward.counts_every_play_once(&player, "Z14-1")?;
    Ok(())
}

#[test]
fn a_server_that_is_stopped_and_started_has_its_screen_back_in_a_moment() -> Outcome<()> {
    let mut ward = Ward::open()?;
    let player = ward.player("one", "Z14-1", (320, 180))?;
    player.shows("its programme", Duration::from_mins(2), |glass| glass.brightness() > 4.0)?;
    until("its plays to be acknowledged", Duration::from_mins(1), || {
        let status = player.status()?;
        Ok(status.plays_logged >= 1 && status.plays_waiting == 0)
    })?;
    let stage = player.stage_pid()?;

    ward.hospital.stop()?;
    assert!(!player.status()?.connected, "a server that stops waits until its boxes have left");
    player.shows("its programme still", Duration::from_secs(3), |glass| glass.brightness() > 4.0)?;
    ward.hospital.wake()?;
    let back = until("the box to be back", Duration::from_secs(20), || Ok(player.status()?.connected))?;
    println!("back {} ms after the server answered", back.as_millis());
    assert_eq!(player.stage_pid()?, stage, "what is on the glass went on");
    Ok(())
}
