//! The agent's door: a socket in the state folder, for people and scripts on this machine. No network port ever.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{Semaphore, oneshot};

use super::events::{Ask, Event, EventSender};
use super::health::Status;
use super::limits::{CALLER_TIMEOUT, CALLERS_MAX};
use crate::bridge::pipe;

/// What a caller asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
pub enum Question {
    /// How does it go?
    Status,
    /// What is on the glass?
    Snapshot,
}

/// What a caller hears.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Answer {
    /// How it goes.
    Status(Box<Status>),
    /// The picture, in a file that the caller takes away.
    Snapshot {
        /// Where it is.
        file: PathBuf,
    },
    /// Why there is no answer.
    Failed {
        /// In words.
        text: String,
    },
}

/// Where the door is.
pub fn path(folder: &Path) -> PathBuf {
    folder.join("agent.sock")
}

/// Opens the door. Only the owner of the folder gets in.
///
/// # Errors
/// When the socket cannot be made.
pub fn open(folder: &Path) -> std::io::Result<UnixListener> {
    let path = path(folder);
    // One left behind by an agent that was killed; the lock on the folder says that none is running.
    let _ = std::fs::remove_file(&path);
    let listener = UnixListener::bind(&path)?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
    Ok(listener)
}

/// Answers callers for as long as the agent lives.
pub async fn run(listener: UnixListener, events: EventSender) {
    let callers = Arc::new(Semaphore::new(CALLERS_MAX));
    loop {
        let Ok(room) = Arc::clone(&callers).acquire_owned().await else { return };
        match listener.accept().await {
            Ok((caller, _)) => {
                let events = events.clone();
                tokio::spawn(async move {
                    if let Ok(Err(error)) = tokio::time::timeout(CALLER_TIMEOUT, receive(caller, &events)).await {
                        tracing::debug!(reason = %error, "a caller went away");
                    }
                    drop(room);
                });
            }
            Err(error) => {
                tracing::warn!(reason = %error, "a caller could not be let in");
                tokio::time::sleep(super::limits::TICK).await;
            }
        }
    }
}

async fn receive(mut caller: UnixStream, events: &EventSender) -> Result<(), pipe::BadPipe> {
    let Some(question) = pipe::hear::<Question>(&mut caller).await? else { return Ok(()) };
    let busy = || Answer::Failed { text: "the agent is stopping".into() };
    let answer = match question {
        Question::Status => {
            let (answer, answered) = oneshot::channel();
            events.send(Event::Asked(Ask::Status(answer))).await;
            answered.await.map_or_else(|_| busy(), Answer::Status)
        }
        Question::Snapshot => {
            let (answer, answered) = oneshot::channel();
            events.send(Event::Asked(Ask::Snapshot(answer))).await;
            match answered.await {
                Ok(Ok(picture)) => Answer::Snapshot { file: picture.file },
                Ok(Err(text)) => Answer::Failed { text },
                Err(_) => busy(),
            }
        }
    };
    pipe::tell(&mut caller, &answer).await
}
