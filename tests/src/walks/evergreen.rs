//! Every programme of a box is damaged while nobody is there to send it again: the set its hospital has pinned is on the glass.

use std::path::Path;
use std::time::Duration;

use crate::harness::{Colour, Outcome, Ward, until};

const SCREEN: &str = "Z14-1";

/// Bends every part of a programme that is on a player's disk; tells how many those were. Media are left alone.
fn bend_parts(folder: &Path) -> Outcome<usize> {
    let mut bent = 0;
    for shelf in std::fs::read_dir(folder.join("files"))? {
        for file in std::fs::read_dir(shelf?.path())? {
            let path = file?.path();
            let mut bytes = std::fs::read(&path)?;
            if bytes.first() == Some(&b'{') {
                let last = bytes.len() - 1;
                bytes[last] ^= 1;
                std::fs::write(&path, bytes)?;
                bent += 1;
            }
        }
    }
    Ok(bent)
}

#[test]
fn when_every_programme_is_damaged_the_pinned_set_is_on_the_glass_and_its_plays_are_counted() -> Outcome<()> {
    let mut ward = Ward::open()?;
    let red = ward.approved_colour("红色", Colour::RED)?;
    let green = ward.approved_colour("绿色", Colour::GREEN)?;
    let blue = ward.approved_colour("蓝色", Colour::BLUE)?;
    let magenta = ward.approved_colour("紫色", Colour::MAGENTA)?;
    ward.pin_evergreen(&[(&blue, 2), (&magenta, 2)])?;
    let list = ward.air("Z14", &[(&red, 2)])?;
    let mut player = ward.player("one", SCREEN, (320, 180))?;
    player.shows("its programme", Duration::from_secs(40), |glass| glass.shows(&[Colour::RED]).is_some())?;
    // A second one, so that there is a last good one as well.
    ward.change_playlist(&list, &[(&red, 2), (&green, 2)])?;
    ward.publish()?;
    player.shows("the next one", Duration::from_secs(40), |glass| glass.shows(&[Colour::GREEN]).is_some())?;
    until("the set to be in its place", Duration::from_secs(30), || {
        Ok(std::fs::read_to_string(player.folder().join("evergreen/pinned")).is_ok_and(|text| text.contains(&blue)))
    })?;

    ward.hospital.kill()?;
    player.kill_agent()?;
    let bent = bend_parts(player.folder())?;
    assert!(bent >= 2, "a show and a clinic part at least: {bent}");
    player.wake()?;
    let took = player.shows("an item of the set", Duration::from_secs(40), |glass| {
        glass.shows(&[Colour::BLUE, Colour::MAGENTA]).is_some()
    })?;
    println!("{bent} parts damaged: the evergreen set is on the glass after {} ms", took.as_millis());
    for colour in [Colour::BLUE, Colour::MAGENTA] {
        player.shows("each of the set in turn", Duration::from_secs(10), |glass| glass.shows(&[colour]).is_some())?;
    }
    until("the status to say so", Duration::from_secs(10), || {
        Ok(player.status()?.rung.as_deref() == Some("evergreen"))
    })?;
    assert!(!player.status()?.connected);

    ward.hospital.wake()?;
    player.shows("its programme again", Duration::from_mins(1), |glass| {
        glass.shows(&[Colour::RED, Colour::GREEN]).is_some()
    })?;
    until("the status to be well", Duration::from_secs(20), || Ok(player.status()?.rung.is_none()))?;
    ward.counts_every_play_once(&player, SCREEN)?;
    let report = ward.report()?;
    assert!(report.of_item(&blue).plays >= 1 && report.of_item(&magenta).plays >= 1, "plays of the set are plays");
    Ok(())
}
