//! Clips: what is put on the air, every frame of it known beforehand.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::camera::{KEPT_WIDTH, SLIT_ROWS};
use super::matching::{TELLING, unlikeness};
use super::{Grey, THUMB_HEIGHT, THUMB_WIDTH};
use crate::harness::Outcome;

/// The longest clip that is looked at, in frames: some minutes.
const FRAMES_MAX: usize = 20_000;
/// Cells of a numbered frame.
const COLUMNS: usize = 8;
const ROWS: usize = 4;
/// Cells that hold the frame's number; the others hold the clip's.
const NUMBER_CELLS: usize = 12;
/// How much brighter grain makes a pixel, at the most,
const GRAIN: usize = 24;
/// and by how many pixels it drifts from frame to frame.
const GRAIN_STEP: usize = 2;

/// A movie or a picture.
#[derive(Debug, Clone)]
pub struct Clip {
    /// Its file.
    pub file: PathBuf,
    /// Its width and height.
    pub shape: (usize, usize),
    /// Every frame, small, and when it begins, in microseconds from the first; of a picture, one.
    pub frames: Vec<(i64, Vec<u8>)>,
    /// When its last frame ends.
    pub length_us: i64,
    /// It moves.
    pub is_movie: bool,
}

/// A clip to be made whose frames carry their numbers.
#[derive(Debug, Clone, Copy)]
pub struct Numbered {
    /// Its own number.
    pub clip: u8,
    /// Frames; 0 makes a picture.
    pub frames: u32,
    /// Frames a second.
    pub fps: u32,
    /// Its size.
    pub size: (usize, usize),
}

impl Numbered {
    /// Makes it in a folder: H.264 in MP4, or PNG.
    ///
    /// # Errors
    /// When ffmpeg cannot.
    pub fn make(&self, folder: &Path) -> Outcome<PathBuf> {
        if self.frames == 0 {
            let (width, height) = self.size;
            let file = folder.join(format!("picture-{}.png", self.clip));
            let (w, h) = (u32::try_from(width)?, u32::try_from(height)?);
            let grey = image::GrayImage::from_raw(w, h, self.frame(0)).ok_or_else(|| anyhow::anyhow!("no picture"))?;
            image::DynamicImage::from(grey).to_rgb8().save(&file)?;
            return Ok(file);
        }
        self.film(folder, |n| self.frame(n))
    }

    /// Makes a movie of it with grain all over: as hard to decode as a real one.
    ///
    /// # Errors
    /// As [`Numbered::make`].
    pub fn make_grainy(&self, folder: &Path) -> Outcome<PathBuf> {
        self.film(folder, |n| self.with_grain(n))
    }

    fn film(&self, folder: &Path, frame: impl Fn(u32) -> Vec<u8>) -> Outcome<PathBuf> {
        let (width, height) = self.size;
        let file = folder.join(format!("movie-{}-{}fps.mp4", self.clip, self.fps));
        let size = format!("{width}x{height}");
        let mut camera = Command::new("ffmpeg")
            .args(["-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "gray", "-s", &size, "-r", &self.fps.to_string()])
            .args(["-i", "-", "-c:v", "libx264", "-preset", "veryfast", "-crf", "18", "-pix_fmt", "yuv420p"])
            .args(["-g", &self.fps.to_string(), "-movflags", "+faststart"])
            .arg(&file)
            .stdin(Stdio::piped())
            .spawn()?;
        let mut lens = camera.stdin.take().ok_or_else(|| anyhow::anyhow!("ffmpeg takes no frames"))?;
        for n in 0..self.frames {
            lens.write_all(&frame(n))?;
        }
        drop(lens);
        let ended = camera.wait()?;
        anyhow::ensure!(ended.success(), "ffmpeg made no movie");
        Ok(file)
    }

    /// What lies over the cells of a frame whose movie is as hard to decode as a real one: grain that drifts.
    fn with_grain(&self, n: u32) -> Vec<u8> {
        let width = self.size.0;
        let mut pixels = self.frame(n);
        for (at, pixel) in pixels.iter_mut().enumerate() {
            let (x, y) = (at % width + usize::try_from(n).unwrap_or(0) * GRAIN_STEP, at / width);
            let grain = (x.wrapping_mul(0x9E37_79B1) ^ y.wrapping_mul(0x85EB_CA77)).wrapping_mul(0xC2B2_AE3D) >> 13;
            *pixel = pixel.saturating_add(u8::try_from(grain % GRAIN).unwrap_or(0));
        }
        pixels
    }

    /// A frame: cells light and dark, from one frame to the next one of them changes, so that nothing flashes.
    fn frame(&self, n: u32) -> Vec<u8> {
        let (width, height) = self.size;
        let code = n ^ (n >> 1);
        let is_light = |cell: usize| {
            if cell < NUMBER_CELLS {
                code >> cell & 1 == 1
            } else {
                // Of each bit also its opposite: no clip is dark.
                let bit = (cell - NUMBER_CELLS) / 2 % 8;
                (self.clip >> bit & 1 == 1) != cell.is_multiple_of(2)
            }
        };
        let mut pixels = Vec::with_capacity(width * height);
        for y in 0..height {
            for x in 0..width {
                let cell = y * ROWS / height * COLUMNS + x * COLUMNS / width;
                pixels.push(if is_light(cell) { 220 } else { 40 });
            }
        }
        pixels
    }
}

impl Clip {
    /// Looks at a file, frame by frame, with ffmpeg.
    ///
    /// # Errors
    /// When ffmpeg cannot read it.
    pub fn of(file: &Path) -> Outcome<Self> {
        let facts = probe(file, &["-show_entries", "stream=width,height,codec_name"])?;
        let mut words = facts.lines().next().unwrap_or_default().split(',');
        let codec = words.next().unwrap_or_default().to_owned();
        let mut side = || words.next().and_then(|word| word.trim().parse().ok()).unwrap_or(0);
        let shape = (side(), side());
        anyhow::ensure!(shape.0 > 0 && shape.1 > 0, "{} has no picture", file.display());
        let is_movie = !["png", "mjpeg", "webp", "bmp", "gif"].contains(&codec.as_str());
        let times = if is_movie { times(file)? } else { vec![0] };
        let filter = format!("scale={THUMB_WIDTH}:{THUMB_HEIGHT}:flags=area,format=gray");
        let said = Command::new("ffmpeg")
            .args(["-v", "error", "-i"])
            .arg(file)
            .args(["-vf", &filter, "-vsync", "passthrough", "-f", "rawvideo", "-"])
            .output()?;
        anyhow::ensure!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr).trim());
        let thumbs: Vec<_> = said.stdout.chunks_exact(THUMB_WIDTH * THUMB_HEIGHT).map(<[u8]>::to_vec).collect();
        anyhow::ensure!(
            thumbs.len() == times.len() && thumbs.len() <= FRAMES_MAX,
            "{} has {} frames and {} times",
            file.display(),
            thumbs.len(),
            times.len()
        );
        let usual_us = match times.as_slice() {
            [first, .., last] => (last - first) / i64::try_from(times.len() - 1)?,
            _ => 0,
        };
        let length_us = times.last().map_or(0, |last| last + usual_us);
        Ok(Self { file: file.to_owned(), shape, frames: times.into_iter().zip(thumbs).collect(), length_us, is_movie })
    }

    /// The same as a camera sees it through a slit ([`super::Camera::slit`]): half of the last row of pixels above where two rows of
    /// cells meet, half of the first below.
    #[must_use]
    pub fn through_a_slit(&self) -> Self {
        let middle = THUMB_HEIGHT / ROWS;
        let row =
            |thumb: &[u8], n: usize| thumb.get(n * THUMB_WIDTH..(n + 1) * THUMB_WIDTH).unwrap_or_default().to_vec();
        let seen = |thumb: &[u8]| {
            let (above, below) = (row(thumb, middle - 1), row(thumb, middle));
            [above.repeat(THUMB_HEIGHT / SLIT_ROWS), below.repeat(THUMB_HEIGHT / SLIT_ROWS)].concat()
        };
        let frames = self.frames.iter().map(|(at, thumb)| (*at, seen(thumb))).collect();
        Self { frames, shape: (KEPT_WIDTH, SLIT_ROWS), ..self.clone() }
    }

    /// Its short name.
    #[must_use]
    pub fn name(&self) -> String {
        self.file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    }

    /// A frame can be told from the one before it: of a picture that hardly moves, nobody can say which frame it is.
    #[must_use]
    pub fn is_telling(&self, frame: usize) -> bool {
        let thumb = |n: usize| self.frames.get(n).map(|(_, thumb)| thumb.as_slice());
        match (frame.checked_sub(1).and_then(thumb), thumb(frame)) {
            (Some(before), Some(this)) => before.is_empty() || unlikeness(before, this) > TELLING,
            _ => true,
        }
    }

    /// How long a frame stands, in microseconds.
    #[must_use]
    pub fn stands_us(&self, frame: usize) -> i64 {
        let begins = self.frames.get(frame).map_or(0, |(at, _)| *at);
        self.frames.get(frame + 1).map_or(self.length_us, |(at, _)| *at) - begins
    }
}

/// When each frame begins, in microseconds from the first.
fn times(file: &Path) -> Outcome<Vec<i64>> {
    let said = probe(file, &["-show_entries", "frame=best_effort_timestamp_time"])?;
    let mut times = Vec::new();
    for line in said.lines() {
        let Some(seconds) = line.split(',').find_map(|word| word.trim().parse::<f64>().ok()) else { continue };
        times.push(i64::try_from(std::time::Duration::try_from_secs_f64(seconds.max(0.0))?.as_micros())?);
    }
    let first = times.first().copied().unwrap_or(0);
    for at in &mut times {
        *at -= first;
    }
    Ok(times)
}

fn probe(file: &Path, what: &[&str]) -> Outcome<String> {
    let said = Command::new("ffprobe")
        .args(["-v", "error", "-select_streams", "v:0", "-of", "csv=p=0"])
        .args(what)
        .arg(file)
        .output()
        .map_err(|error| anyhow::anyhow!("ffprobe cannot be started ({error}); `make packages-test` installs it"))?;
    anyhow::ensure!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr).trim());
    Ok(String::from_utf8(said.stdout)?)
}

impl From<&Numbered> for Grey {
    /// The first frame.
    fn from(clip: &Numbered) -> Self {
        Self { width: clip.size.0, height: clip.size.1, pixels: clip.frame(0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_is_read_back_frame_by_frame_and_no_two_frames_look_alike() -> Outcome<()> {
        let folder = tempfile::tempdir()?;
        let movie = Numbered { clip: 3, frames: 30, fps: 25, size: (320, 180) };
        let clip = Clip::of(&movie.make(folder.path())?)?;
        assert_eq!((clip.frames.len(), clip.length_us, clip.is_movie), (30, 1_200_000, true));
        let first = Grey::from(&movie).thumb(movie.size);
        let apart = |one: &[u8], other: &[u8]| one.iter().zip(other).map(|(a, b)| u32::from(a.abs_diff(*b))).max();
        assert!(apart(&first, &clip.frames[0].1) < Some(40), "{:?}", apart(&first, &clip.frames[0].1));
        for pair in clip.frames.windows(2) {
            assert!(apart(&pair[0].1, &pair[1].1) > Some(100));
        }
        for (n, pair) in clip.through_a_slit().frames.windows(2).enumerate() {
            assert!(unlikeness(&pair[0].1, &pair[1].1) > TELLING, "{n}");
        }
        let grainy = Clip::of(&movie.make_grainy(folder.path())?)?;
        assert!(unlikeness(&grainy.frames[7].1, &clip.frames[7].1) < 900);
        let picture = Numbered { clip: 4, frames: 0, ..movie };
        let clip = Clip::of(&picture.make(folder.path())?)?;
        assert_eq!((clip.frames.len(), clip.is_movie), (1, false));
        Ok(())
    }
}
