//! The usher: looks up in the books who comes, and asks for several in one question. After a power cut thousands come
//! together, and a question for each would cost more than their handshakes.

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use crate::db::arrivals::{ARRIVALS_AT_ONCE, Arrival, Asked, arrivals};
use crate::db::{DbError, DbResult};
use crate::state::State;

/// Those who wait to be looked up: each link waits for itself, so there are never more than links.
#[derive(Debug, Default)]
pub struct Usher(Mutex<Desk>);

#[derive(Debug, Default)]
struct Desk {
    waiting: VecDeque<Caller>,
    is_at_work: bool,
}

#[derive(Debug)]
struct Caller {
    asked: Asked,
    answer: oneshot::Sender<DbResult<Option<Box<Arrival>>>>,
}

impl Usher {
    /// A poisoned lock only says that a thread ended while it held it; the queue is whole.
    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has somebody wait; tells whether nobody is at work.
    fn seat(&self, caller: Caller) -> bool {
        let mut desk = self.desk();
        desk.waiting.push_back(caller);
        !std::mem::replace(&mut desk.is_at_work, true)
    }

    fn next_group(&self) -> Vec<Caller> {
        let mut desk = self.desk();
        let count = desk.waiting.len().min(ARRIVALS_AT_ONCE);
        let group: Vec<_> = desk.waiting.drain(..count).collect();
        desk.is_at_work = !group.is_empty();
        group
    }
}

/// The paired box of a certificate with its screens, and where one of its logs stands; none when no such box is paired.
///
/// # Errors
/// When the database does not answer.
pub async fn look_up(state: &State, fingerprint: &str, log_epoch: u64) -> DbResult<Option<Box<Arrival>>> {
    let (answer, answered) = oneshot::channel();
    let caller = Caller { asked: (fingerprint.to_owned(), log_epoch), answer };
    if state.usher.seat(caller) {
        // A task of its own: a link that breaks must not take the answers of others with it.
        tokio::spawn(work(state.clone()));
    }
    answered.await.unwrap_or(Err(DbError::CutOff))
}

/// Has the next caller call somebody else when this one is cut off; those it had are told so.
struct AtWork<'a>(&'a Usher);

impl Drop for AtWork<'_> {
    fn drop(&mut self) {
        let mut desk = self.0.desk();
        desk.is_at_work = false;
        desk.waiting.clear();
    }
}

async fn work(state: State) {
    let at_work = AtWork(&state.usher);
    loop {
        let group = state.usher.next_group();
        if group.is_empty() {
            // Whoever comes from now on calls somebody else.
            std::mem::forget(at_work);
            return;
        }
        // A box that comes twice at one moment is asked for once.
        let asked: BTreeSet<_> = group.iter().map(|caller| caller.asked.clone()).collect();
        let asked: Vec<_> = asked.into_iter().collect();
        let found = arrivals(&state.db, &asked).await.map_err(Arc::new);
        for Caller { asked, answer } in group {
            let arrival = match &found {
                Ok(found) => Ok(found.get(&asked).cloned().map(Box::new)),
                Err(error) => Err(DbError::Group(Arc::clone(error))),
            };
            // Whoever left meanwhile needs no answer.
            let _ = answer.send(arrival);
        }
    }
}

#[cfg(test)]
mod tests {
    use anteroom_content::id::{BoxId, ScreenId};
    use ed25519_dalek::SigningKey;

    use super::*;
    use crate::assign;
    use crate::db::boxes::{self, NewBox};
    use crate::db::certificates;
    use crate::db::tests::on_each_engine;
    use crate::state::tests::{NOW, furnish, state_on};

    async fn pair(state: &State, n: usize) -> BoxId {
        let new = NewBox {
            id: BoxId::parse(&format!("box-{n}")).expect("name"),
            fingerprint: format!("certificate {n}"),
            signing_key: SigningKey::from_bytes(&[7; 32]).verifying_key(),
            description: "test".into(),
            enrolled_by: "installer".into(),
            enrolled_at: NOW,
        };
        boxes::add(&state.db, &new).await.expect("added");
        new.id
    }

    #[tokio::test]
    async fn many_who_come_at_once_are_each_told_who_they_are() {
        on_each_engine(|db| async move {
            let folder = tempfile::tempdir().expect("a folder");
            let (state, _clock) = state_on(db, folder.path());
            furnish(&state).await;
            let count = ARRIVALS_AT_ONCE * 2 + 3;
            let mut names = Vec::new();
            for n in 0..count {
                names.push(pair(&state, n).await);
            }
            for screen in ["a-1", "a-2"] {
                let screen = ScreenId::parse(screen).expect("name");
                assign::attach(&state, &names[1], &screen).await.expect("attached");
            }
            certificates::offer(&state.db, &names[2], "the next of 2", NOW).await.expect("offered");
            assign::unpair(&state, &names[3]).await.expect("unpaired");

            // Everybody at once, one of them twice, one with its next certificate, and a stranger.
            let mut asked: Vec<_> = (0..count).map(|n| format!("certificate {n}")).collect();
            asked.extend(["certificate 1", "the next of 2", "a stranger's"].map(str::to_owned));
            let mut looking = tokio::task::JoinSet::new();
            for (at, fingerprint) in asked.into_iter().enumerate() {
                let state = state.clone();
                looking.spawn(async move { (at, look_up(&state, &fingerprint, 9).await.expect("asked")) });
            }
            let mut found = looking.join_all().await;
            found.sort_by_key(|(at, _)| *at);
            for (n, (_, arrival)) in found.iter().take(count).enumerate().filter(|(n, _)| *n != 3) {
                let arrival = arrival.as_ref().expect("paired");
                assert_eq!((&arrival.paired.id, arrival.paired.is_certificate_next), (&names[n], false));
                assert_eq!((arrival.screens.len(), arrival.held_seq), (if n == 1 { 2 } else { 0 }, 0));
            }
            assert!(found[3].1.is_none(), "unpaired");
            assert_eq!(found[count].1, found[1].1, "twice is the same");
            let next = found[count + 1].1.as_ref().expect("paired");
            assert_eq!((&next.paired.id, next.paired.is_certificate_next), (&names[2], true));
            assert!(found[count + 2].1.is_none(), "nobody knows a stranger");
            assert!(state.usher.desk().waiting.is_empty() && !state.usher.desk().is_at_work);
        })
        .await;
    }
}
