//! Reading a bundle: line by line, in memory that does not grow with its plays.

use std::collections::{BTreeMap, BTreeSet};

use super::certificate::{BadCertificate, certified};
use super::charters::Charters;
use super::fault::{BadIndex, Fault};
use super::index::{FORMAT, Index};
use super::line::{BatchLine, BoxLine, Line, TotalLine};
use super::logs::{Author, Walk};
use super::question::{Head, SumKey, Sums};
use super::verdict::{BoxVerdict, Verdict, Vouching};
use crate::id::{BoxId, ContentHash, ZoneId};
use crate::manifest::Envelope;
use crate::trust::{PublicKey, Purpose};

/// The longest line, in bytes: a batch fits a frame of 64 KiB and grows where its text is quoted once more; a charter with
/// every key it may name is shorter.
pub const LINE_BYTES_MAX: usize = 512 * 1024;
/// The most lines: three years of batches of a hundred screens, and what stands between them.
pub const LINES_MAX: u64 = 50_000_000;
/// The most boxes: three of the largest networks there are.
pub const BOXES_MAX: usize = 100_000;
/// The most totals.
pub const TOTALS_MAX: usize = 2_000_000;
/// The most manifests.
pub const MANIFESTS_MAX: usize = 1_000_000;

/// Where in the bundle the last line was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Nothing,
    Head,
    Charters,
    Boxes,
    Manifests,
    Totals,
    Index,
}

type Named = BTreeMap<(ZoneId, u64), u64>;

/// Reads a bundle line by line and believes nothing that does not follow from the root key.
pub struct Verifier {
    part: Part,
    hash: blake3::Hasher,
    lines: u64,
    charters: Charters,
    head: Option<Head>,
    seen: BTreeSet<BoxId>,
    author: Option<Author>,
    walk: Option<Walk>,
    boxes: Vec<BoxVerdict>,
    sums: Sums,
    totals: usize,
    last_total: Option<SumKey>,
    /// Manifests that plays name, with how many do.
    named: Named,
    manifests: u64,
    index: Option<Index>,
}

impl Verifier {
    /// Begins with the root's public key, which is the only thing that is believed unproven.
    #[must_use]
    pub fn new(root: PublicKey) -> Self {
        Self {
            part: Part::Nothing,
            hash: blake3::Hasher::new(),
            lines: 0,
            charters: Charters::under(root),
            head: None,
            seen: BTreeSet::new(),
            author: None,
            walk: None,
            boxes: Vec::new(),
            sums: Sums::default(),
            totals: 0,
            last_total: None,
            named: Named::new(),
            manifests: 0,
            index: None,
        }
    }

    /// Takes the next line, its line break included. Hand no more than [`LINE_BYTES_MAX`] bytes and one over: it is refused
    /// then, and nobody had to hold more.
    ///
    /// # Errors
    /// [`Fault`]; nothing of the bundle is to be believed then.
    pub fn take(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        if self.part == Part::Index {
            return Err(Fault::Trailing);
        }
        let line = self.lines + 1;
        if bytes.len() > LINE_BYTES_MAX {
            return Err(Fault::TooLong { line });
        }
        let text = bytes.strip_suffix(b"\n").ok_or(Fault::Truncated { lines: self.lines })?;
        if line > LINES_MAX {
            return Err(Fault::TooMany("lines"));
        }
        let read: Line =
            serde_json::from_slice(text).map_err(|error| Fault::Unreadable { line, why: error.to_string() })?;
        if let Line::Index(envelope) = &read {
            // No hash is over this line: it may be written in one way only, so that not a byte of a bundle can be changed.
            let is_lower = envelope.signature.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
            let is_plain = serde_json::to_vec(&read).is_ok_and(|plain| plain == text);
            return if is_lower && is_plain { self.index(envelope) } else { Err(Fault::Index(BadIndex::Unreadable)) };
        }
        self.hash.update(bytes);
        self.lines = line;
        match read {
            Line::Head(head) => self.head(head),
            Line::Charter(signed) => {
                self.enter(Part::Charters)?;
                self.charters.take(&signed)
            }
            Line::Box(line) => self.take_box(line),
            Line::Log(log) => {
                self.enter(Part::Boxes)?;
                self.end_log();
                let author = self.author.as_ref().ok_or(Fault::Misplaced { line })?;
                self.walk = Some(Walk::begin(author, &log));
                Ok(())
            }
            Line::Batch(batch) => self.batch(&batch),
            Line::Aside(aside) => self.walk()?.aside(&aside),
            Line::Gap(gap) => self.walk()?.gap(&gap),
            Line::Spared(spared) => self.walk()?.spare(&spared),
            Line::Manifest(envelope) => self.manifest(&envelope),
            Line::Total(total) => self.total(total),
            Line::Index(_) => Ok(()),
        }
    }

    /// The bundle has no more lines: what it proves.
    ///
    /// # Errors
    /// [`Fault::Truncated`] when the index did not come.
    pub fn finish(mut self) -> Result<Verdict, Fault> {
        self.end_log();
        let lines = self.lines;
        let (head, index) = self.head.zip(self.index).ok_or(Fault::Truncated { lines })?;
        Ok(Verdict {
            head,
            index,
            charters: self.charters.count(),
            boxes: self.boxes,
            totals: self.sums.sums,
            time_unproven: self.sums.time_unproven,
            manifests: self.manifests,
            without_manifest: self.named.values().sum(),
        })
    }

    /// A line of that part may stand here: parts come in order.
    fn enter(&mut self, part: Part) -> Result<(), Fault> {
        let is_due = self.part <= part && (part == Part::Head || self.part >= Part::Head);
        if !is_due || (part == Part::Head && self.part == Part::Head) {
            return Err(Fault::Misplaced { line: self.lines });
        }
        if part > Part::Charters {
            // Whoever holds another root hears of that first, and of nothing else.
            self.charters.newest()?;
        }
        if part > Part::Boxes {
            self.end_log();
        }
        self.part = part;
        Ok(())
    }

    fn head(&mut self, head: Head) -> Result<(), Fault> {
        self.enter(Part::Head)?;
        if head.format != FORMAT {
            return Err(Fault::Format(head.format));
        }
        self.head = Some(head);
        Ok(())
    }

    fn take_box(&mut self, line: BoxLine) -> Result<(), Fault> {
        self.enter(Part::Boxes)?;
        self.end_log();
        if self.seen.len() >= BOXES_MAX {
            return Err(Fault::TooMany("boxes"));
        }
        if !self.seen.insert(line.box_id.clone()) {
            return Err(Fault::Misplaced { line: self.lines });
        }
        let (box_id, key) = (line.box_id, line.signing_key);
        let refuse = |why| Fault::Certificate { box_id: box_id.clone(), why };
        let vouching = match line.certificate {
            None => Vouching::Server,
            Some(pem) => {
                let found = certified(&pem, &box_id, self.charters.authorities()).map_err(refuse)?;
                if found.signing_key != key {
                    return Err(refuse(BadCertificate::OtherKey));
                }
                Vouching::Certificate { until: found.until, is_authority_current: found.is_authority_current }
            }
        };
        let until = match vouching {
            Vouching::Certificate { until, .. } => Some(until),
            Vouching::Server => None,
        };
        self.author = Some(Author { box_id: box_id.clone(), key, until });
        self.boxes.push(BoxVerdict { box_id, vouching, unpaired_at: line.unpaired_at, logs: Vec::new() });
        Ok(())
    }

    fn walk(&mut self) -> Result<&mut Walk, Fault> {
        let line = self.lines;
        self.walk.as_mut().ok_or(Fault::Misplaced { line })
    }

    fn end_log(&mut self) {
        if let (Some(walk), Some(one)) = (self.walk.take(), self.boxes.last_mut()) {
            one.logs.push(walk.verdict);
        }
    }

    fn batch(&mut self, batch: &BatchLine) -> Result<(), Fault> {
        let plays = self.walk()?.batch(batch)?;
        let line = self.lines;
        let (Some(head), Some(walk)) = (&self.head, &mut self.walk) else { return Err(Fault::Misplaced { line }) };
        for play in plays {
            if self.sums.add(head, &play, batch.received_at) {
                walk.verdict.asked += 1;
                *self.named.entry((play.zone, play.manifest_version)).or_default() += 1;
            }
        }
        if self.sums.sums.len() > TOTALS_MAX {
            return Err(Fault::TooMany("totals"));
        }
        if self.named.len() > MANIFESTS_MAX { Err(Fault::TooMany("manifests")) } else { Ok(()) }
    }

    fn manifest(&mut self, envelope: &Envelope) -> Result<(), Fault> {
        self.enter(Part::Manifests)?;
        let opened = self.charters.open_manifest(envelope);
        let manifest = opened.ok_or(Fault::Manifest { line: self.lines })?;
        // One that no play names, or that comes again, proves nothing and changes nothing.
        self.manifests += u64::from(self.named.remove(&(manifest.zone, manifest.version)).is_some());
        Ok(())
    }

    fn total(&mut self, total: TotalLine) -> Result<(), Fault> {
        self.enter(Part::Totals)?;
        let key = (total.screen, total.item, total.item_version);
        let is_next = self.last_total.as_ref().is_none_or(|last| *last < key);
        if !is_next || self.sums.sums.get(&key) != Some(&total.sum) {
            return Err(Fault::Total(key));
        }
        self.last_total = Some(key);
        self.totals += 1;
        Ok(())
    }

    fn index(&mut self, envelope: &Envelope) -> Result<(), Fault> {
        self.enter(Part::Index)?;
        let charter = self.charters.newest()?;
        let mut keys = charter.publish.iter();
        if !keys.any(|key| key.has_signed(Purpose::Evidence, &envelope.body, &envelope.signature)) {
            return Err(Fault::Index(BadIndex::Signature));
        }
        let index: Index = serde_json::from_str(&envelope.body).map_err(|_| Fault::Index(BadIndex::Unreadable))?;
        if index.charter_version != charter.version {
            return Err(Fault::Index(BadIndex::OtherCharter));
        }
        let hash = ContentHash::from_bytes(*self.hash.finalize().as_bytes());
        if (index.lines, index.hash) != (self.lines, hash) {
            return Err(Fault::Index(BadIndex::OtherLines));
        }
        let plays: u64 = self.sums.sums.values().map(|sum| sum.plays).sum();
        if self.totals != self.sums.sums.len() || index.plays != plays {
            return Err(Fault::Index(BadIndex::OtherPlays));
        }
        self.index = Some(index);
        Ok(())
    }
}
