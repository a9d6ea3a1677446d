//! The stage's own reel: every frame it drew, read back from the graphics card.

use std::fs::File;
use std::io::{BufReader, Read as _};
use std::path::Path;

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
        let mut reader =
            BufReader::new(File::open(file).map_err(|error| anyhow::anyhow!("{}: {error}", file.display()))?);
        let mut head = vec![0; HEAD.len()];
        let is_reel = reader.read_exact(&mut head).is_ok() && head == HEAD;
        anyhow::ensure!(is_reel, "{} is no reel of a stage (ANTEROOM_STAGE_REEL)", file.display());
        let mut reel = Self::default();
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
            reel.content = [x, y, w, h];
            reel.sights.push(Sight { tick_us, time_us, picture: Grey { width, height, pixels } });
        }
        Ok(reel)
    }
}
