//! One batch in, one watermark out: plays, totals and watermark in one entry, on disk before the answer.

use ed25519_dalek::VerifyingKey;

use super::sort::{Step, contradicts, sort};
use super::{ASIDE_OF_BOX_MAX, Books, Entry, Evidence, LogKey, Page, Span, Standing};
use crate::clock::Instant;
use crate::id::BoxId;
use crate::manifest::{Distrust, Envelope};
use crate::play::{Batch, LogMark, chain_start};

/// Whose batches are received.
#[derive(Debug, Clone, Copy)]
pub struct Author<'a> {
    /// The box.
    pub box_id: &'a BoxId,
    /// The key it signs with.
    pub key: &'a VerifyingKey,
}

/// Why a batch was not taken.
#[derive(Debug, thiserror::Error)]
pub enum Refused<E> {
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
    /// The books cannot be written; nothing was taken.
    #[error(transparent)]
    Books(E),
}

/// A batch was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// Up to where plays are held now.
    pub held: LogMark,
    /// What of it was not counted.
    pub aside: Option<Aside>,
}

/// Plays that were not counted: somebody should look at the box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aside {
    /// The first play of the batch.
    pub first_seq: u64,
    /// How many plays it holds.
    pub count: usize,
    /// Why they were not counted.
    pub reason: String,
    /// The evidence is kept; false when there is too much of it.
    pub is_kept: bool,
}

/// Where a log goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resumed {
    /// Up to where plays are held.
    pub held: LogMark,
    /// Plays the box no longer has, written down just now.
    pub gap: Option<Span>,
}

/// Says up to where plays of a box's log are held, from the books. Plays the box no longer has are written down as a gap.
///
/// # Errors
/// [`Refused::Nonsense`] when the numbers cannot be those of a log, [`Refused::Books`].
pub async fn resume<B: Books>(
    books: &B,
    box_id: &BoxId,
    log: LogMark,
    oldest_seq: u64,
    now: Instant,
) -> Result<Resumed, Refused<B::Error>> {
    let log_epoch = log.log_epoch;
    let at = |seq| Resumed { held: LogMark { log_epoch, seq }, gap: None };
    if i64::try_from(log.seq).is_err() || log.seq == i64::MAX.unsigned_abs() {
        return Err(Refused::Nonsense(format!("a log of {} plays", log.seq)));
    }
    let standing = books.held(box_id, log_epoch).await.map_err(Refused::Books)?;
    let held = standing.map_or(0, |standing| standing.seq);
    // An empty log says that its oldest play is the next one.
    let oldest_seq = oldest_seq.min(log.seq + 1);
    if oldest_seq <= held + 1 {
        return Ok(at(held));
    }
    let mut entry = books.enter().await.map_err(Refused::Books)?;
    let log = LogKey { box_id, log_epoch };
    let standing = hold(&mut entry, log).await.map_err(Refused::Books)?;
    if oldest_seq <= standing.seq + 1 {
        return Ok(at(standing.seq));
    }
    let gap = Span { first_seq: standing.seq + 1, last_seq: oldest_seq - 1 };
    entry.add_gap(box_id, log_epoch, gap, now).await.map_err(Refused::Books)?;
    let after = Standing { seq: gap.last_seq, chain: None };
    entry.write(&Page::moving(log, after)).await.map_err(Refused::Books)?;
    entry.commit().await.map_err(Refused::Books)?;
    Ok(Resumed { gap: Some(gap), ..at(gap.last_seq) })
}

/// Takes a batch: each play once, whatever comes twice, in pieces or damaged. On disk when this returns.
///
/// # Errors
/// [`Refused`]; nothing was counted then.
pub async fn receive<B: Books>(
    books: &B,
    from: Author<'_>,
    envelope: &Envelope,
    now: Instant,
) -> Result<Received, Refused<B::Error>> {
    let (place, why) = match open(from, envelope) {
        Ok(batch) => {
            let mut entry = books.enter().await.map_err(Refused::Books)?;
            match take(&mut entry, from, &batch, envelope, now).await {
                Ok(received) => {
                    entry.commit().await.map_err(Refused::Books)?;
                    return Ok(received);
                }
                Err(Refused::Nonsense(why)) => ((batch.log_epoch, 0), why),
                // The entry is dropped: a log that only promises plays leaves no trace.
                Err(refused) => return Err(refused),
            }
        }
        Err(Refused::Nonsense(why)) => ((0, 0), why),
        Err(refused) => return Err(refused),
    };
    let mut entry = books.enter().await.map_err(Refused::Books)?;
    put_aside(&mut entry, from, place, &why, envelope, now).await.map_err(Refused::Books)?;
    entry.commit().await.map_err(Refused::Books)?;
    Err(Refused::Nonsense(why))
}

/// Believes a batch, or says why not; asks no books.
///
/// # Errors
/// [`Refused::Forged`], [`Refused::OtherBox`], [`Refused::Nonsense`].
pub fn open<E>(from: Author<'_>, envelope: &Envelope) -> Result<Batch, Refused<E>> {
    let batch: Batch = envelope.open(from.key).map_err(|distrust| match distrust {
        Distrust::Signature => Refused::Forged,
        Distrust::Document(why) => Refused::Nonsense(why),
    })?;
    if batch.box_id == *from.box_id { Ok(batch) } else { Err(Refused::OtherBox) }
}

/// Takes a batch that was opened, as part of an entry: it holds when the entry is committed.
///
/// # Errors
/// [`Refused::Ahead`] and [`Refused::Nonsense`], which leave nothing to commit, and [`Refused::Books`].
pub(super) async fn take<T: Entry>(
    entry: &mut T,
    from: Author<'_>,
    batch: &Batch,
    envelope: &Envelope,
    now: Instant,
) -> Result<Received, Refused<T::Error>> {
    let log = LogKey { box_id: from.box_id, log_epoch: batch.log_epoch };
    let log_epoch = log.log_epoch;
    let standing = hold(entry, log).await.map_err(Refused::Books)?;
    let mut page = Page::default();
    let (after, reason) = match sort(batch, standing) {
        Step::Ahead => return Err(Refused::Ahead { held: LogMark { log_epoch, seq: standing.seq } }),
        Step::Nowhere => {
            return Err(Refused::Nonsense(format!("{} plays from number {} on", batch.plays.len(), batch.first_seq)));
        }
        Step::Repeat => (standing, contradiction(entry, from, batch).await.map_err(Refused::Books)?),
        Step::Aside { reason, after } => {
            page = Page::moving(log, after);
            (after, Some(reason))
        }
        Step::Take { span, plays, after } => (after, page.add((log, span), plays, after, (envelope, now))),
    };
    let mut aside = None;
    if let Some(reason) = reason {
        let place = (log_epoch, batch.first_seq);
        let is_kept = put_aside(entry, from, place, &reason, envelope, now).await.map_err(Refused::Books)?;
        aside = Some(Aside { first_seq: batch.first_seq, count: batch.plays.len(), reason, is_kept });
    }
    if after != standing {
        entry.write(&page).await.map_err(Refused::Books)?;
    }
    Ok(Received { held: LogMark { log_epoch, seq: after.seq }, aside })
}

/// Where one log stands, held.
async fn hold<T: Entry>(entry: &mut T, log: LogKey<'_>) -> Result<Standing, T::Error> {
    let begun = Standing { seq: 0, chain: Some(chain_start(log.box_id, log.log_epoch)) };
    Ok(entry.hold(&[log]).await?.first().copied().unwrap_or(begun))
}

/// A repetition that tells another story is evidence of a copied or turned-back log.
async fn contradiction<T: Entry>(entry: &mut T, from: Author<'_>, batch: &Batch) -> Result<Option<String>, T::Error> {
    let known = entry.batch_with(from.box_id, batch.log_epoch, batch.first_seq).await?;
    let known = known.and_then(|known| known.open::<Batch>(from.key).ok());
    let is_other = known.is_some_and(|known| contradicts(&known, batch));
    Ok(is_other.then(|| "other plays under numbers that are held already".to_owned()))
}

/// Keeps what cannot be counted; false when the box has too much of it.
pub(super) async fn put_aside<T: Entry>(
    entry: &mut T,
    from: Author<'_>,
    (log_epoch, first_seq): (u64, u64),
    reason: &str,
    envelope: &Envelope,
    at: Instant,
) -> Result<bool, T::Error> {
    let kept_max = ASIDE_OF_BOX_MAX;
    entry.put_aside(&Evidence { box_id: from.box_id, log_epoch, first_seq, reason, envelope, at, kept_max }).await
}
