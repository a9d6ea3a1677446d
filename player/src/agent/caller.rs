//! The other side of the door: `status` and `snapshot` ask the running agent.

use std::fs;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use super::door::{self, Answer, Question};
use super::health::Status;
use super::limits::{CALLER_TIMEOUT, SNAPSHOT_BYTES_MAX};
use crate::bridge::pipe;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum NoAnswer {
    /// Nobody is there.
    #[error("no agent runs on `{folder}` ({error}): start one with `anteroom-player run --state {folder} …`", folder = .folder.display())]
    NoAgent {
        /// The state folder.
        folder: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// The talk broke.
    #[error("the agent did not answer: {0}")]
    Pipe(#[from] pipe::BadPipe),
    /// The agent hung up, or said something else.
    #[error("the agent gave no answer to that")]
    Strange,
    /// The agent cannot.
    #[error("{0}")]
    Failed(String),
    /// The picture cannot be put where it should be.
    #[error("the picture cannot be written to `{file}`: {error}", file = .file.display())]
    File {
        /// Where.
        file: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// The picture is too large.
    #[error("the picture has {0} bytes; at most {SNAPSHOT_BYTES_MAX} are taken")]
    TooLarge(u64),
}

/// Asks how it goes.
///
/// # Errors
/// [`NoAnswer`].
pub fn status(folder: &Path) -> Result<Status, NoAnswer> {
    match ask(folder, Question::Status)? {
        Answer::Status(status) => Ok(*status),
        Answer::Failed { text } => Err(NoAnswer::Failed(text)),
        Answer::Snapshot { .. } => Err(NoAnswer::Strange),
    }
}

/// Writes what is on the glass to a PNG file.
///
/// # Errors
/// [`NoAnswer`].
pub fn snapshot(folder: &Path, file: &Path) -> Result<(), NoAnswer> {
    let taken = match ask(folder, Question::Snapshot)? {
        Answer::Snapshot { file } => file,
        Answer::Failed { text } => return Err(NoAnswer::Failed(text)),
        Answer::Status(_) => return Err(NoAnswer::Strange),
    };
    let refuse = |error| NoAnswer::File { file: file.to_owned(), error };
    let size_bytes = fs::metadata(&taken).map_err(refuse)?.len();
    if size_bytes > SNAPSHOT_BYTES_MAX {
        return Err(NoAnswer::TooLarge(size_bytes));
    }
    let copied = fs::copy(&taken, file).map_err(refuse);
    // The agent's copy is not needed any more; at its next start it clears away what was left.
    let _ = fs::remove_file(&taken);
    copied.map(|_| ())
}

fn ask(folder: &Path, question: Question) -> Result<Answer, NoAnswer> {
    let no_agent = |error| NoAnswer::NoAgent { folder: folder.to_owned(), error };
    let mut agent = UnixStream::connect(door::path(folder)).map_err(no_agent)?;
    agent.set_read_timeout(Some(CALLER_TIMEOUT)).map_err(no_agent)?;
    pipe::write(&mut agent, &question)?;
    pipe::read(&mut agent)?.ok_or(NoAnswer::Strange)
}
