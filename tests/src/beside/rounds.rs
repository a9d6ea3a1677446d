//! The comparison itself: everybody plays the same two movies on the same display, one after the other, round after round, each
//! time begun by another one; and the same observer looks at all of them.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::page;
use super::sides::{Run, Scene, Side, is_installed};
use super::table::{Column, Heading, print};
use crate::fleet::kernel;
use crate::harness::{Outcome, Player, Ward};
use crate::reel::{
    Camera, Clip, Display, Match, Matcher, Numbered, Reel, Switches, ZONE, air, judge, tick_us, until_on_air,
};

/// Sights a second of the camera: four for each frame of a common movie.
const CAMERA_RATE: u32 = 120;
/// How long a movie lasts, in seconds: several showings come to an end while it is filmed.
const MOVIE_SECS: u32 = 5;
/// The movies' size: what is called 720p.
const MOVIE_SIZE: (usize, usize) = (1_280, 720);
/// Who shows nothing for so long is left out.
const PICTURE_LIMIT: Duration = Duration::from_mins(1);
/// How long somebody has played before anything is measured.
const SETTLE: Duration = Duration::from_secs(3);

/// Compares our player with mpv and with a page in Chromium's kiosk mode in one run, and prints a table
#[derive(Debug, Clone, clap::Parser)]
pub struct Arguments {
    /// Size of the display, in pixels
    #[arg(long, default_value = "1280x720", value_parser = parse_size, value_name = "WxH")]
    pub size: (u32, u32),
    /// How often everybody plays; medians are printed, with the least and the most
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=50))]
    pub rounds: u16,
    /// For how long processor time is counted each time, in seconds
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub seconds: u64,
    /// And for how long frames are looked at, in seconds
    #[arg(long, default_value_t = 18, value_parser = clap::value_parser!(u64).range(16..=600))]
    pub film: u64,
    /// Frames a second of the movies
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(5..=60))]
    pub fps: u32,
    /// A folder for pictures of the display, one of everybody
    #[arg(long, value_name = "DIR")]
    pub pictures: Option<PathBuf>,
}

fn parse_size(text: &str) -> Result<(u32, u32), String> {
    let sides = text.split_once('x').and_then(|(w, h)| Some((w.parse().ok()?, h.parse().ok()?)));
    sides
        .filter(|(w, h)| (320..=7_680).contains(w) && (180..=4_320).contains(h))
        .ok_or_else(|| "write WIDTHxHEIGHT in pixels, from 320x180 on, such as 1280x720".to_owned())
}

/// What was measured of one who played once.
#[derive(Debug, Clone)]
pub(super) struct Taken {
    /// From the start of the process to the first picture on the display.
    pub(super) picture: Duration,
    /// Processor time, in per cent of a core: its own,
    pub(super) percent: f64,
    /// and what the display spent on it.
    pub(super) display_percent: f64,
    /// Memory of all its processes, what is shared counted in part.
    pub(super) memory_kib: u64,
    /// What the camera saw.
    pub(super) switches: Switches,
}

/// Runs the whole comparison, and tells what it finds, the table last.
///
/// # Errors
/// When our side fails, or another one that has played before does.
pub fn run(arguments: &Arguments, mut tell: impl FnMut(&str)) -> Outcome<()> {
    let load = kernel::load();
    let workplace = tempfile::tempdir()?;
    let display = Display::open(arguments.size)?;
    let movie = |clip| {
        Numbered { clip, frames: MOVIE_SECS * arguments.fps, fps: arguments.fps, size: MOVIE_SIZE }
            .make_grainy(workplace.path())
            .and_then(|file| Clip::of(&file))
    };
    let clips = [movie(1)?, movie(2)?];
    let ward = Ward::open()?;
    let mut scene = scene(&ward, &display, &clips, workplace.path())?;
    let mut columns = Vec::new();
    for side in Side::ALL {
        match side.program() {
            Some((program, package)) if !is_installed(program) => {
                tell(&format!("{program} is left out: apt-get install {package}"));
            }
            _ => columns.push(Column { side, name: side.name(), taken: Vec::new() }),
        }
    }
    for round in 0..usize::from(arguments.rounds) {
        let count = columns.len();
        let mut left_out = None;
        for n in 0..count {
            let Some(column) = columns.get_mut((n + round) % count) else { continue };
            match take(column.side, &mut scene, arguments) {
                Ok(taken) => {
                    tell(&told_of(round, &column.name, &taken));
                    column.taken.push(taken);
                }
                // What has never played here may be unable to.
                Err(error) if column.taken.is_empty() && column.side != Side::Ours => {
                    tell(&format!("{} is left out: {error:#}", column.name));
                    left_out = Some(column.side);
                }
                Err(error) => return Err(error.context(scene.player.log())),
            }
        }
        columns.retain(|column| Some(column.side) != left_out);
    }
    let heading = Heading { size: arguments.size, fps: arguments.fps, rounds: arguments.rounds, load };
    print(&heading, &columns, &mut tell);
    tell(&format!("load at the end {}", kernel::load()));
    Ok(())
}

/// Our player has its programme on its disk, and the page says the same.
fn scene<'a>(ward: &Ward, display: &'a Display, clips: &'a [Clip], folder: &Path) -> Outcome<Scene<'a>> {
    let player = Player::at_rest(&ward.hospital, "proof", display.size)?.keeping_a_reel();
    let mut player = ward.welcomed(player.awake()?, &format!("{ZONE}-1"))?;
    air(ward, clips, 1)?;
    until_on_air(&player, &player.reel(), clips)?;
    let content = Reel::read(&player.reel())?.content;
    let address = player.glass()?.codes().pop().unwrap_or_else(|| "HTTP://10.20.0.5:8081/S/ABCDEF".to_owned());
    player.move_to_display(&display.name)?;
    player.kill_agent()?;
    let page = page::write(folder, clips, display.size, content, &address)?;
    Ok(Scene { display, clips, page, profile: folder.join("profile"), player, content })
}

/// One plays once.
fn take(side: Side, scene: &mut Scene<'_>, arguments: &Arguments) -> Outcome<Taken> {
    let seen_clips: Vec<_> = scene.clips.iter().map(Clip::through_a_slit).collect();
    let camera = Camera::slit(scene.display, CAMERA_RATE, side.place(scene));
    let (run, picture) = first_picture(side, scene, &camera, &seen_clips)?;
    let measured = picture.ok_or_else(|| anyhow::anyhow!("no picture within {PICTURE_LIMIT:?}")).and_then(|picture| {
        std::thread::sleep(SETTLE);
        let (display_pid, since) = ([camera.display.pid()], Instant::now());
        let (before, display_before) =
            (kernel::processor_time_of(&kernel::family(run.pid())?), kernel::processor_time_of(&display_pid));
        std::thread::sleep(Duration::from_secs(arguments.seconds));
        let family = kernel::family(run.pid())?;
        let percent = |after: Duration, before| {
            after.saturating_sub(before).as_secs_f64() / since.elapsed().as_secs_f64() * 100.0
        };
        let (percent, display_percent) = (
            percent(kernel::processor_time_of(&family), before),
            percent(kernel::processor_time_of(&display_pid), display_before),
        );
        let memory_kib = kernel::proportional_kib(&family);
        if let Some(folder) = &arguments.pictures {
            std::fs::create_dir_all(folder)?;
            camera.display.picture(&folder.join(format!("{side:?}.png").to_lowercase()))?;
        }
        let sights = camera.film(Duration::from_secs(arguments.film))?;
        let mut matcher = Matcher::of(&seen_clips);
        let seen: Vec<_> = sights.iter().map(|sight| (sight.tick_us, matcher.look(sight))).collect();
        Ok(Taken { picture, percent, display_percent, memory_kib, switches: judge(&seen_clips, &seen) })
    });
    run.end(scene)?;
    measured
}

/// Starts it in front of a camera that runs already, and waits for its first frame.
fn first_picture(
    side: Side,
    scene: &mut Scene<'_>,
    camera: &Camera<'_>,
    clips: &[Clip],
) -> Outcome<(Run, Option<Duration>)> {
    let mut matcher = Matcher::of(clips);
    let mut running: Option<(Run, i64)> = None;
    let mut picture = None;
    let limit_us = i64::try_from(PICTURE_LIMIT.as_micros())?;
    let mut last = None;
    camera.watch(|sight| {
        // What stands still is not looked at twice: the observer leaves the machine to those it observes.
        let is_new = last.as_ref() != Some(&sight.picture);
        let has_frame = is_new && matches!(matcher.look(&sight), Match::Frame { .. });
        last = Some(sight.picture);
        match &running {
            // The one before has left the display.
            None if !has_frame => {
                let started_us = tick_us();
                running = Some((side.start(scene)?, started_us));
                Ok(true)
            }
            None => Ok(true),
            Some((_, started_us)) => {
                let since_us = sight.tick_us - started_us;
                if has_frame {
                    picture = Some(Duration::from_micros(u64::try_from(since_us).unwrap_or(0)));
                }
                Ok(!has_frame && since_us < limit_us)
            }
        }
    })?;
    let (run, _) = running.ok_or_else(|| anyhow::anyhow!("it was never started"))?;
    Ok((run, picture))
}

fn told_of(round: usize, name: &str, taken: &Taken) -> String {
    let Switches { due, missing_first, missing_last, missing_within, repeated, switches, gap_max_us, .. } =
        taken.switches;
    format!(
        "round {}, {name}: picture after {} ms; {:.0} % of a core and {:.0} % for the display; {} MiB; of {due} frames {} missing \
         at {switches} switches and {missing_within} within, {repeated} stood too long, longest gap {} ms",
        round + 1,
        taken.picture.as_millis(),
        taken.percent,
        taken.display_percent,
        taken.memory_kib / 1_024,
        missing_first + missing_last,
        gap_max_us / 1_000,
    )
}
