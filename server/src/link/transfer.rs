//! Transfers: parts and files by hash, from any byte on, to boxes whose zone plays them.

use std::os::unix::fs::FileExt as _;
use std::sync::Arc;

use anteroom_content::id::{BoxId, ContentHash};
use anteroom_content::wire::{Errand, Fetch, Found};
use bytes::Bytes;
use tokio::fs::File;
use tokio::task::JoinSet;

use super::frames::{Broken, Frames, say, say_bytes, say_chunk};
use super::limits::{
    BULK_WINDOW_BYTES, CHUNK_BYTES, CLOSE_CONFUSED, CLOSE_REFUSED, FILE_CHUNK_BYTES, FILE_PRIORITY,
    FIRST_FRAME_BYTES_MAX, PART_PRIORITY, TRANSFERS_MAX,
};
use super::line::{Hear, Line, Speak};
use super::picture;
use crate::db::boxes::{PairedBox, box_by_id, may_have_part};
use crate::db::{DbError, places, publications};
use crate::library::Library;
use crate::publish::{PublishError, editions};
use crate::revoked::Listener;
use crate::state::State;

/// Why a transfer ended early.
#[derive(Debug, thiserror::Error)]
enum Short {
    #[error(transparent)]
    Broken(#[from] Broken),
    #[error(transparent)]
    Db(#[from] DbError),
    #[error(transparent)]
    Publish(#[from] PublishError),
    #[error("the library's disk fails: {0}")]
    Disk(#[from] std::io::Error),
}

/// Something a box may have.
enum Thing {
    Part(Vec<u8>),
    File { open: File, size_bytes: u64 },
}

/// Hands files out on a connection of their own, until it ends.
pub(super) async fn hand_out(state: &State, connection: &Line, paired: &PairedBox) {
    connection.set_send_window(BULK_WINDOW_BYTES);
    let mut transfers = JoinSet::new();
    let mut revoked = state.fleet.revoked.listen(&paired.id);
    loop {
        if !is_believed(state, &paired.id).await {
            // What is being sent ends with the connection.
            return connection.close(CLOSE_REFUSED, b"unpaired");
        }
        if !serve(state, connection, paired, &mut transfers, &mut revoked).await {
            return;
        }
    }
}

/// Hands files out until the connection ends (then it tells `false`), or a box was unpaired that may be this one.
async fn serve(
    state: &State,
    connection: &Line,
    paired: &PairedBox,
    transfers: &mut JoinSet<()>,
    revoked: &mut Listener,
) -> bool {
    loop {
        tokio::select! {
            () = revoked.told() => return true,
            stream = connection.accept_bi(), if transfers.len() < TRANSFERS_MAX => match stream {
                Ok((speak, hear)) => drop(transfers.spawn(answer(state.clone(), paired.id.clone(), speak, hear))),
                Err(_) => return false,
            },
            Some(_) = transfers.join_next(), if !transfers.is_empty() => {}
        }
    }
}

/// A database that does not answer takes nobody's belief away: the next transfer asks it again.
async fn is_believed(state: &State, box_id: &BoxId) -> bool {
    match box_by_id(&state.db, box_id).await {
        Ok(paired) => paired.is_some_and(|paired| paired.unpaired_at.is_none()),
        Err(error) => {
            tracing::error!(r#box.id = %box_id, reason = %error, "it cannot be told whether a box is still paired");
            true
        }
    }
}

/// Answers one fetch, or takes one picture.
pub(super) async fn answer(state: State, box_id: BoxId, mut speak: Speak, hear: Hear) {
    match send(&state, &box_id, &mut speak, hear).await {
        Ok(()) => speak.finish(),
        Err(short) => {
            speak.reset(CLOSE_CONFUSED);
            match short {
                // The box asks again from where it was cut.
                Short::Broken(error) => tracing::debug!(r#box.id = %box_id, reason = %error, "a transfer was cut"),
                Short::Db(_) | Short::Publish(_) | Short::Disk(_) => {
                    tracing::error!(r#box.id = %box_id, reason = %short, "a transfer failed");
                }
            }
        }
    }
}

async fn send(state: &State, box_id: &BoxId, speak: &mut Speak, hear: Hear) -> Result<(), Short> {
    let mut hear = Frames::of(hear);
    let fetch: Fetch = match hear.due(FIRST_FRAME_BYTES_MAX).await? {
        Errand::Fetch(fetch) => fetch,
        Errand::Picture(told) => {
            let (_, screens) = places::screens_of_box(&state.db, box_id.as_str()).await?;
            let screens: Vec<_> = screens.into_iter().map(|screen| screen.id).collect();
            picture::take_behind(state, box_id, &screens, (told, hear)).await;
            return Ok(());
        }
    };
    drop(hear);
    let found = find(state, box_id, fetch.hash).await?;
    // Whatever else waits on this connection goes first: the conversation before parts, and parts before files.
    speak.set_priority(if matches!(found, Some(Thing::File { .. })) { FILE_PRIORITY } else { PART_PRIORITY });
    match found {
        None => {
            tracing::warn!(r#box.id = %box_id, file.hash = %fetch.hash, "a box asked for what it may not have or is not there");
            say(speak, &Found { size_bytes: None }).await?;
        }
        Some(Thing::Part(bytes)) => {
            say(speak, &Found { size_bytes: u64::try_from(bytes.len()).ok() }).await?;
            let from = usize::try_from(fetch.from_byte).unwrap_or(usize::MAX);
            for chunk in bytes.get(from..).unwrap_or_default().chunks(CHUNK_BYTES) {
                say_bytes(speak, chunk).await?;
            }
        }
        Some(Thing::File { open, size_bytes }) => {
            say(speak, &Found { size_bytes: Some(size_bytes) }).await?;
            let open = Arc::new(open.into_std().await);
            let mut at = fetch.from_byte.min(size_bytes);
            loop {
                let chunk = read(&open, at).await?;
                if chunk.is_empty() {
                    break;
                }
                at += u64::try_from(chunk.len()).unwrap_or(u64::MAX);
                say_chunk(speak, chunk).await?;
            }
        }
    }
    Ok(())
}

/// The next bytes of a file; none behind its end.
async fn read(open: &Arc<std::fs::File>, at: u64) -> std::io::Result<Bytes> {
    let open = Arc::clone(open);
    let reading = tokio::task::spawn_blocking(move || {
        let mut chunk = vec![0; FILE_CHUNK_BYTES];
        let count = open.read_at(&mut chunk, at)?;
        chunk.truncate(count);
        Ok(chunk.into())
    });
    reading.await.map_err(std::io::Error::other)?
}

/// Looks a hash up among what the box's zone was told, and what it shows now or will show next.
async fn find(state: &State, box_id: &BoxId, hash: ContentHash) -> Result<Option<Thing>, Short> {
    if may_have_part(&state.db, box_id, &hash).await? {
        return Ok(publications::part(&state.db, &hash).await?.map(Thing::Part));
    }
    let (_, screens) = places::screens_of_box(&state.db, box_id.as_str()).await?;
    let Some(screen) = screens.first() else { return Ok(None) };
    let editions = editions(state, &screen.zone, state.now()).await?;
    if !editions.iter().any(|edition| edition.show.names(&hash)) {
        return Ok(None);
    }
    match File::open(Library::of(&state.data).path(&hash)).await {
        Ok(open) => {
            let size_bytes = open.metadata().await?.len();
            Ok(Some(Thing::File { open, size_bytes }))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}
