//! The speaker: plays a movie's sound beside its picture, from a thread, a pipeline and a clock of its own. The clock is the
//! network's time, so that sound and picture go by the same line without ever waiting for each other; a device that is
//! missing, fails or hangs costs the sound and nothing else.

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant as Moment};

use anteroom_content::clock::Instant;

use super::clockwork::Clockwork;
use super::voice::{Goes, Outlet, Voice};

/// How often a voice is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// A device that does not come back from one call for so long hangs.
pub(super) const HANG_MAX: Duration = Duration::from_secs(5);
/// After a fault the device is left alone for so long; after each further one twice as long.
const REST_BASE: Duration = Duration::from_mins(1);
/// The longest time it is left alone.
const REST_CAP: Duration = Duration::from_mins(30);
/// A voice that was heard for so long is a good one: what fails after it is the first fault again.
const GOOD_AFTER: Duration = Duration::from_mins(1);
/// A voice that lost the clock is begun anew, but not sooner after the one before it.
const ANEW_REST: Duration = Duration::from_secs(3);

/// A movie that is on the glass since an instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) file: PathBuf,
    pub(super) since: Instant,
}

/// What is to be heard.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    /// Nothing, where it is none or the volume is 0.
    pub(super) piece: Option<Piece>,
    pub(super) percent: u8,
    pub(super) clock: Clockwork,
}

/// What the thread says.
#[derive(Debug, Default)]
struct Said {
    /// It is in a call to the device since then.
    busy_since: Option<Moment>,
    /// How loud it is now, in percent; 0 while nothing is heard.
    heard: u8,
    /// Why nothing is heard that should be; told once.
    trouble: Option<String>,
}

/// What is wanted, and how often that changed.
#[derive(Debug)]
struct Board {
    serial: u64,
    wanted: Wanted,
}

#[derive(Debug)]
struct Shared {
    board: Mutex<Board>,
    bell: Condvar,
    said: Mutex<Said>,
}

/// A poisoned lock only says that the other side ended while it held it.
fn held<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The stage's end of it. Nothing here ever waits for the device.
#[derive(Debug)]
pub(super) struct Speaker(Arc<Shared>);

impl Speaker {
    /// Starts the thread; no device is opened before something is to be heard.
    pub(super) fn start(outlet: Outlet, clock: Clockwork) -> io::Result<Self> {
        let wanted = Wanted { piece: None, percent: 0, clock };
        let board = Mutex::new(Board { serial: 0, wanted });
        let shared = Arc::new(Shared { board, bell: Condvar::new(), said: Mutex::default() });
        let speaking = Arc::clone(&shared);
        std::thread::Builder::new().name("stage-sound".into()).spawn(move || speak(&speaking, &outlet))?;
        Ok(Self(shared))
    }

    /// What is to be heard from now on.
    pub(super) fn want(&self, wanted: Wanted) {
        let mut board = held(&self.0.board);
        if board.wanted.piece != wanted.piece || board.wanted.percent != wanted.percent {
            board.serial += 1;
            self.0.bell.notify_one();
        }
        board.wanted = wanted;
    }

    /// How loud it is now, in percent; 0 while nothing is heard.
    pub(super) fn heard(&self) -> u8 {
        let said = held(&self.0.said);
        if said.is_hung() { 0 } else { said.heard }
    }

    /// Why nothing is heard, said once.
    pub(super) fn trouble(&self) -> Option<String> {
        held(&self.0.said).trouble.take()
    }

    /// The device does not come back.
    pub(super) fn is_hung(&self) -> bool {
        held(&self.0.said).is_hung()
    }
}

impl Said {
    fn is_hung(&self) -> bool {
        self.busy_since.is_some_and(|since| since.elapsed() > HANG_MAX)
    }
}

impl Shared {
    /// What is wanted; waits for news since `seen`, or so long.
    fn news(&self, seen: &mut u64, most: Option<Duration>) -> Wanted {
        let mut board = held(&self.board);
        if board.serial == *seen {
            board = match most {
                Some(most) => self.bell.wait_timeout(board, most).map_or_else(|e| e.into_inner().0, |(board, _)| board),
                None => self.bell.wait(board).unwrap_or_else(PoisonError::into_inner),
            };
        }
        *seen = board.serial;
        board.wanted.clone()
    }

    /// Does something from which a device may not come back.
    fn dares<T>(&self, deed: impl FnOnce() -> T) -> T {
        held(&self.said).busy_since = Some(Moment::now());
        let done = deed();
        held(&self.said).busy_since = None;
        done
    }

    fn hears(&self, percent: u8) {
        held(&self.said).heard = percent;
    }
}

/// How long the device is left alone.
#[derive(Debug, Default)]
struct Rest {
    faults: u32,
    until: Option<Moment>,
}

impl Rest {
    /// It failed; says whether that is news.
    fn failed(&mut self, now: Moment) -> bool {
        let rest = REST_BASE.saturating_mul(1 << self.faults.min(8)).min(REST_CAP);
        self.until = Some(now + rest);
        self.faults += 1;
        self.faults == 1
    }

    fn left(&self, now: Moment) -> Option<Duration> {
        self.until.and_then(|until| until.checked_duration_since(now)).filter(|left| !left.is_zero())
    }
}

fn speak(shared: &Shared, outlet: &Outlet) {
    let mut voice: Option<Voice> = None;
    let mut rest = Rest::default();
    // What has ended, or has no sound.
    let mut over: Option<Piece> = None;
    let mut seen = 0;
    loop {
        let wait = if voice.is_some() { Some(LOOK_EVERY) } else { rest.left(Moment::now()) };
        let wanted = shared.news(&mut seen, wait);
        let piece = wanted.piece.clone().filter(|_| wanted.percent > 0);
        if voice.as_ref().is_some_and(|voice| Some(&voice.piece) != piece.as_ref()) {
            shared.hears(0);
            shared.dares(|| voice = None);
        }
        let Some(piece) = piece else { continue };
        if over.as_ref() == Some(&piece) || (voice.is_none() && rest.left(Moment::now()).is_some()) {
            continue;
        }
        let goes = shared.dares(|| match &mut voice {
            Some(voice) => voice.look(&wanted),
            None => Voice::open(outlet, piece.clone(), &wanted).map(|opened| {
                voice = Some(opened);
                Goes::Opens
            }),
        });
        match goes {
            Ok(Goes::Opens) => shared.hears(0),
            Ok(Goes::On(since)) => {
                if since.elapsed() > GOOD_AFTER {
                    rest = Rest::default();
                }
                shared.hears(wanted.percent);
            }
            Ok(Goes::Astray) => {
                shared.hears(0);
                shared.dares(|| voice = None);
                rest.until = Some(Moment::now() + ANEW_REST);
            }
            Ok(Goes::Over) => {
                shared.hears(0);
                shared.dares(|| voice = None);
                over = Some(piece);
            }
            Err(text) => {
                shared.hears(0);
                if rest.failed(Moment::now()) {
                    held(&shared.said).trouble = Some(text);
                }
                // A device that failed may hang when it is closed.
                shared.dares(|| voice = None);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_that_fails_is_told_once_and_left_alone_longer_and_longer() {
        let now = Moment::now();
        let mut rest = Rest::default();
        assert_eq!(rest.left(now), None);
        assert!(rest.failed(now));
        assert_eq!(rest.left(now), Some(REST_BASE));
        assert_eq!(rest.left(now + REST_BASE), None);
        let rests: Vec<_> = (0..40).map(|_| (rest.failed(now), rest.left(now))).collect();
        assert!(rests.iter().all(|(is_news, _)| !is_news), "one fault, however long it lasts");
        assert_eq!(rests[0].1, Some(REST_BASE * 2));
        assert_eq!(rests[39].1, Some(REST_CAP));
    }
}
