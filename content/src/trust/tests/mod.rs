//! What the update framework's conformance suite asks of a client, asked of every kind of document: rollback, freeze,
//! mix-and-match, fast-forward, arbitrary install, rotation, thresholds.

mod alert;
mod any;
mod assignment;
mod charter;
mod manifest;
mod part;

use ed25519_dalek::SigningKey;

use super::{Charter, Heard, PublicKey, Purpose, Refused, SignedCharter, Trust};
use crate::clock::Instant;
use crate::id::{BoxId, ContentHash, ZoneId};
use crate::manifest::{Assignment, Envelope, Manifest, PartRef};
use crate::schedule::Carry;

const NOW: Instant = Instant(1_795_000_000_000);

fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

fn public(key: &SigningKey) -> PublicKey {
    key.verifying_key().into()
}

/// Seeds of the keys of the tests.
const ROOT: u8 = 1;
const NEXT_ROOT: u8 = 2;
const PUBLISH: u8 = 3;
const NEXT_PUBLISH: u8 = 4;
const ALERT: u8 = 5;
const STRANGER: u8 = 6;

fn charter() -> Charter {
    Charter {
        version: 1,
        epoch: 1,
        issued_at: NOW,
        root: public(&key(ROOT)),
        publish: vec![public(&key(PUBLISH))],
        alert: vec![public(&key(ALERT))],
        authorities: vec!["-----BEGIN CERTIFICATE-----".to_owned()],
    }
}

fn signed(charter: &Charter, seeds: &[u8]) -> SignedCharter {
    let keys: Vec<_> = seeds.iter().map(|seed| key(*seed)).collect();
    SignedCharter::seal(charter, &keys.iter().collect::<Vec<_>>()).expect("sealed")
}

fn zone(name: &str) -> ZoneId {
    ZoneId::parse(name).expect("name")
}

fn this_box() -> BoxId {
    BoxId::parse("box-1").expect("name")
}

fn part(bytes: &[u8]) -> PartRef {
    PartRef { hash: ContentHash::of(bytes), size_bytes: bytes.len() as u64 }
}

fn manifest(epoch: u32, version: u64) -> Manifest {
    Manifest {
        epoch,
        version,
        zone: zone("z1"),
        issued_at: NOW,
        effective_at: NOW,
        carry: Carry::default(),
        show: part(b"show"),
        clinic: part(b"clinic"),
    }
}

fn assignment(epoch: u32, version: u64) -> Assignment {
    Assignment { box_id: this_box(), epoch, version, zone: zone("z1"), screens: Vec::new() }
}

fn sealed<T: super::Document>(document: &T, seed: u8) -> Envelope {
    Envelope::seal(document, &key(seed)).expect("sealed")
}

/// A box that holds the first charter, with the versions given seen.
fn trust() -> Trust {
    Trust::under(charter())
}

fn with_manifest(mut trust: Trust, manifest: &Manifest, seed: u8) -> Trust {
    let envelope = sealed(manifest, seed);
    assert!(matches!(trust.accept_manifest(&manifest.zone, &envelope), Ok(Heard::New(_))));
    trust.raise_manifest(&manifest.zone, manifest.rank(), &envelope, NOW);
    trust
}

fn with_assignment(mut trust: Trust, assignment: &Assignment, seed: u8) -> Trust {
    let envelope = sealed(assignment, seed);
    assert!(matches!(trust.accept_assignment(&this_box(), &envelope), Ok(Heard::New(_))));
    trust.raise_assignment(assignment.rank(), &envelope);
    trust
}

/// The root takes a stolen publish key away: a new epoch, with another key.
fn recovered(mut trust: Trust) -> Trust {
    let next = Charter { version: 2, epoch: 2, publish: vec![public(&key(NEXT_PUBLISH))], ..charter() };
    let heard = trust.accept_charter(&signed(&next, &[ROOT])).expect("signed by the root");
    assert_eq!(heard, Heard::New(next.clone()));
    trust.raise_charter(next);
    trust
}

/// Every way to spoil an envelope: unsigned, cut, garbage in place of either half.
fn spoilt(good: &Envelope) -> Vec<Envelope> {
    let with_signature = |signature: &str| Envelope { signature: signature.to_owned(), ..good.clone() };
    vec![
        with_signature(""),
        with_signature(&good.signature[..126]),
        with_signature(&"00".repeat(64)),
        with_signature(&"zz".repeat(64)),
        with_signature(&"é".repeat(64)),
        Envelope { body: format!("{} ", good.body), ..good.clone() },
        Envelope { body: String::new(), ..good.clone() },
    ]
}

fn not_signed<T: std::fmt::Debug + PartialEq>(purpose: Purpose, given: &Result<T, Refused>) {
    assert_eq!(given.as_ref(), Err(&Refused::Signature(purpose)));
}
