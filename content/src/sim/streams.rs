//! Whatever order batches come in, however often and however cut: the books are the same.

use std::collections::BTreeSet;

use ed25519_dalek::SigningKey;
use proptest::prelude::*;

use super::bookdisk::{BookDisk, BookRows};
use super::chance::Chance;
use super::machine::{Machine, run};
use crate::clock::Instant;
use crate::id::{BoxId, ContentHash, ItemId, ScreenId, ZoneId};
use crate::manifest::Envelope;
use crate::play::books::{Author, Refused, receive};
use crate::play::{Batch, Ending, Play, chain_next, chain_start};

const NOW: Instant = Instant(1_800_000_000_000);
const LAST: u64 = 24;
const LOG_EPOCH: u64 = 9;

fn text(seq: u64) -> String {
    let at = NOW.plus_ms(-600_000 * i64::try_from(seq).unwrap());
    let play = Play {
        seq,
        screen: ScreenId::parse("Z1-1").unwrap(),
        zone: ZoneId::parse("Z1").unwrap(),
        item: ItemId::parse("a").unwrap(),
        item_version: 1,
        file: None,
        manifest_version: 1,
        planned_at: at,
        planned_ms: 10_000,
        started_at: at,
        shown_ms: 9_000,
        ending: Ending::Complete,
        proof: None,
    };
    serde_json::to_string(&play).unwrap()
}

fn sealed(key: &SigningKey, first_seq: u64, last_seq: u64) -> Envelope {
    let box_id = BoxId::parse("box-1").unwrap();
    let start = chain_start(&box_id, LOG_EPOCH);
    let chain_before: ContentHash = (1..first_seq).fold(start, |chain, seq| chain_next(&chain, &text(seq)));
    let plays = (first_seq..=last_seq).map(text).collect();
    Envelope::seal(&Batch { box_id, log_epoch: LOG_EPOCH, first_seq, chain_before, plays }, key).unwrap()
}

/// The books after a stream of batches; those that came ahead of others come again when the rest has come.
fn books_of(stream: &[(u64, u64)]) -> BookRows {
    let key = SigningKey::from_bytes(&[7; 32]);
    let box_id = BoxId::parse("box-1").unwrap();
    let author = Author { box_id: &box_id, key: &key.verifying_key() };
    let disk = BookDisk::new(Machine::new(Chance::new(1)), None);
    let in_order = (1..=LAST).step_by(5).map(|first| (first, (first + 4).min(LAST)));
    for (first_seq, last_seq) in stream.iter().copied().chain(in_order) {
        match run(receive(&disk, author, &sealed(&key, first_seq, last_seq), NOW)).unwrap() {
            Ok(_) | Err(Refused::Ahead { .. }) => {}
            Err(refused) => panic!("{refused:?}"),
        }
    }
    let rows = disk.rows.lock().unwrap();
    rows.durable().clone()
}

fn plays_of(rows: &BookRows) -> Vec<(u64, String)> {
    let plays = rows.batches.iter().flat_map(|batch| batch.plays.iter());
    let mut plays: Vec<_> = plays.map(|(play, text)| (play.seq, text.clone())).collect();
    plays.sort();
    plays
}

proptest! {
    #[test]
    fn any_stream_of_batches_gives_the_same_books(stream in prop::collection::vec((1..=LAST, 0..8_u64), 0..16)) {
        let stream: Vec<_> = stream.into_iter().map(|(first, more)| (first, (first + more).min(LAST))).collect();
        let (given, wanted) = (books_of(&stream), books_of(&[]));
        let plays = plays_of(&given);
        let numbers: BTreeSet<_> = plays.iter().map(|(seq, _)| *seq).collect();
        prop_assert_eq!(numbers.len(), plays.len());
        prop_assert_eq!(plays, plays_of(&wanted));
        prop_assert_eq!(given.hours, wanted.hours);
        prop_assert_eq!(given.logs, wanted.logs);
        prop_assert!(given.asides.is_empty() && given.gaps.is_empty());
    }
}
