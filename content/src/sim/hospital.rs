//! One world: a box, a server, the net between them, and what befalls them.

use std::collections::VecDeque;

use super::bug::Bug;
use super::chance::Chance;
use super::faults::{Faults, Victim};
use super::logdisk::LogRows;
use super::machine::Machine;
use super::neighbour::{self, Neighbour};
use super::player::{ITEM_MS, NOWHERE, Player};
use super::server::{Down, Server, Up};
use super::truth::{Truth, Wrong};
use crate::clock::{DAY_MS, HOUR_MS, MINUTE_MS};
use crate::play::books::Opened;
use crate::play::{LogMark, Word};

/// When every world begins.
pub(super) const BEGIN: i64 = 1_800_000_000_000;
/// Steps without faults in which everything must come to rest.
const CALM_STEPS: u32 = 60;

/// More words than ever wait.
const WORDS_MAX: usize = 1_000;

/// What a world came to.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Tally {
    /// Processes that died.
    pub(super) crashes: u64,
    /// Plays that became durable.
    pub(super) plays: usize,
    /// Backups brought back.
    pub(super) restores: u64,
}

/// A world.
pub(super) struct Hospital {
    faults: Faults,
    chance: Chance,
    time: i64,
    player: Player,
    server: Server,
    neighbours: Vec<Neighbour>,
    to_server: VecDeque<(u64, Up)>,
    to_player: VecDeque<(u64, Down)>,
    talks: u64,
    truth: Truth,
    tally: Tally,
}

impl Hospital {
    /// Runs the world of a seed to its end.
    pub(super) fn live(seed: u64, victim: Victim, bug: Option<Bug>) -> Result<Tally, String> {
        let mut chance = Chance::new(seed);
        let faults = Faults::draw(&mut chance, victim);
        let machine = |chance: &mut Chance| {
            let machine = Machine::new(Chance::new(chance.number()));
            let mut mood = machine.mood();
            (mood.io, mood.sync, mood.unsure) = (faults.io, faults.sync, faults.unsure);
            drop(mood);
            machine
        };
        let player = Player::new(machine(&mut chance), faults.screens, bug);
        let server = Server::new(machine(&mut chance), bug);
        let mut world = Self {
            faults,
            chance,
            time: BEGIN,
            player,
            server,
            neighbours: Neighbour::all(),
            to_server: VecDeque::new(),
            to_player: VecDeque::new(),
            talks: 0,
            truth: Truth::default(),
            tally: Tally::default(),
        };
        for neighbour in &world.neighbours {
            world.truth.know_neighbour(neighbour);
        }
        let ended = world.stormy_then_calm();
        world.tally.plays = world.truth.count();
        match ended {
            Ok(()) => Ok(world.tally),
            Err(wrong) => Err(format!("seed {seed}: {wrong}\n  {faults:?}\n  {:?}", world.tally)),
        }
    }

    fn stormy_then_calm(&mut self) -> Result<(), Wrong> {
        for _ in 0..self.faults.steps {
            self.pass_time();
            self.befall()?;
            self.step(true)?;
        }
        self.calm_down();
        for _ in 0..CALM_STEPS {
            self.time += 2_000;
            self.step(false)?;
            if self.is_in_step() {
                return self.truth.see_end();
            }
        }
        let (log, talk, words) = (self.player.standing(), &self.player.talk, self.player.words.len());
        let books = self.server.disk.rows.lock().unwrap();
        let held = &books.durable().logs;
        Err(format!("not in step after {CALM_STEPS} calm steps: {log:?}, {talk:?}, {words} words, books {held:?}"))
    }

    fn pass_time(&mut self) {
        self.time += self.chance.between(500, 12_000);
        if self.chance.hits(self.faults.leaps) {
            let longest = *[MINUTE_MS, 2 * HOUR_MS, 2 * DAY_MS, 20 * DAY_MS].get(self.chance.index(4)).unwrap();
            self.time += self.chance.between(0, longest);
            if self.chance.hits(500) {
                self.cut();
            }
        }
    }

    /// Faults strike.
    fn befall(&mut self) -> Result<(), Wrong> {
        let faults = self.faults;
        if self.chance.hits(faults.player_dies) {
            let calls = u32::try_from(self.chance.below(30)).unwrap();
            self.player.disk.machine.mood().fuse = Some(calls);
        }
        if self.chance.hits(faults.server_dies) {
            let calls = u32::try_from(self.chance.below(30)).unwrap();
            self.server.disk.machine.mood().fuse = Some(calls);
        }
        if self.chance.hits(faults.fills) {
            let is_full = self.chance.hits(500);
            self.player.disk.machine.mood().is_full = is_full;
        }
        if self.chance.hits(faults.fills) {
            let is_full = self.chance.hits(500);
            self.server.disk.machine.mood().is_full = is_full;
        }
        if self.chance.hits(faults.cuts) {
            self.cut();
        }
        if self.chance.hits(faults.stage_falls) {
            let n = self.chance.index(usize::try_from(faults.screens).unwrap());
            self.player.stage_falls(n);
        }
        if self.chance.hits(faults.stops) {
            self.player.words.push_back(Word::Interrupt);
            self.player.hear_words(self.time, WORDS_MAX);
            self.check()?;
            self.player.die();
        }
        if self.chance.hits(faults.clock_steps) {
            self.player.clock_off = self.chance.between(-40 * 365 * DAY_MS, 10 * 365 * DAY_MS);
            self.server.clock_off = self.chance.between(-3 * DAY_MS, DAY_MS);
        }
        if self.chance.hits(60) {
            self.server.back_up(self.time);
        }
        if self.chance.hits(faults.restores) && self.server.restore(self.time) {
            self.tally.restores += 1;
            self.to_server.clear();
        }
        if self.chance.hits(faults.log_lost) {
            self.check()?;
            self.player.die();
            self.player.disk.rows.lock().unwrap().replace(LogRows::default());
            self.truth.disk_lost();
        }
        Ok(())
    }

    fn cut(&mut self) {
        // What was on its way to the server may still be heard there; the box hears no more.
        self.player.talk = None;
        if self.chance.hits(500) {
            self.to_server.clear();
        }
    }

    fn calm_down(&mut self) {
        self.faults = Faults { screens: self.faults.screens, ..Faults::none() };
        for machine in [&self.player.disk.machine, &self.server.disk.machine] {
            let mut mood = machine.mood();
            (mood.io, mood.sync, mood.unsure, mood.is_full, mood.fuse) = (0, 0, 0, false, None);
        }
        self.server.is_up = true;
        if self.player.pen.is_none() {
            self.player.boot(self.time);
        }
        self.player.words.push_back(Word::Interrupt);
    }

    fn step(&mut self, is_showing: bool) -> Result<(), Wrong> {
        if self.player.pen.is_none() {
            if self.chance.hits(600) && !self.player.boot(self.time) {
                self.player_dies();
            }
        } else if is_showing {
            self.player.present(self.time);
        }
        let words_max = if is_showing { self.chance.index(8) } else { WORDS_MAX };
        if !self.player.hear_words(self.time, words_max) {
            self.player_dies();
        }
        self.check()?;
        self.converse(is_showing)?;
        self.check()
    }

    fn converse(&mut self, is_stormy: bool) -> Result<(), Wrong> {
        if !self.server.is_up {
            self.server.is_up = self.chance.hits(400);
        }
        let may_call = self.player.pen.is_some() && self.player.talk.is_none() && self.server.is_up;
        if may_call && (!is_stormy || self.chance.hits(500)) {
            self.talks += 1;
            if let Some(hello) = self.player.call(self.talks, self.time) {
                self.to_server.push_back((self.talks, hello));
            }
        }
        for _ in 0..4 {
            match self.player.pump(self.time) {
                Some(said) => {
                    let id = self.player.talk.as_ref().map_or(0, |talk| talk.id);
                    self.to_server.extend(said.into_iter().map(|up| (id, up)));
                }
                None => self.player_dies(),
            }
            self.serve()?;
            if let Some((id, down)) = pick(&mut self.to_player, &mut self.chance, &self.faults)
                && self.player.talk.as_ref().is_some_and(|talk| talk.id == id)
            {
                self.player.hear(down);
            }
        }
        Ok(())
    }

    /// The server hears what came: a hello, or all plays that wait at one time.
    fn serve(&mut self) -> Result<(), Wrong> {
        let mut plays = Vec::new();
        while let Some((id, up)) = pick(&mut self.to_server, &mut self.chance, &self.faults) {
            match up {
                Up::Hello { log, oldest_seq } => {
                    self.welcome(id, (log, oldest_seq))?;
                    break;
                }
                Up::Plays(frame) => plays.push((id, frame)),
            }
            if self.chance.hits(400) {
                break;
            }
        }
        if !self.server.is_up {
            return Ok(());
        }
        let key = self.player.key.verifying_key();
        let mut group = Vec::new();
        for (id, frame) in plays {
            group.push((Some(id), self.server.open(&frame, &self.player.box_id, &key, self.time)?));
        }
        let now = self.server.now(self.time);
        for neighbour in &self.neighbours {
            if self.chance.hits(300) {
                group.push((None, neighbour.say(now, &mut self.chance)));
            }
        }
        if self.chance.hits(100) {
            let place = self.chance.index(group.len() + 1);
            group.insert(place, (None, neighbour::mad(now, &mut self.chance)));
        }
        if group.is_empty() { Ok(()) } else { self.take(group) }
    }

    fn welcome(&mut self, id: u64, log: (LogMark, u64)) -> Result<(), Wrong> {
        if !self.server.is_up {
            return Ok(());
        }
        match self.server.welcome(&self.player.box_id, log, self.time) {
            Some(answer) => self.answer(Some(id), answer?),
            None => self.server_dies(&[Some(id)]),
        }
    }

    fn take(&mut self, group: Vec<(Option<u64>, Opened)>) -> Result<(), Wrong> {
        let (ids, group): (Vec<_>, Vec<_>) = group.into_iter().unzip();
        let Some(answers) = self.server.take(&group, self.time) else { return self.server_dies(&ids) };
        for ((id, opened), answer) in ids.into_iter().zip(&group).zip(answers) {
            if opened.box_id.as_str() != neighbour::MAD {
                self.answer(id, answer?)?;
            } else if let Ok(Down::Acked(mark)) = answer
                && mark.seq > 0
            {
                return Err(format!("plays of the mad box are held up to {mark:?}"));
            }
        }
        Ok(())
    }

    /// Carries an answer; who has no conversation here is a neighbour.
    fn answer(&mut self, id: Option<u64>, answer: Down) -> Result<(), Wrong> {
        self.check()?;
        match answer {
            Down::Welcome(mark) | Down::Acked(mark) => {
                Truth::see_told(self.server.disk.rows.lock().unwrap().durable(), mark)?;
                if id.is_none() {
                    self.neighbours.iter_mut().for_each(|neighbour| neighbour.hear(mark));
                }
            }
            Down::Closed => {}
        }
        self.to_player.extend(id.map(|id| (id, answer)));
        Ok(())
    }

    fn server_dies(&mut self, ids: &[Option<u64>]) -> Result<(), Wrong> {
        self.tally.crashes += 1;
        self.server.die();
        self.to_server.clear();
        self.to_player.extend(ids.iter().flatten().map(|id| (*id, Down::Closed)));
        self.check()
    }

    fn player_dies(&mut self) {
        self.tally.crashes += 1;
        self.player.die();
    }

    fn check(&mut self) -> Result<(), Wrong> {
        let rows = self.player.disk.rows.lock().unwrap();
        self.truth.see_log(rows.turn, rows.durable(), self.time)?;
        let rows = self.server.disk.rows.lock().unwrap();
        self.truth.see_books(rows.turn, rows.durable(), self.time)
    }

    /// Nothing is left to be said.
    fn is_in_step(&self) -> bool {
        let Some(log) = self.player.standing() else { return false };
        let books = self.server.disk.rows.lock().unwrap();
        let held = books.durable().logs.get(&log.mark.log_epoch).map_or(NOWHERE.seq, |standing| standing.seq);
        let is_idle = self.player.words.is_empty() && self.player.talk.is_some();
        let has_all = |neighbour: &Neighbour| {
            neighbour.plays().all(|((log, seq), _)| books.durable().logs.get(&log).is_some_and(|held| held.seq >= seq))
        };
        let are_all_held = self.neighbours.iter().all(has_all);
        is_idle && held == log.mark.seq && log.waiting() == 0 && are_all_held && self.time > ITEM_MS
    }
}

/// Takes a word off the net: perhaps not the next, perhaps to come again, perhaps lost.
fn pick<T: Clone>(queue: &mut VecDeque<(u64, T)>, chance: &mut Chance, faults: &Faults) -> Option<(u64, T)> {
    let place = if chance.hits(faults.reorders) { chance.index(queue.len().max(1)) } else { 0 };
    let word = queue.remove(place)?;
    if chance.hits(faults.doubles) {
        queue.push_back(word.clone());
    }
    (!chance.hits(faults.loses)).then_some(word)
}
