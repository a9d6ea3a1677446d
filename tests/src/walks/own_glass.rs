//! The stage looks at its own glass: words without shapes, a machine without fonts, a glass that is black or stands still.

use std::path::{Path, PathBuf};
use std::process::Command;

use anteroom_content::item::Face;
use serde_json::Value;

use crate::glass::{STANDING_TIME_MS, Scene, Set, Stage, golden, kept_movie, kept_picture};
use crate::harness::{Colour, Outcome};
use crate::reel::Numbered;

/// The glass.
const SIZE: (u32, u32) = (640, 360);
/// Counts of frames, one a second, within which a stage that looks every second has looked twice as often as it must.
const LOOKS: u32 = 20;
/// How long an item stands, in milliseconds.
const DWELL_MS: u32 = 120_000;
/// Ends with this when it saw something amiss.
const EXIT_AMISS: i32 = 75;

/// A stage that looks at its glass every second, and what blindfolds it.
fn watchful(folder: &Path) -> Outcome<(Stage, PathBuf)> {
    let blindfold = folder.join("blindfold");
    let variables = [("ANTEROOM_STAGE_GLANCE_SECS", Path::new("1")), ("ANTEROOM_STAGE_BLINDFOLD", blindfold.as_path())];
    let mut stage = Stage::start_with(SIZE, &variables)?;
    stage.set_clock(STANDING_TIME_MS, 0)?;
    Ok((stage, blindfold))
}

fn show(stage: &mut Stage, face: Face) -> Outcome<()> {
    stage.set(&Set::in_turn(SIZE, &[face], DWELL_MS)?)?;
    stage.hear_a("shown").map(drop)
}

/// A movie of two minutes made by ffmpeg from one of its own sources.
fn movie(stage: &Stage, folder: &Path, source: &str) -> Outcome<Face> {
    let file = folder.join("movie.mp4");
    let made = Command::new("ffmpeg")
        .args([
            "-v",
            "error",
            "-y",
            "-f",
            "lavfi",
            "-i",
            source,
            "-t",
            "120",
            "-c:v",
            "libx264",
            "-preset",
            "ultrafast",
        ])
        .args(["-pix_fmt", "yuv420p", "-g", "50", "-movflags", "+faststart"])
        .arg(&file)
        .status()?;
    anyhow::ensure!(made.success(), "ffmpeg made no movie");
    kept_movie(&stage.files(), &std::fs::read(file)?, (320, 180), DWELL_MS)
}

fn file_of(face: &Face) -> String {
    match face {
        Face::Movie { file, .. } => file.hash.to_hex(),
        Face::Picture { shapes } => shapes.iter().map(|shape| shape.hash.to_hex()).collect(),
        Face::Card => String::new(),
    }
}

fn text(word: &Value) -> &str {
    word.get("text").and_then(Value::as_str).unwrap_or_default()
}

#[test]
fn a_machine_without_any_font_shows_the_words_of_the_house_and_every_picture_and_says_so() -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let config = folder.path().join("fonts.conf");
    std::fs::write(
        &config,
        "<?xml version=\"1.0\"?><!DOCTYPE fontconfig SYSTEM \"urn:fontconfig:fonts.dtd\"><fontconfig/>",
    )?;
    let variables = [("FONTCONFIG_FILE", config.as_path()), ("XDG_CACHE_HOME", folder.path())];
    let mut stage = Stage::start_with(SIZE, &variables)?;
    stage.set_clock(STANDING_TIME_MS, 0)?;
    let landscape = golden::SHAPES.first().ok_or_else(|| anyhow::anyhow!("no shape"))?;
    stage.set(&Set::of(landscape, Scene::Pairing)?)?;
    let told = stage.hear_a("amiss")?;
    assert!(text(&told).contains("no font with Chinese characters"), "{told}");
    // The code is there to be read: bright strokes on a dark ground, as with fonts.
    let pairing = stage.look_at_rest()?;
    pairing.0.save(folder.path().join("pairing.png"))?;
    let bright = pairing.0.pixels().filter(|pixel| pixel.0.iter().all(|value| *value > 200)).count();
    assert!(bright > 1_000, "{bright} bright points: the code is not on the glass");
    // What is not compiled in is told once, and a picture needs no font.
    stage.set(&Set::of(landscape, Scene::Rare)?)?;
    let lacking = loop {
        let told = stage.finds("words", LOOKS)?.ok_or_else(|| anyhow::anyhow!("nothing of the card is missed"))?;
        if text(&told).contains("item card-rare") {
            break told;
        }
    };
    assert!(text(&lacking).contains("䶮 (U+4DAE)"), "{lacking}");
    let picture = kept_picture(&stage.files(), &Colour::RED.png(640, 360)?, SIZE)?;
    show(&mut stage, picture)?;
    assert!(stage.look_at_rest()?.shows(&[Colour::RED]).is_some());
    Ok(())
}

#[test]
fn rare_characters_of_names_have_shapes_and_what_has_none_is_told_once_with_its_item() -> Outcome<()> {
    let mut stage = Stage::start(SIZE)?;
    stage.set_clock(STANDING_TIME_MS, 0)?;
    stage.set(&Set::titled(SIZE, "rare", "䶮㛃𬭊𫘝医生主讲")?)?;
    assert_eq!(stage.finds("words", 3)?, None, "every one of them is in the installed font");
    // Of a script that no font of the player's packages holds, and of none.
    stage.set(&Set::titled(SIZE, "strange", "𐘀\u{10FFFD}医生")?)?;
    let told = stage.finds("words", LOOKS)?.ok_or_else(|| anyhow::anyhow!("nothing is missed"))?;
    assert_eq!(
        text(&told),
        "item strange: no font has 2 of its characters, they show as empty boxes: 𐘀 (U+10600), \u{10FFFD} (U+10FFFD)"
    );
    stage.set(&Set::titled(SIZE, "strange", "𐘀\u{10FFFD}医生")?)?;
    assert_eq!(stage.finds("words", 3)?, None, "told is told");
    Ok(())
}

#[test]
fn a_glass_that_is_black_while_a_picture_is_due_is_seen_and_the_stage_ends() -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let (mut stage, blindfold) = watchful(folder.path())?;
    let numbered = Numbered { clip: 5, frames: 0, fps: 25, size: (640, 360) }.make(folder.path())?;
    let picture = kept_picture(&stage.files(), &std::fs::read(numbered)?, SIZE)?;
    show(&mut stage, picture.clone())?;
    assert_eq!(stage.finds("flat", LOOKS)?, None, "all is well");
    std::fs::write(&blindfold, "black")?;
    let told = stage.finds("flat", LOOKS)?.ok_or_else(|| anyhow::anyhow!("a black glass is not seen"))?;
    assert_eq!(told.get("file").and_then(Value::as_str), Some(file_of(&picture).as_str()), "{told}");
    assert_eq!(stage.ended()?, Some(EXIT_AMISS));
    Ok(())
}

#[test]
fn a_movie_that_moves_behind_a_glass_that_stands_still_is_seen() -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let (mut stage, blindfold) = watchful(folder.path())?;
    let moving = movie(&stage, folder.path(), "testsrc2=size=320x180:rate=25")?;
    show(&mut stage, moving)?;
    assert_eq!(stage.finds("still", LOOKS)?, None, "all is well");
    std::fs::write(&blindfold, "still")?;
    assert!(stage.finds("still", LOOKS)?.is_some(), "a glass that stands still is not seen");
    assert_eq!(stage.ended()?, Some(EXIT_AMISS));
    Ok(())
}

#[test]
fn a_movie_that_is_black_or_stands_still_by_itself_is_not_blamed() -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    for source in ["color=black:size=320x180:rate=25", "smptebars=size=320x180:rate=25"] {
        let (mut stage, _) = watchful(folder.path())?;
        let quiet = movie(&stage, folder.path(), source)?;
        show(&mut stage, quiet)?;
        let found = stage.finds("flat", LOOKS / 2)?.or(stage.finds("still", LOOKS / 2)?);
        assert_eq!(found, None, "{source}");
        let glass = stage.look()?;
        assert!(glass.0.width() > 0, "it goes on: {}", stage.log());
    }
    Ok(())
}
