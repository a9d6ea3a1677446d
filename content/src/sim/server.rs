//! A server: the books on its disk, and its side of conversations.

use std::collections::BTreeMap;

use ed25519_dalek::VerifyingKey;

use super::bookdisk::{BookDisk, BookRows};
use super::bug::Bug;
use super::machine::{Machine, run};
use crate::clock::{DAY_MS, Instant};
use crate::id::BoxId;
use crate::play::books::{Author, Refused, receive, resume};
use crate::play::{Batch, LogMark};
use crate::wire::{ToServer, decode};

/// How old a backup may be that is brought back: what boxes keep, less what a promise needs.
const BACKUP_MS_MAX: i64 = 14 * DAY_MS - DAY_MS / 10;

/// What a box says.
#[derive(Debug, Clone)]
pub(super) enum Up {
    Hello { log: LogMark, oldest_seq: u64 },
    Plays(Vec<u8>),
}

/// What a server says.
#[derive(Debug, Clone, Copy)]
pub(super) enum Down {
    Welcome(LogMark),
    Acked(LogMark),
    Closed,
}

/// A server.
pub(super) struct Server {
    pub(super) disk: BookDisk,
    pub(super) is_up: bool,
    pub(super) clock_off: i64,
    backups: Vec<(i64, BookRows)>,
    told: BTreeMap<u64, u64>,
    bug: Option<Bug>,
}

impl Server {
    pub(super) fn new(machine: Machine, bug: Option<Bug>) -> Self {
        let disk = BookDisk::new(machine, bug);
        Self { disk, is_up: true, clock_off: 0, backups: Vec::new(), told: BTreeMap::new(), bug }
    }

    pub(super) fn die(&mut self) {
        self.is_up = false;
        self.disk.crash();
    }

    pub(super) fn back_up(&mut self, time: i64) {
        let rows = self.disk.rows.lock().unwrap().durable().clone();
        self.backups.push((time, rows));
        self.backups.retain(|(at, _)| time - at < BACKUP_MS_MAX);
    }

    /// Brings the books back from a backup; false when there is none.
    pub(super) fn restore(&mut self, time: i64) -> bool {
        self.backups.retain(|(at, _)| time - at < BACKUP_MS_MAX);
        if self.backups.is_empty() {
            return false;
        }
        let place = self.disk.machine.mood().chance.index(self.backups.len());
        let rows = self.backups[place].1.clone();
        self.die();
        self.disk.rows.lock().unwrap().replace(rows);
        true
    }

    /// Hears a box and answers; none when it died over it.
    ///
    /// # Errors
    /// What an honest box may never be told.
    pub(super) fn hear(
        &mut self,
        said: &Up,
        box_id: &BoxId,
        key: &VerifyingKey,
        time: i64,
    ) -> Option<Result<Down, String>> {
        let now = Instant(time + self.clock_off);
        match said {
            Up::Hello { log, oldest_seq } => match run(resume(&self.disk, box_id, *log, *oldest_seq, now))? {
                Ok(resumed) => {
                    let mut held = resumed.held;
                    let told = self.told.entry(held.log_epoch).or_default();
                    *told = held.seq.max(*told);
                    if self.bug == Some(Bug::WelcomeFromMemory) {
                        held.seq = *told;
                    }
                    Some(Ok(Down::Welcome(held)))
                }
                Err(Refused::Books(_)) => Some(Ok(Down::Closed)),
                Err(refused) => Some(Err(format!("{refused:?}"))),
            },
            Up::Plays(frame) => {
                let ToServer::Plays(envelope) = decode(&frame[4..]).unwrap() else { panic!("no plays") };
                let batch: Batch = serde_json::from_str(&envelope.body).unwrap();
                self.disk.tell(now, batch.first_seq);
                let last = batch.first_seq + u64::try_from(batch.plays.len()).unwrap() - 1;
                let author = Author { box_id, key };
                let held = match run(receive(&self.disk, author, &envelope, now))? {
                    Ok(received) => received.held,
                    Err(Refused::Ahead { held }) => held,
                    Err(Refused::Books(_)) if self.bug == Some(Bug::AckOnError) => {
                        LogMark { log_epoch: batch.log_epoch, seq: last }
                    }
                    Err(Refused::Books(_)) => return Some(Ok(Down::Closed)),
                    Err(refused) => return Some(Err(format!("{refused:?}"))),
                };
                let told = self.told.entry(held.log_epoch).or_default();
                *told = held.seq.max(*told);
                Some(Ok(Down::Acked(held)))
            }
        }
    }
}
