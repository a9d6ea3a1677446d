//! A server that was restored from an older backup has forgotten what it gave out. Boxes have not: what they hold when they
//! say hello tells it, and it never gives a number out twice.

use anteroom_content::trust::Rank;
use anteroom_content::wire::{Held, Trouble, TroubleKind};

use crate::db::boxes::{self, PairedBox};
use crate::db::{Db, DbResult, facts};
use crate::state::State;

/// The counter follows a box so far and no further: years of publications. Beyond that somebody ran the numbers up, and
/// only a new epoch ends it.
pub const VERSION_LEAP_MAX: u64 = 1_000_000;

/// Facts: the highest charter a box was heard to hold.
const CHARTER_SEEN: &str = "charter-seen";
const EPOCH_SEEN: &str = "epoch-seen";

/// What a box's hello says about this server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Finding {
    /// The charter here is older than the box's.
    OldCharter,
    /// The counter is behind by a backup's age.
    Behind { counter: u64 },
    /// The counter is behind by more than any backup could be old.
    RunUp { counter: u64 },
}

/// Looks at what a box holds, and catches up with it where that can be done without the root key.
///
/// # Errors
/// When the database does not answer.
pub async fn notice(state: &State, paired: &PairedBox, held: &Held) -> DbResult<()> {
    let Some(finding) = judge(state, paired, held).await? else { return Ok(()) };
    let highest = highest(state, held);
    match finding {
        Finding::OldCharter => {
            facts::raise_number(&state.db, CHARTER_SEEN, held.charter_version).await?;
            facts::raise_number(&state.db, EPOCH_SEEN, u64::from(held.epoch)).await?;
        }
        Finding::Behind { .. } => facts::raise_version(&state.db, highest).await?,
        Finding::RunUp { .. } => {}
    }
    let text = words(finding, held, highest);
    tracing::error!(r#box.id = %paired.id, reason = text, "this server knows less than a box of its own");
    let trouble = Trouble { kind: TroubleKind::Trust, file: None, text };
    boxes::note_finding(&state.db, &paired.id, "restored", &trouble, state.now()).await.map(drop)
}

/// The highest charter boxes were heard to hold, as version and epoch; nought when this server has the highest itself.
///
/// # Errors
/// When the database does not answer.
pub async fn seen(db: &Db) -> DbResult<(u64, u32)> {
    let number = |text: Option<String>| text.and_then(|text| text.parse::<u64>().ok()).unwrap_or(0);
    let version = number(facts::fact(db, CHARTER_SEEN).await?);
    let epoch = number(facts::fact(db, EPOCH_SEEN).await?);
    Ok((version, u32::try_from(epoch).unwrap_or(u32::MAX)))
}

/// The highest number a box holds in the epoch of this server; numbers of other epochs say nothing.
fn highest(state: &State, held: &Held) -> u64 {
    let of = |rank: Rank| if rank.epoch == state.keys.charter.epoch { rank.version } else { 0 };
    of(held.manifest).max(of(held.assignment))
}

async fn judge(state: &State, paired: &PairedBox, held: &Held) -> DbResult<Option<Finding>> {
    let charter = &state.keys.charter;
    if held.charter_version > charter.version || held.epoch > charter.epoch {
        return Ok(Some(Finding::OldCharter));
    }
    let highest = highest(state, held);
    // What the box was heard to hold before was given out by these very books: no need to look into them.
    if highest <= paired.manifest_version.max(paired.assignment_version) {
        return Ok(None);
    }
    let counter = facts::version(&state.db).await?;
    Ok(match highest.saturating_sub(counter) {
        0 => None,
        1..=VERSION_LEAP_MAX => Some(Finding::Behind { counter }),
        _ => Some(Finding::RunUp { counter }),
    })
}

fn words(finding: Finding, held: &Held, highest: u64) -> String {
    match finding {
        Finding::OldCharter => format!(
            "the box holds charter {} of epoch {}, and this server's is older: keys and database were restored from an old \
             backup. Stop the server and run: anteroom trust rotate publish --root FILE",
            held.charter_version, held.epoch
        ),
        Finding::Behind { counter } => format!(
            "the box holds version {highest}, and this server remembers giving out {counter}: it was restored from an older \
             backup. Numbers go on from {highest}. The box keeps what it plays until something is published in the \
             console; to bring every screen back to what these books say, stop the server and run: anteroom trust resign"
        ),
        Finding::RunUp { counter } => format!(
            "the box holds version {highest}, and this server remembers giving out {counter}: no backup is that old. \
             Somebody else may have signed with the publish key. Stop the server and run: anteroom trust rotate publish \
             --root FILE"
        ),
    }
}
