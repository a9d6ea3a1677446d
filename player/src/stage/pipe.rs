//! The pipe to the agent: frames in on standard input, frames out on standard output, one thread each way.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TryRecvError, TrySendError, sync_channel};
use std::time::Duration;

use bevy::prelude::*;

use crate::bridge::pipe::{self, BadPipe};
use crate::bridge::{FromStage, ToStage};

/// Messages read ahead of the frame that takes them.
const INBOX_MAX: usize = 16;
/// Messages the agent may leave unread before new ones are dropped: a quarter of an hour of heartbeats.
const OUTBOX_MAX: usize = 1_024;
/// How long the last words may take.
const CLOSE_WAIT: Duration = Duration::from_millis(500);

/// Both ends.
pub(super) struct Pipe {
    pub(super) inbox: Inbox,
    pub(super) outbox: Outbox,
}

/// What comes out of the pipe.
#[derive(Debug)]
pub(super) enum Word {
    Told(ToStage),
    /// The agent is gone.
    Ended,
    /// What follows cannot be understood any more.
    Broken(String),
}

/// What the agent said and nobody has taken yet.
#[derive(Resource)]
pub(super) struct Inbox {
    receiver: Mutex<Receiver<Word>>,
    waiting: VecDeque<Word>,
}

impl Inbox {
    /// Waits for a word, at most so long.
    pub(super) fn wait(&mut self, most: Duration) {
        let Ok(receiver) = self.receiver.get_mut() else { return };
        match receiver.recv_timeout(most) {
            Ok(word) => self.waiting.push_back(word),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => self.waiting.push_back(Word::Ended),
        }
    }

    /// The next word, if there is one.
    pub(super) fn take(&mut self) -> Option<Word> {
        if let Some(word) = self.waiting.pop_front() {
            return Some(word);
        }
        match self.receiver.get_mut().ok()?.try_recv() {
            Ok(word) => Some(word),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => Some(Word::Ended),
        }
    }
}

/// Where the stage speaks to the agent.
#[derive(Clone, Resource)]
pub(super) struct Outbox {
    sender: SyncSender<Option<FromStage>>,
    done: std::sync::Arc<Mutex<Receiver<()>>>,
}

impl Outbox {
    /// Says something. What an agent that stopped reading misses is lost, and the log says so.
    pub(super) fn tell(&self, message: FromStage) {
        match self.sender.try_send(Some(message)) {
            Ok(()) | Err(TrySendError::Disconnected(_)) => {}
            Err(TrySendError::Full(message)) => {
                tracing::error!(pipe.dropped = ?message, "the agent does not read what the stage tells it");
            }
        }
    }

    /// Waits until the last word is out.
    pub(super) fn close(&self) {
        if self.sender.try_send(None).is_ok()
            && let Ok(done) = self.done.lock()
        {
            let _ = done.recv_timeout(CLOSE_WAIT);
        }
    }
}

/// Opens both ends.
pub(super) fn open() -> io::Result<Pipe> {
    let (word_sender, word_receiver) = sync_channel(INBOX_MAX);
    let (sender, receiver) = sync_channel(OUTBOX_MAX);
    let (done_sender, done) = sync_channel(1);
    std::thread::Builder::new().name("stage-in".into()).spawn(move || read_words(&mut io::stdin(), &word_sender))?;
    std::thread::Builder::new().name("stage-out".into()).spawn(move || {
        if let Err(error) = write_words(&mut io::stdout(), &receiver) {
            tracing::warn!("the agent cannot be told anything any more: {error}");
        }
        let _ = done_sender.send(());
    })?;
    Ok(Pipe {
        inbox: Inbox { receiver: Mutex::new(word_receiver), waiting: VecDeque::new() },
        outbox: Outbox { sender, done: std::sync::Arc::new(Mutex::new(done)) },
    })
}

fn read_words(input: &mut impl Read, words: &SyncSender<Word>) {
    loop {
        let word = match pipe::read(input) {
            Ok(Some(message)) => Word::Told(message),
            Ok(None) => Word::Ended,
            Err(BadPipe::Unreadable(error)) => {
                // A newer agent may say things this stage does not know.
                tracing::warn!("a message of the agent is skipped: {error}");
                continue;
            }
            Err(error @ (BadPipe::TooLong(_) | BadPipe::Broken(_))) => Word::Broken(error.to_string()),
        };
        let is_last = !matches!(word, Word::Told(_));
        if words.send(word).is_err() || is_last {
            return;
        }
    }
}

fn write_words(output: &mut impl Write, messages: &Receiver<Option<FromStage>>) -> Result<(), BadPipe> {
    while let Ok(Some(message)) = messages.recv() {
        pipe::write(output, &message)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bridge::BRIDGE_FRAME_BYTES_MAX;

    fn heard(bytes: &[u8]) -> Vec<String> {
        let (sender, receiver) = sync_channel(INBOX_MAX);
        read_words(&mut { bytes }, &sender);
        drop(sender);
        receiver.iter().map(|word| format!("{word:?}")).collect()
    }

    fn frame(body: &str) -> Vec<u8> {
        let length = u32::try_from(body.len()).expect("short");
        [&length.to_be_bytes(), body.as_bytes()].concat()
    }

    #[test]
    fn what_a_newer_agent_says_is_skipped_and_the_end_is_heard() {
        let bytes = [frame(r#"{"type":"dance"}"#), frame(r#"{"type":"leave"}"#)].concat();
        assert_eq!(heard(&bytes), ["Told(Leave)", "Ended"]);
    }

    #[test]
    fn a_frame_over_the_limit_or_cut_short_breaks_the_pipe_and_stores_nothing() {
        let over = u32::try_from(BRIDGE_FRAME_BYTES_MAX + 1).expect("fits").to_be_bytes();
        assert!(heard(&over)[0].starts_with("Broken"));
        assert!(heard(&frame("{}")[..5])[0].starts_with("Broken"));
        assert_eq!(heard(b"\0\0"), ["Ended"]);
    }
}
