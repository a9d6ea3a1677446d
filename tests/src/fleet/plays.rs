//! Plays as a box writes them: numbered, chained, sealed in signed batches, ready to be sent.

use anteroom_content::clock::Instant;
use anteroom_content::id::{BoxId, ContentHash, ItemId, ScreenId, ZoneId};
use anteroom_content::manifest::Envelope;
use anteroom_content::play::{Batch, Ending, LampTime, LogMark, Play, Print, Proof, chain_next, chain_start};
use anteroom_content::wire::{ToServer, encode};
use ed25519_dalek::SigningKey;

use crate::harness::Outcome;

/// How long each play stood, in milliseconds.
const PLAY_MS: u32 = 10_000;
/// The cards of a rehearsal.
const CARDS: u64 = 8;

/// The log of one box.
#[derive(Debug, Clone)]
pub(super) struct Log {
    /// The highest play written.
    pub(super) mark: LogMark,
    chain: ContentHash,
}

/// A sealed batch as a frame.
#[derive(Debug, Clone)]
pub(super) struct Sealed {
    /// The frame.
    pub(super) frame: Vec<u8>,
    /// The number of its last play.
    pub(super) last_seq: u64,
    /// How many plays it holds.
    pub(super) plays: u64,
}

/// Where plays are shown.
#[derive(Debug, Clone)]
pub(super) struct Glass {
    /// The zone.
    pub(super) zone: ZoneId,
    /// The screen.
    pub(super) screen: ScreenId,
}

impl Log {
    /// A log without plays.
    #[must_use]
    pub(super) fn begin(box_id: &BoxId, log_epoch: u64) -> Self {
        Self { mark: LogMark { log_epoch, seq: 0 }, chain: chain_start(box_id, log_epoch) }
    }

    /// Writes `count` plays that began one after another from `from` on, and seals them.
    ///
    /// # Errors
    /// When a batch does not fit a frame.
    pub(super) fn seal(
        &mut self,
        (box_id, key): (&BoxId, &SigningKey),
        glass: &Glass,
        from: Instant,
        count: u64,
    ) -> Outcome<Sealed> {
        let (first_seq, chain_before) = (self.mark.seq + 1, self.chain);
        let mut plays = Vec::new();
        for n in 0..count {
            self.mark.seq += 1;
            let started_at = from.plus_ms(i64::from(PLAY_MS) * i64::try_from(n)?);
            let play = serde_json::to_string(&play(self.mark.seq, glass, started_at)?)?;
            self.chain = chain_next(&self.chain, &play);
            plays.push(play);
        }
        let batch = Batch { box_id: box_id.clone(), log_epoch: self.mark.log_epoch, first_seq, chain_before, plays };
        let frame = encode(&ToServer::Plays(Envelope::seal(&batch, key)?))?;
        Ok(Sealed { frame, last_seq: self.mark.seq, plays: count })
    }
}

/// How long `count` plays take, in milliseconds.
#[must_use]
pub(super) fn span_ms(count: u64) -> i64 {
    i64::from(PLAY_MS) * i64::try_from(count).unwrap_or(0)
}

/// What a box of 30 frames a second whose display can be asked says of a play.
fn proof(seq: u64) -> Proof {
    let bits = seq.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let lamp = Some(LampTime { read_ms: PLAY_MS, lit_ms: PLAY_MS });
    Proof { frames: PLAY_MS * 30 / 1_000, print: Some(Print { bits, at_ms: 1_034 }), lamp }
}

fn play(seq: u64, glass: &Glass, started_at: Instant) -> Outcome<Play> {
    Ok(Play {
        seq,
        screen: glass.screen.clone(),
        zone: glass.zone.clone(),
        item: ItemId::parse(&format!("card-{}", seq % CARDS + 1))?,
        item_version: 1,
        file: None,
        manifest_version: 1,
        planned_at: started_at,
        planned_ms: PLAY_MS,
        started_at,
        shown_ms: PLAY_MS,
        ending: Ending::Complete,
        proof: Some(proof(seq)),
        is_evergreen: false,
    })
}
