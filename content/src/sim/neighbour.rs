//! The other boxes that send at the same time, so that batches of many share a commit: honest ones whose logs are written
//! already, and a mad one that signs what no books can take.

use std::sync::LazyLock;

use ed25519_dalek::SigningKey;

use super::chance::Chance;
use crate::clock::{DAY_MS, Instant};
use crate::id::{BoxId, ContentHash, ItemId, ScreenId, ZoneId};
use crate::manifest::Envelope;
use crate::play::books::Opened;
use crate::play::{Batch, Ending, LogMark, Play, chain_next, chain_start};

/// How many honest ones.
const NEIGHBOURS: u64 = 3;
/// Batches in the log of each.
const BATCHES: u64 = 5;
/// Plays in each of them.
const PLAYS: u64 = 3;
/// The mad one.
pub(super) const MAD: &str = "box-mad";
/// The log it speaks of.
pub(super) const LOG_OF_MAD: u64 = 13;

/// An honest box whose log is written already. It asks again and again, until all of it is held and afterwards too: a server
/// may be brought back from a backup.
#[derive(Debug, Clone)]
pub(super) struct Neighbour {
    log_epoch: u64,
    told_seq: u64,
    batches: Vec<Opened>,
}

/// Written once for all worlds.
static WRITTEN: LazyLock<Vec<Neighbour>> = LazyLock::new(|| (1..=NEIGHBOURS).map(Neighbour::write).collect());

impl Neighbour {
    /// Those of a world that begins at `begin`.
    pub(super) fn all() -> Vec<Self> {
        WRITTEN.clone()
    }

    fn write(n: u64) -> Self {
        let (box_id, log_epoch) = (BoxId::parse(&format!("neighbour-{n}")).unwrap(), 1_000 + n);
        let mut chain = chain_start(&box_id, log_epoch);
        let mut batches = Vec::new();
        for place in 0..BATCHES {
            let first_seq = 1 + place * PLAYS;
            let plays: Vec<_> = (first_seq..first_seq + PLAYS).map(|seq| play(n, seq)).collect();
            let chain_before = chain;
            chain = plays.iter().fold(chain, |chain, play| chain_next(&chain, play));
            batches.push(opened(&Batch { box_id: box_id.clone(), log_epoch, first_seq, chain_before, plays }));
        }
        Self { log_epoch, told_seq: 0, batches }
    }

    /// Every play of its log.
    pub(super) fn plays(&self) -> impl Iterator<Item = ((u64, u64), &str)> {
        self.batches.iter().flat_map(|opened| {
            let numbered = (opened.batch.first_seq..).zip(&opened.batch.plays);
            numbered.map(|(seq, text)| ((self.log_epoch, seq), text.as_str()))
        })
    }

    /// What it says next: what is due, now and then something it said before or has no answer to say yet.
    pub(super) fn say(&self, at: Instant, chance: &mut Chance) -> Opened {
        let due = usize::try_from(self.told_seq / PLAYS).unwrap();
        let place = if chance.hits(100) { chance.index(self.batches.len()) } else { due };
        Opened { at, ..self.batches[place.min(self.batches.len() - 1)].clone() }
    }

    /// Hears up to where the server holds its log, whatever it said before.
    pub(super) fn hear(&mut self, held: LogMark) {
        if held.log_epoch == self.log_epoch {
            self.told_seq = held.seq;
        }
    }
}

/// What the mad one says.
pub(super) fn mad(at: Instant, chance: &mut Chance) -> Opened {
    static SAID: LazyLock<Vec<Opened>> = LazyLock::new(|| {
        let batch = |first_seq, plays| Batch {
            box_id: BoxId::parse(MAD).unwrap(),
            log_epoch: LOG_OF_MAD,
            first_seq,
            chain_before: ContentHash::of(b"a past of its own"),
            plays,
        };
        let batches = [batch(1, Vec::new()), batch(5, vec![play(9, 5)]), batch(u64::MAX, vec![play(9, 7)])];
        batches.iter().map(opened).collect()
    });
    Opened { at, ..SAID[chance.index(SAID.len())].clone() }
}

fn opened(batch: &Batch) -> Opened {
    let key = SigningKey::from_bytes(&[9; 32]);
    let envelope = Envelope::seal(batch, &key).unwrap();
    let (box_id, key) = (batch.box_id.clone(), key.verifying_key());
    Opened { box_id, key, batch: batch.clone(), envelope, at: Instant(0) }
}

fn play(n: u64, seq: u64) -> String {
    let at = Instant(super::hospital::BEGIN - 9 * DAY_MS + 10_000 * i64::try_from(seq).unwrap());
    let play = Play {
        seq,
        screen: ScreenId::parse(&format!("N{n}-1")).unwrap(),
        zone: ZoneId::parse("N").unwrap(),
        item: ItemId::parse("a").unwrap(),
        item_version: 1,
        file: None,
        manifest_version: 1,
        planned_at: at,
        planned_ms: 10_000,
        started_at: at,
        shown_ms: 10_000,
        ending: Ending::Complete,
        proof: None,
    };
    serde_json::to_string(&play).unwrap()
}
