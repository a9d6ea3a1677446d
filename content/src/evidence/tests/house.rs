//! A house with two boxes: its keys, certificates and logs.

use ed25519_dalek::SigningKey;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, SanType};

use crate::clock::{DAY_MS, Instant};
use crate::evidence::{
    BatchLine, BoxLine, FORMAT, Fault, Head, Line, LogLine, Scribe, Spared, Verdict, Verifier, plays_key_uri,
};
use crate::id::{BoxId, ContentHash, ItemId, ScreenId, ZoneId};
use crate::manifest::{Envelope, Manifest, PartRef};
use crate::play::{Batch, Ending, Play, chain_next, chain_start};
use crate::schedule::Carry;
use crate::trust::{Charter, PublicKey, SignedCharter};

pub(super) const NOW: Instant = Instant(1_795_000_000_000);
pub(super) const EPOCH: u64 = u64::MAX - 7;

pub(super) struct TestBox {
    pub(super) id: BoxId,
    pub(super) key: SigningKey,
    pub(super) certificate: Option<String>,
    /// How many batches of two plays it wrote, and how many of one after them.
    batches: (u64, u64),
}

pub(super) struct House {
    root: SigningKey,
    publish: SigningKey,
    pub(super) charters: Vec<SignedCharter>,
    pub(super) boxes: Vec<TestBox>,
}

/// The authority of every test: making one takes a while, and none is ever changed.
fn authority() -> (String, Issuer<'static, KeyPair>) {
    let key = KeyPair::generate().expect("a key");
    let mut params = CertificateParams::new(Vec::new()).expect("params");
    params.distinguished_name.push(DnType::CommonName, "an authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    let pem = params.self_signed(&key).expect("signed").pem();
    (pem, Issuer::new(params, key))
}

fn public(key: &SigningKey) -> PublicKey {
    key.verifying_key().into()
}

impl House {
    pub(super) fn new() -> Self {
        let (root, publish) = (SigningKey::from_bytes(&[1; 32]), SigningKey::from_bytes(&[2; 32]));
        let (pem, issuer) = authority();
        let charter = Charter {
            version: 1,
            epoch: 1,
            issued_at: NOW,
            root: public(&root),
            publish: vec![public(&publish)],
            alert: Vec::new(),
            authorities: vec![pem],
        };
        let charters = vec![SignedCharter::seal(&charter, &[&root]).expect("sealed")];
        let boxes = vec![TestBox::new("box-1", 11, &issuer, (3, 0)), TestBox::new("box-2", 12, &issuer, (2, 1))];
        Self { root, publish, charters, boxes }
    }

    pub(super) fn root(&self) -> PublicKey {
        public(&self.root)
    }

    pub(super) fn publish_key(&self) -> &SigningKey {
        &self.publish
    }

    /// A new root, publish key and authority in place of the old ones.
    pub(super) fn rotate(&mut self) {
        let (root, publish) = (SigningKey::from_bytes(&[3; 32]), SigningKey::from_bytes(&[4; 32]));
        let charter = Charter {
            version: 2,
            epoch: 2,
            issued_at: NOW,
            root: public(&root),
            publish: vec![public(&publish)],
            alert: Vec::new(),
            authorities: vec![authority().0],
        };
        self.charters.push(SignedCharter::seal(&charter, &[&self.root, &root]).expect("sealed"));
        (self.root, self.publish) = (root, publish);
    }

    /// The lines of every box: itself, its log, its batches.
    pub(super) fn batches(&self) -> Vec<Entry> {
        self.lines_of(|_, _| true)
    }

    fn lines_of(&self, is_kept: impl Fn(&str, &BatchLine) -> bool) -> Vec<Entry> {
        let mut lines = Vec::new();
        for one in &self.boxes {
            lines.push(Entry::Line(one.line()));
            lines.push(Entry::Line(Line::Log(LogLine { log_epoch: EPOCH, held_seq: 9 })));
            for (batch, plays) in one.batches() {
                let (first_seq, last_seq) = (batch.first_seq, batch.last_seq);
                lines.push(if is_kept(one.id.as_str(), &batch) {
                    Entry::Batch(batch, plays)
                } else {
                    Entry::Line(Line::Spared(Spared { first_seq, last_seq, is_lost: false }))
                });
            }
        }
        lines
    }

    pub(super) fn bundle(&self, entries: &[Entry]) -> String {
        self.write(&head(&[], &[]), entries)
    }

    pub(super) fn bundle_of(
        &self,
        screens: &[&str],
        items: &[&str],
        is_kept: impl Fn(&str, &BatchLine) -> bool,
    ) -> String {
        self.write(&head(screens, items), &self.lines_of(is_kept))
    }

    /// Writes a bundle of any lines, signed as the server would.
    pub(super) fn write(&self, head: &Head, entries: &[Entry]) -> String {
        let (mut scribe, mut text) = Scribe::begin(head.clone()).expect("begun");
        for charter in &self.charters {
            text.push_str(&scribe.line(&Line::Charter(charter.clone())).expect("written"));
        }
        for entry in entries {
            text.push_str(&match entry {
                Entry::Line(line) => scribe.line(line).expect("written"),
                Entry::Batch(batch, plays) => scribe.batch(batch.clone(), plays).expect("written"),
            });
        }
        let manifest = Envelope::seal(&manifest(), &SigningKey::from_bytes(&[2; 32])).expect("sealed");
        text.push_str(&scribe.line(&Line::Manifest(manifest)).expect("written"));
        let version = self.charters.len() as u64;
        text.push_str(&scribe.finish(NOW, version, &self.publish).expect("finished"));
        text
    }
}

/// What stands in a bundle between charters and manifests.
#[derive(Debug, Clone)]
pub(super) enum Entry {
    Line(Line),
    Batch(BatchLine, Vec<Play>),
}

pub(super) fn head(screens: &[&str], items: &[&str]) -> Head {
    Head {
        format: FORMAT,
        from: NOW.plus_ms(-DAY_MS),
        to: NOW,
        screens: screens.iter().map(|name| ScreenId::parse(name).expect("name")).collect(),
        items: items.iter().map(|name| ItemId::parse(name).expect("name")).collect(),
    }
}

fn manifest() -> Manifest {
    let part = PartRef { hash: ContentHash::of(b"part"), size_bytes: 4 };
    Manifest {
        epoch: 1,
        version: 7,
        zone: ZoneId::parse("z1").expect("name"),
        issued_at: NOW,
        effective_at: NOW,
        carry: Carry::default(),
        show: part,
        clinic: part,
    }
}

impl TestBox {
    fn new(name: &str, seed: u8, issuer: &Issuer<'static, KeyPair>, batches: (u64, u64)) -> Self {
        let (id, key) = (BoxId::parse(name).expect("name"), SigningKey::from_bytes(&[seed; 32]));
        let certificate = Some(certificate(name, &key, issuer));
        Self { id, key, certificate, batches }
    }

    pub(super) fn line(&self) -> Line {
        Line::Box(BoxLine {
            box_id: self.id.clone(),
            signing_key: public(&self.key),
            enrolled_at: NOW,
            unpaired_at: None,
            certificate: self.certificate.clone(),
        })
    }

    fn play(&self, seq: u64) -> Play {
        let started_at = NOW.plus_ms(-100_000 + 10_000 * i64::try_from(seq).expect("small"));
        let screen = if self.id.as_str() == "box-2" { "s3" } else { ["s2", "s1"][usize::from(seq % 2 == 1)] };
        Play {
            seq,
            screen: ScreenId::parse(screen).expect("name"),
            zone: ZoneId::parse("z1").expect("name"),
            item: ItemId::parse("i1").expect("name"),
            item_version: 2,
            file: None,
            manifest_version: 7,
            planned_at: started_at,
            planned_ms: 10_000,
            started_at,
            shown_ms: 10_000,
            ending: Ending::Complete,
            proof: None,
        }
    }

    fn text(&self, seq: u64) -> String {
        serde_json::to_string(&self.play(seq)).expect("json")
    }

    /// A batch of plays from one number to another.
    pub(super) fn batch(&self, first_seq: u64, last_seq: u64) -> Batch {
        let start = chain_start(&self.id, EPOCH);
        let chain_before = (1..first_seq).fold(start, |chain, seq| chain_next(&chain, &self.text(seq)));
        let plays = (first_seq..=last_seq).map(|seq| self.text(seq)).collect();
        Batch { box_id: self.id.clone(), log_epoch: EPOCH, first_seq, chain_before, plays }
    }

    /// The line of a batch, and its plays.
    pub(super) fn seal(&self, batch: &Batch) -> Entry {
        let last_seq = batch.first_seq + batch.plays.len() as u64 - 1;
        let envelope = Envelope::seal(batch, &self.key).expect("sealed");
        let line = BatchLine { first_seq: batch.first_seq, last_seq, received_at: NOW, envelope };
        Entry::Batch(line, batch.read().map(|(plays, _)| plays).unwrap_or_default())
    }

    fn batches(&self) -> Vec<(BatchLine, Vec<Play>)> {
        let pairs = (0..self.batches.0).map(|n| (2 * n + 1, 2 * n + 2));
        let ones = (0..self.batches.1).map(|n| (2 * self.batches.0 + n + 1, 2 * self.batches.0 + n + 1));
        let sealed = pairs.chain(ones).map(|(first, last)| self.seal(&self.batch(first, last)));
        sealed
            .filter_map(|entry| match entry {
                Entry::Batch(line, plays) => Some((line, plays)),
                Entry::Line(_) => None,
            })
            .collect()
    }
}

/// A certificate that names a key.
pub(super) fn certificate(name: &str, key: &SigningKey, issuer: &Issuer<'static, KeyPair>) -> String {
    let own = KeyPair::generate().expect("a key");
    let mut params = CertificateParams::new(vec![name.to_owned()]).expect("params");
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    let uri = plays_key_uri(&key.verifying_key()).try_into().expect("a name");
    params.subject_alt_names.push(SanType::URI(uri));
    params.not_after = rcgen::date_time_ymd(2031, 12, 31);
    params.signed_by(&own, issuer).expect("signed").pem()
}

/// Reads a bundle.
pub(super) fn check(bundle: &str, root: PublicKey) -> Result<Verdict, Fault> {
    check_bytes(bundle.as_bytes(), root)
}

pub(super) fn check_bytes(bundle: &[u8], root: PublicKey) -> Result<Verdict, Fault> {
    let mut verifier = Verifier::new(root);
    for line in bundle.split_inclusive(|byte| *byte == b'\n') {
        verifier.take(line)?;
    }
    verifier.finish()
}
