//! A box: the pen on its disk, a stage that shows what is due, and the box's side of a conversation.

use std::collections::VecDeque;
use std::time::Duration;

use ed25519_dalek::SigningKey;

use super::bug::Bug;
use super::chance::Chance;
use super::logdisk::LogDisk;
use super::machine::{Machine, run};
use super::server::{Down, Up};
use crate::clock::Instant;
use crate::id::{BoxId, ItemId, ScreenId, ZoneId};
use crate::manifest::Envelope;
use crate::play::{
    Batch, Ended, Ending, LogMark, LogState, Moment, Pen, Place, Play, Sending, Shown, Signs, Welcomed, Word,
    chain_next, next_batch,
};
use crate::wire::{ToServer, decode, encode};

/// How long an item stands.
pub(super) const ITEM_MS: i64 = 10_000;
/// Servers of networks of every size let plays wait for company: how long differs from talk to talk by this.
const HOLD_STEP_MS: u64 = 7_919;
/// What a talk lets plays wait for is below this, in milliseconds.
const HOLD_MAX_MS: u64 = 60_000;
/// A welcome that takes longer will not come.
const ANSWER_MS: i64 = 15_000;

/// One conversation, as the box sees it.
#[derive(Debug)]
pub(super) struct Talk {
    pub(super) id: u64,
    asked_at: i64,
    log: LogState,
    sending: Option<Sending>,
}

/// A box.
pub(super) struct Player {
    pub(super) disk: LogDisk,
    pub(super) pen: Option<Pen<LogDisk>>,
    pub(super) talk: Option<Talk>,
    pub(super) words: VecDeque<Word>,
    /// What each screen shows since when.
    glass: Vec<Option<(i64, i64)>>,
    pub(super) box_id: BoxId,
    pub(super) key: SigningKey,
    bug: Option<Bug>,
    started: i64,
    boots: u64,
    is_known: bool,
    /// How far the machine's own clock is off.
    pub(super) clock_off: i64,
    sent_high: u64,
}

impl Player {
    pub(super) fn new(machine: Machine, screens: u32, bug: Option<Bug>) -> Self {
        Self {
            disk: LogDisk::new(machine, bug),
            pen: None,
            talk: None,
            words: VecDeque::new(),
            glass: (0..screens).map(|_| None).collect(),
            box_id: BoxId::parse("box-1").unwrap(),
            key: SigningKey::from_bytes(&[7; 32]),
            bug,
            started: 0,
            boots: 0,
            is_known: false,
            clock_off: 0,
            sent_high: 0,
        }
    }

    pub(super) fn screen(n: usize) -> ScreenId {
        ScreenId::parse(&format!("Z1-{}", n + 1)).unwrap()
    }

    fn moment(&self, time: i64) -> Moment {
        let off = if self.is_known { 0 } else { self.clock_off };
        let tick = Duration::from_millis(u64::try_from(time - self.started).unwrap());
        Moment { tick, at: Instant(time + off), is_known: self.is_known }
    }

    /// Everything in memory is gone.
    pub(super) fn die(&mut self) {
        self.pen = None;
        self.talk = None;
        self.words.clear();
        self.glass.fill(None);
        self.is_known = false;
        self.sent_high = 0;
        self.disk.crash();
    }

    /// Starts; false when it died again, or cannot read its disk yet.
    pub(super) fn boot(&mut self, time: i64) -> bool {
        self.started = time;
        self.boots += 1;
        let mut chance = Chance::new(self.boots ^ u64::try_from(time).unwrap());
        let woken = run(Pen::wake(self.disk.clone(), Duration::ZERO, move || chance.number()));
        let Some(Ok(pen)) = woken else { return false };
        self.pen = Some(pen);
        self.words.push_back(Word::UseLog(self.box_id.clone()));
        true
    }

    /// Hears what was said; false when it died over it.
    pub(super) fn hear_words(&mut self, time: i64, words_max: usize) -> bool {
        self.disk.tell_time(self.moment(time).at);
        for _ in 0..words_max {
            let now = self.moment(time);
            let Some(pen) = &mut self.pen else { return true };
            let heard = match self.words.pop_front() {
                Some(word) => run(pen.hear(now, word)),
                None => return run(pen.look_around(now)).is_some(),
            };
            if heard.is_none() {
                return false;
            }
            pen.take_notices();
        }
        true
    }

    /// The stage presents what is due.
    pub(super) fn present(&mut self, time: i64) {
        for n in 0..self.glass.len() {
            let planned_at = time - time % ITEM_MS;
            let showing = self.glass[n];
            let screen = Self::screen(n);
            let item = |planned_at: i64| ItemId::parse(&format!("i{}", planned_at / ITEM_MS % 5)).unwrap();
            if let Some((shown_at, since)) = showing {
                if shown_at == planned_at {
                    let frames = u64::try_from(time / 40).unwrap();
                    let signs = Signs { frames, lit: (n % 2 == 0).then_some(planned_at % 3 > 0) };
                    self.words.push_back(Word::Frames(screen, Some(item(planned_at)), signs));
                    continue;
                }
                let shown_ms = u32::try_from((shown_at + ITEM_MS - since).clamp(0, ITEM_MS)).unwrap();
                let ended =
                    Ended { planned_at: Instant(shown_at), shown_ms, ending: Ending::Complete, frames: 0, print: None };
                self.words.push_back(Word::Ended(screen.clone(), ended));
            }
            self.glass[n] = Some((planned_at, time));
            let shown = Shown {
                item: item(planned_at),
                item_version: 1,
                file: None,
                manifest_version: 1,
                planned_at: Instant(planned_at),
                planned_ms: u32::try_from(ITEM_MS).unwrap(),
                at: self.moment(time).at,
            };
            let place = Place { screen, zone: ZoneId::parse("Z1").unwrap() };
            self.words.push_back(Word::Shown(place, shown));
        }
    }

    /// A stage falls.
    pub(super) fn stage_falls(&mut self, n: usize) {
        if self.glass[n].take().is_some() {
            self.words.push_back(Word::StageFell(Self::screen(n)));
        }
    }

    /// Begins a conversation, if there is a log to speak of.
    pub(super) fn call(&mut self, id: u64, time: i64) -> Option<Up> {
        let log = self.pen.as_ref()?.state()?;
        self.talk = Some(Talk { id, asked_at: time, log, sending: None });
        Some(Up::Hello { log: log.mark, oldest_seq: log.oldest_seq })
    }

    /// Hears the server.
    pub(super) fn hear(&mut self, said: Down) {
        let Some(talk) = &mut self.talk else { return };
        match (said, &mut talk.sending) {
            (Down::Welcome(mut held), None) => {
                self.is_known = true;
                if self.bug == Some(Bug::ResumeFromOwnAck) {
                    held.seq = held.seq.max(talk.log.acked_seq);
                }
                match Welcomed::with(&talk.log, held, talk.id * HOLD_STEP_MS % HOLD_MAX_MS) {
                    Welcomed::GoOn { sending, held } => {
                        talk.sending = Some(sending);
                        self.words.extend(held.map(Word::Acked));
                    }
                    Welcomed::LogLost => {
                        self.words.push_back(Word::LogLost(held));
                        self.talk = None;
                    }
                }
            }
            (Down::Acked(mut mark), Some(sending)) => {
                if self.bug == Some(Bug::ResumeFromOwnAck) {
                    mark.seq = mark.seq.max(sending.acked_seq());
                }
                if sending.acked(mark) {
                    self.words.push_back(Word::Acked(mark));
                }
            }
            // A word out of turn ends the conversation; a second welcome is skipped.
            (Down::Acked(_), None) | (Down::Closed, _) => self.talk = None,
            (Down::Welcome(_), Some(_)) => {}
        }
    }

    /// Sends what is due; none when it died over it.
    pub(super) fn pump(&mut self, time: i64) -> Option<Vec<Up>> {
        let mut said = Vec::new();
        let tick = self.moment(time).tick;
        let (Some(talk), Some(pen)) = (&mut self.talk, &self.pen) else { return Some(said) };
        let Some(sending) = &mut talk.sending else {
            if time - talk.asked_at > ANSWER_MS {
                self.talk = None;
            }
            return Some(said);
        };
        let Some(log) = pen.state() else { return Some(said) };
        sending.look(&log, tick);
        while let Some(after) = sending.due(&log, tick) {
            match run(next_batch(&self.disk, &self.box_id, &self.key, after))? {
                Ok(Some((mut frame, last))) => {
                    if self.bug == Some(Bug::NewNumbers) && after.seq < self.sent_high {
                        frame = renumbered(&frame, self.sent_high, &self.key);
                    }
                    self.sent_high = self.sent_high.max(last);
                    said.push(Up::Plays(frame));
                    sending.sent(last, tick);
                }
                Ok(None) => break,
                Err(_) => sending.rest(tick),
            }
        }
        Some(said)
    }

    /// The log and where it stands, as the disk has it.
    pub(super) fn standing(&self) -> Option<LogState> {
        self.pen.as_ref()?.state()
    }
}

/// The batch of a frame as if it were written after `high`.
fn renumbered(frame: &[u8], high: u64, key: &SigningKey) -> Vec<u8> {
    let ToServer::Plays(envelope) = decode(&frame[4..]).unwrap() else { panic!("no plays") };
    let mut batch: Batch = envelope.open(&key.verifying_key()).unwrap();
    batch.first_seq = high + 1;
    for (seq, text) in (high + 1..).zip(&mut batch.plays) {
        let play: Play = serde_json::from_str(text).unwrap();
        *text = serde_json::to_string(&Play { seq, ..play }).unwrap();
    }
    batch.chain_before = chain_next(&batch.chain_before, "again");
    encode(&ToServer::Plays(Envelope::seal(&batch, key).unwrap())).unwrap()
}

/// Where a log that was never begun stands.
pub(super) const NOWHERE: LogMark = LogMark { log_epoch: 0, seq: 0 };
