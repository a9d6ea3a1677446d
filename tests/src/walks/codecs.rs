//! Movies of every codec the machine decodes are on the glass, and one it does not decode is put away with a word while the rest goes on.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::glass::{STANDING_TIME_MS, Set, Stage, kept_movie, kept_picture};
use crate::harness::{Colour, Outcome};

const SIZE: (u32, u32) = (320, 180);
/// The ground of the movies, and of the picture between them.
const GREEN: Colour = Colour([40, 160, 60]);
/// How long each stands.
const DWELL_MS: u32 = 4_000;
/// Names, encoders of ffmpeg, and whether every player has a decoder by the packages it depends on.
const MOVIES: [(&str, &str, bool); 5] = [
    ("h264.mp4", "libx264", true),
    ("hevc.mp4", "libx265", true),
    ("vp9.webm", "libvpx-vp9", true),
    ("av1.webm", "libsvtav1", false),
    ("av1.mp4", "libsvtav1", false),
];
/// Looks at the glass, one a second: longer than a movie and the picture after it.
const LOOKS: usize = 10;

/// A movie of one colour with something that moves, of as many seconds as an item stands.
fn movie(folder: &Path, name: &str, encoder: &str) -> Outcome<PathBuf> {
    let file = folder.join(name);
    let secs = DWELL_MS / 1_000;
    let ground = format!("color=0x28A03C:s=320x180:r=10:d={secs},drawbox=x='20+t*40':y=60:w=40:h=40:c=white:t=fill");
    let made = Command::new("ffmpeg")
        .args(["-v", "error", "-y", "-f", "lavfi", "-i", &ground, "-c:v", encoder, "-pix_fmt", "yuv420p", "-g", "10"])
        .arg(&file)
        .stderr(std::process::Stdio::null())
        .status()?;
    anyhow::ensure!(made.success(), "ffmpeg made no {name}");
    Ok(file)
}

#[test]
fn movies_of_every_codec_the_machine_decodes_are_shown_and_others_are_put_away() -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let mut stage = Stage::start(SIZE)?;
    let picture = kept_picture(&stage.files(), &Colour::RED.png(320, 180)?, SIZE)?;
    stage.set_clock(STANDING_TIME_MS, 0)?;
    for (name, encoder, is_everywhere) in MOVIES {
        let bytes = std::fs::read(movie(folder.path(), name, encoder)?)?;
        let movie = kept_movie(&stage.files(), &bytes, SIZE, DWELL_MS)?;
        stage.set(&Set::in_turn(SIZE, &[movie, picture.clone()], DWELL_MS)?)?;
        // Two turns: whatever is wrong with the movie is said by then.
        let (mut said, mut turns) = (Vec::new(), 0);
        while turns < 3 {
            let word = stage.hear()?;
            match word.get("type").and_then(Value::as_str) {
                Some("shown") => turns += 1,
                Some("decodes" | "fault") => said.push(word.to_string()),
                _ => {}
            }
        }
        let mut green = 0.0_f64;
        for _ in 0..LOOKS {
            stage.hear_a("frames")?;
            green = green.max(stage.look()?.share_of(GREEN));
            if green > 0.4 {
                break;
            }
        }
        println!("{name}: {said:?}, green {green:.2}");
        let has_failed = said.iter().any(|word| word.contains("\"fault\""));
        assert_eq!(has_failed, green < 0.4, "{name} is shown or put away: {said:?}, {green}");
        assert!(!is_everywhere || !has_failed, "{name}: {said:?}");
    }
    Ok(())
}
