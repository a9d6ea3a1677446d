//! A database with boxes, and the batches they write.

use std::path::PathBuf;

use anteroom_content::clock::{Clock as _, HOUR_MS, Instant, System};
use anteroom_content::id::{BoxId, ContentHash, ItemId, ScreenId, ZoneId};
use anteroom_content::manifest::Envelope;
use anteroom_content::play::books::{self, Author, Opened};
use anteroom_content::play::{Batch, Ending, LampTime, Play, Print, Proof, chain_next, chain_start};
use anteroom_server::db::boxes::NewBox;
use anteroom_server::db::{Db, DbError, boxes};
use ed25519_dalek::SigningKey;

use crate::harness::Outcome;

/// How long a play stands.
pub(super) const PLAY_MS: i64 = 10_000;
/// Items that play one after another.
const ITEMS: u64 = 8;
/// Screens of a zone.
const ZONE_SCREENS: u32 = 2;

/// A database of its own.
pub(super) struct House {
    pub(super) db: Db,
    folder: tempfile::TempDir,
}

impl House {
    /// Opens it.
    ///
    /// # Errors
    /// When it cannot be had.
    pub(super) async fn open(postgres: Option<&str>) -> Outcome<Self> {
        let folder = tempfile::tempdir()?;
        let db = match postgres {
            Some(url) => Db::open_postgres(url).await?,
            None => Db::open_sqlite(&folder.path().join("anteroom.db")).await?,
        };
        Ok(Self { db, folder })
    }

    /// Adds boxes.
    ///
    /// # Errors
    /// When they are there already.
    pub(super) async fn pair(&self, count: u32) -> Outcome<Vec<Writer>> {
        let mut writers = Vec::new();
        for n in 0..count {
            let writer = Writer::new(n)?;
            let new = NewBox {
                id: writer.box_id.clone(),
                fingerprint: format!("{n:064x}"),
                signing_key: writer.key.verifying_key(),
                description: String::new(),
                enrolled_by: "books".to_owned(),
                enrolled_at: System.now(),
            };
            boxes::add(&self.db, &new).await?;
            writers.push(writer);
        }
        Ok(writers)
    }

    /// Closes the database; tells how large it is, in bytes. None for one that is elsewhere.
    ///
    /// # Errors
    /// When its file cannot be looked at.
    pub(super) async fn close(self) -> Outcome<(tempfile::TempDir, Option<u64>)> {
        self.db.close().await;
        let file: PathBuf = self.folder.path().join("anteroom.db");
        let size = file.exists().then(|| file.metadata()).transpose()?.map(|data| data.len());
        Ok((self.folder, size))
    }
}

/// A box that writes plays, one after another.
pub(super) struct Writer {
    pub(super) box_id: BoxId,
    pub(super) key: SigningKey,
    screen: ScreenId,
    zone: ZoneId,
    log_epoch: u64,
    seq: u64,
    chain: ContentHash,
}

impl Writer {
    fn new(n: u32) -> Outcome<Self> {
        let box_id = BoxId::parse(&format!("box-{n:05}"))?;
        let mut seed = [7; 32];
        seed.iter_mut().zip(n.to_be_bytes()).for_each(|(byte, n)| *byte = n);
        let log_epoch = u64::from(n) + 0x5eed_0000_0000;
        let chain = chain_start(&box_id, log_epoch);
        Ok(Self {
            key: SigningKey::from_bytes(&seed),
            screen: ScreenId::parse(&format!("S{n:06}"))?,
            zone: ZoneId::parse(&format!("R00000-Z{}", n / ZONE_SCREENS))?,
            box_id,
            log_epoch,
            seq: 0,
            chain,
        })
    }

    /// Writes plays that begin at `from`, one after another, and seals them.
    ///
    /// # Errors
    /// When they are no plays.
    pub(super) fn seal(&mut self, from: Instant, plays: u64) -> Outcome<Envelope> {
        let (first_seq, chain_before) = (self.seq + 1, self.chain);
        let mut texts = Vec::new();
        for n in 0..plays {
            self.seq += 1;
            let at = from.plus_ms(PLAY_MS * i64::try_from(n)?);
            let play = Play {
                seq: self.seq,
                screen: self.screen.clone(),
                zone: self.zone.clone(),
                item: ItemId::parse(&format!("card-{}", self.seq % ITEMS + 1))?,
                item_version: 1,
                file: None,
                manifest_version: 2,
                planned_at: at,
                planned_ms: u32::try_from(PLAY_MS)?,
                started_at: at,
                shown_ms: u32::try_from(PLAY_MS)?,
                ending: Ending::Complete,
                proof: Some(proof(self.seq)?),
                is_evergreen: false,
            };
            let text = serde_json::to_string(&play)?;
            self.chain = chain_next(&self.chain, &text);
            texts.push(text);
        }
        let (box_id, log_epoch) = (self.box_id.clone(), self.log_epoch);
        Ok(Envelope::seal(&Batch { box_id, log_epoch, first_seq, chain_before, plays: texts }, &self.key)?)
    }

    /// Believes a batch of this box, as the server does when it comes.
    ///
    /// # Errors
    /// When it is not by this box.
    pub(super) fn open(&self, envelope: Envelope, at: Instant) -> Outcome<Opened> {
        let key = self.key.verifying_key();
        let batch = books::open::<DbError>(Author { box_id: &self.box_id, key: &key }, &envelope)?;
        Ok(Opened { box_id: self.box_id.clone(), key, batch, envelope, at })
    }
}

/// What a box of 30 frames a second whose display can be asked says of a play. Items look alike whenever they are shown.
fn proof(seq: u64) -> Outcome<Proof> {
    let bits = (seq % ITEMS).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let play_ms = u32::try_from(PLAY_MS)?;
    let lamp = Some(LampTime { read_ms: play_ms, lit_ms: play_ms });
    Ok(Proof { frames: play_ms * 30 / 1_000, print: Some(Print { bits, at_ms: 1_034 }), lamp })
}

/// The beginning of an hour so many hours ago.
pub(super) fn hours_ago(hours: i64) -> Instant {
    let now = System.now();
    Instant(now.0 - now.0.rem_euclid(HOUR_MS) - hours * HOUR_MS)
}
