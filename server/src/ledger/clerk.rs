//! The clerk: writes what waits into the books, many batches in one commit, for a commit waits for the disk. How a group is
//! taken, and that a bad batch takes none of its neighbours with it, is [`books::receive_group`].

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anteroom_content::play::books::{self, Opened, Refused};
use tokio::sync::{Semaphore, SemaphorePermit, oneshot};

use crate::db::DbError;
use crate::state::State;

/// Batches written in one commit: more gain nothing, and let people at the console wait for the writer.
pub const GROUP_MAX: usize = 400;
/// Batches opened and waiting, together, in KiB; more wait unopened on their own links.
pub const WAITING_KIB_MAX: u32 = 64 * 1024;

/// What becomes of a batch.
pub(super) type Verdict = books::Verdict<DbError>;

/// What waits for the clerk.
#[derive(Debug)]
pub struct Clerk {
    desk: Mutex<Desk>,
    room: Semaphore,
}

#[derive(Debug, Default)]
struct Desk {
    waiting: VecDeque<(Opened, oneshot::Sender<Verdict>)>,
    is_at_work: bool,
}

impl Default for Clerk {
    fn default() -> Self {
        Self { desk: Mutex::default(), room: Semaphore::new(usize::try_from(WAITING_KIB_MAX).unwrap_or(usize::MAX)) }
    }
}

impl Clerk {
    /// A poisoned lock only says that a thread ended while it held it; the queue is whole.
    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until there is room for a batch of so many bytes.
    pub(super) async fn room(&self, bytes: usize) -> Option<SemaphorePermit<'_>> {
        let kib = u32::try_from(bytes / 1_024 + 1).unwrap_or(WAITING_KIB_MAX).min(WAITING_KIB_MAX);
        // Nobody closes the room.
        self.room.acquire_many(kib).await.ok()
    }

    /// Puts a batch on the desk; tells whether somebody must be called to work there.
    fn put(&self, opened: Opened) -> (oneshot::Receiver<Verdict>, bool) {
        let (answer, verdict) = oneshot::channel();
        let mut desk = self.desk();
        desk.waiting.push_back((opened, answer));
        (verdict, !std::mem::replace(&mut desk.is_at_work, true))
    }

    fn next_group(&self) -> Vec<(Opened, oneshot::Sender<Verdict>)> {
        let mut desk = self.desk();
        let count = desk.waiting.len().min(GROUP_MAX);
        let group: Vec<_> = desk.waiting.drain(..count).collect();
        desk.is_at_work = !group.is_empty();
        group
    }
}

/// Hands a batch to the clerk, and waits until it is on disk or refused. None when the clerk was cut off before it answered.
pub(super) async fn write_down(state: &State, opened: Opened) -> Option<Verdict> {
    let (verdict, is_nobody_at_work) = state.clerk.put(opened);
    if is_nobody_at_work {
        // A task of its own: a link that breaks must not take the commit of others with it.
        tokio::spawn(work(state.clone()));
    }
    verdict.await.ok()
}

/// Has the next caller call a new clerk when this one is cut off.
struct AtWork<'a>(Option<&'a Clerk>);

impl Drop for AtWork<'_> {
    fn drop(&mut self) {
        if let Some(clerk) = self.0 {
            clerk.desk().is_at_work = false;
        }
    }
}

async fn work(state: State) {
    let mut at_work = AtWork(Some(&state.clerk));
    loop {
        let group = state.clerk.next_group();
        if group.is_empty() {
            // Whoever comes from now on calls another clerk.
            at_work.0 = None;
            return;
        }
        let (group, answers): (Vec<_>, Vec<_>) = group.into_iter().unzip();
        let verdicts = match books::receive_group(&state.db, &group).await {
            Ok(verdicts) => {
                state.meters.note_plays(group.len());
                verdicts
            }
            Err(error) => {
                state.meters.note_plays(0);
                let error = Arc::new(error);
                let refused = || Err(Refused::Books(DbError::Group(Arc::clone(&error))));
                std::iter::repeat_with(refused).take(group.len()).collect()
            }
        };
        for (answer, verdict) in answers.into_iter().zip(verdicts) {
            // Whoever hung up asks again when it comes back.
            let _ = answer.send(verdict);
        }
    }
}
