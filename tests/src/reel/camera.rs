//! A camera in front of a display: films whatever stands there, ours or another's, frame by frame.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::{Grey, Sight, tick_us};
use crate::harness::Outcome;

/// Width of what is kept of a sight, in pixels.
pub(super) const KEPT_WIDTH: usize = 160;
/// Rows kept of a slit.
pub(super) const SLIT_ROWS: usize = 2;
/// A slit is so many times wider than high.
const SLIT_SHAPE: i64 = 80;

/// A display in memory that windows open on.
#[derive(Debug)]
pub struct Display {
    server: Child,
    /// Its name, such as `:7`.
    pub name: String,
    /// Its size, in pixels.
    pub size: (u32, u32),
}

impl Display {
    /// Opens one.
    ///
    /// # Errors
    /// When Xvfb is not installed or does not start.
    pub fn open(size: (u32, u32)) -> Outcome<Self> {
        Self::open_as(None, size)
    }

    /// Opens one that has a name already: programs that were on the one before find it there.
    ///
    /// # Errors
    /// As [`Display::open`].
    pub fn open_again(name: &str, size: (u32, u32)) -> Outcome<Self> {
        Self::open_as(Some(name), size)
    }

    fn open_as(name: Option<&str>, size: (u32, u32)) -> Outcome<Self> {
        let screen = format!("{}x{}x24", size.0, size.1);
        let mut server = Command::new("Xvfb")
            .args(name)
            .args(["-displayfd", "1", "-screen", "0", &screen, "-nolisten", "tcp", "-noreset"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| anyhow::anyhow!("Xvfb cannot be started ({error}); `make packages-bench` installs it"))?;
        let out = server.stdout.take().ok_or_else(|| anyhow::anyhow!("Xvfb says nothing"))?;
        let mut number = String::new();
        BufReader::new(out).read_line(&mut number)?;
        let display = Self { server, name: format!(":{}", number.trim()), size };
        anyhow::ensure!(!number.trim().is_empty(), "Xvfb did not start");
        Ok(display)
    }

    /// Writes what is on it to a file.
    ///
    /// # Errors
    /// When ffmpeg cannot.
    pub fn picture(&self, file: &Path) -> Outcome<()> {
        let said = Command::new("ffmpeg")
            .args(["-v", "error", "-nostdin", "-y", "-f", "x11grab", "-draw_mouse", "0"])
            .args(["-video_size", &format!("{}x{}", self.size.0, self.size.1), "-i", &self.name, "-frames:v", "1"])
            .arg(file)
            .output()?;
        anyhow::ensure!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr).trim());
        Ok(())
    }

    /// Its process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.server.id()
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        // What cannot be ended any more has ended.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// Films.
#[derive(Debug)]
pub struct Camera<'a> {
    /// What it looks at.
    pub display: &'a Display,
    /// Sights a second.
    pub rate: u32,
    /// The part of the display it looks at: x, y, width, height.
    pub part: [i64; 4],
}

impl<'a> Camera<'a> {
    /// One that looks through a slit at where two rows of the cells of a numbered clip meet, when the clip fills `content`: it sees
    /// which frame is there, and costs the machine next to nothing. What it sees is matched with [`super::Clip::through_a_slit`].
    #[must_use]
    pub fn slit(display: &'a Display, rate: u32, [x, y, w, h]: [i64; 4]) -> Self {
        let height = (w / SLIT_SHAPE).max(2);
        Self { display, rate, part: [x, y + h / 4 - height / 2, w, height] }
    }
}

impl Camera<'_> {
    /// Films for so long.
    ///
    /// # Errors
    /// When ffmpeg cannot.
    pub fn film(&self, length: Duration) -> Outcome<Vec<Sight>> {
        let length_us = i64::try_from(length.as_micros())?;
        let until_us = tick_us() + length_us;
        let mut sights = Vec::new();
        self.watch(|sight| {
            let is_over = sight.tick_us >= until_us;
            sights.push(sight);
            Ok(!is_over)
        })?;
        Ok(sights)
    }

    /// Hands over what it sees, sight after sight, as long as `look` wants more.
    ///
    /// # Errors
    /// When ffmpeg cannot, or `look` fails.
    pub fn watch(&self, mut look: impl FnMut(Sight) -> Outcome<bool>) -> Outcome<()> {
        let [x, y, w, h] = self.part;
        let height = usize::try_from(i64::try_from(KEPT_WIDTH)? * h / w.max(1))?;
        let (width, height) = (KEPT_WIDTH, if h * SLIT_SHAPE / 2 < w { SLIT_ROWS } else { height.max(1) });
        let mut camera = Command::new("ffmpeg")
            // It complains of sights that come in a bunch when the machine is busy; those have their own times here.
            .args(["-v", "fatal", "-nostdin", "-f", "x11grab", "-draw_mouse", "0"])
            .args(["-framerate", &self.rate.to_string(), "-video_size", &format!("{w}x{h}")])
            .args(["-grab_x", &x.to_string(), "-grab_y", &y.to_string(), "-i", &self.display.name])
            .args(["-vf", &format!("scale={width}:{height}:flags=area,format=gray")])
            .args(["-vsync", "passthrough", "-f", "rawvideo", "-"])
            .stdout(Stdio::piped())
            .spawn()?;
        let mut film = camera.stdout.take().map(BufReader::new);
        let told = loop {
            let mut pixels = vec![0; width * height];
            if film.as_mut().is_none_or(|film| film.read_exact(&mut pixels).is_err()) {
                break Err(anyhow::anyhow!("the camera broke: is {} open?", self.display.name));
            }
            match look(Sight { tick_us: tick_us(), time_us: 0, picture: Grey { width, height, pixels } }) {
                Ok(true) => {}
                told => break told.map(drop),
            }
        };
        let _ = camera.kill();
        camera.wait()?;
        told
    }
}
