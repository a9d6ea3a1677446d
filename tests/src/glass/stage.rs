//! The stage's process and its pipe: frames of JSON in, frames of JSON out.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;

use serde_json::{Value, json};

use super::Set;
use crate::harness::{Glass, Outcome, program, until_some};
use crate::reel::tick_us;

/// How long the stage may take to say something on a busy machine.
const ANSWER_LIMIT: Duration = Duration::from_mins(1);
/// Words nobody has heard yet; a stage that says more waits.
const WORDS_MAX: usize = 4_096;
/// The longest word heard, in bytes.
const WORD_BYTES_MAX: usize = 16 * 1024 * 1024;

/// A running stage.
pub struct Stage {
    process: Child,
    pipe: ChildStdin,
    words: Receiver<Value>,
    folder: tempfile::TempDir,
    tokens: u64,
}

impl Stage {
    /// Starts one with a glass of so many pixels; draws in memory.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start((width, height): (u32, u32)) -> Outcome<Self> {
        Self::start_with((width, height), &[])
    }

    /// The same, with variables in its environment.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start_with((width, height): (u32, u32), variables: &[(&str, &Path)]) -> Outcome<Self> {
        let folder = tempfile::tempdir()?;
        let log = std::fs::File::create(folder.path().join("stage.log"))?;
        let mut process = Command::new(program("anteroom-player")?)
            .args(["stage", "--headless", "--size", &format!("{width}x{height}")])
            .envs(variables.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()?;
        let taken = process.stdin.take().zip(process.stdout.take());
        let (pipe, mut said) = taken.ok_or_else(|| anyhow::anyhow!("the stage has no pipe"))?;
        let (sender, words) = sync_channel(WORDS_MAX);
        std::thread::Builder::new().name("stage-words".into()).spawn(move || {
            let mut head = [0; 4];
            while said.read_exact(&mut head).is_ok() {
                let length = usize::try_from(u32::from_be_bytes(head)).unwrap_or(usize::MAX);
                if length > WORD_BYTES_MAX {
                    return;
                }
                let mut body = vec![0; length];
                let word = said.read_exact(&mut body).map(|()| serde_json::from_slice(&body));
                let Ok(Ok(word)) = word else { return };
                if sender.send(word).is_err() {
                    return;
                }
            }
        })?;
        Ok(Self { process, pipe, words, folder, tokens: 0 })
    }

    /// Tells it something.
    ///
    /// # Errors
    /// When it does not hear any more.
    pub fn tell(&mut self, word: &Value) -> Outcome<()> {
        let body = serde_json::to_vec(word)?;
        self.pipe.write_all(&u32::try_from(body.len())?.to_be_bytes())?;
        self.pipe.write_all(&body)?;
        self.pipe.flush().map_err(|error| anyhow::anyhow!("{error}: {}", self.log()))
    }

    /// Tells it what time it is, and how much faster than the clock that is, in parts of a thousand million.
    ///
    /// # Errors
    /// As [`Stage::tell`].
    pub fn set_clock(&mut self, time_ms: i64, rate_ppb: i64) -> Outcome<()> {
        self.tell(&json!({"type": "clock", "tick_us": tick_us(), "time_us": time_ms * 1_000, "rate_ppb": rate_ppb}))
    }

    /// Tells it what stands.
    ///
    /// # Errors
    /// As [`Stage::tell`].
    pub fn set(&mut self, set: &Set) -> Outcome<()> {
        self.tell(&set.word(&self.files())?)?;
        self.tell(set.cover())?;
        set.call().map_or(Ok(()), |call| self.tell(call))
    }

    /// Where it looks for files by their hashes.
    #[must_use]
    pub fn files(&self) -> PathBuf {
        self.folder.path().join("files")
    }

    /// The next word it says.
    ///
    /// # Errors
    /// When it says none.
    pub fn hear(&mut self) -> Outcome<Value> {
        self.words.recv_timeout(ANSWER_LIMIT).map_err(|_| anyhow::anyhow!("the stage is silent: {}", self.log()))
    }

    /// The words it has said meanwhile.
    pub fn heard(&mut self) -> Vec<Value> {
        self.words.try_iter().collect()
    }

    /// Its first word of a kind from now on.
    ///
    /// # Errors
    /// When it says none.
    pub fn hear_a(&mut self, kind: &str) -> Outcome<Value> {
        loop {
            let word = self.hear()?;
            if word.get("type").is_some_and(|said| said == kind) {
                return Ok(word);
            }
        }
    }

    /// Its first word of what is amiss in that way, unless it says enough others before.
    ///
    /// # Errors
    /// When it is silent.
    pub fn finds(&mut self, sort: &str, counts: u32) -> Outcome<Option<Value>> {
        let mut counted = 0;
        while counted < counts {
            let word = self.hear()?;
            match word.get("type").and_then(Value::as_str) {
                Some("amiss") if word.get("sort").is_some_and(|said| said == sort) => return Ok(Some(word)),
                Some("frames") => counted += 1,
                _ => {}
            }
        }
        Ok(None)
    }

    /// Waits until it has ended by itself; with which code.
    ///
    /// # Errors
    /// When it stays.
    pub fn ended(&mut self) -> Outcome<Option<i32>> {
        let ended = until_some("the stage to end", ANSWER_LIMIT, || Ok(self.process.try_wait()?));
        ended.map(|(status, _)| status.code())
    }

    /// What is on its glass.
    ///
    /// # Errors
    /// When it shows nothing.
    pub fn look(&mut self) -> Outcome<Glass> {
        self.tokens += 1;
        let file = self.folder.path().join(format!("look-{}.png", self.tokens));
        self.tell(&json!({"type": "look", "token": self.tokens, "file": file, "width_max": null}))?;
        loop {
            let word = self.hear_a("looked")?;
            if word.get("token").and_then(Value::as_u64) == Some(self.tokens) {
                anyhow::ensure!(word.get("problem").is_none_or(Value::is_null), "{word}");
                return Ok(Glass(image::open(&file)?.to_rgb8()));
            }
        }
    }

    /// Looks until two looks in a row are the same: nothing fades any more.
    ///
    /// # Errors
    /// When it never comes to rest.
    pub fn look_at_rest(&mut self) -> Outcome<Glass> {
        let mut last: Option<Glass> = None;
        until_some("a glass at rest", ANSWER_LIMIT, || {
            let seen = self.look()?;
            let is_same = last.as_ref().is_some_and(|last| last.0 == seen.0);
            last = Some(seen.clone());
            Ok(is_same.then_some(seen))
        })
        .map(|(seen, _)| seen)
    }

    /// Its process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// What it has logged.
    #[must_use]
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("stage.log")).unwrap_or_default()
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        // What cannot be ended any more has ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
