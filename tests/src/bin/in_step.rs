//! Has players of one zone show numbered movies, and tells how far apart they are, frame by frame:
//! `cargo run --release -p anteroom-tests --bin in_step -- --players N`. One of them is restarted, the server is silent for half a
//! minute, and the wall clock of one machine is set an hour ahead (where `faketime` is installed).
#![expect(clippy::print_stdout, reason = "it prints figures")]

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anteroom_tests::harness::{Outcome, Player, Ward, until};
use anteroom_tests::reel::{Clip, Numbered, Reel, Spread, ZONE, air, reels_for, spread, until_on_air};
use clap::Parser as _;

/// The glass of each.
const SIZE: (u32, u32) = (320, 180);
/// The library that gives a process a wall clock of its own.
const FAKE_TIME: &str = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1";
/// How far the wall clock of one player is set ahead.
const STEP: &str = "+3600s";
/// How long the server is silent, in seconds.
const SILENCE_SECS: u64 = 30;
/// How much longer than asked players may take to show so much.
const SLACK: Duration = Duration::from_mins(1);
/// What no two screens of a zone may exceed (DESIGN T11): frames, ever; and microseconds, 95 times of 100.
const FRAMES_MAX: i64 = 1;
const P95_MAX_US: i64 = 8_000;

/// Shows numbered movies on several players of a zone, and tells how far apart they are
#[derive(Debug, clap::Parser)]
struct InStep {
    /// How many players
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u32).range(2..=32))]
    players: u32,
    /// For how long they are looked at in each phase, in seconds
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u64).range(5..=3_600))]
    seconds: u64,
    /// Frames a second of the movies
    #[arg(long, default_value_t = 25, value_parser = clap::value_parser!(u32).range(5..=60))]
    fps: u32,
    /// Reels that stages have kept elsewhere (ANTEROOM_STAGE_REEL) on one machine: only those are looked at
    #[arg(long, value_name = "FILE", num_args = 2.., requires = "clips")]
    reels: Vec<PathBuf>,
    /// What was on the air in those, in turn
    #[arg(long, value_name = "FILE", num_args = 1..)]
    clips: Vec<PathBuf>,
}

struct Zone {
    ward: Ward,
    players: Vec<Player>,
    clips: Vec<Clip>,
}

fn main() -> Outcome<()> {
    let asked = InStep::parse();
    if !asked.reels.is_empty() {
        return kept_elsewhere(&asked);
    }
    let workplace = tempfile::tempdir()?;
    let mut zone = Zone::open(&asked, workplace.path())?;
    println!("{} players of one zone at {}×{}, movies of {} frames a second", asked.players, SIZE.0, SIZE.1, asked.fps);
    head();
    let mut told = vec![zone.look("left alone", asked.seconds)?];

    let restarted = zone.restart(0)?;
    println!("{:<34} {restarted:.1} s until its picture is back", "  one killed and started again");
    told.push(zone.look("after a restart", asked.seconds)?);

    zone.signal("-STOP")?;
    told.push(zone.look("while the server is silent", SILENCE_SECS)?);
    zone.signal("-CONT")?;
    told.push(zone.look("after 30 s of silence", asked.seconds)?);

    let clock = workplace.path().join("clock");
    if std::path::Path::new(FAKE_TIME).is_file() {
        std::fs::write(&clock, STEP)?;
        told.push(zone.look("after a wall clock was set", asked.seconds)?);
    } else {
        println!("{:<34} not run: {FAKE_TIME} is not there (package faketime)", "after a wall clock was set");
    }
    let worst = told.iter().fold(Spread::default(), Spread::worse);
    anyhow::ensure!(
        worst.frames_max <= FRAMES_MAX && worst.p95_us <= P95_MAX_US,
        "out of step: {} frames apart, {} µs for 95 of 100",
        worst.frames_max,
        worst.p95_us
    );
    println!("in step: never more than {} frame apart, and {:.1} ms for 95 of 100", worst.frames_max, ms(worst.p95_us));
    Ok(())
}

/// How far apart reels are that were kept on one machine.
fn kept_elsewhere(asked: &InStep) -> Outcome<()> {
    let clips = asked.clips.iter().map(|file| Clip::of(file)).collect::<Outcome<Vec<_>>>()?;
    let reels = asked.reels.iter().map(|file| Reel::read(file)).collect::<Outcome<Vec<_>>>()?;
    head();
    say(&format!("{} reels", reels.len()), &spread(&clips, &reels));
    Ok(())
}

fn head() {
    println!(
        "{:<34} {:>8} {:>12} {:>9} {:>9} {:>9} {:>9}",
        "", "frames", "frames apart", "p50, ms", "p95, ms", "p99, ms", "max, ms"
    );
}

fn say(what: &str, told: &Spread) {
    println!(
        "{what:<34} {:>8} {:>12} {:>9.1} {:>9.1} {:>9.1} {:>9.1}",
        told.frames,
        told.frames_max,
        ms(told.p50_us),
        ms(told.p95_us),
        ms(told.p99_us),
        ms(told.max_us),
    );
}

impl Zone {
    fn open(asked: &InStep, workplace: &std::path::Path) -> Outcome<Self> {
        let size = (640, 360);
        let frames = asked.fps * 8;
        let files: Vec<PathBuf> = [1, 2]
            .into_iter()
            .map(|clip| Numbered { clip, frames, fps: asked.fps, size }.make(workplace))
            .collect::<Outcome<_>>()?;
        let clips = files.iter().map(|file| Clip::of(file)).collect::<Outcome<Vec<_>>>()?;
        let ward = Ward::open()?;
        let clock = workplace.join("clock");
        std::fs::write(&clock, "+0s")?;
        let mut players = Vec::new();
        for n in 1..=asked.players {
            let screen = format!("{ZONE}-{n}");
            if n > 2 {
                ward.add_screen(&screen, ZONE, (1_920, 1_080))?;
                ward.publish()?;
            }
            let mut player = Player::at_rest(&ward.hospital, &format!("player-{n}"), SIZE)?.keeping_a_reel();
            // Many stages share the cores of one machine here: each draws with one thread.
            player = player.with("LP_NUM_THREADS", "1");
            // The last one's machine is the one whose clock is set.
            if n == asked.players && std::path::Path::new(FAKE_TIME).is_file() {
                player = player
                    .with("LD_PRELOAD", FAKE_TIME)
                    .with("FAKETIME_TIMESTAMP_FILE", &clock.display().to_string())
                    .with("FAKETIME_DONT_FAKE_MONOTONIC", "1")
                    .with("FAKETIME_NO_CACHE", "1");
            }
            players.push(ward.welcomed(player.awake()?, &screen)?);
        }
        air(&ward, &clips, 8)?;
        for player in &players {
            until_on_air(player, &player.reel(), &clips)?;
        }
        Ok(Self { ward, players, clips })
    }

    /// Lets all of them run for a while, and tells how far apart they were.
    fn look(&self, what: &str, seconds: u64) -> Outcome<Spread> {
        let reels = reels_for(&self.players, Duration::from_secs(seconds), SLACK)?;
        let told = spread(&self.clips, &reels);
        say(what, &told);
        Ok(told)
    }

    /// Kills a player as the power would, starts it again, and tells how long its glass was without a picture, in seconds.
    fn restart(&mut self, n: usize) -> Outcome<f64> {
        let player = self.players.get_mut(n).ok_or_else(|| anyhow::anyhow!("there is no such player"))?;
        player.kill_agent()?;
        let held = Reel::read(&player.reel())?.sights.len();
        let started = Instant::now();
        player.wake()?;
        until("its picture", SLACK, || Ok(Reel::read(&player.reel())?.sights.len() > held))?;
        let took = started.elapsed();
        // Where it comes in, it comes in late; what counts is how it goes on.
        until("its movie", SLACK, || {
            let reel = Reel::read(&player.reel())?;
            let mut matcher = anteroom_tests::reel::Matcher::of(&self.clips);
            let last = reel.sights.last().map(|sight| matcher.look(sight));
            Ok(matches!(last, Some(anteroom_tests::reel::Match::Frame { .. })))
        })?;
        Ok(took.as_secs_f64())
    }

    fn signal(&self, signal: &str) -> Outcome<()> {
        let pid = self.ward.hospital.pid().ok_or_else(|| anyhow::anyhow!("the server does not run"))?;
        let done = std::process::Command::new("kill").args([signal, &pid.to_string()]).status()?;
        anyhow::ensure!(done.success(), "the server does not take {signal}");
        Ok(())
    }
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn ms(us: i64) -> f64 {
    us as f64 / 1_000.0
}
