//! Looks: pictures of the glass that were asked for and have not come yet.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant as Tick;

use tokio::sync::oneshot;

use crate::agent::events::{Look, Picture};
use crate::agent::limits::{LOOK_TIMEOUT, LOOKS_MAX};
use anteroom_content::clock::Instant;

/// Who waits for a picture.
#[derive(Debug)]
pub struct Looks {
    folder: PathBuf,
    last_token: u64,
    waiting: BTreeMap<u64, Waiter>,
}

#[derive(Debug)]
struct Waiter {
    answer: oneshot::Sender<Look>,
    file: PathBuf,
    asked: Tick,
}

impl Looks {
    /// Pictures go through files of this folder, which is emptied.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn in_folder(folder: &Path) -> std::io::Result<Self> {
        let _ = std::fs::remove_dir_all(folder);
        std::fs::create_dir_all(folder)?;
        Ok(Self { folder: folder.to_owned(), last_token: 0, waiting: BTreeMap::new() })
    }

    /// Somebody asks; gives the token and the file for the stage, unless too many ask already.
    pub fn ask(&mut self, ending: &str, answer: oneshot::Sender<Look>) -> Option<(u64, PathBuf)> {
        if self.waiting.len() >= LOOKS_MAX {
            let _ = answer.send(Err("too many pictures are asked for at once; ask again".into()));
            return None;
        }
        self.last_token += 1;
        let file = self.folder.join(format!("{}.{ending}", self.last_token));
        self.waiting.insert(self.last_token, Waiter { answer, file: file.clone(), asked: Tick::now() });
        Some((self.last_token, file))
    }

    /// The stage answered.
    pub fn answer(&mut self, token: u64, at: Instant, problem: Option<String>) {
        let Some(waiter) = self.waiting.remove(&token) else { return };
        let look = match problem {
            None => Ok(Picture { file: waiter.file, at }),
            Some(problem) => Err(problem),
        };
        if let Err(Ok(picture)) = waiter.answer.send(look) {
            // Whoever asked has gone.
            let _ = std::fs::remove_file(picture.file);
        }
    }

    /// One picture will not come.
    pub fn fail(&mut self, token: u64, text: &str) {
        self.answer(token, Instant(0), Some(text.to_owned()));
    }

    /// None of them will come.
    pub fn fail_all(&mut self, text: &str) {
        for waiter in std::mem::take(&mut self.waiting).into_values() {
            let _ = waiter.answer.send(Err(text.to_owned()));
        }
    }

    /// Whoever waits too long is told so.
    pub fn expire(&mut self) {
        let late = |waiter: &Waiter| waiter.asked.elapsed() > LOOK_TIMEOUT;
        let tokens: Vec<_> = self.waiting.iter().filter(|(_, w)| late(w)).map(|(token, _)| *token).collect();
        for token in tokens {
            self.fail(token, "the stage did not answer in time");
        }
    }
}
