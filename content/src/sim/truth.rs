//! The truth: what became durable, written down by the world and by nobody else, and held against the books after every
//! step. Naive on purpose.

use std::collections::{BTreeMap, BTreeSet};

use super::bookdisk::BookRows;
use super::logdisk::LogRows;
use super::neighbour::{LOG_OF_MAD, MAD, Neighbour};
use crate::clock::{DAY_MS, Instant};
use crate::id::ScreenId;
use crate::play::books::{HourKey, HourTotal};
use crate::play::{Ending, LogMark, PLAYS_KEEP_MS, Play};

/// A play that became durable on a box.
#[derive(Debug)]
struct Fact {
    body: String,
    /// On which disk: a lost disk is another one.
    disk: u32,
    /// Still there.
    is_kept: bool,
    /// Since when the books have had it without a break.
    booked_at: Option<i64>,
}

/// Where the plays of other boxes lie.
const NEIGHBOURS_DISK: u32 = u32::MAX;

type Showing = (u32, ScreenId, Instant);

/// Everything that became durable.
#[derive(Debug, Default)]
pub(super) struct Truth {
    plays: BTreeMap<(u64, u64), Fact>,
    showings: BTreeSet<Showing>,
    opened: BTreeSet<Showing>,
    disk: u32,
    player_turn: u64,
    books_turn: u64,
}

/// Why the world is wrong.
pub(super) type Wrong = String;

impl Truth {
    /// How many plays became durable on the box.
    pub(super) fn count(&self) -> usize {
        self.plays.values().filter(|fact| fact.disk != NEIGHBOURS_DISK).count()
    }

    /// Plays of other boxes, whose disks never fail.
    pub(super) fn know_neighbour(&mut self, neighbour: &Neighbour) {
        for (key, body) in neighbour.plays() {
            let fact = Fact { body: body.to_owned(), disk: NEIGHBOURS_DISK, is_kept: true, booked_at: None };
            self.plays.insert(key, fact);
        }
    }

    /// The disk of the box was lost.
    pub(super) fn disk_lost(&mut self) {
        self.disk += 1;
        self.plays.values_mut().for_each(|fact| fact.is_kept = false);
        self.opened.clear();
    }

    /// Looks at the disk of the box.
    pub(super) fn see_log(&mut self, turn: u64, rows: &LogRows, time: i64) -> Result<(), Wrong> {
        if self.player_turn == turn {
            return Ok(());
        }
        self.player_turn = turn;
        for (key, row) in &rows.plays {
            if let Some(fact) = self.plays.get(key) {
                if fact.body != row.body {
                    return Err(format!("play {key:?} was written anew"));
                }
                continue;
            }
            let play: Play = serde_json::from_str(&row.body).unwrap();
            let showing = (self.disk, play.screen, play.planned_at);
            if !self.showings.insert(showing.clone()) {
                return Err(format!("showing {showing:?} stands twice in the log"));
            }
            let fact = Fact { body: row.body.clone(), disk: self.disk, is_kept: true, booked_at: None };
            self.plays.insert(*key, fact);
        }
        for (key, fact) in self.plays.iter_mut().filter(|(_, fact)| fact.is_kept && fact.disk == self.disk) {
            if rows.plays.contains_key(key) {
                continue;
            }
            fact.is_kept = false;
            let held_ms = fact.booked_at.map(|since| time - since);
            if held_ms.is_none_or(|held| held < PLAYS_KEEP_MS) {
                return Err(format!("play {key:?} was dropped after the books had it for {held_ms:?} ms"));
            }
        }
        let opened = rows.open.values().map(|play| (self.disk, play.screen.clone(), play.planned_at));
        self.opened.extend(opened);
        Ok(())
    }

    /// Looks at the books.
    pub(super) fn see_books(&mut self, turn: u64, rows: &BookRows, time: i64) -> Result<(), Wrong> {
        if self.books_turn == turn {
            return Ok(());
        }
        self.books_turn = turn;
        let mut booked = BTreeSet::new();
        let mut hours: BTreeMap<HourKey, HourTotal> = BTreeMap::new();
        let mut unproven = 0;
        for batch in &rows.batches {
            for (play, text) in &batch.plays {
                let key = (batch.log_epoch, play.seq);
                if !booked.insert(key) {
                    return Err(format!("play {key:?} stands twice in the books"));
                }
                match self.plays.get(&key) {
                    Some(fact) if fact.body == *text => {}
                    Some(_) => return Err(format!("play {key:?} stands in the books in other words")),
                    None => return Err(format!("play {key:?} stands in the books and was never durable")),
                }
                unproven += usize::from(!count(&mut hours, play, batch.at));
            }
        }
        if hours != rows.hours {
            return Err("the totals are not the sum of the plays".to_owned());
        }
        let is_honest = |reason: &str| unproven > 0 && reason.starts_with("time unproven");
        let mut asides = rows.asides.iter().filter(|(box_id, _)| box_id.as_str() != MAD);
        if let Some((_, reason)) = asides.find(|(_, reason)| !is_honest(reason)) {
            return Err(format!("an honest box was put aside: {reason}"));
        }
        if rows.logs.contains_key(&LOG_OF_MAD) {
            return Err("a log that only promised plays left a trace".to_owned());
        }
        if let Some(gap) = rows.gaps.first() {
            return Err(format!("a gap {gap:?} in a log that lost nothing"));
        }
        for (log_epoch, standing) in &rows.logs {
            let missing = (1..=standing.seq).find(|seq| !booked.contains(&(*log_epoch, *seq)));
            let is_behind = booked.contains(&(*log_epoch, standing.seq + 1));
            if missing.is_some() || is_behind {
                return Err(format!("watermark {} of log {log_epoch} is not where the plays end", standing.seq));
            }
        }
        for (key, fact) in &mut self.plays {
            fact.booked_at = booked.contains(key).then_some(fact.booked_at.unwrap_or(time));
        }
        Ok(())
    }

    /// The server told a box that it holds everything up to `mark`.
    pub(super) fn see_told(books: &BookRows, mark: LogMark) -> Result<(), Wrong> {
        let held = books.logs.get(&mark.log_epoch).map_or(0, |standing| standing.seq);
        if mark.seq <= held { Ok(()) } else { Err(format!("{mark:?} was told, and {held} is durable")) }
    }

    /// The end: everything that became durable on the disk that is there is in the books.
    pub(super) fn see_end(&self) -> Result<(), Wrong> {
        let is_to_be_there = |fact: &Fact| fact.disk == self.disk || fact.disk == NEIGHBOURS_DISK;
        let missing = self.plays.iter().find(|(_, fact)| is_to_be_there(fact) && fact.booked_at.is_none());
        if let Some((key, _)) = missing {
            return Err(format!("play {key:?} was durable and is not in the books"));
        }
        let unended = self.opened.iter().find(|showing| !self.showings.contains(*showing));
        unended.map_or(Ok(()), |showing| Err(format!("showing {showing:?} began on the disk and never ended")))
    }
}

/// Adds a play up, unless its time cannot be true.
fn count(hours: &mut BTreeMap<HourKey, HourTotal>, play: &Play, received_at: Instant) -> bool {
    let is_true = play.started_at.0 >= 1_577_836_800_000 && play.started_at.0 <= received_at.0 + DAY_MS;
    if is_true {
        let key = HourKey {
            hour: play.started_at.0.div_euclid(3_600_000),
            screen: play.screen.clone(),
            zone: play.zone.clone(),
            item: play.item.clone(),
            item_version: play.item_version,
        };
        let total = hours.entry(key).or_default();
        total.plays += 1;
        total.complete += i64::from(play.ending == Ending::Complete);
        total.shown_ms += i64::from(play.shown_ms);
        total.planned_ms += i64::from(play.planned_ms);
        let lamp = play.proof.and_then(|proof| proof.lamp).unwrap_or_default();
        let read_ms = i64::from(lamp.read_ms.min(play.shown_ms));
        (total.lamp_ms, total.lit_ms) = (total.lamp_ms + read_ms, total.lit_ms + i64::from(lamp.lit_ms).min(read_ms));
    }
    is_true
}
