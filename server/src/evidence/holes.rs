//! What stands between the batches of a log: plays that are gone, and what could not be counted.

use std::collections::VecDeque;

use anteroom_content::clock::Instant;
use anteroom_content::evidence::{Aside, GapLine, Line, Spared};
use anteroom_content::play::Batch;
use anteroom_content::play::books::Span;

use crate::db::evidence::{self, LogOf, hash_of};
use crate::db::{Db, DbResult};

/// A hole.
#[derive(Debug, Clone)]
pub(super) struct Hole {
    pub(super) span: Span,
    kind: Kind,
}

#[derive(Debug, Clone)]
enum Kind {
    Gap(Instant),
    Aside(Aside),
    /// It came, and no evidence of it was kept.
    Lost,
}

impl Hole {
    /// As a line of a bundle.
    pub(super) fn line(&self) -> Line {
        let Span { first_seq, last_seq } = self.span;
        match &self.kind {
            Kind::Gap(noticed_at) => Line::Gap(GapLine { first_seq, last_seq, noticed_at: *noticed_at }),
            Kind::Aside(aside) => Line::Aside(aside.clone()),
            Kind::Lost => Line::Spared(Spared { first_seq, last_seq, is_lost: true }),
        }
    }

    /// Why its plays do not count, where they came; none where the box no longer had them.
    pub(super) fn reason(&self) -> Option<&str> {
        match &self.kind {
            Kind::Gap(_) => None,
            Kind::Aside(aside) => Some(&aside.reason),
            Kind::Lost => Some("the evidence was not kept"),
        }
    }
}

/// The holes of a log, in order.
#[derive(Debug)]
pub(super) struct Holes {
    left: VecDeque<Hole>,
}

impl Holes {
    /// Reads the holes of a log. What is kept aside beside its batch, for times that cannot be true, is none: whoever reads
    /// the batch sees that for himself.
    pub(super) async fn of_log(db: &Db, log: LogOf<'_>) -> DbResult<Self> {
        let gaps = evidence::gaps(db, log).await?;
        let mut found: Vec<Hole> = gaps.into_iter().map(|(span, at)| Hole { span, kind: Kind::Gap(at) }).collect();
        for kept in evidence::asides(db, log).await? {
            let beside = evidence::batch_with(db, log, last_of(kept.first_seq, &kept.envelope.body)).await?;
            if beside.is_some_and(|batch| hash_of(&batch.envelope) == hash_of(&kept.envelope)) {
                continue;
            }
            let span = Span { first_seq: kept.first_seq, last_seq: last_of(kept.first_seq, &kept.envelope.body) };
            let (first_seq, received_at) = (kept.first_seq, kept.received_at);
            let aside = Aside { first_seq, received_at, reason: kept.reason, envelope: kept.envelope };
            found.push(Hole { span, kind: Kind::Aside(aside) });
        }
        found.sort_by_key(|hole| (hole.span.last_seq, hole.span.first_seq));
        Ok(Self { left: found.into() })
    }

    /// Where a log is to begin so that the holes right before that play are told.
    pub(super) fn begin(&mut self, first_seq: u64) -> u64 {
        let mut begin = first_seq;
        for hole in self.left.iter().rev() {
            if hole.span.last_seq + 1 == begin {
                begin = hole.span.first_seq;
            }
        }
        self.left.retain(|hole| hole.span.last_seq >= begin);
        begin
    }

    /// The next hole of a log that is told up to the play before `next_seq`, and goes on with a batch from `batch_seq` on;
    /// none when the batch is next.
    pub(super) fn before(&mut self, next_seq: u64, batch_seq: u64) -> Option<Hole> {
        let is_next = self.left.front().is_some_and(|hole| {
            // What tells anew what is told already has no place of its own: it is told as soon as it can be.
            hole.span.last_seq < next_seq || hole.span.first_seq <= next_seq && next_seq < batch_seq
        });
        if is_next {
            return self.left.pop_front();
        }
        let next_hole = self.left.front().map_or(u64::MAX, |hole| hole.span.first_seq);
        let end = batch_seq.min(next_hole);
        // Nothing says where these plays are: too much of the box was kept aside already.
        (next_seq < end).then(|| Hole { span: Span { first_seq: next_seq, last_seq: end - 1 }, kind: Kind::Lost })
    }

    /// The next hole right behind the last batch.
    pub(super) fn behind(&mut self, next_seq: u64) -> Option<Hole> {
        self.left.pop_front_if(|hole| hole.span.first_seq <= next_seq)
    }
}

/// The number of the last play of something kept aside, as far as it can be read.
fn last_of(first_seq: u64, body: &str) -> u64 {
    let count = serde_json::from_str::<Batch>(body).map_or(1, |batch| batch.plays.len().max(1));
    first_seq.saturating_add(u64::try_from(count).unwrap_or(1)).saturating_sub(1)
}
