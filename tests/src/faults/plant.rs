//! The plant: a hospital, a player in it that shows two numbered movies in turn, and a reel of every frame.

use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::Fault;
use super::volume::Volume;
use crate::harness::{Outcome, Player, Ward, until_some};
use crate::reel::{Camera, Clip, Display, Follower, Match, Matcher, Numbered, Reel, ZONE, air, tick_us, until_on_air};

/// The glass.
const SIZE: (u32, u32) = (320, 180);
/// Frames of each movie: five seconds, so that a stage may fall and come back within one.
const FRAMES: u32 = 125;
const FPS: u32 = 25;
/// Frames of a movie that has just begun: whatever is planted then has the most of it before it.
pub(super) const EARLY: Range<usize> = 0..15;
/// Frames in its middle: what comes next has been opened, and cannot be the reason of anything.
pub(super) const AMID: Range<usize> = 60..100;
/// A frame that came so long ago, in microseconds, says nothing of what is on the glass now.
const STALE_US: i64 = 400_000;
/// How long a step that only prepares may take on a busy machine.
pub(super) const PATIENCE: Duration = Duration::from_mins(1);
/// Sights a second of the camera in front of a display.
const CAMERA_RATE: u32 = 60;

/// Where all of it happens. What is dropped first stands first.
pub struct Plant {
    /// The player.
    pub player: Player,
    /// Its disk, when it has one of its own.
    pub(super) volume: Option<Volume>,
    /// The display its window is on, when it has one.
    pub(super) display: Option<Display>,
    /// The server and two people.
    pub ward: Ward,
    clips: Vec<Clip>,
    follower: Follower,
    content: [i64; 4],
    blindfold: PathBuf,
    _workplace: tempfile::TempDir,
}

/// A frame that was on the glass: when, and of which clip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) tick_us: i64,
    pub(super) clip: usize,
    pub(super) frame: usize,
}

impl Plant {
    /// Opens it, with the movies on the glass, for some faults: one of them may need a disk of its own.
    ///
    /// # Errors
    /// When any of it fails.
    pub fn open(faults: &[Fault]) -> Outcome<Self> {
        let workplace = tempfile::tempdir()?;
        let movie = |clip| Numbered { clip, frames: FRAMES, fps: FPS, size: (640, 360) }.make(workplace.path());
        let clips = vec![Clip::of(&movie(1)?)?, Clip::of(&movie(2)?)?];
        let ward = Ward::open()?;
        // Beside the player's folder: its disk is filled.
        let reel = ward.hospital.folder().join("faults.reel");
        let player = Player::at_rest(&ward.hospital, "faults", SIZE)?;
        let player = player.with("ANTEROOM_STAGE_REEL", &reel.display().to_string());
        let blindfold = ward.hospital.folder().join("faults.blindfold");
        let player = player.with("ANTEROOM_STAGE_BLINDFOLD", &blindfold.display().to_string());
        let volume = faults.contains(&Fault::DiskFull).then(|| Volume::over(player.folder()).ok()).flatten();
        let player = ward.welcomed(player.awake()?, &screen())?;
        air(&ward, &clips, 1)?;
        until_on_air(&player, &reel, &clips)?;
        let content = Reel::read(&reel)?.content;
        let follower = Follower::of(&reel);
        Ok(Self { player, volume, display: None, ward, clips, follower, content, blindfold, _workplace: workplace })
    }

    /// Has the stage's graphics card be lost, once.
    ///
    /// # Errors
    /// When it cannot be told.
    pub(super) fn lose_card(&self) -> Outcome<()> {
        Ok(std::fs::write(&self.blindfold, "lost")?)
    }

    /// Waits until log and report agree.
    pub(super) fn counts_every_play_once(&self) -> Outcome<()> {
        self.ward.counts_every_play_once(&self.player, &screen())
    }

    /// The frames of movies that were drawn since it was asked last.
    pub(super) fn look(&mut self) -> Outcome<Vec<Shown>> {
        let mut matcher = Matcher::of(&self.clips);
        let shown = self.follower.more()?.sights.into_iter().filter_map(|sight| match matcher.look(&sight) {
            Match::Frame { clip, frame } => Some(Shown { tick_us: sight.tick_us, clip, frame }),
            Match::Black | Match::Other => None,
        });
        Ok(shown.collect())
    }

    /// Waits until a movie is at some of its frames after a moment, this one if it is named, and tells the last of them.
    pub(super) fn until_at(
        &mut self,
        frames: Range<usize>,
        clip: Option<usize>,
        since_us: i64,
        limit: Duration,
    ) -> Outcome<Shown> {
        let found = until_some("a movie to be there", limit, || {
            let oldest_us = since_us.max(tick_us() - STALE_US);
            let last = self.look()?.pop().filter(|last| last.tick_us > oldest_us);
            Ok(last.filter(|last| frames.contains(&last.frame) && clip.is_none_or(|clip| clip == last.clip)))
        });
        found.map(|(last, _)| last).map_err(|error| error.context(self.player.log()))
    }

    /// Puts the player's window on a display that a camera looks at.
    pub(super) fn move_to_display(&mut self) -> Outcome<()> {
        let display = Display::open(SIZE)?;
        self.player.move_to_display(&display.name)?;
        self.display = Some(display);
        self.until_filmed(PATIENCE, None).map(drop)
    }

    /// Waits for a frame of a movie on the display, of another one than `not` if that is named; tells how long that took and which
    /// movie it was.
    pub(super) fn until_filmed(&self, limit: Duration, not: Option<usize>) -> Outcome<(Duration, usize)> {
        let display = self.display.as_ref().ok_or_else(|| anyhow::anyhow!("there is no display"))?;
        let started_us = tick_us();
        let limit_us = i64::try_from(limit.as_micros())?;
        let mut matcher = Matcher::of(&self.clips);
        let (mut found, mut last) = (None, None);
        Camera { display, rate: CAMERA_RATE, part: self.content }.watch(|sight| {
            let since_us = sight.tick_us - started_us;
            if last.as_ref() != Some(&sight.picture)
                && let Match::Frame { clip, .. } = matcher.look(&sight)
                && not != Some(clip)
            {
                found = Some((Duration::from_micros(u64::try_from(since_us)?), clip));
            }
            last = Some(sight.picture);
            Ok(found.is_none() && since_us < limit_us)
        })?;
        found.ok_or_else(|| anyhow::anyhow!("no frame on the display within {limit:?}").context(self.player.log()))
    }

    /// Flips a bit in the middle of every stored file; tells how many there were.
    pub(super) fn flip_files(&self) -> Outcome<usize> {
        let mut flipped = 0;
        for file in files_below(&self.player.folder().join("files"))? {
            let middle = std::fs::metadata(&file)?.len() / 2;
            // In place: whoever has it open goes on reading it.
            let mut file = std::fs::File::options().read(true).write(true).open(&file)?;
            let mut byte = [0];
            file.seek(SeekFrom::Start(middle))?;
            file.read_exact(&mut byte)?;
            file.seek(SeekFrom::Start(middle))?;
            file.write_all(&byte.map(|byte| byte ^ 1))?;
            flipped += 1;
        }
        Ok(flipped)
    }
}

fn screen() -> String {
    format!("{ZONE}-1")
}

fn files_below(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)?.flatten() {
        let path = entry.path();
        if path.is_dir() { found.extend(files_below(&path)?) } else { found.push(path) }
    }
    Ok(found)
}
