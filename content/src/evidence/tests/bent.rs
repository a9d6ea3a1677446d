//! Bundles that were bent: each is refused, and says which box, which batch, and what is wrong.

use ed25519_dalek::SigningKey;

use super::house::{EPOCH, Entry, House, NOW, check, check_bytes, head};
use crate::evidence::{BadBatchLine, BadCertificate, BadIndex, BoxLine, Fault, LINE_BYTES_MAX, Line};
use crate::id::BoxId;
use crate::manifest::Envelope;
use crate::trust::{PublicKey, Purpose};

/// The bundle's text without its n-th line.
fn without(bundle: &str, n: usize) -> String {
    bundle.split_inclusive('\n').enumerate().filter(|(at, _)| *at != n).map(|(_, line)| line).collect()
}

/// The place of the n-th line of a kind.
fn place(bundle: &str, kind: &str, n: usize) -> usize {
    let begin = format!("{{\"{kind}\":");
    let mut found = bundle.lines().enumerate().filter(|(_, line)| line.starts_with(&begin)).map(|(at, _)| at);
    found.nth(n).expect("such a line")
}

fn batch_fault(box_id: &str, first_seq: u64, why: BadBatchLine) -> Fault {
    Fault::Batch { box_id: BoxId::parse(box_id).expect("name"), log_epoch: EPOCH, first_seq, why }
}

#[test]
fn a_tampered_byte_of_a_play_is_found_in_its_batch() {
    let house = House::new();
    let bundle = house.bundle(&house.batches());
    let at = place(&bundle, "batch", 1);
    let lines: Vec<String> = bundle.split_inclusive('\n').map(str::to_owned).collect();
    let mut bent = lines.clone();
    assert!(bent[at].contains("10000"), "{}", bent[at]);
    bent[at] = bent[at].replacen("10000", "10001", 1);
    let fault = check(&bent.concat(), house.root()).expect_err("bent");
    assert_eq!(fault, batch_fault("box-1", 3, BadBatchLine::Signature));
    assert_eq!(
        fault.to_string(),
        format!("box box-1, log {EPOCH}, batch from play 3: the signature is not by the key of this box")
    );
}

#[test]
fn a_tampered_byte_anywhere_is_found() {
    let house = House::new();
    let bundle = house.bundle(&house.batches()).into_bytes();
    // Every 37th byte: some thousand of them, in every kind of line.
    for at in (0..bundle.len()).step_by(37) {
        let mut bent = bundle.clone();
        bent[at] ^= 1;
        assert!(
            check_bytes(&bent, house.root()).is_err(),
            "byte {at}: {}",
            String::from_utf8_lossy(&bundle[at.saturating_sub(20)..at])
        );
    }
}

#[test]
fn a_batch_dropped_from_the_middle_is_missed() {
    let house = House::new();
    let bundle = house.bundle(&house.batches());
    let fault = check(&without(&bundle, place(&bundle, "batch", 1)), house.root()).expect_err("dropped");
    let box_id = BoxId::parse("box-1").expect("name");
    assert_eq!(fault, Fault::Missing { box_id, log_epoch: EPOCH, first_seq: 3, last_seq: 4 });
}

#[test]
fn a_batch_dropped_from_the_end_of_a_log_is_missed_by_the_totals_or_the_index() {
    let house = House::new();
    let bundle = house.bundle(&house.batches());
    let fault = check(&without(&bundle, place(&bundle, "batch", 2)), house.root()).expect_err("dropped");
    assert!(matches!(fault, Fault::Total(_)), "{fault}");
}

#[test]
fn a_server_that_drops_a_batch_and_signs_the_rest_is_found_out_by_the_chain() {
    let house = House::new();
    let mut entries = house.batches();
    entries.remove(3);
    let fault = check(&house.bundle(&entries), house.root()).expect_err("dropped");
    assert!(matches!(fault, Fault::Missing { first_seq: 3, last_seq: 4, .. }), "{fault}");
}

#[test]
fn a_server_that_makes_a_play_up_is_found_out_by_the_signature() {
    let house = House::new();
    let mut entries = house.batches();
    // Signed by whoever has every key of the server, and not the box's.
    let Entry::Batch(line, _) = &mut entries[2] else { panic!("a batch") };
    line.envelope = Envelope::seal_body(Purpose::Plays, line.envelope.body.clone(), house.publish_key());
    let fault = check(&house.bundle(&entries), house.root()).expect_err("made up");
    assert_eq!(fault, batch_fault("box-1", 1, BadBatchLine::Signature));
}

#[test]
fn a_box_with_another_boxs_key_or_certificate_is_refused() {
    let house = House::new();
    let swap = |change: &dyn Fn(&mut BoxLine)| {
        let mut entries = house.batches();
        let Entry::Line(Line::Box(line)) = &mut entries[0] else { panic!("a box") };
        change(line);
        check(&house.bundle(&entries), house.root()).expect_err("swapped")
    };
    let other = house.boxes[1].key.verifying_key();
    let refused = |why| Fault::Certificate { box_id: BoxId::parse("box-1").expect("name"), why };
    assert_eq!(swap(&|line| line.signing_key = PublicKey::from(other)), refused(BadCertificate::OtherKey));
    assert_eq!(swap(&|line| line.certificate = house.boxes[1].certificate.clone()), refused(BadCertificate::OtherBox));
    assert_eq!(swap(&|line| line.certificate = Some("-----BEGIN".to_owned())), refused(BadCertificate::Unreadable));
    let stranger = House::new();
    assert_eq!(
        swap(&|line| line.certificate = stranger.boxes[0].certificate.clone()),
        refused(BadCertificate::Authority)
    );
}

#[test]
fn a_batch_of_another_box_or_of_another_log_is_refused() {
    let house = House::new();
    let first = house.batches();
    let swapped = |batch: Entry| {
        let mut entries = first.clone();
        entries[2] = batch;
        check(&house.bundle(&entries), house.root()).expect_err("swapped")
    };
    let (one, two) = (&house.boxes[0], &house.boxes[1]);
    assert_eq!(swapped(two.seal(&two.batch(1, 2))), batch_fault("box-1", 1, BadBatchLine::Signature));
    let mut other = one.batch(1, 2);
    other.log_epoch = 5;
    assert_eq!(swapped(one.seal(&other)), batch_fault("box-1", 1, BadBatchLine::OtherLog));
    let mut torn = one.batch(1, 2);
    torn.chain_before = crate::id::ContentHash::of(b"another past");
    assert_eq!(swapped(one.seal(&torn)), batch_fault("box-1", 1, BadBatchLine::Chain));
    let mut late = one.seal(&one.batch(1, 2));
    let Entry::Batch(line, _) = &mut late else { panic!("a batch") };
    line.received_at = NOW.plus_ms(10 * 366 * crate::clock::DAY_MS);
    assert_eq!(swapped(late), batch_fault("box-1", 1, BadBatchLine::Expired));
}

#[test]
fn another_root_key_proves_nothing() {
    let house = House::new();
    let bundle = house.bundle(&house.batches());
    let stranger = SigningKey::from_bytes(&[9; 32]).verifying_key().into();
    assert!(matches!(check(&bundle, stranger), Err(Fault::Root { .. })));
    assert!(matches!(check(&bundle, (*house.publish_key()).verifying_key().into()), Err(Fault::Root { .. })));
}

#[test]
fn a_file_that_is_cut_off_or_goes_on_is_refused() {
    let house = House::new();
    let bundle = house.bundle(&house.batches());
    let count = bundle.lines().count() as u64;
    let last = bundle.trim_end().rfind('\n').expect("lines") + 1;
    assert_eq!(check(&bundle[..last], house.root()), Err(Fault::Truncated { lines: count - 1 }));
    assert_eq!(check(&bundle[..bundle.len() - 1], house.root()), Err(Fault::Truncated { lines: count - 1 }));
    assert_eq!(check("", house.root()), Err(Fault::Truncated { lines: 0 }));
    assert_eq!(check(&format!("{bundle}\n"), house.root()), Err(Fault::Trailing));
}

#[test]
fn a_line_that_is_too_long_is_refused_and_no_more_of_it_is_read() {
    let house = House::new();
    let line = vec![b' '; LINE_BYTES_MAX + 1];
    assert_eq!(check_bytes(&line, house.root()), Err(Fault::TooLong { line: 1 }));
    let mut line = vec![b' '; LINE_BYTES_MAX - 1];
    line.push(b'\n');
    assert!(matches!(check_bytes(&line, house.root()), Err(Fault::Unreadable { line: 1, .. })));
}

#[test]
fn an_index_that_was_signed_for_another_purpose_or_by_another_key_is_refused() {
    let house = House::new();
    let bundle = house.bundle(&house.batches());
    let last = bundle.trim_end().rfind('\n').expect("lines") + 1;
    let Ok(Line::Index(index)) = serde_json::from_str(bundle[last..].trim_end()) else { panic!("an index") };
    let signed = |envelope: Envelope| {
        let line = serde_json::to_string(&Line::Index(envelope)).expect("json");
        check(&format!("{}{line}\n", &bundle[..last]), house.root())
    };
    for purpose in Purpose::ALL {
        let sealed = Envelope::seal_body(purpose, index.body.clone(), house.publish_key());
        let wanted = if purpose == Purpose::Evidence { None } else { Some(Fault::Index(BadIndex::Signature)) };
        assert_eq!(signed(sealed).err(), wanted, "{purpose}");
    }
    let by_box = Envelope::seal_body(Purpose::Evidence, index.body.clone(), &house.boxes[0].key);
    assert_eq!(signed(by_box), Err(Fault::Index(BadIndex::Signature)));
    let other = Envelope::seal_body(Purpose::Evidence, "{}".to_owned(), house.publish_key());
    assert_eq!(signed(other), Err(Fault::Index(BadIndex::Unreadable)));
    // A charter left out: whoever stole the key of then cannot pass for the server of now.
    let mut rotated = House::new();
    rotated.rotate();
    let bundle = rotated.bundle(&rotated.batches());
    let shortened = without(&bundle, place(&bundle, "charter", 1));
    let first_root = SigningKey::from_bytes(&[1; 32]).verifying_key().into();
    assert_eq!(check(&shortened, first_root), Err(Fault::Index(BadIndex::Signature)));
}

#[test]
fn lines_in_another_order_another_form_and_foreign_manifests_are_refused() {
    let house = House::new();
    let bundle = house.bundle(&house.batches());
    let mut lines: Vec<&str> = bundle.split_inclusive('\n').collect();
    lines.swap(0, 1);
    assert!(matches!(check(&lines.concat(), house.root()), Err(Fault::Misplaced { line: 1 })));
    let mut other = head(&[], &[]);
    other.format = 2;
    assert_eq!(check(&house.write(&other, &[]), house.root()), Err(Fault::Format(2)));
    let body = serde_json::json!({"epoch": 1, "version": 7});
    let forged =
        Entry::Line(Line::Manifest(Envelope::seal_body(Purpose::Manifest, body.to_string(), &house.boxes[0].key)));
    let entries = [house.batches(), vec![forged]].concat();
    assert!(matches!(check(&house.bundle(&entries), house.root()), Err(Fault::Manifest { .. })));
    assert!(matches!(check("{\"poem\":1}\n", house.root()), Err(Fault::Unreadable { line: 1, .. })));
}
