//! A new box, from the first word to the first conversation.

use anteroom_content::id::{BoxId, ContentHash, PairCode, ScreenId};
use anteroom_content::manifest::to_hex;
use anteroom_content::wire::enrol::{CODE_SECS, Challenge, Commit, Reveal, TRIES_MAX, Verdict, code, transcript};
use anteroom_content::wire::{ALPN_ENROL, FRAME_BYTES_MAX, Side, Voucher, VoucherId, VoucherWord};
use quinn::{Connection, SendStream};
use rustls::pki_types::CertificateDer;

use super::super::roll_call;
use super::booth::{TestBox, dial, soon};
use super::frames::{Frames, say};
use super::house::House;
use crate::db::boxes;
use crate::pairing::{ClaimError, claim};
use crate::state::tests::NOW;
use crate::vouchers;

/// An enrolment under way: the box shows its code and waits.
struct Waiting {
    this: TestBox,
    shown: PairCode,
    connection: Connection,
    _speak: SendStream,
    hear: Frames,
}

impl Waiting {
    async fn verdict(&mut self) -> Verdict {
        soon("a verdict", self.hear.next(FRAME_BYTES_MAX)).await.expect("a frame").expect("not the end")
    }
}

fn reveal(this: &TestBox) -> Reveal {
    Reveal {
        nonce: ContentHash::of(b"a number nobody can guess"),
        request_pem: this.request_pem(),
        signing_key: to_hex(this.signing_key.verifying_key().as_bytes()),
        description: "nuc-7 · 10.0.0.7 · \u{1b}[31m1920×1080".into(),
        voucher: None,
    }
}

/// Begins an enrolment in which the box commits to one thing and reveals another, or the same.
async fn begin(house: &House, commitment: ContentHash, reveal: &Reveal, this: TestBox) -> Waiting {
    begin_with(house, commitment, reveal, this, |_| None).await
}

/// The same with what the box says of a voucher, by what both sides have seen.
async fn begin_with(
    house: &House,
    commitment: ContentHash,
    reveal: &Reveal,
    this: TestBox,
    word: impl FnOnce(&ContentHash) -> Option<VoucherWord>,
) -> Waiting {
    let connection = soon("a connection", dial(house.address, ALPN_ENROL, None)).await.expect("connected");
    let (mut speak, hear) = connection.open_bi().await.expect("a stream");
    let mut hear = Frames::of(hear);
    say(&mut speak, &Commit { commitment }).await.expect("said");
    let challenge: Challenge = soon("a challenge", hear.due(FRAME_BYTES_MAX)).await.expect("a challenge");
    assert_eq!(challenge.charter.read().as_ref(), Ok(&house.state.keys.charter));
    let chain = connection.peer_identity().expect("TLS").downcast::<Vec<CertificateDer<'static>>>().expect("X.509");
    let voucher = word(&transcript(&chain[0], &challenge, reveal));
    say(&mut speak, &Reveal { voucher, ..reveal.clone() }).await.expect("said");
    let shown = code(&chain[0], &challenge, reveal);
    Waiting { this, shown, connection, _speak: speak, hear }
}

async fn wait(house: &House) -> Waiting {
    let this = TestBox::new(BoxId::parse("unnamed").expect("name"));
    let reveal = reveal(&this);
    let mut changes = house.state.pairing.changes();
    let waiting = begin(house, reveal.commitment(), &reveal, this).await;
    soon("a box in the list", changes.wait_for(|_| !house.state.pairing.waiting(house.state.now()).is_empty()))
        .await
        .expect("the list stays");
    waiting
}

#[tokio::test]
async fn an_operator_types_the_code_on_the_box_and_the_box_is_paired() {
    let house = House::open().await;
    let mut waiting = wait(&house).await;
    let listed = house.state.pairing.waiting(NOW);
    assert_eq!(listed[0].description, "nuc-7 · 10.0.0.7 · [31m1920×1080", "fit to be shown");
    assert!(!format!("{listed:?}").contains(waiting.shown.as_str()), "the console never sees the code");

    let typed = waiting.shown.grouped().to_lowercase();
    let box_id = claim(&house.state, &typed, "installer").await.expect("the right code");
    let Verdict::Accepted { box_id: told, certificate_pem, proof: None } = waiting.verdict().await else {
        panic!("accepted")
    };
    assert_eq!(told, box_id);
    assert!(house.state.pairing.waiting(NOW).is_empty());
    assert!(matches!(claim(&house.state, &typed, "installer").await, Err(ClaimError::Wrong { .. })), "it opens once");

    let mut this = waiting.this;
    this.id = box_id.clone();
    this.certificate_pem = Some(certificate_pem);
    let (_talk, assignment) = this.talk(&house).await;
    assert!(assignment.screens.is_empty(), "it is spare until a screen is attached");
    roll_call::write_down(&house.state).await;
    let (paired, screens) = boxes::boxes(&house.state.db).await.expect("asked").remove(0);
    assert_eq!((paired.id, paired.enrolled_by.as_str(), screens.len()), (box_id, "installer", 0));
    assert_eq!(paired.last_seen_at, Some(NOW));
    house.close().await;
}

#[tokio::test]
async fn five_wrong_codes_rest_pairing_even_for_the_box_that_waits() {
    let house = House::open().await;
    let waiting = wait(&house).await;
    for _ in 1..TRIES_MAX {
        assert!(matches!(claim(&house.state, "2222-2222", "guesser").await, Err(ClaimError::Wrong { .. })));
    }
    assert!(matches!(claim(&house.state, "2222-2222", "guesser").await, Err(ClaimError::Locked { .. })));
    let right = claim(&house.state, waiting.shown.as_str(), "installer").await;
    assert!(matches!(right, Err(ClaimError::Locked { .. })));
    assert!(boxes::boxes(&house.state.db).await.expect("asked").is_empty());
    house.close().await;
}

#[tokio::test]
async fn a_code_nobody_typed_runs_out_and_the_box_is_told() {
    let house = House::open().await;
    let mut waiting = wait(&house).await;
    house.clock.set(NOW.plus_ms(i64::try_from(CODE_SECS).expect("small") * 1_000));
    assert_eq!(waiting.verdict().await, Verdict::Expired);
    let late = claim(&house.state, waiting.shown.as_str(), "installer").await;
    assert!(matches!(late, Err(ClaimError::Expired)));
    house.close().await;
}

#[tokio::test]
async fn a_box_that_goes_away_is_gone_from_the_list() {
    let house = House::open().await;
    let waiting = wait(&house).await;
    let shown = waiting.shown;
    let mut changes = house.state.pairing.changes();
    waiting.connection.close(0u32.into(), b"pulled out");
    soon("an empty list", changes.wait_for(|_| house.state.pairing.waiting(NOW).is_empty())).await.expect("stays");
    assert!(matches!(claim(&house.state, shown.as_str(), "installer").await, Err(ClaimError::Wrong { .. })));
    house.close().await;
}

#[tokio::test]
async fn a_box_that_reveals_something_else_or_nonsense_is_refused() {
    let house = House::open().await;
    let this = || TestBox::new(BoxId::parse("unnamed").expect("name"));
    let honest = reveal(&this());
    let cases = [
        (ContentHash::of(b"something else"), honest.clone()),
        (ContentHash::of(b""), Reveal { request_pem: "-----BEGIN".into(), ..honest.clone() }),
        (ContentHash::of(b""), Reveal { signing_key: "zz".repeat(32), ..honest }),
    ];
    for (place, (commitment, reveal)) in cases.into_iter().enumerate() {
        let commitment = if place == 0 { commitment } else { reveal.commitment() };
        let mut waiting = begin(&house, commitment, &reveal, this()).await;
        let verdict = waiting.verdict().await;
        assert!(matches!(verdict, Verdict::Refused { .. }), "{verdict:?}");
    }
    assert!(house.state.pairing.waiting(NOW).is_empty());
    house.close().await;
}

#[tokio::test]
async fn a_voucher_pairs_one_box_with_its_screen_and_the_server_proves_that_it_knows_it() {
    let house = House::open().await;
    let screen = ScreenId::parse("a-1").expect("name");
    let (old, _) = vouchers::make(&house.state, &screen, "o").await.expect("made");
    let (voucher, _) = vouchers::make(&house.state, &screen, "o").await.expect("made");
    let attempt = async |voucher: Voucher, side: Side| {
        let this = TestBox::new(BoxId::parse("unnamed").expect("name"));
        let reveal = reveal(&this);
        let seen = std::cell::Cell::new(None);
        let waiting = begin_with(&house, reveal.commitment(), &reveal, this, |transcript| {
            seen.set(Some(*transcript));
            Some(VoucherWord { id: voucher.id, proof: voucher.proof(side, transcript) })
        })
        .await;
        (waiting, seen.get().expect("it was asked"))
    };
    let told_why = async |why: &str| {
        let mut changes = house.state.pairing.changes();
        let is_told = || house.state.pairing.waiting(house.state.now()).iter().any(|one| one.description.contains(why));
        soon("a box that waits with the reason", changes.wait_for(|_| is_told())).await.expect("the list stays");
    };
    let (_a, _) = attempt(old, Side::Box).await;
    told_why("is over").await;
    let (_b, _) = attempt(voucher.clone(), Side::Server).await;
    told_why("proves nothing").await;
    let (_c, _) = attempt(Voucher::new(VoucherId::of([9; 8]), [9; 32]), Side::Box).await;
    told_why("not of this server").await;

    let (mut waiting, transcript) = attempt(voucher.clone(), Side::Box).await;
    let Verdict::Accepted { box_id, proof: Some(proof), .. } = waiting.verdict().await else { panic!("accepted") };
    assert!(voucher.is_proven(Side::Server, &transcript, &proof));
    let mut tx = house.state.db.begin().await.expect("begun");
    assert_eq!(boxes::box_of_screen(&mut tx, &screen).await.expect("asked"), Some(box_id));
    drop(tx);
    let (_d, _) = attempt(voucher, Side::Box).await;
    told_why("was used by").await;
}
