//! From the books to the files: log by log, batch by batch, in memory that does not grow.

use std::collections::{BTreeMap, BTreeSet};

use anteroom_content::clock::Instant;
use anteroom_content::evidence::{BatchLine, BoxLine, Head, Line, LogLine, Spared};
use anteroom_content::id::{BoxId, ZoneId};
use anteroom_content::play::books::{Span, is_time_proven};
use anteroom_content::play::{Batch, Play};
use anyhow::Context as _;

use super::ask::screens;
use super::holes::{Hole, Holes};
use super::out::Out;
use crate::db::evidence::{self, KeptBatch};
use crate::db::{boxes, certificates, reach};
use crate::plan::House;

/// Batches read at once: some ten megabytes at the most.
const PAGE: u32 = 200;

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Written {
    pub(super) boxes: u64,
    pub(super) batches: u64,
    pub(super) spared: u64,
    /// Plays the boxes no longer had.
    pub(super) gaps: u64,
    /// Plays that came and were not counted.
    pub(super) asides: u64,
    pub(super) missing_manifests: u64,
}

/// Writes what is asked for.
pub(super) async fn gather(house: &House, head: &Head, out: &mut Out) -> anyhow::Result<Written> {
    let db = &house.state.db;
    for charter in &house.state.keys.charters {
        out.line(&Line::Charter(charter.clone()))?;
    }
    let mut logs: BTreeMap<(BoxId, u64), Span> = BTreeMap::new();
    for screen in screens(house, head).await? {
        for (box_id, log_epoch, firsts) in reach::logs_of_screen(db, &screen, head.from..head.to).await? {
            let new = Span { first_seq: firsts.start, last_seq: firsts.end };
            let span = logs.entry((box_id, log_epoch)).or_insert(new);
            span.first_seq = span.first_seq.min(new.first_seq);
            span.last_seq = span.last_seq.max(new.last_seq);
        }
    }
    let mut teller = Teller { house, head, out, written: Written::default(), named: BTreeSet::new() };
    let mut last_box = None;
    for ((box_id, log_epoch), firsts) in logs {
        if last_box.as_ref() != Some(&box_id) {
            teller.tell_box(&box_id).await?;
            last_box = Some(box_id.clone());
        }
        teller.tell_log(&box_id, log_epoch, firsts).await?;
    }
    teller.tell_manifests().await?;
    Ok(teller.written)
}

struct Teller<'a> {
    house: &'a House,
    head: &'a Head,
    out: &'a mut Out,
    written: Written,
    named: BTreeSet<(ZoneId, u64)>,
}

impl Teller<'_> {
    async fn tell_box(&mut self, box_id: &BoxId) -> anyhow::Result<()> {
        let db = &self.house.state.db;
        let known = boxes::box_by_id(db, box_id).await?;
        let paired = known.with_context(|| format!("box `{box_id}` has plays, and no row"))?;
        let line = BoxLine {
            box_id: box_id.clone(),
            signing_key: paired.signing_key.into(),
            enrolled_at: paired.enrolled_at,
            unpaired_at: paired.unpaired_at,
            certificate: certificates::certificate_of(db, box_id).await?,
        };
        self.written.boxes += 1;
        self.out.line(&Line::Box(line))
    }

    async fn tell_log(&mut self, box_id: &BoxId, log_epoch: u64, firsts: Span) -> anyhow::Result<()> {
        let (db, log) = (&self.house.state.db, (box_id, log_epoch));
        let held_seq = evidence::held_seq(db, log).await?;
        self.out.line(&Line::Log(LogLine { log_epoch, held_seq }))?;
        let mut holes = Holes::of_log(db, log).await?;
        let mut next_seq = holes.begin(firsts.first_seq);
        let mut left = firsts;
        let mut spared: Option<Span> = None;
        loop {
            let page = evidence::batches(db, log, left, PAGE).await?;
            let Some(last) = page.last() else { break };
            left.first_seq = last.span.last_seq + 1;
            for batch in page {
                while let Some(hole) = holes.before(next_seq, batch.span.first_seq) {
                    self.tell_spared(spared.take())?;
                    next_seq = next_seq.max(hole.span.last_seq + 1);
                    self.tell_hole(log, &hole)?;
                }
                next_seq = batch.span.last_seq + 1;
                let plays = new_plays(&batch)?;
                if plays.iter().any(|play| self.concerns(play, batch.received_at)) {
                    self.tell_spared(spared.take())?;
                    self.tell_batch(&batch, &plays)?;
                } else {
                    self.written.spared += 1;
                    let first_seq = spared.map_or(batch.span.first_seq, |span| span.first_seq);
                    spared = Some(Span { first_seq, last_seq: batch.span.last_seq });
                }
            }
        }
        self.tell_spared(spared)?;
        while let Some(hole) = holes.behind(next_seq) {
            next_seq = next_seq.max(hole.span.last_seq + 1);
            self.tell_hole(log, &hole)?;
        }
        Ok(())
    }

    /// The play was asked for, or might have been: its time says nothing.
    fn concerns(&self, play: &Play, received_at: Instant) -> bool {
        let is_proven = is_time_proven(play.started_at, received_at);
        if is_proven { self.head.asks_for(play) } else { self.head.names(play) }
    }

    fn tell_batch(&mut self, batch: &KeptBatch, plays: &[Play]) -> anyhow::Result<()> {
        for play in plays.iter().filter(|play| self.head.asks_for(play)) {
            self.named.insert((play.zone.clone(), play.manifest_version));
        }
        self.written.batches += 1;
        let Span { first_seq, last_seq } = batch.span;
        let envelope = batch.envelope.clone();
        let line = BatchLine { first_seq, last_seq, received_at: batch.received_at, envelope };
        self.out.batch((&batch.box_id, batch.log_epoch), line, plays)
    }

    fn tell_spared(&mut self, spared: Option<Span>) -> anyhow::Result<()> {
        let Some(Span { first_seq, last_seq }) = spared else { return Ok(()) };
        self.out.line(&Line::Spared(Spared { first_seq, last_seq, is_lost: false }))
    }

    fn tell_hole(&mut self, log: (&BoxId, u64), hole: &Hole) -> anyhow::Result<()> {
        let count = hole.span.last_seq - hole.span.first_seq + 1;
        match hole.reason() {
            None => self.written.gaps += count,
            Some(_) => self.written.asides += count,
        }
        self.out.hole(log, hole)
    }

    async fn tell_manifests(&mut self) -> anyhow::Result<()> {
        for (zone, version) in std::mem::take(&mut self.named) {
            match evidence::manifest(&self.house.state.db, &zone, version).await? {
                Some(envelope) => self.out.line(&Line::Manifest(envelope))?,
                None => self.written.missing_manifests += 1,
            }
        }
        Ok(())
    }
}

/// The plays of a batch that were new in it.
pub(super) fn new_plays(batch: &KeptBatch) -> anyhow::Result<Vec<Play>> {
    let place = || format!("the batch of box `{}` from play {} on cannot be read", batch.box_id, batch.span.first_seq);
    let read: Batch = serde_json::from_str(&batch.envelope.body).with_context(place)?;
    let (mut plays, _) = read.read().with_context(place)?;
    plays.retain(|play| play.seq >= batch.span.first_seq);
    Ok(plays)
}
