//! A server: the books on its disk, and its side of conversations.

use std::collections::BTreeMap;

use ed25519_dalek::VerifyingKey;

use super::bookdisk::{BookDisk, BookRows};
use super::bug::Bug;
use super::machine::{Machine, Refusal, run};
use super::neighbour::MAD;
use crate::clock::{DAY_MS, Instant};
use crate::id::BoxId;
use crate::play::books::{Author, Opened, Refused, Verdict, open, receive_group, resume};
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

    /// Hears that a box begins a conversation, and answers; none when it died over it.
    ///
    /// # Errors
    /// What an honest box may never be told.
    pub(super) fn welcome(
        &mut self,
        box_id: &BoxId,
        (log, oldest_seq): (LogMark, u64),
        time: i64,
    ) -> Option<Result<Down, String>> {
        let now = Instant(time + self.clock_off);
        match run(resume(&self.disk, box_id, log, oldest_seq, now))? {
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
        }
    }

    /// Believes a frame of plays, which comes now.
    pub(super) fn open(&self, frame: &[u8], box_id: &BoxId, key: &VerifyingKey, time: i64) -> Result<Opened, String> {
        let ToServer::Plays(envelope) = decode(&frame[4..]).unwrap() else { panic!("no plays") };
        let author = Author { box_id, key };
        let batch = open::<Refusal>(author, &envelope).map_err(|refused| format!("{refused:?}"))?;
        Ok(Opened { box_id: box_id.clone(), key: *key, batch, envelope, at: self.now(time) })
    }

    pub(super) fn now(&self, time: i64) -> Instant {
        Instant(time + self.clock_off)
    }

    /// Takes what came at one time, and answers each; none when it died over it.
    pub(super) fn take(&mut self, group: &[Opened], time: i64) -> Option<Vec<Result<Down, String>>> {
        let first_seqs = group.iter().rev().map(|opened| (opened.batch.log_epoch, opened.batch.first_seq));
        self.disk.tell(self.now(time), first_seqs);
        let taken = run(receive_group(&self.disk, group))?;
        let verdicts = taken.map_err(|_| ());
        let mut answers = Vec::with_capacity(group.len());
        match verdicts {
            Ok(verdicts) => {
                for (opened, verdict) in group.iter().zip(verdicts) {
                    answers.push(self.answer(&opened.batch, verdict));
                }
            }
            Err(()) => answers.extend(group.iter().map(|opened| {
                let is_acked = self.bug == Some(Bug::AckBeforeGroup) && opened.box_id.as_str() != MAD;
                Ok(if is_acked { Down::Acked(last_of(&opened.batch)) } else { Down::Closed })
            })),
        }
        Some(answers)
    }

    fn answer(&mut self, batch: &Batch, verdict: Verdict<Refusal>) -> Result<Down, String> {
        let held = match verdict {
            Ok(received) => received.held,
            Err(Refused::Ahead { held }) => held,
            Err(Refused::Books(_)) if self.bug == Some(Bug::AckOnError) && batch.box_id.as_str() != MAD => {
                last_of(batch)
            }
            Err(Refused::Books(_)) => return Ok(Down::Closed),
            Err(refused) => return Err(format!("{refused:?}")),
        };
        let told = self.told.entry(held.log_epoch).or_default();
        *told = held.seq.max(*told);
        Ok(Down::Acked(held))
    }
}

/// Where a log would stand behind a batch.
fn last_of(batch: &Batch) -> LogMark {
    let count = u64::try_from(batch.plays.len()).unwrap();
    LogMark { log_epoch: batch.log_epoch, seq: batch.first_seq.saturating_add(count).saturating_sub(1) }
}
