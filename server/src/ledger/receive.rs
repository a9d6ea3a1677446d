//! One batch in, one watermark out: plays, totals and watermark in one transaction, on disk before the answer.

use anteroom_content::clock::Instant;
use anteroom_content::manifest::{Distrust, Envelope};
use anteroom_content::play::{Batch, LogMark, chain_start};

use super::sort::{Step, contradicts, sort};
use super::totals::add_up;
use crate::db::boxes::PairedBox;
use crate::db::ledger::{self, Span, Standing};
use crate::db::{DbError, DbResult, Tx};
use crate::state::State;

/// Pieces of evidence kept aside of one box: more than an honest one makes in its life, less than a mad one in an hour.
const ASIDE_OF_BOX_MAX: i64 = 1_000;

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
    /// The database did not answer; nothing was taken.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Says up to where plays of a box's log are held, from the database. Plays the box no longer has are written down as a gap.
///
/// # Errors
/// [`LedgerError::Nonsense`] when the numbers cannot be those of a log, [`LedgerError::Db`].
pub async fn resume(state: &State, from: &PairedBox, log: LogMark, oldest_seq: u64) -> Result<LogMark, LedgerError> {
    let log_epoch = log.log_epoch;
    if i64::try_from(log.seq).is_err() || log.seq == i64::MAX.unsigned_abs() {
        return Err(LedgerError::Nonsense(format!("a log of {} plays", log.seq)));
    }
    let held = ledger::held(&state.db, &from.id, log_epoch).await?.map_or(0, |standing| standing.seq);
    // An empty log says that its oldest play is the next one.
    let oldest_seq = oldest_seq.min(log.seq + 1);
    if oldest_seq <= held + 1 {
        return Ok(LogMark { log_epoch, seq: held });
    }
    let mut tx = state.db.begin().await?;
    let standing = ledger::hold(&mut tx, &from.id, log_epoch, &chain_start(&from.id, log_epoch)).await?;
    if oldest_seq <= standing.seq + 1 {
        return Ok(LogMark { log_epoch, seq: standing.seq });
    }
    let gap = Span { first_seq: standing.seq + 1, last_seq: oldest_seq - 1 };
    ledger::add_gap(&mut tx, &from.id, log_epoch, gap, state.now()).await?;
    ledger::move_to(&mut tx, &from.id, log_epoch, Standing { seq: gap.last_seq, chain: None }).await?;
    tx.commit().await?;
    tracing::warn!(
        r#box.id = %from.id, log.epoch = log_epoch, plays.first = gap.first_seq, plays.last = gap.last_seq,
        "a box no longer has these plays; they are reported as unproven"
    );
    Ok(LogMark { log_epoch, seq: gap.last_seq })
}

/// Takes a batch: each play once, whatever comes twice, in pieces or damaged. On disk when this returns.
///
/// # Errors
/// [`LedgerError`]; nothing was counted then.
pub async fn receive(state: &State, from: &PairedBox, envelope: &Envelope) -> Result<LogMark, LedgerError> {
    let now = state.now();
    let batch = match envelope.open::<Batch>(&from.signing_key) {
        Ok(batch) => batch,
        Err(Distrust::Signature) => return Err(LedgerError::Forged),
        Err(Distrust::Document(why)) => return keep_nonsense(state, from, (0, 0), envelope, why, now).await,
    };
    if batch.box_id != from.id {
        return Err(LedgerError::OtherBox);
    }
    let log_epoch = batch.log_epoch;
    let mut tx = state.db.begin().await?;
    let standing = ledger::hold(&mut tx, &from.id, log_epoch, &chain_start(&from.id, log_epoch)).await?;
    let seq = match sort(&batch, standing) {
        Step::Repeat => {
            check_repeat(&mut tx, from, &batch, envelope, now).await?;
            standing.seq
        }
        // The transaction is dropped: a log that only promises plays leaves no trace.
        Step::Ahead => return Err(LedgerError::Ahead { held: LogMark { log_epoch, seq: standing.seq } }),
        Step::Nowhere => {
            drop(tx);
            let why = format!("{} plays from number {} on", batch.plays.len(), batch.first_seq);
            return keep_nonsense(state, from, (log_epoch, 0), envelope, why, now).await;
        }
        Step::Take { span, plays, after } => {
            ledger::add_batch(&mut tx, &from.id, log_epoch, span, envelope, now).await?;
            let totals = add_up(plays, now);
            for (key, total) in &totals.hours {
                ledger::add_hour(&mut tx, key, *total).await?;
            }
            if let (Some(first), Some(last)) = (totals.time_unproven.first(), totals.time_unproven.last()) {
                let count = totals.time_unproven.len();
                let reason = format!("time unproven: {count} plays from {first} to {last}");
                put_aside(&mut tx, from, &batch, &reason, envelope, now).await?;
            }
            ledger::move_to(&mut tx, &from.id, log_epoch, after).await?;
            after.seq
        }
        Step::Aside { reason, after } => {
            put_aside(&mut tx, from, &batch, &reason, envelope, now).await?;
            ledger::move_to(&mut tx, &from.id, log_epoch, after).await?;
            after.seq
        }
    };
    tx.commit().await?;
    Ok(LogMark { log_epoch, seq })
}

/// A repetition that tells another story is evidence of a copied or turned-back log.
async fn check_repeat(
    tx: &mut Tx<'_>,
    from: &PairedBox,
    batch: &Batch,
    envelope: &Envelope,
    now: Instant,
) -> DbResult<()> {
    let Some(known) = ledger::batch_with(tx, &from.id, batch.log_epoch, batch.first_seq).await? else { return Ok(()) };
    let known = known.open::<Batch>(&from.signing_key);
    if known.is_ok_and(|known| contradicts(&known, batch)) {
        put_aside(tx, from, batch, "other plays under numbers that are held already", envelope, now).await?;
    }
    Ok(())
}

async fn put_aside(
    tx: &mut Tx<'_>,
    from: &PairedBox,
    batch: &Batch,
    reason: &str,
    envelope: &Envelope,
    now: Instant,
) -> DbResult<()> {
    let place = (batch.log_epoch, batch.first_seq);
    let is_kept = ledger::quarantine(tx, &from.id, place, reason, envelope, now, ASIDE_OF_BOX_MAX).await?;
    tracing::error!(
        r#box.id = %from.id, log.epoch = batch.log_epoch, plays.first = batch.first_seq, plays.count = batch.plays.len(),
        reason, evidence.kept = is_kept, "plays of a box were not counted: look at the box"
    );
    Ok(())
}

async fn keep_nonsense(
    state: &State,
    from: &PairedBox,
    place: (u64, u64),
    envelope: &Envelope,
    why: String,
    now: Instant,
) -> Result<LogMark, LedgerError> {
    let mut tx = state.db.begin().await?;
    ledger::quarantine(&mut tx, &from.id, place, &why, envelope, now, ASIDE_OF_BOX_MAX).await?;
    tx.commit().await?;
    Err(LedgerError::Nonsense(why))
}
