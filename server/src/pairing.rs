//! Pairing: new boxes wait here, each with the code on its glass, until a person types it in the console. Codes never leave
//! this room; five wrong ones and pairing rests.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use anteroom_content::clock::Instant;
use anteroom_content::id::{BoxId, PairCode};
use anteroom_content::manifest::to_hex;
use anteroom_content::wire::enrol::{CODE_SECS, TRIES_MAX, Verdict};
use ed25519_dalek::VerifyingKey;
use tokio::sync::{oneshot, watch};

use crate::db::boxes::{self, NewBox};
use crate::db::{DbError, DbResult, certificates};
use crate::state::State;
use crate::trust::BadKeys;

/// Boxes that may wait at one time: more than anybody unpacks in ten minutes.
pub const WAITING_MAX: usize = 64;
/// Boxes that may wait behind one address, so that one machine cannot take every place.
pub const WAITING_PER_ADDRESS_MAX: usize = 32;
/// Codes remembered after they ran out, so that a person learns why they do not work.
const EXPIRED_MAX: usize = 64;
/// How long a code holds, in the unit of [`Instant`].
#[expect(clippy::cast_possible_wrap, reason = "ten minutes")]
const CODE_MS: i64 = CODE_SECS as i64 * 1_000;

/// A box that waits, as the console may show it. The code is not in it: whoever pairs must stand before the glass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingBox {
    /// What it says of itself.
    pub description: String,
    /// Since when.
    pub since: Instant,
}

/// What a new box brought.
#[derive(Debug, Clone)]
pub struct Newcomer {
    /// The code on its glass.
    pub code: PairCode,
    /// Its certificate request, PEM, found good.
    pub request_pem: String,
    /// The key it will sign plays with.
    pub signing_key: VerifyingKey,
    /// What it says of itself.
    pub description: String,
    /// Where it calls from.
    pub address: IpAddr,
}

/// Why a box cannot wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoSeat {
    /// Too many wait.
    #[error("等待配对的盒子太多，请稍后再试 · too many boxes are waiting to be paired: try again later")]
    Full,
    /// Another one has the same code.
    #[error("配对码重复，请重试 · the code is taken: try again")]
    SameCode,
}

/// Why a code opens nothing.
#[derive(Debug, thiserror::Error)]
pub enum ClaimError {
    /// It cannot be a code at all; not counted as a try.
    #[error("`{0}` is not a pairing code: type the eight letters the box shows")]
    NotACode(String),
    /// No box shows it.
    #[error("no waiting box shows this code; {tries_left} more tries, then pairing rests for a while")]
    Wrong {
        /// Wrong codes that are left.
        tries_left: u32,
    },
    /// It ran out.
    #[error("this code has run out: the box shows a new one by now, type that")]
    Expired,
    /// Too many wrong codes.
    #[error("too many wrong codes: pairing rests")]
    Locked {
        /// Until then.
        until: Instant,
    },
    /// The box left while its certificate was made.
    #[error("the box went away: wait until it shows a new code, then type that")]
    Gone,
    /// Its certificate cannot be signed.
    #[error(transparent)]
    Keys(#[from] BadKeys),
    /// The database did not answer.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// The boxes that wait, and the wrong codes that were typed.
#[derive(Debug)]
pub struct Pairing {
    list: Mutex<List>,
    changes: watch::Sender<u64>,
}

impl Default for Pairing {
    fn default() -> Self {
        Self { list: Mutex::default(), changes: watch::Sender::new(0) }
    }
}

#[derive(Debug, Default)]
struct List {
    next_number: u64,
    waiting: Vec<Waiting>,
    expired: VecDeque<PairCode>,
    wrong: VecDeque<Instant>,
    locked_until: Option<Instant>,
}

#[derive(Debug)]
struct Waiting {
    number: u64,
    since: Instant,
    newcomer: Newcomer,
    answer: oneshot::Sender<Verdict>,
}

/// A place in the list. Given up when it is dropped.
#[derive(Debug)]
pub struct Seat<'a> {
    pairing: &'a Pairing,
    number: u64,
    /// Brings the verdict.
    pub verdict: oneshot::Receiver<Verdict>,
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        self.pairing.lock().waiting.retain(|waiting| waiting.number != self.number);
        self.pairing.changed();
    }
}

impl Pairing {
    /// A poisoned lock only says that a thread ended while it held it; the list is whole.
    fn lock(&self) -> MutexGuard<'_, List> {
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn changed(&self) {
        self.changes.send_modify(|count| *count += 1);
    }

    /// A counter that moves whenever the list does.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// The boxes that wait, the first to come first.
    #[must_use]
    pub fn waiting(&self, now: Instant) -> Vec<WaitingBox> {
        self.expire(now);
        let list = self.lock();
        let shown =
            |waiting: &Waiting| WaitingBox { description: waiting.newcomer.description.clone(), since: waiting.since };
        list.waiting.iter().map(shown).collect()
    }

    /// A box sits down to wait.
    ///
    /// # Errors
    /// [`NoSeat`] when too many wait already or one of them shows the same code.
    pub fn enter(&self, newcomer: Newcomer, now: Instant) -> Result<Seat<'_>, NoSeat> {
        self.expire(now);
        let mut list = self.lock();
        let neighbours = list.waiting.iter().filter(|other| other.newcomer.address == newcomer.address).count();
        if list.waiting.len() >= WAITING_MAX || neighbours >= WAITING_PER_ADDRESS_MAX {
            return Err(NoSeat::Full);
        }
        if list.waiting.iter().any(|other| other.newcomer.code == newcomer.code) {
            return Err(NoSeat::SameCode);
        }
        let (answer, verdict) = oneshot::channel();
        list.next_number += 1;
        let number = list.next_number;
        list.waiting.push(Waiting { number, since: now, newcomer, answer });
        drop(list);
        self.changed();
        Ok(Seat { pairing: self, number, verdict })
    }

    /// Sends those away whose code has run out.
    pub fn expire(&self, now: Instant) {
        let mut list = self.lock();
        let (stay, gone): (Vec<_>, Vec<_>) =
            std::mem::take(&mut list.waiting).into_iter().partition(|waiting| now.ms_since(waiting.since) < CODE_MS);
        list.waiting = stay;
        let some_left = !gone.is_empty();
        for waiting in gone {
            if list.expired.len() == EXPIRED_MAX {
                list.expired.pop_front();
            }
            list.expired.push_back(waiting.newcomer.code);
            // A box that has gone needs no answer.
            let _ = waiting.answer.send(Verdict::Expired);
        }
        drop(list);
        if some_left {
            self.changed();
        }
    }

    /// Takes the box that shows a code out of the list.
    fn take(&self, text: &str, now: Instant) -> Result<Waiting, ClaimError> {
        self.expire(now);
        let mut list = self.lock();
        if let Some(until) = list.locked_until.filter(|until| now < *until) {
            return Err(ClaimError::Locked { until });
        }
        list.locked_until = None;
        let code = PairCode::parse(text)
            .ok_or_else(|| ClaimError::NotACode(text.chars().filter(|c| !c.is_control()).take(16).collect()))?;
        if let Some(place) = list.waiting.iter().position(|waiting| waiting.newcomer.code == code) {
            let waiting = list.waiting.remove(place);
            drop(list);
            self.changed();
            return Ok(waiting);
        }
        if list.expired.contains(&code) {
            return Err(ClaimError::Expired);
        }
        list.wrong.retain(|at| now.ms_since(*at) < CODE_MS);
        list.wrong.push_back(now);
        let tries_left = TRIES_MAX.saturating_sub(u32::try_from(list.wrong.len()).unwrap_or(TRIES_MAX));
        if tries_left == 0 {
            let until = now.plus_ms(CODE_MS);
            list.locked_until = Some(until);
            list.wrong.clear();
            return Err(ClaimError::Locked { until });
        }
        Err(ClaimError::Wrong { tries_left })
    }

    fn put_back(&self, waiting: Waiting) {
        self.lock().waiting.push(waiting);
        self.changed();
    }
}

/// Pairs the box that shows a code, in the name of an account.
///
/// # Errors
/// [`ClaimError`]; the box goes on waiting when keys or database are to blame.
pub async fn claim(state: &State, code_text: &str, by_account: &str) -> Result<BoxId, ClaimError> {
    let now = state.now();
    let waiting = match state.pairing.take(code_text, now) {
        Ok(waiting) => waiting,
        Err(error) => {
            tracing::warn!(account.id = by_account, reason = %error, "a pairing code was refused");
            return Err(error);
        }
    };
    let admitting = async {
        let box_id = draw_name()?;
        let certificate_pem = admit(state, &waiting.newcomer, &box_id, by_account).await?;
        Ok((box_id, certificate_pem))
    };
    let (box_id, certificate_pem) = match admitting.await {
        Ok(admitted) => admitted,
        Err(error) => {
            state.pairing.put_back(waiting);
            return Err(error);
        }
    };
    let accepted = Verdict::Accepted { box_id: box_id.clone(), certificate_pem, proof: None };
    if waiting.answer.send(accepted).is_err() {
        retract(state, &box_id, now).await?;
        return Err(ClaimError::Gone);
    }
    tracing::info!(r#box.id = %box_id, account.id = by_account, "a box was paired");
    Ok(box_id)
}

/// Makes a newcomer a box of the network, in the name of an account; its certificate.
///
/// # Errors
/// [`ClaimError`] when keys or database are to blame.
pub(crate) async fn admit(
    state: &State,
    newcomer: &Newcomer,
    box_id: &BoxId,
    by_account: &str,
) -> Result<String, ClaimError> {
    let now = state.now();
    let certificate = state.keys.sign_box(&newcomer.request_pem, (box_id, &newcomer.signing_key), now)?;
    let names = (certificate.fingerprint.as_str(), certificate.pem.as_str());
    certificates::keep(&state.db, box_id, names, certificate.until, now).await?;
    let new = NewBox {
        id: box_id.clone(),
        fingerprint: certificate.fingerprint,
        signing_key: newcomer.signing_key,
        description: newcomer.description.clone(),
        enrolled_by: by_account.to_owned(),
        enrolled_at: now,
    };
    boxes::add(&state.db, &new).await?;
    Ok(certificate.pem)
}

/// A box that never got its certificate is no box.
pub(crate) async fn retract(state: &State, box_id: &BoxId, now: Instant) -> DbResult<()> {
    let mut tx = state.db.begin().await?;
    boxes::unpair(&mut tx, box_id, now).await?;
    tx.commit().await
}

/// A name for a new box, drawn by chance.
pub(crate) fn draw_name() -> Result<BoxId, ClaimError> {
    let mut bytes = [0; 5];
    let no_chance = |why: String| ClaimError::Db(DbError::Unreadable { what: "box name", why });
    getrandom::fill(&mut bytes).map_err(|error| no_chance(error.to_string()))?;
    BoxId::parse(&format!("box-{}", to_hex(&bytes))).map_err(|error| no_chance(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Instant = Instant(1_795_000_000_000);

    fn newcomer(code: &str) -> Newcomer {
        Newcomer {
            code: PairCode::parse(code).expect("a code"),
            request_pem: String::new(),
            signing_key: ed25519_dalek::SigningKey::from_bytes(&[3; 32]).verifying_key(),
            description: "nuc-7 · 1920×1080".into(),
            address: IpAddr::from([127, 0, 0, 1]),
        }
    }

    #[test]
    fn five_wrong_codes_lock_pairing_for_ten_minutes_even_for_the_right_one() {
        let pairing = Pairing::default();
        let _seat = pairing.enter(newcomer("AAAABBBB"), NOW).expect("a seat");
        for tries_left in (1..TRIES_MAX).rev() {
            let refused = pairing.take("ZZZZ-ZZZZ", NOW).expect_err("wrong");
            assert!(matches!(refused, ClaimError::Wrong { tries_left: left } if left == tries_left), "{refused}");
        }
        assert!(matches!(pairing.take("zzzz zzzz", NOW), Err(ClaimError::Locked { .. })));
        assert!(matches!(pairing.take("AAAABBBB", NOW.plus_ms(CODE_MS - 1)), Err(ClaimError::Locked { .. })));
        let later = NOW.plus_ms(CODE_MS);
        let _seat = pairing.enter(newcomer("CCCCDDDD"), later).expect("a seat");
        assert!(pairing.take("cccc-dddd", later).is_ok());
    }

    #[test]
    fn a_typing_slip_that_can_be_no_code_is_no_try() {
        let pairing = Pairing::default();
        for _ in 0..20 {
            assert!(matches!(pairing.take("OOOO", NOW), Err(ClaimError::NotACode(_))));
        }
    }

    #[test]
    fn a_code_that_ran_out_says_so_and_the_box_hears_it() {
        let pairing = Pairing::default();
        let mut seat = pairing.enter(newcomer("AAAABBBB"), NOW).expect("a seat");
        assert_eq!(pairing.waiting(NOW).len(), 1);
        let late = NOW.plus_ms(CODE_MS);
        assert!(matches!(pairing.take("AAAABBBB", late), Err(ClaimError::Expired)));
        assert_eq!(seat.verdict.try_recv(), Ok(Verdict::Expired));
        assert!(pairing.waiting(late).is_empty());
    }

    #[test]
    fn a_box_that_leaves_gives_up_its_seat_and_one_address_cannot_take_them_all() {
        let pairing = Pairing::default();
        drop(pairing.enter(newcomer("AAAABBBB"), NOW).expect("a seat"));
        assert!(pairing.waiting(NOW).is_empty());
        let letters = "ABCDEFGHJKMNPQRSTVWXYZ23456789";
        let codes: Vec<String> =
            letters.chars().flat_map(|a| letters.chars().map(move |b| format!("AAAAAA{a}{b}"))).collect();
        let seats: Vec<_> =
            codes.iter().take(WAITING_PER_ADDRESS_MAX).map(|code| pairing.enter(newcomer(code), NOW)).collect();
        assert!(seats.iter().all(Result::is_ok));
        assert_eq!(pairing.enter(newcomer("BBBBBBBB"), NOW).expect_err("full"), NoSeat::Full);
        let other = Newcomer { address: IpAddr::from([127, 0, 0, 2]), ..newcomer("AAAAAAAA") };
        assert_eq!(pairing.enter(other, NOW).expect_err("taken"), NoSeat::SameCode);
    }
}
