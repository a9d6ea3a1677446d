//! A new box shows a code, an operator types it, and the box gets its place; a wrong code does not.

use std::time::Duration;

use crate::harness::{Outcome, Player, Ward, until, until_some};

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

#[test]
fn a_provisioning_file_lights_its_screen_without_a_code_once() -> Outcome<()> {
    let ward = Ward::open()?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("provision.toml");
    let server = ward.hospital.link()?.to_string();
    assert_eq!(ward.maker.send("/screens/Z14-1/provision", &[("server", "nowhere")])?.status, 303, "told on its page");
    let written = ward.maker.post("/screens/Z14-1/provision", &[("server", &server)])?.text;
    assert!(written.contains(&format!("server = \"{server}\"")) && written.contains("voucher = "), "{written}");
    std::fs::write(&file, &written)?;
    let with_file = |name: &str| -> Outcome<Player> {
        let player = Player::at_rest(&ward.hospital, name, (320, 180))?;
        player.with("ANTEROOM_PLAYER_PROVISION", &file.display().to_string()).awake()
    };
    let first = with_file("first")?;
    let ((), took) = until_some("the box to have its programme", Duration::from_secs(40), || {
        let status = first.status()?;
        Ok((status.connected && status.manifest_version > 0).then_some(()))
    })?;
    println!("provisioned: {} ms from the start of the player to its programme, nobody typed a code", took.as_millis());
    assert!(ward.maker.get("/screens/Z14-1")?.text.contains(&first.status()?.box_id.unwrap_or_default()));

    let second = with_file("second")?;
    assert!(!second.code()?.is_empty(), "it waits for a person");
    let page = ward.maker.get("/pair")?.text;
    assert!(page.contains("开通文件已用于"), "the console says why");
    assert!(!second.status()?.is_paired());
    Ok(())
}
