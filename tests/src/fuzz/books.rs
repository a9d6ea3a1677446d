//! Books in memory: what batches are received into here.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use anteroom_content::clock::Instant;
use anteroom_content::id::BoxId;
use anteroom_content::manifest::Envelope;
use anteroom_content::play::books::{Books, Entry, Evidence, HourKey, HourTotal, LogKey, Page, Span, Standing};
use anteroom_content::play::chain_start;

#[derive(Debug, Clone, Default)]
struct Rows {
    logs: BTreeMap<u64, Standing>,
    batches: Vec<(u64, Span, Envelope)>,
    hours: BTreeMap<HourKey, HourTotal>,
}

/// Books of one box.
#[derive(Debug, Clone, Default)]
pub(super) struct Shelf(Arc<Mutex<Rows>>);

impl Shelf {
    /// Where a log stands, and how many plays are counted.
    pub(super) fn standing(&self, log_epoch: u64) -> (u64, i64) {
        let rows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let plays = rows.hours.values().map(|total| total.plays).sum();
        (rows.logs.get(&log_epoch).map_or(0, |standing| standing.seq), plays)
    }
}

/// Changes that are made at once: nothing fails here.
pub(super) struct Open {
    shelf: Shelf,
    rows: Rows,
    saved: Rows,
}

impl Books for Shelf {
    type Error = Infallible;
    type Entry = Open;

    async fn enter(&self) -> Result<Open, Infallible> {
        let rows = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Ok(Open { shelf: self.clone(), saved: rows.clone(), rows })
    }

    async fn held(&self, _: &BoxId, log_epoch: u64) -> Result<Option<Standing>, Infallible> {
        Ok(self.0.lock().unwrap_or_else(PoisonError::into_inner).logs.get(&log_epoch).copied())
    }
}

impl Entry for Open {
    type Error = Infallible;

    async fn hold(&mut self, logs: &[LogKey<'_>]) -> Result<Vec<Standing>, Infallible> {
        let begun = |log: &LogKey<'_>| Standing { seq: 0, chain: Some(chain_start(log.box_id, log.log_epoch)) };
        Ok(logs.iter().map(|log| self.rows.logs.get(&log.log_epoch).copied().unwrap_or_else(|| begun(log))).collect())
    }

    async fn forget(&mut self, log: LogKey<'_>) -> Result<(), Infallible> {
        self.rows.logs.remove(&log.log_epoch);
        Ok(())
    }

    async fn write(&mut self, page: &Page<'_>) -> Result<(), Infallible> {
        for kept in &page.batches {
            self.rows.batches.push((kept.log.log_epoch, kept.span, kept.envelope.clone()));
        }
        for (key, total) in &page.hours {
            let sum = self.rows.hours.entry(key.clone()).or_default();
            sum.plays += total.plays;
        }
        self.rows.logs.extend(page.standings.iter().map(|(log, now)| (log.log_epoch, *now)));
        Ok(())
    }

    async fn batch_with(&mut self, _: &BoxId, log_epoch: u64, seq: u64) -> Result<Option<Envelope>, Infallible> {
        let holds = |(epoch, span, _): &&(u64, Span, Envelope)| {
            *epoch == log_epoch && (span.first_seq..=span.last_seq).contains(&seq)
        };
        Ok(self.rows.batches.iter().find(holds).map(|(_, _, envelope)| envelope.clone()))
    }

    async fn put_aside(&mut self, _: &Evidence<'_>) -> Result<bool, Infallible> {
        Ok(true)
    }

    async fn add_gap(&mut self, _: &BoxId, _: u64, _: Span, _: Instant) -> Result<(), Infallible> {
        Ok(())
    }

    async fn save(&mut self) -> Result<(), Infallible> {
        self.saved = self.rows.clone();
        Ok(())
    }

    async fn keep_saved(&mut self) -> Result<(), Infallible> {
        Ok(())
    }

    async fn back_to_saved(&mut self) -> Result<(), Infallible> {
        self.rows = self.saved.clone();
        Ok(())
    }

    async fn commit(self) -> Result<(), Infallible> {
        *self.shelf.0.lock().unwrap_or_else(PoisonError::into_inner) = self.rows;
        Ok(())
    }
}

/// Runs what never waits.
pub(super) fn at_once<F: Future>(work: F) -> Option<F::Output> {
    match pin!(work).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(done) => Some(done),
        Poll::Pending => None,
    }
}
