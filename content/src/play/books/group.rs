//! Many batches of many boxes in one entry, for a commit waits for the disk. What is as it should be is written together; what
//! is not is looked at alone, and takes none of its neighbours with it. Nobody has an answer before all of it is on disk.

use std::collections::{BTreeMap, BTreeSet};

use ed25519_dalek::VerifyingKey;

use super::receive::{put_aside, take};
use super::sort::{Step, sort};
use super::totals::is_time_proven;
use super::{Author, Books, Entry, LogKey, Page, Received, Refused, Standing};
use crate::clock::Instant;
use crate::id::BoxId;
use crate::manifest::Envelope;
use crate::play::{Batch, LogMark, chain_start};

/// A batch that was opened and believed, see [`super::open`].
#[derive(Debug, Clone)]
pub struct Opened {
    /// Whose.
    pub box_id: BoxId,
    /// The key it signs with.
    pub key: VerifyingKey,
    /// What it says.
    pub batch: Batch,
    /// As it came.
    pub envelope: Envelope,
    /// When.
    pub at: Instant,
}

impl Opened {
    fn author(&self) -> Author<'_> {
        Author { box_id: &self.box_id, key: &self.key }
    }

    fn log(&self) -> LogKey<'_> {
        LogKey { box_id: &self.box_id, log_epoch: self.batch.log_epoch }
    }
}

/// What becomes of a batch.
pub type Verdict<E> = Result<Received, Refused<E>>;

/// Takes every batch of a group, in its order, and makes all of it last together: on disk when this returns.
///
/// # Errors
/// When nothing of the group could be kept.
pub async fn receive_group<B: Books>(books: &B, group: &[Opened]) -> Result<Vec<Verdict<B::Error>>, B::Error> {
    let mut entry = books.enter().await?;
    entry.save().await?;
    let taken = match together(&mut entry, group).await {
        Ok(taken) => {
            entry.keep_saved().await?;
            taken
        }
        Err(error) => {
            // A full disk ends the whole entry: that is what to tell, and not that it is gone.
            if entry.back_to_saved().await.is_err() {
                return Err(error);
            }
            group.iter().map(|_| None).collect()
        }
    };
    let mut verdicts = Vec::with_capacity(group.len());
    for (opened, taken) in group.iter().zip(taken) {
        verdicts.push(match taken {
            Some(received) => Ok(received),
            None => alone(&mut entry, opened).await?,
        });
    }
    entry.commit().await?;
    Ok(verdicts)
}

/// Takes what goes on where its log stands and can be counted, all of it in one writing; none for what wants to be looked at
/// alone.
async fn together<T: Entry>(entry: &mut T, group: &[Opened]) -> Result<Vec<Option<Received>>, T::Error> {
    let logs: BTreeSet<LogKey<'_>> = group.iter().map(Opened::log).collect();
    let logs: Vec<LogKey<'_>> = logs.into_iter().collect();
    let held = entry.hold(&logs).await?;
    let mut standings: BTreeMap<LogKey<'_>, Standing> = logs.into_iter().zip(held).collect();
    // What comes after such a batch of the same log waits for it.
    let mut waiting: BTreeSet<LogKey<'_>> = BTreeSet::new();
    let mut page = Page::default();
    let mut taken = Vec::with_capacity(group.len());
    for opened in group {
        let log = opened.log();
        let standing = standings.get(&log).filter(|_| !waiting.contains(&log));
        let received = standing.and_then(|standing| add(&mut page, opened, *standing));
        match &received {
            Some(_) => standings.extend(page.standings.get(&log).map(|now| (log, *now))),
            None => drop(waiting.insert(log)),
        }
        taken.push(received);
    }
    entry.write(&page).await?;
    for log in waiting.iter().filter(|log| !page.standings.contains_key(log)) {
        let begun = Standing { seq: 0, chain: Some(chain_start(log.box_id, log.log_epoch)) };
        if standings.get(log) == Some(&begun) {
            entry.forget(*log).await?;
        }
    }
    Ok(taken)
}

/// Adds a batch to the page, if it goes on where its log stands and every play of it counts.
fn add<'a>(page: &mut Page<'a>, opened: &'a Opened, standing: Standing) -> Option<Received> {
    let Step::Take { span, plays, after } = sort(&opened.batch, standing) else { return None };
    if !plays.iter().all(|play| is_time_proven(play.started_at, opened.at)) {
        return None;
    }
    page.add((opened.log(), span), plays, after, (&opened.envelope, opened.at));
    let held = LogMark { log_epoch: opened.batch.log_epoch, seq: after.seq };
    Some(Received { held, aside: None })
}

/// Takes one batch, or leaves no trace of it; an error means that nothing of the group can be kept.
async fn alone<T: Entry>(entry: &mut T, opened: &Opened) -> Result<Verdict<T::Error>, T::Error> {
    entry.save().await?;
    match take(entry, opened.author(), &opened.batch, &opened.envelope, opened.at).await {
        Ok(received) => {
            entry.keep_saved().await?;
            Ok(Ok(received))
        }
        Err(Refused::Nonsense(why)) => {
            entry.back_to_saved().await?;
            let place = (opened.batch.log_epoch, 0);
            put_aside(entry, opened.author(), place, &why, &opened.envelope, opened.at).await?;
            Ok(Err(Refused::Nonsense(why)))
        }
        Err(Refused::Books(error)) => match entry.back_to_saved().await {
            Ok(()) => Ok(Err(Refused::Books(error))),
            Err(_) => Err(error),
        },
        Err(refused) => {
            entry.back_to_saved().await?;
            Ok(Err(refused))
        }
    }
}
