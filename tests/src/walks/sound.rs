//! Sound beside the picture: never above what the zone allows, in time with the picture, and no device of any kind takes anything
//! from the glass.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anteroom_content::item::Face;
use anteroom_content::volume::{Quiet, Sound, loudness};
use serde_json::{Value, json};

use crate::glass::{STANDING_TIME_MS, Set, Stage, kept_movie, kept_picture};
use crate::harness::{Colour, Outcome, until, until_some};

const SIZE: (u32, u32) = (320, 180);
/// The movie sounds through every other second, and so loud at the peak, as a share of the loudest there is.
const PERIOD_S: f64 = 2.0;
const PEAK: f64 = 0.9;
/// What is written is 48,000 samples a second of two bytes each.
const SAMPLES_A_SECOND: f64 = 48_000.0;
/// Sound and picture may be so far apart, in seconds: a fifth is noticed, and what is written comes in pieces of a twentieth.
const APART_MAX_S: f64 = 0.15;
/// How long anything may take here on a busy machine.
const LIMIT: Duration = Duration::from_secs(40);

/// A movie that moves and sounds, of so many seconds.
fn movie(folder: &Path, secs: u32) -> Outcome<PathBuf> {
    let file = folder.join(format!("tone-{secs}.mp4"));
    let tone = format!("aevalsrc={PEAK}*sin(2*PI*440*t)*lt(mod(t\\,{PERIOD_S})\\,1):s=48000:d={secs}");
    let made = Command::new("ffmpeg")
        .args(["-v", "error", "-y", "-f", "lavfi", "-i", &format!("testsrc2=s=320x180:r=10:d={secs}")])
        .args(["-f", "lavfi", "-i", &tone])
        .args(["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "10", "-c:a", "aac"])
        .args(["-movflags", "+faststart"])
        .arg(&file)
        .status()?;
    anyhow::ensure!(made.success(), "ffmpeg made no movie");
    Ok(file)
}

fn face(stage: &Stage, file: &Path, secs: u32) -> Outcome<Face> {
    kept_movie(&stage.files(), &std::fs::read(file)?, SIZE, secs * 1_000)
}

fn loud(cap_percent: u8, quiet: &[Quiet]) -> Sound {
    Sound { cap_percent, quiet: quiet.to_vec() }
}

/// A stage whose sound goes into a file.
struct Heard {
    stage: Stage,
    file: PathBuf,
    /// The stage's time and this machine's, at the same moment.
    set: (i64, Instant),
    /// When the movie on the glass was due.
    since_ms: i64,
}

impl Heard {
    fn samples(&self) -> Outcome<Vec<f64>> {
        Ok(self.since(0)?.0)
    }

    /// How much was written up to now, in bytes of whole samples.
    fn length(&self) -> Outcome<u64> {
        Ok(if self.file.exists() { self.file.metadata()?.len() / 2 * 2 } else { 0 })
    }

    /// What was written from so many bytes on, and when it was read: what came before takes no time.
    fn since(&self, bytes: u64) -> Outcome<(Vec<f64>, Instant)> {
        let mut written = Vec::new();
        if self.file.exists() {
            let mut file = File::open(&self.file)?;
            file.seek(SeekFrom::Start(bytes))?;
            file.read_to_end(&mut written)?;
        }
        let at = Instant::now();
        let samples = written.chunks_exact(2).filter_map(|pair| pair.first_chunk().copied());
        Ok((samples.map(|pair| f64::from(i16::from_le_bytes(pair)) / 32_768.0).collect(), at))
    }

    fn set_clock(&mut self, time_ms: i64) -> Outcome<()> {
        self.set = (time_ms, Instant::now());
        self.stage.set_clock(time_ms, 0)
    }

    /// Waits until the stage says that it is heard so loud.
    fn hears(&mut self, percent: u8) -> Outcome<()> {
        until(&format!("{percent} % to be heard"), LIMIT, || {
            let word = self.stage.hear()?;
            let said = |kind: &str| word.get("type").is_some_and(|said| said == kind);
            if said("shown") {
                self.since_ms = word.get("planned_at").and_then(Value::as_i64).unwrap_or(0);
            }
            anyhow::ensure!(!said("mute"), "{word}");
            Ok(said("heard") && word.get("percent").and_then(Value::as_u64) == Some(u64::from(percent)))
        })
        .map(drop)
    }

    /// Waits for so many further samples; those alone, and when they were read.
    fn next(&self, count: u64) -> Outcome<(Vec<f64>, Instant)> {
        let before = self.length()?;
        let heard = || Ok(if self.length()? >= before + count * 2 { Some(self.since(before)?) } else { None });
        until_some("more to be heard", LIMIT, heard).map(|(heard, _)| heard)
    }

    /// By how many seconds what is written is behind the picture: the middle of five looks, for a busy machine writes late now and then.
    fn apart_s(&self) -> Outcome<f64> {
        let mut looks = (0..5).map(|_| self.apart_now_s()).collect::<Outcome<Vec<_>>>()?;
        println!("sound and picture apart: {looks:.3?} s");
        looks.sort_by(f64::total_cmp);
        looks.get(2).copied().ok_or_else(|| anyhow::anyhow!("nobody looked"))
    }

    /// By how many seconds what was written last is behind the picture.
    fn apart_now_s(&self) -> Outcome<f64> {
        let (samples, read) = self.next(5 * 24_000)?;
        let (time_ms, at) = self.set;
        #[expect(clippy::cast_precision_loss, reason = "some hours")]
        let position_s = (time_ms - self.since_ms) as f64 / 1_000.0 + read.duration_since(at).as_secs_f64();
        // Pieces of a two-hundredth of a second: where silence ends is where a second of the movie began.
        let piece = 240;
        let least = peak(&samples) / 5.0;
        let is_loud: Vec<_> = samples.rchunks_exact(piece).map(|piece| peak(piece) > least).collect();
        let edge = is_loud.windows(2).position(|pair| pair == [true, false]);
        let edge = edge.ok_or_else(|| anyhow::anyhow!("no second begins in what is heard"))?;
        #[expect(clippy::cast_precision_loss, reason = "some thousands")]
        let since_edge_s = ((edge + 1) * piece) as f64 / SAMPLES_A_SECOND;
        let apart = (position_s - since_edge_s).rem_euclid(PERIOD_S);
        Ok(if apart > PERIOD_S / 2.0 { apart - PERIOD_S } else { apart })
    }
}

fn peak(samples: &[f64]) -> f64 {
    samples.iter().fold(0.0, |peak, sample| sample.abs().max(peak))
}

#[test]
fn a_movie_is_heard_in_time_and_never_louder_than_its_zone_allows() -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("heard");
    let outlet = PathBuf::from(format!("file:{}", file.display()));
    let stage = Stage::start_with(SIZE, &[("ANTEROOM_STAGE_SOUND", &outlet)])?;
    let faces = [face(&stage, &movie(folder.path(), 300)?, 300)?];
    let set = |sound| Ok::<_, anyhow::Error>(Set::in_turn(SIZE, &faces, 300_000)?.heard(sound));
    let mut heard = Heard { stage, file, set: (0, Instant::now()), since_ms: 0 };

    heard.set_clock(STANDING_TIME_MS)?;
    heard.stage.set(&set(loud(0, &[]))?)?;
    let shown = heard.stage.hear_a("shown")?;
    heard.since_ms = shown.get("planned_at").and_then(Value::as_i64).unwrap_or(0);
    for _ in 0..3 {
        heard.stage.hear_a("frames")?;
    }
    assert!(!heard.file.exists(), "a mute zone opens no device");

    heard.stage.set(&set(loud(50, &[]))?)?;
    heard.hears(50)?;
    let apart = heard.apart_s()?;
    println!("sound is {:.0} ms behind the picture", apart * 1_000.0);
    assert!(apart.abs() < APART_MAX_S, "{apart} s");
    let loudest = peak(&heard.samples()?);
    println!("at 50 %: a peak of {loudest:.4}, allowed are {:.4}", loudness(50));
    assert!(loudest <= loudness(50) && loudest > loudness(50) * PEAK * 0.8, "{loudest}");

    // A smaller correction would be neared, by both alike.
    heard.set_clock(STANDING_TIME_MS + 65_000)?;
    let apart = heard.apart_s().and_then(|_| heard.apart_s())?;
    println!("after the clock was set: {:.0} ms", apart * 1_000.0);
    assert!(apart.abs() < APART_MAX_S, "{apart} s after the clock was set");

    heard.stage.tell(&json!({"type": "hush", "percent": 20, "until": STANDING_TIME_MS + 86_400_000}))?;
    heard.hears(20)?;
    heard.next(9_600)?;
    let loudest = peak(&heard.next(96_000)?.0);
    assert!(loudest <= loudness(20) && loudest > loudness(20) * PEAK * 0.8, "{loudest}");
    heard.stage.tell(&json!({"type": "hush", "percent": 90, "until": STANDING_TIME_MS + 86_400_000}))?;
    heard.hears(50)?;

    let morning = Quiet { from_min: 22 * 60, to_min: 11 * 60 };
    heard.stage.set(&set(loud(50, &[morning]))?)?;
    heard.hears(0)?;
    let length = heard.length()?;
    for _ in 0..3 {
        heard.stage.hear_a("frames")?;
    }
    assert_eq!(heard.length()?, length, "quiet hours are quiet");

    // At eleven they are over, in the midst of the movie or not.
    heard.set_clock(STANDING_TIME_MS + 52 * 60_000 - 500)?;
    heard.hears(50)?;
    heard.stage.tell(&json!({"type": "cover", "is_down": true, "while_ms": null, "plate": plate()}))?;
    heard.hears(0)?;
    Ok(())
}

fn plate() -> Value {
    json!({"number": "", "box_name": "", "name": {"zh": "", "en": ""}, "zone": {"zh": "", "en": ""}, "site": {"zh": "", "en": ""}})
}

#[test]
fn a_sound_device_that_is_missing_or_hangs_takes_nothing_from_the_picture() -> Outcome<()> {
    for device in ["hang", "no-such-device"] {
        let folder = tempfile::tempdir()?;
        let mut stage = Stage::start_with(SIZE, &[("ANTEROOM_STAGE_SOUND", Path::new(device))])?;
        let picture = kept_picture(&stage.files(), &Colour::RED.png(320, 180)?, SIZE)?;
        let faces = [face(&stage, &movie(folder.path(), 8)?, 8)?, picture];
        stage.set_clock(STANDING_TIME_MS, 0)?;
        stage.set(&Set::in_turn(SIZE, &faces, 3_000)?.heard(loud(50, &[])))?;
        let (mut muted, mut frames, mut shown, mut lates) = (Vec::new(), Vec::new(), 0, Vec::new());
        while shown < 5 {
            let word = stage.hear()?;
            let number = |name: &str| word.get(name).and_then(Value::as_i64).unwrap_or(0);
            match word.get("type").and_then(Value::as_str) {
                Some("mute") => muted.push(word.to_string()),
                Some("frames") => frames.push(number("count")),
                Some("shown") => {
                    // The first one is joined wherever it is.
                    lates.extend((shown > 0).then(|| number("at") - number("planned_at")));
                    shown += 1;
                }
                Some("fault" | "amiss") => anyhow::bail!("{device}: {word}"),
                Some("heard") => anyhow::bail!("{device}: nothing can be heard"),
                _ => {}
            }
        }
        println!("{device}: {muted:?}, items {lates:?} ms late");
        assert!(muted.first().is_some_and(|text| text.contains("the sound device")), "{muted:?}");
        assert!(muted.len() <= 2, "it is told once that it fails, and once that it hangs: {muted:?}");
        assert!(lates.iter().all(|late| (-100..1_000).contains(late)), "{device}: {lates:?}");
        assert!(frames.windows(2).all(|pair| pair[1] > pair[0]), "{device}: frames stood still: {frames:?}");
        stage.tell(&json!({"type": "leave"}))?;
        assert_eq!(stage.ended()?, Some(0), "{device}: it ends when it is asked to");
    }
    Ok(())
}
