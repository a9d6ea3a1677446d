//! A new box shows a code, an operator types it, and the box gets its place; a wrong code does not.

use std::time::Duration;

use crate::harness::{Outcome, Player, Ward, until};

#[test]
fn a_box_gets_its_place_by_the_code_on_its_glass() -> Outcome<()> {
    let ward = Ward::open()?;
    let player = Player::start(&ward.hospital, "new", (640, 360))?;
    let code = player.code()?;
    player.shows("a bright pairing card", Duration::from_secs(40), |glass| glass.brightness() > 20.0)?;

    let wrong = if code.starts_with('2') { "3333-3333" } else { "2222-2222" };
    let refused = ward.try_pair(wrong, "Z14-1")?;
    assert!(refused.status >= 400, "a wrong code was accepted: {}", refused.text);
    assert!(!player.status()?.is_paired());

    ward.pair(&code, "Z14-1")?;
    until("the box to be paired and connected", Duration::from_secs(20), || {
        let status = player.status()?;
        Ok(status.is_paired() && status.connected && status.manifest_version > 0)
    })?;
    Ok(())
}

#[test]
fn an_unpaired_box_shows_a_new_code() -> Outcome<()> {
    let ward = Ward::open()?;
    let player = ward.player("one", "Z14-1", (320, 180))?;
    ward.unpair("Z14-1")?;
    let code = player.code()?;
    assert!(!code.is_empty());
    assert!(!player.status()?.is_paired());
    Ok(())
}
