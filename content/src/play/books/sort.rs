//! What to do with a batch, given where its log stands. Pure: the books are asked before and told after.

use super::{Span, Standing};
use crate::id::ContentHash;
use crate::play::{BATCH_PLAYS_MAX, Batch, Play, chain_next};

/// The highest number of a play: what a database can hold.
const SEQ_MAX: u64 = i64::MAX.unsigned_abs();

/// What to do with a batch.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Every play of it is held: say so again.
    Repeat,
    /// Plays before it are missing: they must come first.
    Ahead,
    /// These plays are new.
    Take {
        /// Their numbers.
        span: Span,
        /// The plays.
        plays: Vec<Play>,
        /// Where the log stands behind them.
        after: Standing,
    },
    /// It is by the box, but cannot be counted: keep it aside and go on behind it.
    Aside {
        /// Why.
        reason: String,
        /// Where the log stands behind it.
        after: Standing,
    },
    /// It has no place in any log.
    Nowhere,
}

/// Sorts a batch.
pub(crate) fn sort(batch: &Batch, standing: Standing) -> Step {
    let Some(last_seq) = last_seq(batch) else { return Step::Nowhere };
    if last_seq <= standing.seq {
        return Step::Repeat;
    }
    let next_seq = standing.seq + 1;
    if batch.first_seq > next_seq {
        return Step::Ahead;
    }
    let held = usize::try_from(next_seq - batch.first_seq).unwrap_or(usize::MAX);
    let (known, fresh) = batch.plays.split_at(held.min(batch.plays.len()));
    let chain_here = chain_over(batch.chain_before, known);
    let after = |chain| Standing { seq: last_seq, chain: Some(chain) };
    if standing.chain.is_some_and(|chain| chain != chain_here) {
        let reason = format!("the chain is broken before play {next_seq}");
        return Step::Aside { reason, after: after(chain_over(chain_here, fresh)) };
    }
    match batch.read() {
        Ok((mut plays, chain)) => {
            let span = Span { first_seq: next_seq, last_seq };
            plays.drain(..held.min(plays.len()));
            Step::Take { span, plays, after: after(chain) }
        }
        Err(bad) => Step::Aside { reason: bad.to_string(), after: after(chain_over(chain_here, fresh)) },
    }
}

/// The number of the last play; none when there is no play or no such number.
fn last_seq(batch: &Batch) -> Option<u64> {
    let count = u64::try_from(batch.plays.len()).ok().filter(|count| *count > 0)?;
    let last_seq = batch.first_seq.checked_add(count - 1)?;
    (batch.first_seq > 0 && last_seq < SEQ_MAX).then_some(last_seq)
}

fn chain_over(before: ContentHash, plays: &[String]) -> ContentHash {
    plays.iter().fold(before, |chain, play| chain_next(&chain, play))
}

/// Two batches tell the same number differently: the box has two histories.
pub(super) fn contradicts(known: &Batch, told: &Batch) -> bool {
    let text = |batch: &Batch, seq: u64| {
        let place = usize::try_from(seq.checked_sub(batch.first_seq)?).ok()?;
        batch.plays.get(place).cloned()
    };
    let first = known.first_seq.max(told.first_seq);
    (0..BATCH_PLAYS_MAX as u64).filter_map(|n| first.checked_add(n)).any(|seq| {
        let (known, told) = (text(known, seq), text(told, seq));
        known.is_some() && told.is_some() && known != told
    })
}
