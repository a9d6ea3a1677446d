//! What people and strangers get wrong: each a clear word, nothing lost, and everything else goes on.

use std::net::UdpSocket;
use std::process::Command;
use std::time::Duration;

use crate::harness::{Colour, Hospital, Outcome, Ward, program, until};

#[test]
fn uploads_that_cannot_be_shown_are_refused_with_words_and_the_form_is_kept() -> Outcome<()> {
    let ward = Ward::open()?;
    let form = [("class", "education"), ("title_zh", "保留的标题"), ("title_en", "A kept title")];
    // A PNG header that claims a hundred million pixels, and nothing behind it.
    let mut bomb = Colour::RED.png(8, 8)?;
    bomb.splice(16..24, [0, 0, 0x27, 0x10, 0, 0, 0x27, 0x10]);
    let mut cut = Colour::RED.png(64, 64)?;
    cut.truncate(60);
    let movie = b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2avc1mp41rubbish that is no movie".to_vec();
    for (name, bytes) in [
        ("empty.png", Vec::new()),
        ("notes.txt", b"just words".to_vec()),
        ("bomb.png", bomb),
        ("cut.png", cut),
        ("film.mp4", movie),
    ] {
        let page = ward.maker.upload("/media/new", &form, ("file", name, &bytes))?;
        assert!((400..500).contains(&page.status), "{name}: status {}", page.status);
        assert!(page.text.contains("保留的标题"), "{name}: the form is kept");
        assert!(page.text.contains("problem"), "{name}: the page says what is wrong");
    }
    assert_eq!(ward.maker.get("/media")?.status, 200, "the console goes on");
    Ok(())
}

#[test]
fn a_playlist_with_nothing_playable_is_told_before_publishing_and_the_glass_is_never_blank() -> Outcome<()> {
    let ward = Ward::open()?;
    let waiting = ward.uploaded_colour("未审", Colour::MAGENTA)?;
    let player = ward.player("one", "Z14-1", (320, 180))?;
    ward.air("Z14", &[(&waiting, 3)])?;
    let version = player.status()?.manifest_version;
    until("the new programme, if there is one", Duration::from_secs(20), || {
        Ok(player.status()?.manifest_version >= version && player.status()?.connected)
    })?;
    player.shows("something else than the unapproved item", Duration::from_secs(20), |glass| {
        glass.brightness() > 20.0 && glass.shows(&[Colour::MAGENTA]).is_none()
    })?;
    Ok(())
}

#[test]
fn garbage_on_the_players_door_leaves_the_players_alone() -> Outcome<()> {
    let ward = Ward::open()?;
    let player = ward.player("one", "Z14-1", (320, 180))?;
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    for n in 0..2_000_usize {
        let garbage: Vec<u8> =
            (0..n % 1_400).map(|byte| u8::try_from((byte * 31 + n * 17) % 256).unwrap_or(0)).collect();
        socket.send_to(&garbage, ward.hospital.link()?)?;
    }
    ward.publish().ok();
    let list = ward.approved_colour("绿色", Colour::GREEN)?;
    ward.air("Z14", &[(&list, 3)])?;
    player.shows("a change after the garbage", Duration::from_secs(40), |glass| {
        glass.shows(&[Colour::GREEN]).is_some()
    })?;
    Ok(())
}

#[test]
fn a_config_with_a_typo_is_refused_with_its_line() -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("server.toml");
    std::fs::write(&file, "data = \"/tmp\"\nconsol = \"127.0.0.1:0\"\n")?;
    for verb in ["serve", "check"] {
        let said = Command::new(program("anteroom")?).arg(verb).arg("--config").arg(&file).output()?;
        let words = format!("{}{}", String::from_utf8_lossy(&said.stdout), String::from_utf8_lossy(&said.stderr));
        assert!(!said.status.success());
        assert!(words.contains("server.toml:2") && words.contains("consol"), "{verb}: {words}");
    }
    Ok(())
}

#[test]
fn a_second_server_on_one_data_folder_is_refused_with_words() -> Outcome<()> {
    let hospital = Hospital::empty()?;
    let any = "127.0.0.1:0";
    let said = Command::new(program("anteroom")?)
        .args(["serve", "--console", any, "--phone", any, "--link", any, "--data"])
        .arg(hospital.data())
        .output()?;
    let words = String::from_utf8_lossy(&said.stderr);
    assert!(!said.status.success() && words.contains("another anteroom server is using"), "{words}");
    Ok(())
}
