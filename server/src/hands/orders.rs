//! Orders: given to one box at a time, answered by it or by nothing, and remembered for whoever looks at the screen. What was
//! given before the server started is forgotten here; the audit knows of it.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use anteroom_content::clock::Instant;
use anteroom_content::id::{BoxId, ScreenId};
use anteroom_content::wire::{Answer, Command, HANDS_SINCE, LOG_LINES_MAX, ORDER_MS, Order, Outcome, ToPlayer, WhyNot};

use crate::state::State;

/// Orders remembered of a screen.
const GIVEN_MAX: usize = 4;
/// Logs kept in memory, whichever screens they are of.
const LOGS_MAX: usize = 16;

/// An order, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// Of the order.
    pub id: u64,
    /// What was to be done.
    pub command: Command,
    /// By whom, as people know them.
    pub by: String,
    /// When.
    pub at: Instant,
    fate: Fate,
}

/// What became of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Its box has not answered yet.
    Waiting,
    /// It is done, after so many milliseconds.
    Done(i64),
    /// The box does not do it.
    Refused(WhyNot),
    /// The box has not answered in time.
    NoAnswer,
    /// No connected box lights the screen.
    Away,
    /// The player is of a release that has no hands.
    TooOld,
}

impl Fate {
    /// Its word in styles and in the keys of sayings.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Done(_) => "done",
            Self::Refused(_) => "refused",
            Self::NoAnswer => "no-answer",
            Self::Away => "away",
            Self::TooOld => "too-old",
        }
    }
}

impl Given {
    /// What became of it, as known at `now`.
    #[must_use]
    pub fn fate(&self, now: Instant) -> Fate {
        match self.fate {
            Fate::Waiting if now.ms_since(self.at) > ORDER_MS => Fate::NoAnswer,
            fate => fate,
        }
    }
}

/// Lines of a player's log, and when they came.
pub(crate) type Log = (Instant, Vec<String>);

/// The orders given since the server started.
#[derive(Debug, Default)]
pub struct Orders(Mutex<Book>);

#[derive(Debug, Default)]
struct Book {
    given: HashMap<ScreenId, VecDeque<Given>>,
    logs: VecDeque<(ScreenId, Log)>,
}

impl Orders {
    /// A poisoned lock only says that a thread ended while it held it; the book is whole.
    fn book(&self) -> MutexGuard<'_, Book> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The last orders to a screen, the newest first.
    #[must_use]
    pub fn of(&self, screen: &ScreenId) -> Vec<Given> {
        self.book().given.get(screen).map(|given| given.iter().rev().cloned().collect()).unwrap_or_default()
    }

    /// The log that a screen's player sent last.
    #[must_use]
    pub fn log_of(&self, screen: &ScreenId) -> Option<Log> {
        self.book().logs.iter().rev().find(|(of, _)| of == screen).map(|(_, log)| log.clone())
    }

    fn note(&self, screen: &ScreenId, given: Given) {
        let mut book = self.book();
        let of_screen = book.given.entry(screen.clone()).or_default();
        if of_screen.len() >= GIVEN_MAX {
            of_screen.pop_front();
        }
        of_screen.push_back(given);
    }

    fn settle(&self, screen: &ScreenId, id: u64, fate: Fate) -> bool {
        let mut book = self.book();
        let given = book.given.get_mut(screen).and_then(|given| given.iter_mut().find(|given| given.id == id));
        let Some(given) = given else { return false };
        given.fate = fate;
        true
    }

    fn keep_log(&self, screen: &ScreenId, log: Log) {
        let mut book = self.book();
        book.logs.retain(|(of, _)| of != screen);
        if book.logs.len() >= LOGS_MAX {
            book.logs.pop_front();
        }
        book.logs.push_back((screen.clone(), log));
    }
}

/// Has the box of a screen do something; says what is known of it at once.
pub fn give(state: &State, screen: &ScreenId, command: Command, by: &str) -> Fate {
    let now = state.now();
    let mut chance = [0; 8];
    // Without chance the box takes the second order for the first and does nothing: no harm, and the page says so.
    let _ = getrandom::fill(&mut chance);
    let id = u64::from_le_bytes(chance);
    let given = |fate| Given { id, command, by: by.to_owned(), at: now, fate };
    let seen = match state.fleet.box_of(screen) {
        None => {
            state.hands.orders.note(screen, given(Fate::Away));
            return Fate::Away;
        }
        Some(seen) if seen.link_version < HANDS_SINCE => {
            state.hands.orders.note(screen, given(Fate::TooOld));
            return Fate::TooOld;
        }
        Some(seen) => seen,
    };
    // Noted first: the answer may be quicker than this thread.
    state.hands.orders.note(screen, given(Fate::Waiting));
    let order = Order { id, screen: screen.clone(), until: now.plus_ms(ORDER_MS), command };
    if state.fleet.tell(&seen.box_id, ToPlayer::Order(order)) {
        return Fate::Waiting;
    }
    state.hands.orders.settle(screen, id, Fate::Away);
    Fate::Away
}

/// Takes a box's answer in. The box has been judged to light the screen; lines of its log are fit to be read.
pub fn answered(state: &State, box_id: &BoxId, answer: Answer) {
    let Answer { id, screen, outcome } = answer;
    let now = state.now();
    let asked = state.hands.orders.of(&screen).into_iter().find(|given| given.id == id);
    let Some(asked) = asked else {
        tracing::debug!(r#box.id = %box_id, screen.id = %screen, "a box answers an order that nobody remembers");
        return;
    };
    let fate = match outcome {
        Outcome::Done { mut log, .. } => {
            if asked.command == Command::Log {
                log.truncate(LOG_LINES_MAX);
                state.hands.orders.keep_log(&screen, (now, log));
            }
            Fate::Done(now.ms_since(asked.at))
        }
        Outcome::Refused { why } => Fate::Refused(why),
        Outcome::Unknown => Fate::Refused(WhyNot::Other),
    };
    tracing::info!(r#box.id = %box_id, screen.id = %screen, order.fate = fate.word(), "a box answers an order");
    state.hands.orders.settle(&screen, id, fate);
    state.fleet.note_change();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_without_an_answer_is_told_so_and_only_the_newest_are_remembered() {
        let (orders, screen) = (Orders::default(), ScreenId::parse("a-1").expect("a name"));
        let given =
            |id| Given { id, command: Command::Clear, by: "anna".into(), at: Instant(1_000), fate: Fate::Waiting };
        for id in 0..=4 {
            orders.note(&screen, given(id));
        }
        let ids: Vec<_> = orders.of(&screen).iter().map(|given| given.id).collect();
        assert_eq!(ids, [4, 3, 2, 1]);
        let fate = |ms| orders.of(&screen)[0].fate(Instant(1_000 + ms));
        assert_eq!((fate(ORDER_MS), fate(ORDER_MS + 1)), (Fate::Waiting, Fate::NoAnswer));
        assert!(orders.settle(&screen, 4, Fate::Done(70)) && !orders.settle(&screen, 0, Fate::Done(70)));
        assert_eq!(fate(ORDER_MS + 1), Fate::Done(70), "a late answer is an answer");
    }

    #[test]
    fn few_logs_are_kept_and_one_of_each_screen() {
        let orders = Orders::default();
        let screen = |n: usize| ScreenId::parse(&format!("a-{n}")).expect("a name");
        for n in 0..LOGS_MAX + 2 {
            orders.keep_log(&screen(n), (Instant(1), vec!["one".into()]));
        }
        orders.keep_log(&screen(5), (Instant(2), vec!["two".into()]));
        assert_eq!(orders.log_of(&screen(5)).map(|(_, log)| log), Some(vec!["two".to_owned()]));
        assert_eq!((orders.log_of(&screen(1)), orders.book().logs.len()), (None, LOGS_MAX));
    }
}
