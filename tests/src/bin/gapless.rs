//! Plays files in turn through the whole player and looks at every frame that comes out:
//! `cargo run --release -p anteroom-tests --bin gapless -- FILE…`. Without files it makes its own, whose frames carry numbers.
//! Where Xvfb and mpv are installed, a camera films our window and mpv's, one after the other, playing the same files.
#![expect(clippy::print_stdout, reason = "it prints figures")]

use std::path::PathBuf;
use std::time::Duration;

use anteroom_tests::harness::{Outcome, Player, Ward, until};
use anteroom_tests::reel::{
    Camera, Clip, Display, Matcher, Numbered, Playing, Reel, Sight, Switches, ZONE, air, judge, reels_for, until_on_air,
};
use clap::Parser as _;

/// The glass: what is proven of it holds for any size, and a small one leaves the machine to the player.
const SIZE: (u32, u32) = (320, 180);
/// Sights a second of the camera: four for each frame of a common movie.
const CAMERA_RATE: u32 = 120;
/// How much longer than asked a player may take to show so much.
const SLACK: Duration = Duration::from_mins(1);

/// Looks at every frame the player shows of some files, for black, missing and repeated ones
#[derive(Debug, clap::Parser)]
struct Gapless {
    /// Movies and pictures, played in turn; without any, two numbered movies and a picture are made
    files: Vec<PathBuf>,
    /// For how long each player is looked at, in seconds
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u64).range(5..=7_200))]
    seconds: u64,
    /// How long a picture stands, in seconds
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=600))]
    picture: u32,
    /// Only the player's own frames are looked at: no display, no camera, no mpv
    #[arg(long)]
    alone: bool,
    /// A reel that a stage has kept elsewhere (ANTEROOM_STAGE_REEL) while it showed these files: only that is looked at
    #[arg(long, value_name = "FILE", requires = "files")]
    reel: Option<PathBuf>,
    /// Prints when each frame that was not as it should be stood
    #[arg(long)]
    verbose: bool,
}

fn main() -> Outcome<()> {
    let gapless = Gapless::parse();
    let workplace = tempfile::tempdir()?;
    let files = if gapless.files.is_empty() { own_files(workplace.path())? } else { gapless.files.clone() };
    let clips = files.iter().map(|file| Clip::of(file)).collect::<Outcome<Vec<_>>>()?;
    for clip in &clips {
        let (width, height) = clip.shape;
        let length = if clip.is_movie {
            format!("{} frames, {} ms", clip.frames.len(), clip.length_us / 1_000)
        } else {
            format!("{} s", gapless.picture)
        };
        println!("{:<24} {width}×{height}, {length}", clip.name());
    }
    let ours = match &gapless.reel {
        Some(file) => {
            head();
            show("the reel, every frame", &clips, &Reel::read(file)?.sights, gapless.verbose)
        }
        None => play(&gapless, &clips)?,
    };
    println!(
        "\nat: at a switch; in: within a movie. A frame is repeated when it stands for half a frame or more too long."
    );
    let faults = ours.faults();
    anyhow::ensure!(faults.is_empty(), "not gapless: {}", faults.join("; "));
    println!("gapless: no black frame, no missing one at {} switches, none repeated more than once", ours.switches);
    Ok(())
}

/// Plays the clips through the whole player, and then beside mpv.
fn play(gapless: &Gapless, clips: &[Clip]) -> Outcome<Switches> {
    let ward = Ward::open()?;
    let player = Player::at_rest(&ward.hospital, "proof", SIZE)?.keeping_a_reel();
    // It has a programme already when the files take over, which they do when an item of the old one ends.
    let mut player = ward.welcomed(player.awake()?, &format!("{ZONE}-1"))?;
    air(&ward, clips, gapless.picture)?;
    until_on_air(&player, &player.reel(), clips)?;
    head();
    let mut reels = reels_for(std::slice::from_ref(&player), Duration::from_secs(gapless.seconds), SLACK)?;
    let reel = reels.pop().unwrap_or_default();
    let ours = show("ours, every frame read back", clips, &reel.sights, gapless.verbose);
    let content = reel.content;
    if !gapless.alone {
        match Display::open(SIZE) {
            Ok(display) => filmed(gapless, clips, &display, &mut player, content)?,
            Err(error) => println!("not filmed, and not beside mpv: {error:#}"),
        }
    }
    Ok(ours)
}

fn head() {
    println!();
    println!(
        "{:<34} {:>7} {:>6} {:>8} {:>9} {:>8} {:>9} {:>9} {:>9}",
        "", "frames", "black", "switches", "wrong", "missing", "repeated", "stood too", "longest"
    );
    println!(
        "{:<34} {:>7} {:>6} {:>8} {:>9} {:>8} {:>9} {:>9} {:>9}",
        "", "seen", "", "", "switches", "at/in", "at/in", "long", "gap, ms"
    );
}

/// Movie to movie of another rate, movie to picture, picture to movie.
fn own_files(folder: &std::path::Path) -> Outcome<Vec<PathBuf>> {
    let size = (640, 360);
    let clips = [
        Numbered { clip: 1, frames: 125, fps: 25, size },
        Numbered { clip: 2, frames: 150, fps: 30, size },
        Numbered { clip: 3, frames: 0, fps: 25, size },
    ];
    clips.iter().map(|clip| clip.make(folder)).collect()
}

/// Our window and mpv's, one after the other in front of the same camera.
fn filmed(gapless: &Gapless, clips: &[Clip], display: &Display, player: &mut Player, content: [i64; 4]) -> Outcome<()> {
    let length = Duration::from_secs(gapless.seconds);
    player.move_to_display(&display.name)?;
    let camera = Camera { display, rate: CAMERA_RATE, part: content };
    wait_for_clip(&camera, clips, "our window")?;
    show("ours, filmed 120 times a second", clips, &camera.film(length)?, gapless.verbose);
    player.kill_agent()?;
    let whole = [0, 0, i64::from(SIZE.0), i64::from(SIZE.1)];
    let camera = Camera { part: whole, ..camera };
    match Playing::mpv(display, clips, gapless.picture, &["--vo=x11"]) {
        Ok(mpv) => {
            wait_for_clip(&camera, clips, "mpv's window")?;
            show("mpv, filmed 120 times a second", clips, &camera.film(length)?, gapless.verbose);
            drop(mpv);
        }
        Err(error) => println!("not beside mpv: {error:#}"),
    }
    Ok(())
}

fn wait_for_clip(camera: &Camera<'_>, clips: &[Clip], what: &str) -> Outcome<()> {
    until(what, SLACK, || {
        let sights = camera.film(Duration::from_millis(200))?;
        let mut matcher = Matcher::of(clips);
        Ok(sights.last().is_some_and(|sight| matches!(matcher.look(sight), anteroom_tests::reel::Match::Frame { .. })))
    })
    .map(drop)
}

fn show(who: &str, clips: &[Clip], sights: &[Sight], verbose: bool) -> Switches {
    let mut matcher = Matcher::of(clips);
    let seen: Vec<_> = sights.iter().map(|sight| (sight.tick_us, matcher.look(sight))).collect();
    let told = judge(clips, &seen);
    println!(
        "{who:<34} {:>7} {:>6} {:>8} {:>9} {:>8} {:>9} {:>9} {:>9}",
        told.sights,
        told.black,
        told.switches,
        told.wrong,
        format!("{}/{}", told.missing_first + told.missing_last, told.missing_within),
        format!("{}/{}", told.repeated_at_switch, told.repeated - told.repeated_at_switch),
        format!("{}/{}", told.repeated_at_switch_max, told.repeated_within_max),
        format!("{}.{}", told.gap_max_us / 1_000, told.gap_max_us % 1_000 / 100),
    );
    if verbose {
        let mut held = None;
        for (tick_us, seen) in seen {
            if held != Some(seen) {
                println!("    {:>9}.{:03} s  {seen:?}", tick_us / 1_000_000, tick_us / 1_000 % 1_000);
                held = Some(seen);
            }
        }
    }
    told
}
