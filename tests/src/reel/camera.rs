//! A camera in front of a display: films whatever stands there, ours or another's, frame by frame.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::{Grey, Sight};
use crate::harness::Outcome;

/// Width of what is kept of a sight, in pixels.
const KEPT_WIDTH: usize = 160;

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
        let screen = format!("{}x{}x24", size.0, size.1);
        let mut server = Command::new("Xvfb")
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

impl Camera<'_> {
    /// Films for so long.
    ///
    /// # Errors
    /// When ffmpeg cannot.
    pub fn film(&self, length: Duration) -> Outcome<Vec<Sight>> {
        let [x, y, w, h] = self.part;
        let (width, height) = (KEPT_WIDTH, usize::try_from(i64::try_from(KEPT_WIDTH)? * h / w.max(1))?.max(1));
        let filter = format!("crop={w}:{h}:{x}:{y},scale={width}:{height}:flags=area,format=gray");
        let mut camera = Command::new("ffmpeg")
            .args([
                "-v",
                "error",
                "-nostdin",
                "-f",
                "x11grab",
                "-draw_mouse",
                "0",
                "-framerate",
                &self.rate.to_string(),
            ])
            .args([
                "-video_size",
                &format!("{}x{}", self.display.size.0, self.display.size.1),
                "-i",
                &self.display.name,
            ])
            .args(["-vf", &filter, "-vsync", "passthrough", "-f", "rawvideo", "-"])
            .stdout(Stdio::piped())
            .spawn()?;
        let mut film = BufReader::new(camera.stdout.take().ok_or_else(|| anyhow::anyhow!("the camera shows nothing"))?);
        let started = Instant::now();
        let mut sights = Vec::new();
        while started.elapsed() < length {
            let mut pixels = vec![0; width * height];
            film.read_exact(&mut pixels)
                .map_err(|_| anyhow::anyhow!("the camera broke: is {} open?", self.display.name))?;
            let tick_us = i64::try_from(started.elapsed().as_micros())?.max(1);
            sights.push(Sight { tick_us, time_us: 0, picture: Grey { width, height, pixels } });
        }
        let _ = camera.kill();
        camera.wait()?;
        Ok(sights)
    }
}
