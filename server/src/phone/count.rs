//! Counting opens beside the pages: a page never waits for the database's writer, and never fails because counting did.

use std::collections::HashMap;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::MissedTickBehavior;

use crate::db::Db;
use crate::db::scans::{Scan, add_opens};

/// Opens that may wait to be added up; more in half a second is no crowd of patients.
const OPENS_WAITING_MAX: usize = 4_096;
/// Different counters kept while the database is away: an hour of every screen of a large hospital.
const COUNTERS_MAX: usize = 10_000;
/// How often counters are written: well within the second in which a report may be asked for.
const WRITE_EVERY: Duration = Duration::from_millis(500);

/// Where pages put their opens.
#[derive(Debug, Clone)]
pub(super) struct Opens(mpsc::Sender<Scan>);

impl Opens {
    /// Counts an open.
    pub(super) fn note(&self, scan: Scan) {
        if self.0.try_send(scan).is_err() {
            tracing::warn!("an open was not counted: too many at once");
        }
    }
}

/// The counting beside the door. It ends when the last page is gone, and by then has written everything down.
#[derive(Debug)]
pub struct Counting(JoinHandle<()>);

impl Counting {
    /// Waits until every open is written. Call it after the router was dropped, before the database is closed.
    pub async fn finished(self) {
        if let Err(error) = self.0.await {
            tracing::error!(%error, "counting of opens ended early");
        }
    }
}

/// Starts counting.
pub(super) fn start(db: Db) -> (Opens, Counting) {
    let (note, noted) = mpsc::channel(OPENS_WAITING_MAX);
    (Opens(note), Counting(tokio::spawn(count(db, noted))))
}

async fn count(db: Db, mut noted: mpsc::Receiver<Scan>) {
    let mut counters = HashMap::new();
    let mut write = tokio::time::interval(WRITE_EVERY);
    write.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            scan = noted.recv() => match scan {
                Some(scan) => add(&mut counters, scan),
                None => break,
            },
            _ = write.tick() => flush(&db, &mut counters).await,
        }
    }
    flush(&db, &mut counters).await;
}

fn add(counters: &mut HashMap<Scan, u64>, scan: Scan) {
    if counters.len() >= COUNTERS_MAX && !counters.contains_key(&scan) {
        tracing::warn!("an open was not counted: the database has been away for too long");
        return;
    }
    *counters.entry(scan).or_insert(0) += 1;
}

/// Writes the counters; what cannot be written is kept for the next time.
async fn flush(db: &Db, counters: &mut HashMap<Scan, u64>) {
    if counters.is_empty() {
        return;
    }
    let opens: Vec<(Scan, u64)> = counters.iter().map(|(scan, count)| (scan.clone(), *count)).collect();
    match add_opens(db, &opens).await {
        Ok(()) => counters.clear(),
        Err(error) => tracing::warn!(%error, opens.waiting = opens.len(), "opens are not written yet"),
    }
}
