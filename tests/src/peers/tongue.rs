//! What a peer's clients say and hear, whichever protocol it is.

use clap::ValueEnum;

use super::{mqtt, nats};
use crate::harness::Outcome;

/// What everybody subscribes to.
pub(super) const TOPIC: &str = "push";
/// The largest frame a client takes, in bytes; the messages here are far smaller.
pub(super) const FRAME_BYTES_MAX: usize = 64 * 1024;

/// A protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Tongue {
    /// MQTT 3.1.1, quality of service 0.
    Mqtt,
    /// NATS, core publish and subscribe.
    Nats,
}

/// What a client hears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Word {
    /// The connection stands.
    Greeted,
    /// Messages will come.
    Subscribed,
    /// A message came.
    Message(Vec<u8>),
    /// The answer to a sign of life.
    Alive,
    /// The server asks for a sign of life.
    Asked,
    /// The server refuses.
    Refused(String),
    /// Something of no concern.
    Other,
}

impl Tongue {
    /// What a client says first, and what makes messages come: the `n`th client.
    pub(super) fn greet(self, n: usize) -> Vec<u8> {
        match self {
            Self::Mqtt => mqtt::connect(n),
            Self::Nats => nats::connect(),
        }
    }

    /// What makes messages come.
    pub(super) fn subscribe(self) -> Vec<u8> {
        match self {
            Self::Mqtt => mqtt::subscribe(TOPIC),
            Self::Nats => nats::subscribe(TOPIC),
        }
    }

    /// A message for everybody.
    pub(super) fn publish(self, payload: &[u8]) -> Vec<u8> {
        match self {
            Self::Mqtt => mqtt::publish(TOPIC, payload),
            Self::Nats => nats::publish(TOPIC, payload),
        }
    }

    /// A sign of life.
    pub(super) fn ping(self) -> &'static [u8] {
        match self {
            Self::Mqtt => mqtt::PINGREQ,
            Self::Nats => nats::PING,
        }
    }

    /// The answer to a server that asks for one.
    pub(super) fn pong(self) -> &'static [u8] {
        match self {
            Self::Mqtt => &[],
            Self::Nats => nats::PONG,
        }
    }

    /// Takes the next word off what was read; none while it is not whole.
    ///
    /// # Errors
    /// When what was read is no frame.
    pub(super) fn next(self, read: &mut Vec<u8>) -> Outcome<Option<Word>> {
        let found = match self {
            Self::Mqtt => mqtt::parse(read)?,
            Self::Nats => nats::parse(read)?,
        };
        let Some((word, length)) = found else {
            anyhow::ensure!(read.len() <= FRAME_BYTES_MAX, "a frame of more than {FRAME_BYTES_MAX} bytes");
            return Ok(None);
        };
        read.drain(..length.min(read.len()));
        Ok(Some(word))
    }
}
