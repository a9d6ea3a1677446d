//! The keeper of a display: says what is wanted until the display says so itself, asks now and then, and tells the desk what it heard.
//! It has a thread of its own; the desk never waits for it.

use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, Instant as Tick};

use anteroom_content::power::Lamp;

use super::{Display, DisplayFault};

/// Wishes that wait for the thread; only the last one counts.
const WISHES_MAX: usize = 8;

/// How quickly a keeper goes about it.
#[derive(Debug, Clone, Copy)]
pub struct Tempo {
    /// How often a display is asked while nothing is to be changed.
    pub ask_every: Duration,
    /// A display that was told has so long to say that it did: some take ten seconds to warm up.
    pub confirm_max: Duration,
    /// How often it is asked meanwhile.
    pub confirm_every: Duration,
    /// After a fault it is tried again after so long, and after each further one twice as long.
    pub rest_base: Duration,
    /// The longest time until it is tried again.
    pub rest_cap: Duration,
}

impl Tempo {
    /// For a hospital.
    pub const USUAL: Self = Self {
        ask_every: Duration::from_mins(1),
        confirm_max: Duration::from_secs(20),
        confirm_every: Duration::from_secs(1),
        rest_base: Duration::from_secs(30),
        rest_cap: Duration::from_mins(15),
    };
}

/// What a keeper tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisplayWord {
    /// How the display says it is; none where it does not say.
    pub lamp: Option<Lamp>,
    /// Why it is not as it should be; told once in a row.
    pub fault: Option<DisplayFault>,
}

/// The desk's end of it.
#[derive(Debug)]
pub struct Keeper {
    wishes: SyncSender<Option<Lamp>>,
    wanted: Option<Lamp>,
}

impl Keeper {
    /// Starts the thread; `is_lit` is what the graphics driver knows.
    ///
    /// # Errors
    /// When there is no thread to be had.
    pub fn start(
        display: Box<dyn Display>,
        tempo: Tempo,
        is_lit: impl Fn() -> Option<bool> + Send + 'static,
        tell: impl Fn(DisplayWord) + Send + 'static,
    ) -> std::io::Result<Self> {
        let (wishes, heard) = sync_channel(WISHES_MAX);
        let mut round = Round {
            display,
            tempo,
            is_lit: Box::new(is_lit),
            wanted: None,
            faults: 0,
            last: None,
            has_told: false,
            dark_in_fact: 0,
        };
        std::thread::Builder::new().name("agent-display".into()).spawn(move || round.run(&heard, tell))?;
        Ok(Self { wishes, wanted: None })
    }

    /// How the display should be from now on; none leaves it as it is.
    pub fn want(&mut self, lamp: Option<Lamp>) {
        // A keeper that is busy hears it at the next look.
        if self.wanted != lamp && self.wishes.try_send(lamp).is_ok() {
            self.wanted = lamp;
        }
    }
}

/// The thread's round.
struct Round {
    display: Box<dyn Display>,
    tempo: Tempo,
    is_lit: Box<dyn Fn() -> Option<bool> + Send>,
    wanted: Option<Lamp>,
    /// Faults in a row.
    faults: u32,
    /// What was told last: how it says that it is.
    last: Option<Lamp>,
    has_told: bool,
    /// So often in a row it said that it was lit and was not.
    dark_in_fact: u32,
}

impl Round {
    fn run(&mut self, wishes: &Receiver<Option<Lamp>>, tell: impl Fn(DisplayWord)) {
        let mut wait = Duration::ZERO;
        loop {
            match wishes.recv_timeout(wait) {
                Ok(wanted) => {
                    self.wanted = wishes.try_iter().last().unwrap_or(wanted);
                    self.faults = 0;
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            let (lamp, fault) = self.step();
            wait = if fault.is_some() {
                self.faults += 1;
                self.tempo.rest_base.saturating_mul(1 << (self.faults - 1).min(8)).min(self.tempo.rest_cap)
            } else {
                self.faults = 0;
                self.tempo.ask_every
            };
            let fault = fault.filter(|_| self.faults == 1);
            if fault.is_some() || !self.has_told || self.last != lamp {
                (self.last, self.has_told) = (lamp, true);
                tell(DisplayWord { lamp, fault });
            }
        }
    }

    /// Asks, switches where that is wanted, and asks until it has happened.
    fn step(&mut self) -> (Option<Lamp>, Option<DisplayFault>) {
        let asked = self.display.ask();
        let Some(wanted) = self.wanted else {
            return asked.map_or_else(|fault| (None, Some(fault)), |lamp| (Some(lamp), None));
        };
        if asked == Ok(wanted) {
            return (Some(wanted), self.in_fact(wanted));
        }
        // One that sleeps may not answer, and hear all the same.
        if let Err(fault) = self.display.switch(wanted) {
            return (asked.ok(), Some(fault));
        }
        let begun = Tick::now();
        loop {
            let said = self.display.ask();
            if said == Ok(wanted) {
                return (Some(wanted), None);
            }
            if begun.elapsed() >= self.tempo.confirm_max {
                return match said {
                    Ok(lamp) => (Some(lamp), Some(DisplayFault::Stays(lamp))),
                    Err(fault) => (None, Some(fault)),
                };
            }
            std::thread::sleep(self.tempo.confirm_every);
        }
    }

    /// A display that says that it is lit is held against what the driver knows; once may be a moment between the two.
    fn in_fact(&mut self, said: Lamp) -> Option<DisplayFault> {
        let is_dark = said == Lamp::Lit && (self.is_lit)() == Some(false);
        self.dark_in_fact = if is_dark { self.dark_in_fact + 1 } else { 0 };
        (self.dark_in_fact >= 2).then_some(DisplayFault::LitInName)
    }
}

#[cfg(test)]
mod tests;
