//! The server's voice in one conversation: what is said at once by whoever has it, and what waits until the box reads.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use anteroom_content::wire::{ToPlayer, encode};
use tokio::sync::Notify;

use super::frames::Broken;
use super::limits::{TELL_QUEUE_MAX, WRITE_MAX};
use super::line::{Lost, Speak};
use crate::fleet::{Frame, Mouth};

/// The voice; its link and the fleet share it.
#[derive(Debug)]
pub(super) struct Voice {
    speech: Mutex<Speech>,
    /// Rings when the link's own task has something to do: a word to say, a box that did not read, the end.
    bell: Notify,
}

#[derive(Debug)]
struct Speech {
    stream: Speak,
    /// What was said has not all gone out: whoever sees to that must not lose his place.
    is_behind: bool,
    /// What is left of a frame that was begun.
    begun: Frame,
    /// Frames in their turn.
    frames: VecDeque<Frame>,
    /// The newest manifest that was not said yet.
    manifest: Option<Frame>,
    /// Words the link's own task has to think about first.
    words: VecDeque<ToPlayer>,
    is_ended: bool,
}

/// What the link's own task is called for.
#[derive(Debug)]
pub(super) enum Call {
    /// A word of the fleet.
    Word(ToPlayer),
    /// The link is to end.
    End,
}

impl Speech {
    fn next_call(&mut self) -> Option<Call> {
        let word = self.words.pop_front().map(Call::Word);
        word.or_else(|| self.is_ended.then_some(Call::End))
    }

    /// Says all that waits; pending when the box does not read. Nothing is lost either way.
    fn poll_say(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Lost>> {
        loop {
            std::task::ready!(self.stream.poll_write_chunk(cx, &mut self.begun))?;
            let Some(next) = self.frames.pop_front().or_else(|| self.manifest.take()) else {
                let flushed = self.stream.poll_flush(cx);
                self.is_behind = flushed.is_pending();
                return flushed;
            };
            self.begun = next;
        }
    }
}

impl Voice {
    /// On a stream.
    pub(super) fn on(stream: Speak) -> Arc<Self> {
        let speech = Speech {
            stream,
            is_behind: false,
            begun: Frame::new(),
            frames: VecDeque::new(),
            manifest: None,
            words: VecDeque::new(),
            is_ended: false,
        };
        Arc::new(Self { speech: Mutex::new(speech), bell: Notify::new() })
    }

    /// A poisoned lock only says that a thread ended while it held it; a frame is whole or begun, and goes on.
    fn speech(&self) -> MutexGuard<'_, Speech> {
        self.speech.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says a message behind whatever was begun, and waits until it is said.
    pub(super) async fn say(&self, message: &ToPlayer) -> Result<(), Broken> {
        self.say_frame(encode(message)?.into()).await
    }

    /// Says a frame behind whatever was begun, and waits until it is said.
    pub(super) async fn say_frame(&self, frame: Frame) -> Result<(), Broken> {
        self.speech().frames.push_back(frame);
        self.say_waiting().await
    }

    async fn say_waiting(&self) -> Result<(), Broken> {
        let said = std::future::poll_fn(|cx| self.speech().poll_say(cx));
        Ok(tokio::time::timeout(WRITE_MAX, said).await.map_err(|_| Broken::Deaf)??)
    }

    /// Waits until the link's own task is called, and says what could not be said at once.
    pub(super) async fn called(&self) -> Result<Call, Broken> {
        loop {
            self.say_waiting().await?;
            if let Some(call) = self.speech().next_call() {
                return Ok(call);
            }
            self.bell.notified().await;
        }
    }

    /// Says no more: the box hears the end of the stream behind what was said.
    pub(super) fn finish(&self) {
        self.speech().stream.finish();
    }
}

impl Mouth for Voice {
    fn tell(&self, word: ToPlayer) -> bool {
        let mut speech = self.speech();
        if speech.is_ended || speech.words.len() >= TELL_QUEUE_MAX {
            return false;
        }
        speech.words.push_back(word);
        drop(speech);
        self.bell.notify_one();
        true
    }

    fn offer(&self, manifest: &Frame) {
        let mut speech = self.speech();
        speech.manifest = Some(manifest.clone());
        // Whoever waits already for the box to read must not lose his place to somebody who does not wait.
        let is_said = speech.begun.is_empty()
            && !speech.is_behind
            && matches!(speech.poll_say(&mut Context::from_waker(Waker::noop())), Poll::Ready(Ok(())));
        drop(speech);
        if !is_said {
            self.bell.notify_one();
        }
    }

    fn end(&self) {
        self.speech().is_ended = true;
        self.bell.notify_one();
    }
}
