//! The clerk: writes what waits into the books, many batches in one commit, for a commit waits for the disk. A batch that
//! cannot be taken takes none of its neighbours with it, and nobody is answered before all of them are on disk.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anteroom_content::clock::Instant;
use anteroom_content::id::BoxId;
use anteroom_content::manifest::Envelope;
use anteroom_content::play::Batch;
use anteroom_content::play::books::{self, Author, Received, Refused};
use ed25519_dalek::VerifyingKey;
use tokio::sync::{Semaphore, SemaphorePermit, oneshot};

use crate::db::{Db, DbError, DbResult, Tx};
use crate::state::State;

/// Batches written in one commit: more gain nothing, and let people at the console wait for the writer.
pub const GROUP_MAX: usize = 400;
/// Batches opened and waiting, together, in KiB; more wait unopened on their own links.
pub const WAITING_KIB_MAX: u32 = 64 * 1024;

/// What becomes of a batch.
pub(super) type Verdict = Result<Received, Refused<DbError>>;

/// A batch that was opened and believed.
pub(super) struct Job {
    /// Whose.
    pub(super) box_id: BoxId,
    /// The key it signs with.
    pub(super) key: VerifyingKey,
    /// What it says.
    pub(super) batch: Batch,
    /// As it came.
    pub(super) envelope: Envelope,
    /// When.
    pub(super) at: Instant,
}

/// What waits for the clerk.
#[derive(Debug)]
pub struct Clerk {
    desk: Mutex<Desk>,
    room: Semaphore,
}

#[derive(Debug, Default)]
struct Desk {
    waiting: VecDeque<(Job, oneshot::Sender<Verdict>)>,
    is_at_work: bool,
}

impl std::fmt::Debug for Job {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Job")
            .field("box_id", &self.box_id)
            .field("first_seq", &self.batch.first_seq)
            .finish_non_exhaustive()
    }
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
    fn put(&self, job: Job) -> (oneshot::Receiver<Verdict>, bool) {
        let (answer, verdict) = oneshot::channel();
        let mut desk = self.desk();
        desk.waiting.push_back((job, answer));
        (verdict, !std::mem::replace(&mut desk.is_at_work, true))
    }

    fn next_group(&self) -> Vec<(Job, oneshot::Sender<Verdict>)> {
        let mut desk = self.desk();
        let count = desk.waiting.len().min(GROUP_MAX);
        let group: Vec<_> = desk.waiting.drain(..count).collect();
        desk.is_at_work = !group.is_empty();
        group
    }
}

/// Hands a batch to the clerk, and waits until it is on disk or refused. None when the clerk was cut off before it answered.
pub(super) async fn write_down(state: &State, job: Job) -> Option<Verdict> {
    let (verdict, is_nobody_at_work) = state.clerk.put(job);
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
        let (jobs, answers): (Vec<_>, Vec<_>) = group.into_iter().unzip();
        let verdicts = match write_group(&state.db, &jobs).await {
            Ok(verdicts) => {
                state.meters.note_plays(jobs.len());
                verdicts
            }
            Err(error) => {
                state.meters.note_plays(0);
                let error = Arc::new(error);
                let refused = || Err(Refused::Books(DbError::Group(Arc::clone(&error))));
                std::iter::repeat_with(refused).take(jobs.len()).collect()
            }
        };
        for (answer, verdict) in answers.into_iter().zip(verdicts) {
            // Whoever hung up asks again when it comes back.
            let _ = answer.send(verdict);
        }
    }
}

/// Takes every batch of a group, and makes all of it last together.
async fn write_group(db: &Db, jobs: &[Job]) -> DbResult<Vec<Verdict>> {
    let mut entry = db.begin().await?;
    let mut verdicts = Vec::with_capacity(jobs.len());
    for job in jobs {
        verdicts.push(take_one(&mut entry, job).await?);
    }
    entry.commit().await?;
    Ok(verdicts)
}

/// Takes one batch, or leaves no trace of it; an error means that nothing of the group can be kept.
async fn take_one(entry: &mut Tx<'static>, job: &Job) -> DbResult<Verdict> {
    let author = Author { box_id: &job.box_id, key: &job.key };
    entry.save().await?;
    match books::take(entry, author, &job.batch, &job.envelope, job.at).await {
        Ok(received) => {
            entry.keep_saved().await?;
            Ok(Ok(received))
        }
        Err(Refused::Nonsense(why)) => {
            entry.back_to_saved().await?;
            let place = (job.batch.log_epoch, 0);
            books::keep_nonsense(entry, author, place, &why, &job.envelope, job.at).await?;
            Ok(Err(Refused::Nonsense(why)))
        }
        Err(Refused::Books(error)) => match entry.back_to_saved().await {
            Ok(()) => Ok(Err(Refused::Books(error))),
            // A full disk ends the whole transaction: that is what to tell, and not that it is gone.
            Err(_) => Err(error),
        },
        Err(refused) => {
            entry.back_to_saved().await?;
            Ok(Err(refused))
        }
    }
}
