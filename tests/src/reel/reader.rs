//! The stage's own reel: every frame it drew, read back from the graphics card.

use std::fs::File;
use std::io::{BufReader, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use super::Grey;
use crate::harness::Outcome;

/// What a reel begins with.
const HEAD: &[u8] = b"ANTEROOM-REEL 1\n";
/// Numbers before each picture.
const NUMBERS: usize = 8;

/// What was on a glass at a moment.
#[derive(Debug, Clone)]
pub struct Sight {
    /// When it was there, in microseconds of the machine's clock that never jumps.
    pub tick_us: i64,
    /// When that was by the player's own disciplined clock, in microseconds since 1970-01-01 UTC; of a camera, 0.
    pub time_us: i64,
    /// The content area.
    pub picture: Grey,
}

/// A reel.
#[derive(Debug, Default)]
pub struct Reel {
    /// Every frame, in order.
    pub sights: Vec<Sight>,
    /// Where on the glass the content area is: x, y, width, height.
    pub content: [i64; 4],
}

impl Reel {
    /// Reads what has been written so far; a frame that is half there is left out.
    ///
    /// # Errors
    /// When it is no reel.
    pub fn read(file: &Path) -> Outcome<Self> {
        Follower::of(file).more()
    }

    /// The time from its first frame to its last one, in microseconds.
    #[must_use]
    pub fn span_us(&self) -> i64 {
        self.sights.first().zip(self.sights.last()).map_or(0, |(first, last)| last.tick_us - first.tick_us)
    }
}

/// Reads a reel that is being written, each frame once.
#[derive(Debug)]
pub struct Follower {
    file: PathBuf,
    /// How far it has been read, in bytes: up to the end of a frame.
    read_bytes: u64,
}

impl Follower {
    /// From the beginning.
    #[must_use]
    pub fn of(file: &Path) -> Self {
        Self { file: file.to_owned(), read_bytes: 0 }
    }

    /// What has come since it was asked last; a frame that is half there comes the next time.
    ///
    /// # Errors
    /// When it is no reel.
    pub fn more(&mut self) -> Outcome<Reel> {
        let named = |error: std::io::Error| anyhow::anyhow!("{}: {error}", self.file.display());
        let mut reader = BufReader::new(File::open(&self.file).map_err(named)?);
        if self.read_bytes == 0 {
            let mut head = vec![0; HEAD.len()];
            let is_reel = reader.read_exact(&mut head).is_ok() && head == HEAD;
            anyhow::ensure!(is_reel, "{} is no reel of a stage (ANTEROOM_STAGE_REEL)", self.file.display());
            self.read_bytes = u64::try_from(HEAD.len())?;
        }
        reader.seek(SeekFrom::Start(self.read_bytes)).map_err(named)?;
        let mut reel = Reel::default();
        let mut numbers = [0; NUMBERS * 8];
        while reader.read_exact(&mut numbers).is_ok() {
            let mut read = [0_i64; NUMBERS];
            for (number, bytes) in read.iter_mut().zip(numbers.as_chunks::<8>().0) {
                *number = i64::from_le_bytes(*bytes);
            }
            let [tick_us, time_us, x, y, w, h, width, height] = read;
            let (width, height) = (usize::try_from(width)?, usize::try_from(height)?);
            anyhow::ensure!(width <= 8_192 && height <= 8_192, "a frame of {width}×{height} is no frame");
            let mut pixels = vec![0; width * height];
            if reader.read_exact(&mut pixels).is_err() {
                break;
            }
            self.read_bytes += u64::try_from(numbers.len() + pixels.len())?;
            reel.content = [x, y, w, h];
            reel.sights.push(Sight { tick_us, time_us, picture: Grey { width, height, pixels } });
        }
        Ok(reel)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn a_reel_that_is_being_written_is_read_frame_by_frame_and_half_a_frame_waits() -> Outcome<()> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("reel");
        let frame = |tick: i64| {
            let numbers = [tick, 0, 1, 2, 3, 4, 2, 1].map(i64::to_le_bytes).concat();
            [numbers, vec![7, 8]].concat()
        };
        let mut file = File::create(&path)?;
        file.write_all(&[HEAD, &frame(10), &frame(20), &frame(30)[..50]].concat())?;
        let mut follower = Follower::of(&path);
        let ticks = |reel: &Reel| reel.sights.iter().map(|sight| sight.tick_us).collect::<Vec<_>>();
        let first = follower.more()?;
        assert_eq!((ticks(&first), first.content, first.span_us()), (vec![10, 20], [1, 2, 3, 4], 10));
        assert_eq!(ticks(&follower.more()?), Vec::<i64>::new());
        file.write_all(&frame(30)[50..])?;
        assert_eq!(ticks(&follower.more()?), [30]);
        assert_eq!(ticks(&Reel::read(&path)?), [10, 20, 30]);
        assert!(Reel::read(&folder.path().join("none")).is_err());
        Ok(())
    }
}
