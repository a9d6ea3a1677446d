//! A box's log against the books: once, twice, in pieces, with holes, forged and damaged, on both engines.

use anteroom_content::clock::Instant;
use anteroom_content::id::{BoxId, ContentHash, ItemId, ScreenId, ZoneId};
use anteroom_content::manifest::Envelope;
use anteroom_content::play::{Batch, Ending, LogMark, Play, chain_next, chain_start};
use anteroom_content::trust::Purpose;
use ed25519_dalek::SigningKey;

use super::{LedgerError, receive, resume};
use crate::db::DbError;
use crate::db::boxes::{self, NewBox, PairedBox};
use crate::db::ledger::{self, asked};
use crate::db::tests::on_each_engine;
use crate::state::State;
use crate::state::tests::{NOW, state_on};

const EPOCH: u64 = u64::MAX - 5;

/// A box that writes a log: play `n` began `n` seconds before [`NOW`].
struct Box1 {
    paired: PairedBox,
    key: SigningKey,
}

fn play(seq: u64) -> String {
    let started_at = NOW.plus_ms(-1_000 * i64::try_from(seq).expect("small"));
    play_at(seq, started_at, Ending::Complete)
}

fn play_at(seq: u64, started_at: Instant, ending: Ending) -> String {
    let play = Play {
        seq,
        screen: ScreenId::parse("s1").expect("name"),
        zone: ZoneId::parse("z1").expect("name"),
        item: ItemId::parse("i1").expect("name"),
        item_version: 2,
        // No two alike: a batch that packs to nothing would find room on a full disk.
        file: Some(ContentHash::of(&seq.to_le_bytes())),
        manifest_version: 1,
        planned_at: started_at,
        planned_ms: 10_000,
        started_at,
        shown_ms: 9_900,
        ending,
        proof: None,
    };
    serde_json::to_string(&play).expect("json")
}

impl Box1 {
    async fn paired_with(state: &State) -> Self {
        let key = SigningKey::from_bytes(&[7; 32]);
        let new = NewBox {
            id: BoxId::parse("box-1").expect("name"),
            fingerprint: "f".repeat(64),
            signing_key: key.verifying_key(),
            description: "test".into(),
            enrolled_by: "installer".into(),
            enrolled_at: NOW,
        };
        boxes::add(&state.db, &new).await.expect("added");
        let paired = boxes::box_by_id(&state.db, &new.id).await.expect("asked").expect("there");
        Self { paired, key }
    }

    fn chain_before(&self, first_seq: u64) -> ContentHash {
        (1..first_seq).fold(chain_start(&self.paired.id, EPOCH), |chain, seq| chain_next(&chain, &play(seq)))
    }

    fn batch(&self, first_seq: u64, last_seq: u64) -> Batch {
        Batch {
            box_id: self.paired.id.clone(),
            log_epoch: EPOCH,
            first_seq,
            chain_before: self.chain_before(first_seq),
            plays: (first_seq..=last_seq).map(play).collect(),
        }
    }

    fn seal(&self, batch: &Batch) -> Envelope {
        Envelope::seal(batch, &self.key).expect("sealed")
    }

    async fn send(&self, state: &State, batch: &Batch) -> Result<u64, LedgerError> {
        let held = receive(state, &self.paired, &self.seal(batch)).await?;
        assert_eq!(held.log_epoch, EPOCH);
        Ok(held.seq)
    }
}

fn sent(state: &State, this: &Box1, batch: &Batch) -> tokio::task::JoinHandle<Result<LogMark, LedgerError>> {
    let (state, paired, envelope) = (state.clone(), this.paired.clone(), this.seal(batch));
    tokio::spawn(async move { receive(&state, &paired, &envelope).await })
}

async fn total(state: &State) -> (i64, i64, i64) {
    asked::total(&state.db).await
}

async fn set_aside(state: &State) -> Vec<String> {
    let found = ledger::set_aside(&state.db, 100).await.expect("asked");
    found.into_iter().map(|aside| aside.reason).collect()
}

/// Runs a check with a fresh state and a box, on each engine.
async fn with_a_box<F, Fut>(check: F)
where
    F: Fn(State, Box1) -> Fut + Copy,
    Fut: Future<Output = ()>,
{
    on_each_engine(|db| async move {
        let folder = tempfile::tempdir().expect("a folder");
        let (state, _clock) = state_on(db, folder.path());
        let this = Box1::paired_with(&state).await;
        check(state, this).await;
    })
    .await;
}

#[tokio::test]
async fn a_batch_that_comes_twice_is_counted_once() {
    with_a_box(|state, this| async move {
        assert_eq!(this.send(&state, &this.batch(1, 3)).await.expect("taken"), 3);
        assert_eq!(this.send(&state, &this.batch(1, 3)).await.expect("acknowledged again"), 3);
        assert_eq!(this.send(&state, &this.batch(2, 2)).await.expect("acknowledged again"), 3);
        assert_eq!(total(&state).await, (3, 3, 29_700));
        assert_eq!(asked::batches(&state.db).await, 1);
        assert!(set_aside(&state).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn of_an_overlapping_batch_the_rest_is_counted() {
    with_a_box(|state, this| async move {
        this.send(&state, &this.batch(1, 3)).await.expect("taken");
        assert_eq!(this.send(&state, &this.batch(2, 6)).await.expect("taken"), 6);
        assert_eq!(this.send(&state, &this.batch(7, 7)).await.expect("the chain goes on"), 7);
        assert_eq!(total(&state).await, (7, 7, 69_300));
        assert!(set_aside(&state).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn two_connections_that_send_the_same_at_once_count_once() {
    with_a_box(|state, this| async move {
        let batch = this.batch(1, 5);
        let (one, two) = tokio::join!(this.send(&state, &batch), this.send(&state, &batch));
        assert_eq!((one.expect("taken"), two.expect("taken")), (5, 5));
        assert_eq!(total(&state).await.0, 5);
    })
    .await;
}

#[tokio::test]
async fn a_batch_ahead_of_others_is_told_the_watermark_and_counted_later() {
    with_a_box(|state, this| async move {
        this.send(&state, &this.batch(1, 3)).await.expect("taken");
        let refused = this.send(&state, &this.batch(5, 6)).await.expect_err("4 is missing");
        assert!(matches!(refused, LedgerError::Ahead { held: LogMark { seq: 3, .. } }), "{refused}");
        this.send(&state, &this.batch(4, 4)).await.expect("taken");
        assert_eq!(this.send(&state, &this.batch(5, 6)).await.expect("taken"), 6);
        assert_eq!(total(&state).await.0, 6);
    })
    .await;
}

#[tokio::test]
async fn plays_a_box_no_longer_has_are_a_gap_and_the_others_go_on() {
    with_a_box(|state, this| async move {
        let log = |seq| LogMark { log_epoch: EPOCH, seq };
        assert_eq!(resume(&state, &this.paired, log(0), 1).await.expect("a new log"), log(0));
        this.send(&state, &this.batch(1, 3)).await.expect("taken");
        assert_eq!(resume(&state, &this.paired, log(9), 2).await.expect("goes on"), log(3));
        assert_eq!(resume(&state, &this.paired, log(9), 6).await.expect("a gap"), log(5));
        assert_eq!(resume(&state, &this.paired, log(9), 6).await.expect("the same gap"), log(5));
        assert_eq!(this.send(&state, &this.batch(6, 9)).await.expect("taken"), 9);
        assert_eq!(this.send(&state, &this.batch(10, 10)).await.expect("the chain goes on"), 10);
        assert_eq!(total(&state).await.0, 8);
        assert_eq!(ledger::plays_in_gaps(&state.db).await.expect("asked"), 2);
        assert_eq!(resume(&state, &this.paired, log(12), u64::MAX).await.expect("no more than the log"), log(12));
        let nonsense = resume(&state, &this.paired, log(u64::MAX), 1).await.expect_err("no such log");
        assert!(matches!(nonsense, LedgerError::Nonsense(_)), "{nonsense}");
    })
    .await;
}

#[tokio::test]
async fn a_forged_batch_and_another_boxs_batch_leave_no_trace() {
    with_a_box(|state, this| async move {
        let stranger = SigningKey::from_bytes(&[8; 32]);
        let forged = Envelope::seal(&this.batch(1, 3), &stranger).expect("sealed");
        assert!(matches!(receive(&state, &this.paired, &forged).await, Err(LedgerError::Forged)));
        let sealed = this.seal(&this.batch(1, 3));
        let bent = Envelope { body: sealed.body.replace("9900", "9999"), ..sealed };
        assert!(matches!(receive(&state, &this.paired, &bent).await, Err(LedgerError::Forged)));
        let other = Batch { box_id: BoxId::parse("box-2").expect("name"), ..this.batch(1, 3) };
        assert!(matches!(this.send(&state, &other).await, Err(LedgerError::OtherBox)));
        assert_eq!(total(&state).await.0, 0);
        assert!(set_aside(&state).await.is_empty());
        assert_eq!(asked::logs(&state.db).await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_damaged_batch_is_kept_aside_and_never_blocks_the_log() {
    with_a_box(|state, this| async move {
        this.send(&state, &this.batch(1, 2)).await.expect("taken");
        let mut damaged = this.batch(3, 5);
        damaged.plays[1] = "{\"seq\": 4, \"screen\":".to_owned();
        assert_eq!(this.send(&state, &damaged).await.expect("acknowledged"), 5);
        assert_eq!(this.send(&state, &damaged).await.expect("acknowledged again"), 5);
        assert_eq!(total(&state).await.0, 2, "nothing of it is counted");
        let told = set_aside(&state).await;
        assert!(told.len() == 1 && told[0].contains("play 4 cannot be read"), "{told:?}");
        // The box chained what it wrote, damaged or not; the log goes on behind it.
        let chain = damaged.plays.iter().fold(damaged.chain_before, |chain, play| chain_next(&chain, play));
        let next = Batch { chain_before: chain, ..this.batch(6, 6) };
        assert_eq!(this.send(&state, &next).await.expect("taken"), 6);
        assert_eq!(total(&state).await.0, 3);
    })
    .await;
}

#[tokio::test]
async fn a_broken_chain_is_kept_aside_and_two_histories_are_noticed() {
    with_a_box(|state, this| async move {
        this.send(&state, &this.batch(1, 2)).await.expect("taken");
        let torn = Batch { chain_before: ContentHash::of(b"another past"), ..this.batch(3, 4) };
        assert_eq!(this.send(&state, &torn).await.expect("acknowledged"), 4);
        let mut other = this.batch(1, 2);
        other.plays[0] = play_at(1, NOW.plus_ms(-77_000), Ending::Complete);
        assert_eq!(this.send(&state, &other).await.expect("acknowledged"), 4);
        assert_eq!(total(&state).await.0, 2);
        let told = set_aside(&state).await;
        assert!(told.iter().any(|reason| reason.contains("the chain is broken before play 3")), "{told:?}");
        assert!(told.iter().any(|reason| reason.contains("other plays under numbers")), "{told:?}");
    })
    .await;
}

#[tokio::test]
async fn what_is_signed_but_no_batch_is_kept_aside_once() {
    with_a_box(|state, this| async move {
        for _ in 0..3 {
            let sealed = Envelope::seal_body(Purpose::Plays, "\"hello\"".to_owned(), &this.key);
            let refused = receive(&state, &this.paired, &sealed).await.expect_err("no batch");
            assert!(matches!(refused, LedgerError::Nonsense(_)), "{refused}");
        }
        let empty = Batch { plays: Vec::new(), ..this.batch(1, 1) };
        assert!(matches!(this.send(&state, &empty).await, Err(LedgerError::Nonsense(_))));
        let huge = Batch { first_seq: u64::MAX, ..this.batch(1, 3) };
        assert!(matches!(this.send(&state, &huge).await, Err(LedgerError::Nonsense(_))));
        assert_eq!(set_aside(&state).await.len(), 3);
    })
    .await;
}

#[tokio::test]
async fn plays_of_a_clock_that_was_never_set_are_held_but_not_counted() {
    with_a_box(|state, this| async move {
        let plays = vec![
            play_at(1, Instant(60_000), Ending::Complete),
            play_at(2, NOW.plus_ms(-5_000), Ending::Preempted),
            play_at(3, NOW.plus_ms(2 * anteroom_content::clock::DAY_MS), Ending::Complete),
        ];
        let batch = Batch { plays, ..this.batch(1, 3) };
        assert_eq!(this.send(&state, &batch).await.expect("acknowledged"), 3);
        assert_eq!(total(&state).await, (1, 0, 9_900));
        assert_eq!(set_aside(&state).await, ["time unproven: 2 plays from 1 to 3"]);
        assert_eq!(asked::batches(&state.db).await, 1, "the evidence itself is kept");
    })
    .await;
}

#[tokio::test]
async fn a_full_disk_takes_nothing_and_loses_nothing() {
    with_a_box(|state, this| async move {
        if !asked::fill_disk(&state.db).await {
            return;
        }
        let batch = this.batch(1, 150);
        let refused = this.send(&state, &batch).await.expect_err("no room");
        let LedgerError::Db(DbError::Group(why)) = &refused else { panic!("{refused}") };
        assert!(matches!(**why, DbError::DiskFull), "{refused}");
        assert_eq!((total(&state).await.0, asked::logs(&state.db).await), (0, 0));
        asked::make_room(&state.db).await;
        assert_eq!(this.send(&state, &batch).await.expect("room"), 150);
        assert_eq!(total(&state).await.0, 150);
    })
    .await;
}

#[tokio::test]
async fn many_batches_share_a_commit_and_a_bad_one_takes_none_with_it() {
    with_a_box(|state, this| async move {
        let unknown = Batch { log_epoch: 1, first_seq: 5, ..this.batch(5, 6) };
        let empty = Batch { plays: Vec::new(), ..this.batch(1, 1) };
        // On one thread, all of them wait at the desk before the clerk looks at it.
        let mut waiting = Vec::new();
        for n in 1..=30 {
            waiting.push((sent(&state, &this, &this.batch(2 * n - 1, 2 * n)), Some(2 * n)));
            if n == 10 {
                waiting.push((sent(&state, &this, &unknown), None));
                waiting.push((sent(&state, &this, &empty), None));
            }
        }
        for (answer, held) in waiting {
            let answer = answer.await.expect("ended");
            assert_eq!(answer.as_ref().ok().map(|mark| mark.seq), held, "{answer:?}");
        }
        assert_eq!((total(&state).await.0, asked::batches(&state.db).await), (60, 30));
        assert_eq!(asked::logs(&state.db).await, 1, "a log that only promises plays leaves no trace");
        assert_eq!(set_aside(&state).await.len(), 1);
        let (batches, commits) = state.meters.plays();
        assert_eq!(batches, 32);
        assert!(commits <= 2, "{commits} commits");
    })
    .await;
}

#[tokio::test]
async fn a_group_that_finds_no_room_is_refused_as_a_whole_and_taken_later() {
    with_a_box(|state, this| async move {
        if !asked::fill_disk(&state.db).await {
            return;
        }
        let batches: Vec<_> = (0..20).map(|n| this.batch(50 * n + 1, 50 * (n + 1))).collect();
        let refused: Vec<_> = batches.iter().map(|batch| sent(&state, &this, batch)).collect();
        for answer in refused {
            assert!(matches!(answer.await.expect("ended"), Err(LedgerError::Db(_) | LedgerError::Ahead { .. })));
        }
        assert_eq!((total(&state).await.0, asked::logs(&state.db).await), (0, 0), "nobody was told that it is held");
        asked::make_room(&state.db).await;
        for batch in &batches {
            this.send(&state, batch).await.expect("room");
        }
        assert_eq!(total(&state).await.0, 1_000);
    })
    .await;
}
