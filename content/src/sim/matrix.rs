//! The play log over bad lines: a conversation whose every word may be lost, late, doubled or overtaken, in virtual time. The
//! real line repairs most of that below; here nothing does, so that the rules alone must.

use std::collections::BTreeMap;

use super::bug::Bug;
use super::chance::Chance;
use super::hospital::BEGIN;
use super::machine::Machine;
use super::player::{ITEM_MS, Player};
use super::server::{Down, Server, Up};
use super::truth::{Truth, Wrong};
use crate::clock::MINUTE_MS;
use crate::play::Word;

/// Words of a hundred that are lost, each way.
const LOSSES: [u32; 7] = [0, 1, 5, 10, 20, 30, 40];
/// From a word to its answer, in milliseconds.
const ROUND_TRIPS_MS: [i64; 5] = [0, 50, 200, 500, 1_000];
/// Worlds of each cell.
const SEEDS: u64 = 100;
/// How long a screen plays: long enough for seventy plays, each of which may be a batch of its own.
const PLAYING_MS: i64 = 12 * MINUTE_MS;
/// How often the box looks at its log.
const LOOK_MS: i64 = 1_000;
/// How often the stage says what it presents.
const PRESENT_MS: i64 = 5_000;
/// Words of a hundred that come twice, and that are overtaken by those behind them.
const ODD_PERCENT: u64 = 3;
/// When the last play has ended, all of them are acknowledged after so long at the most: on the worst line, where two of
/// five words are lost each way, a box waits for its timeout of half a minute nine times in a row now and then.
const ACKED_MS_MAX: i64 = 10 * MINUTE_MS;
const WORDS_MAX: usize = 1_000;

/// A line.
#[derive(Debug, Clone, Copy)]
struct Cell {
    loss_percent: u32,
    round_trip_ms: i64,
}

/// What is on its way, by when it arrives.
struct Line<T> {
    cell: Cell,
    chance: Chance,
    words: BTreeMap<(i64, u64), T>,
    said: u64,
}

impl<T: Clone> Line<T> {
    fn new(cell: Cell, chance: Chance) -> Self {
        Self { cell, chance, words: BTreeMap::new(), said: 0 }
    }

    fn say(&mut self, time: i64, word: &T) {
        let copies = 1 + u64::from(self.chance.below(100) < ODD_PERCENT);
        for _ in 0..copies {
            if self.chance.below(100) < u64::from(self.cell.loss_percent) {
                continue;
            }
            let one_way = self.cell.round_trip_ms / 2;
            let mut due = time + one_way + self.chance.between(0, one_way / 4);
            if self.chance.below(100) < ODD_PERCENT {
                due += self.chance.between(1, 3 * self.cell.round_trip_ms + 20);
            }
            self.said += 1;
            self.words.insert((due, self.said), word.clone());
        }
    }

    fn next_at(&self) -> i64 {
        self.words.keys().next().map_or(i64::MAX, |(due, _)| *due)
    }

    fn hear(&mut self, time: i64) -> Option<T> {
        let word = self.words.first_entry().filter(|word| word.key().0 <= time)?;
        Some(word.remove())
    }
}

/// What a world came to.
#[derive(Debug, Default, Clone, Copy)]
struct Tally {
    plays: usize,
    /// From the end of the last play until all were acknowledged.
    acked_ms: i64,
}

struct World {
    time: i64,
    player: Player,
    server: Server,
    up: Line<(u64, Up)>,
    down: Line<(u64, Down)>,
    talks: u64,
    truth: Truth,
}

impl World {
    fn live(cell: Cell, seed: u64, bug: Option<Bug>) -> Result<Tally, Wrong> {
        let mut chance = Chance::new(seed);
        let mut another = || Chance::new(chance.number());
        let mut world = Self {
            time: BEGIN,
            player: Player::new(Machine::new(another()), 1, bug),
            server: Server::new(Machine::new(another()), bug),
            up: Line::new(cell, another()),
            down: Line::new(cell, another()),
            talks: 0,
            truth: Truth::default(),
        };
        let outcome = world.play_then_wait();
        outcome.map_err(|wrong| format!("seed {seed} of {cell:?}: {wrong}"))
    }

    fn play_then_wait(&mut self) -> Result<Tally, Wrong> {
        assert!(self.player.boot(self.time), "a box that does not start");
        while self.time < BEGIN + PLAYING_MS {
            if (self.time - BEGIN) % PRESENT_MS == 0 {
                self.player.present(self.time);
            }
            self.second()?;
        }
        self.player.words.push_back(Word::Interrupt);
        let ended = self.time;
        while self.time < ended + ACKED_MS_MAX {
            self.second()?;
            if self.is_acked() {
                self.truth.see_end()?;
                return Ok(Tally { plays: self.truth.count(), acked_ms: self.time - ended });
            }
        }
        let log = self.player.standing();
        Err(format!("not acknowledged {} s after the last play: {log:?}, {:?}", ACKED_MS_MAX / 1_000, self.player.talk))
    }

    /// A second, with all that arrives in it.
    fn second(&mut self) -> Result<(), Wrong> {
        let end = self.time + LOOK_MS;
        self.look()?;
        loop {
            let next = self.up.next_at().min(self.down.next_at());
            if next >= end {
                break;
            }
            self.time = next.max(self.time);
            if let Some((id, word)) = self.up.hear(self.time) {
                let answer = self.serve(word)?;
                self.down.say(self.time, &(id, answer));
            } else if let Some((id, word)) = self.down.hear(self.time)
                && self.player.talk.as_ref().is_some_and(|talk| talk.id == id)
            {
                self.player.hear(word);
                self.look()?;
            }
        }
        self.time = end;
        Ok(())
    }

    /// The box hears what its stage and its link said, and says what is due.
    fn look(&mut self) -> Result<(), Wrong> {
        assert!(self.player.hear_words(self.time, WORDS_MAX), "a box that died of nothing");
        let rows = self.player.disk.rows.lock().unwrap();
        self.truth.see_log(rows.turn, rows.durable(), self.time)?;
        drop(rows);
        if self.player.talk.is_none() {
            self.talks += 1;
            let hello = self.player.call(self.talks, self.time);
            if let Some(hello) = &hello {
                self.up.say(self.time, &(self.talks, hello.clone()));
            }
        }
        for said in self.player.pump(self.time).unwrap_or_default() {
            self.up.say(self.time, &(self.talks, said));
        }
        Ok(())
    }

    fn serve(&mut self, word: Up) -> Result<Down, Wrong> {
        let box_id = self.player.box_id.clone();
        let answer = match word {
            Up::Hello { log, oldest_seq } => self.server.welcome(&box_id, (log, oldest_seq), self.time),
            Up::Plays(frame) => {
                let opened = self.server.open(&frame, &box_id, &self.player.key.verifying_key(), self.time)?;
                self.server.take(&[opened], self.time).and_then(|answers| answers.into_iter().next())
            }
        };
        let answer = answer.ok_or("a server that died of nothing")??;
        let rows = self.server.disk.rows.lock().unwrap();
        self.truth.see_books(rows.turn, rows.durable(), self.time)?;
        if let Down::Welcome(mark) | Down::Acked(mark) = answer {
            Truth::see_told(rows.durable(), mark)?;
        }
        Ok(answer)
    }

    /// Every play is acknowledged, and the box knows.
    fn is_acked(&self) -> bool {
        let Some(log) = self.player.standing() else { return false };
        self.player.words.is_empty() && log.mark.seq > 0 && log.waiting() == 0
    }
}

/// Every cell with what its worlds came to.
fn cells() -> Vec<Cell> {
    let of = |loss_percent: u32| ROUND_TRIPS_MS.map(|round_trip_ms| Cell { loss_percent, round_trip_ms });
    LOSSES.into_iter().flat_map(of).collect()
}

fn sum(cell: Cell) -> Result<Tally, Wrong> {
    let mut sum = Tally::default();
    for seed in 0..SEEDS {
        let tally = World::live(cell, seed, None)?;
        sum.plays += tally.plays;
        sum.acked_ms = sum.acked_ms.max(tally.acked_ms);
    }
    Ok(sum)
}

#[test]
fn net_matrix_sim() {
    let cells = cells();
    // Two halves of the matrix at a time: the worlds have nothing in common.
    let sums = std::thread::scope(|scope| {
        let half = |parity: usize| cells.iter().copied().skip(parity).step_by(2).map(sum).collect::<Vec<_>>();
        let odd = std::thread::Builder::new().spawn_scoped(scope, move || half(1)).unwrap();
        let (even, odd) = (half(0), odd.join().unwrap());
        let mut odd = odd.into_iter();
        even.into_iter().flat_map(|sum| [Some(sum), odd.next()]).flatten().collect::<Vec<_>>()
    });
    println!("lost | round trip | plays | all acknowledged after the last play, worst of {SEEDS}");
    let mut plays = 0;
    for (cell, sum) in cells.iter().zip(sums) {
        let sum = sum.unwrap_or_else(|wrong| panic!("{wrong}"));
        let Cell { loss_percent, round_trip_ms } = cell;
        println!("{loss_percent:>3} % | {round_trip_ms:>5} ms | {:>6} | {:>4} s", sum.plays, sum.acked_ms / 1_000);
        let showings = SEEDS * u64::try_from(PLAYING_MS / ITEM_MS).unwrap();
        assert!(u64::try_from(sum.plays).unwrap() >= showings, "{cell:?}: {} plays", sum.plays);
        plays += sum.plays;
    }
    println!("net_matrix_sim: {} worlds, {plays} plays: 0 lost, 0 doubled", cells.len() * 100);
}

#[test]
fn a_bad_line_shows_what_a_good_one_hides() {
    let bad = Cell { loss_percent: 20, round_trip_ms: 500 };
    for bug in [Bug::NewNumbers, Bug::GapSkipped] {
        let found = (0..SEEDS).find_map(|seed| World::live(bad, seed, Some(bug)).err());
        assert!(found.is_some(), "{bug:?} was not found");
    }
}
