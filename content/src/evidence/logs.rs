//! A log, walked once more with the very rules by which its batches were taken.

use super::fault::{BadBatchLine, Fault};
use super::line::{Aside, BatchLine, GapLine, LogLine, Spared};
use super::verdict::{AsideTold, LogVerdict};
use crate::clock::Instant;
use crate::id::BoxId;
use crate::manifest::{Distrust, Envelope};
use crate::play::books::{Span, Standing, Step, sort};
use crate::play::{Batch, Play, chain_start};
use crate::trust::PublicKey;

/// The box whose logs follow.
#[derive(Debug, Clone)]
pub(super) struct Author {
    pub(super) box_id: BoxId,
    pub(super) key: PublicKey,
    /// When its certificate runs out, if it has one.
    pub(super) until: Option<Instant>,
}

/// A log that is walked.
pub(super) struct Walk {
    author: Author,
    standing: Option<Standing>,
    pub(super) verdict: LogVerdict,
}

impl Walk {
    pub(super) fn begin(author: &Author, log: &LogLine) -> Self {
        let verdict = LogVerdict {
            log_epoch: log.log_epoch,
            span: None,
            batches: 0,
            plays: 0,
            asked: 0,
            gaps: Vec::new(),
            asides: Vec::new(),
            spared: Vec::new(),
            lost: Vec::new(),
        };
        Self { author: author.clone(), standing: None, verdict }
    }

    fn bad(&self, first_seq: u64, why: BadBatchLine) -> Fault {
        Fault::Batch { box_id: self.author.box_id.clone(), log_epoch: self.verdict.log_epoch, first_seq, why }
    }

    fn missing(&self, first_seq: u64, last_seq: u64) -> Fault {
        let (box_id, log_epoch) = (self.author.box_id.clone(), self.verdict.log_epoch);
        Fault::Missing { box_id, log_epoch, first_seq, last_seq }
    }

    /// Where the log stands before its next line, which begins with that play. The first line may begin anywhere: what lies
    /// before it is not spoken of. A log from its first play on begins with the chain's own start.
    fn standing(&self, first_seq: u64) -> Standing {
        self.standing.unwrap_or_else(|| Standing {
            seq: first_seq.saturating_sub(1),
            chain: (first_seq <= 1).then(|| chain_start(&self.author.box_id, self.verdict.log_epoch)),
        })
    }

    fn open(&self, first_seq: u64, received_at: Instant, envelope: &Envelope) -> Result<Batch, Fault> {
        let batch: Batch = envelope.open(self.author.key.key()).map_err(|distrust| {
            self.bad(
                first_seq,
                match distrust {
                    Distrust::Signature => BadBatchLine::Signature,
                    Distrust::Document(why) => BadBatchLine::Document(why),
                },
            )
        })?;
        if batch.box_id != self.author.box_id || batch.log_epoch != self.verdict.log_epoch {
            return Err(self.bad(first_seq, BadBatchLine::OtherLog));
        }
        if self.author.until.is_some_and(|until| received_at > until) {
            return Err(self.bad(first_seq, BadBatchLine::Expired));
        }
        Ok(batch)
    }

    fn go_on(&mut self, first_seq: u64, after: Standing) {
        let first_seq = self.verdict.span.map_or(first_seq, |span| span.first_seq);
        self.verdict.span = Some(Span { first_seq, last_seq: after.seq });
        self.standing = Some(after);
    }

    /// Takes a batch: its new plays.
    pub(super) fn batch(&mut self, line: &BatchLine) -> Result<Vec<Play>, Fault> {
        let batch = self.open(line.first_seq, line.received_at, &line.envelope)?;
        let standing = self.standing(line.first_seq);
        let told = Span { first_seq: line.first_seq, last_seq: line.last_seq };
        match sort(&batch, standing) {
            Step::Take { span, plays, after } if span == told => {
                self.verdict.batches += 1;
                self.verdict.plays += u64::try_from(plays.len()).unwrap_or(u64::MAX);
                self.go_on(span.first_seq, after);
                Ok(plays)
            }
            Step::Ahead => Err(self.missing(standing.seq + 1, batch.first_seq - 1)),
            Step::Take { span, .. } => {
                let why = format!("{} to {}", span.first_seq, span.last_seq);
                Err(self.bad(line.first_seq, BadBatchLine::Plays(why)))
            }
            Step::Repeat => Err(self.bad(line.first_seq, BadBatchLine::Plays("it comes twice".to_owned()))),
            Step::Nowhere => Err(self.bad(line.first_seq, BadBatchLine::Plays("it has none".to_owned()))),
            Step::Aside { reason, .. } => match batch.read() {
                Ok(_) => Err(self.bad(line.first_seq, BadBatchLine::Chain)),
                Err(_) => Err(self.bad(line.first_seq, BadBatchLine::Plays(reason))),
            },
        }
    }

    /// Takes what the box signed and the server did not count.
    pub(super) fn aside(&mut self, line: &Aside) -> Result<(), Fault> {
        let batch = self.open(line.first_seq, line.received_at, &line.envelope)?;
        let standing = self.standing(batch.first_seq);
        let is_second_story = match sort(&batch, standing) {
            // Where the play before is not here, the server's word must do that it did not follow.
            Step::Take { after, .. } if standing.chain.is_none() => {
                self.go_on(standing.seq + 1, after);
                false
            }
            Step::Aside { after, .. } => {
                self.go_on(standing.seq + 1, after);
                false
            }
            // It tells again what is told: another story, or one that was not counted for its time.
            Step::Repeat => true,
            Step::Ahead => return Err(self.missing(standing.seq + 1, batch.first_seq - 1)),
            Step::Take { .. } => {
                let why = "it is said not to count, and is in order".to_owned();
                return Err(self.bad(line.first_seq, BadBatchLine::Plays(why)));
            }
            Step::Nowhere => return Err(self.bad(line.first_seq, BadBatchLine::Plays("it has none".to_owned()))),
        };
        let count = u64::try_from(batch.plays.len()).unwrap_or(u64::MAX);
        self.verdict.asides.push(AsideTold {
            first_seq: batch.first_seq,
            last_seq: batch.first_seq.saturating_add(count).saturating_sub(1),
            reason: line.reason.clone(),
            is_second_story,
        });
        Ok(())
    }

    /// Takes plays the box no longer had.
    pub(super) fn gap(&mut self, line: &GapLine) -> Result<(), Fault> {
        let span = self.hole(line.first_seq, line.last_seq)?;
        self.verdict.gaps.push(span);
        Ok(())
    }

    /// Takes plays that are held and not here.
    pub(super) fn spare(&mut self, line: &Spared) -> Result<(), Fault> {
        let span = self.hole(line.first_seq, line.last_seq)?;
        if line.is_lost {
            self.verdict.lost.push(span);
        } else {
            self.verdict.spared.push(span);
        }
        Ok(())
    }

    fn hole(&mut self, first_seq: u64, last_seq: u64) -> Result<Span, Fault> {
        let standing = self.standing(first_seq);
        if first_seq > standing.seq + 1 {
            return Err(self.missing(standing.seq + 1, first_seq - 1));
        }
        if first_seq != standing.seq + 1 || last_seq < first_seq || i64::try_from(last_seq).is_err() {
            let why = format!("a hole from {first_seq} to {last_seq} behind play {}", standing.seq);
            return Err(self.bad(first_seq, BadBatchLine::Plays(why)));
        }
        self.go_on(first_seq, Standing { seq: last_seq, chain: None });
        Ok(Span { first_seq, last_seq })
    }
}
