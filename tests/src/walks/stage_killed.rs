//! The stage falls: the picture is back within three seconds, it is the same item, and no play is doubled.

use std::time::Duration;

use crate::harness::{Colour, Outcome, Ward, until};

/// From the fall to the picture, with a software renderer.
const PICTURE_BACK: Duration = Duration::from_secs(3);

#[test]
fn a_killed_stage_is_back_with_the_same_item_and_no_doubled_play() -> Outcome<()> {
    let ward = Ward::open()?;
    let red = ward.approved_colour("红色", Colour::RED)?;
    let green = ward.approved_colour("绿色", Colour::GREEN)?;
    // Red stands long enough for the stage to fall and come back within one showing.
    ward.air("Z14", &[(&red, 12), (&green, 3)])?;
    let player = ward.player("one", "Z14-1", (320, 180))?;
    // The new programme takes over at an item boundary of the old one; after a few plays that has long passed.
    until("a few plays", Duration::from_secs(90), || Ok(player.status()?.plays_logged >= 5))?;
    player.shows("green", Duration::from_secs(70), |glass| glass.shows(&[Colour::GREEN]).is_some())?;
    player.shows("then red", Duration::from_secs(10), |glass| glass.shows(&[Colour::RED]).is_some())?;
    let logged = player.status()?.plays_logged;

    let fallen = player.stage_pid()?;
    player.kill_stage()?;
    let took = player.shows("red again, from a new stage", Duration::from_secs(15), |glass| {
        player.stage_pid().is_ok_and(|pid| pid != fallen) && glass.shows(&[Colour::RED]).is_some()
    })?;
    println!("stage killed: picture back after {} ms", took.as_millis());
    assert!(took <= PICTURE_BACK, "it took {took:?}");
    assert_eq!(player.status()?.plays_logged, logged, "the showing goes on: nothing has ended");

    player.shows("green after red", Duration::from_secs(25), |glass| glass.shows(&[Colour::GREEN]).is_some())?;
    until("one play more in the log", Duration::from_secs(10), || Ok(player.status()?.plays_logged == logged + 1))?;
    ward.counts_every_play_once(&player, "Z14-1")?;
    Ok(())
}
