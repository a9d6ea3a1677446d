//! The books on the server's database, and what people are told of them. The rules are [`anteroom_content::play::books`].

use anteroom_content::manifest::Envelope;
use anteroom_content::play::LogMark;
use anteroom_content::play::books::{self, Author, Opened, Refused};

use super::clerk;
use crate::db::DbError;
use crate::db::boxes::PairedBox;
use crate::state::State;

/// Why a batch was not taken.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The signature is not by the box.
    #[error("the batch is not signed by the key of the box that sent it")]
    Forged,
    /// It is another box's.
    #[error("the batch belongs to another box")]
    OtherBox,
    /// It is by the box, and no batch: kept aside.
    #[error("the batch makes no sense: {0}")]
    Nonsense(String),
    /// Plays before it are missing.
    #[error("plays are held up to {}: go on from there", held.seq)]
    Ahead {
        /// Up to where plays are held.
        held: LogMark,
    },
    /// The server ends; nothing was taken.
    #[error("the books were closed before the batch was written down")]
    Closed,
    /// The database did not answer; nothing was taken.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<Refused<DbError>> for LedgerError {
    fn from(refused: Refused<DbError>) -> Self {
        match refused {
            Refused::Forged => Self::Forged,
            Refused::OtherBox => Self::OtherBox,
            Refused::Nonsense(why) => Self::Nonsense(why),
            Refused::Ahead { held } => Self::Ahead { held },
            Refused::Books(error) => Self::Db(error),
        }
    }
}

/// Says up to where plays of a box's log are held, from the database. Plays the box no longer has are written down as a gap.
///
/// # Errors
/// [`LedgerError::Nonsense`] when the numbers cannot be those of a log, [`LedgerError::Db`].
pub async fn resume(state: &State, from: &PairedBox, log: LogMark, oldest_seq: u64) -> Result<LogMark, LedgerError> {
    let resumed = books::resume(&state.db, &from.id, log, oldest_seq, state.now()).await?;
    if let Some(gap) = resumed.gap {
        tracing::warn!(
            r#box.id = %from.id, log.epoch = log.log_epoch, plays.first = gap.first_seq, plays.last = gap.last_seq,
            "a box no longer has these plays; they are reported as unproven"
        );
    }
    Ok(resumed.held)
}

/// Takes a batch: each play once, whatever comes twice, in pieces or damaged. On disk when this returns.
///
/// # Errors
/// [`LedgerError`]; nothing was counted then.
pub async fn receive(state: &State, from: &PairedBox, envelope: &Envelope) -> Result<LogMark, LedgerError> {
    let author = Author { box_id: &from.id, key: &from.signing_key };
    let Some(_room) = state.clerk.room(envelope.body.len()).await else { return Err(LedgerError::Closed) };
    let received = match books::open::<DbError>(author, envelope) {
        Ok(batch) => {
            let (box_id, key, envelope) = (from.id.clone(), from.signing_key, envelope.clone());
            let opened = Opened { box_id, key, batch, envelope, at: state.now() };
            clerk::write_down(state, opened).await.ok_or(LedgerError::Closed)??
        }
        // It is no batch, and kept aside.
        Err(Refused::Nonsense(_)) => books::receive(&state.db, author, envelope, state.now()).await?,
        Err(refused) => return Err(refused.into()),
    };
    if let Some(aside) = received.aside {
        tracing::error!(
            r#box.id = %from.id, log.epoch = received.held.log_epoch, plays.first = aside.first_seq,
            plays.count = aside.count, reason = aside.reason, evidence.kept = aside.is_kept,
            "plays of a box were not counted: look at the box"
        );
    }
    Ok(received.held)
}
