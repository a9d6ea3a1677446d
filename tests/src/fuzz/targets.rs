//! What reads bytes from outside. Each reader tells whether it accepted them, and panics where it contradicts itself.

use std::io::Cursor;
use std::sync::{Arc, LazyLock};

use anteroom_content::clinic::{Override, Timetable, strip_page};
use anteroom_content::clock::{HOUR_MS, Instant, Offsets};
use anteroom_content::evidence::Verifier;
use anteroom_content::id::ScreenId;
use anteroom_content::manifest::{Assignment, Envelope, Manifest};
use anteroom_content::media::{self, Sort, Track};
use anteroom_content::play::Batch;
use anteroom_content::play::books::{self, Author, Opened};
use anteroom_content::programme::Show;
use anteroom_content::schedule::calendar::import;
use anteroom_content::schedule::recurrence::{Ask, LISTED_MAX, list};
use anteroom_content::timeline::{Timeline, forecasts, troubles};
use anteroom_content::trust::{PublicKey, Purpose, SignedCharter, Trust};
use anteroom_content::wire::enrol::{Commit, Reveal, Verdict, code};
use anteroom_content::wire::{Fetch, Found, PictureHead, ToPlayer, ToServer, decode, encode, frame_length};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::books::{Shelf, at_once};
use super::seeds::{self, NOW};
use crate::harness::Outcome;

/// A reader of bytes from outside.
pub struct Target {
    /// Its name, and that of its folder in the corpus.
    pub name: &'static str,
    /// Reads; true when the bytes were accepted.
    pub read: fn(&[u8]) -> bool,
    /// Honest inputs; all of them are accepted.
    pub seeds: fn() -> Outcome<Vec<Vec<u8>>>,
}

/// Every one.
pub const TARGETS: &[Target] = &[
    Target { name: "to-player", read: frame::<ToPlayer>, seeds: seeds::to_player },
    Target { name: "to-server", read: frame::<ToServer>, seeds: seeds::to_server },
    Target { name: "hello", read: hello, seeds: seeds::hello },
    Target { name: "enrolment", read: enrolment, seeds: seeds::enrolment },
    Target { name: "transfer", read: transfer, seeds: seeds::transfer },
    Target { name: "charter", read: charter, seeds: seeds::charter },
    Target { name: "manifest", read: manifest, seeds: seeds::manifest },
    Target { name: "assignment", read: assignment, seeds: seeds::assignment },
    Target { name: "show", read: show, seeds: seeds::none },
    Target { name: "clinic", read: clinic, seeds: seeds::none },
    Target { name: "override", read: change, seeds: seeds::change },
    Target { name: "plays", read: plays, seeds: seeds::plays },
    Target { name: "evidence", read: evidence, seeds: seeds::none },
    Target { name: "calendar", read: |bytes| import::read(bytes).is_ok(), seeds: seeds::calendar },
    Target { name: "recurrence", read: recurrence, seeds: seeds::recurrence },
    Target { name: "captions", read: captions, seeds: seeds::captions },
    Target { name: "picture", read: picture, seeds: seeds::pictures },
    Target { name: "config", read: config, seeds: seeds::config },
];

/// The body of a frame whose length is what it says.
fn body(bytes: &[u8]) -> Option<&[u8]> {
    let (head, rest) = bytes.split_first_chunk::<4>()?;
    rest.get(..frame_length(*head).ok()?)
}

/// Reads a message; what was read is written and read again as the same.
fn message<T: DeserializeOwned + Serialize + PartialEq>(body: &[u8]) -> Option<T> {
    let read: T = decode(body).ok()?;
    if let Ok(written) = encode(&read) {
        let again = decode::<T>(written.get(4..).unwrap_or_default());
        assert!(again.is_ok_and(|again| again == read), "written and read again, it is another message");
    }
    Some(read)
}

fn frame<T: DeserializeOwned + Serialize + PartialEq>(bytes: &[u8]) -> bool {
    body(bytes).is_some_and(|body| message::<T>(body).is_some())
}

fn hello(bytes: &[u8]) -> bool {
    let Some(ToServer::Hello(hello)) = body(bytes).and_then(message) else { return false };
    let Ok(box_id) = seeds::box_id() else { return false };
    let resumed = at_once(books::resume(&Shelf::default(), &box_id, hello.log, hello.oldest_seq, NOW));
    if let Some(Ok(resumed)) = resumed {
        assert!(resumed.held.seq <= hello.log.seq, "more is held than the log has");
    }
    true
}

fn enrolment(bytes: &[u8]) -> bool {
    let Some(body) = body(bytes) else { return false };
    if let (Some(reveal), Ok(challenge)) = (message::<Reveal>(body), seeds::a_challenge()) {
        let _ = (reveal.commitment(), code(b"certificate", &challenge, &reveal));
        return true;
    }
    let challenge = message::<anteroom_content::wire::enrol::Challenge>(body);
    if let Some(challenge) = &challenge {
        let _ = challenge.charter.read();
    }
    challenge.is_some() || message::<Commit>(body).is_some() || message::<Verdict>(body).is_some()
}

fn transfer(bytes: &[u8]) -> bool {
    let Some(body) = body(bytes) else { return false };
    message::<Fetch>(body).is_some() || message::<Found>(body).is_some() || message::<PictureHead>(body).is_some()
}

fn trust() -> Trust {
    Trust::under(seeds::a_charter())
}

/// A text, signed by whoever may sign such: what is behind the signature is what is tried.
fn signed(purpose: Purpose, by: u8, bytes: &[u8]) -> Option<Envelope> {
    Some(Envelope::seal_body(purpose, std::str::from_utf8(bytes).ok()?.to_owned(), &seeds::key(by)))
}

fn charter(bytes: &[u8]) -> bool {
    if let Ok(charter) = serde_json::from_slice(bytes) {
        let signed = SignedCharter::seal(&charter, &[&seeds::key(1)]);
        return signed.is_ok_and(|signed| trust().accept_charter(&signed).is_ok());
    }
    serde_json::from_slice::<SignedCharter>(bytes).is_ok_and(|signed| trust().accept_charter(&signed).is_ok())
}

fn manifest(bytes: &[u8]) -> bool {
    let Some((envelope, zone)) = signed(Purpose::Manifest, 2, bytes).zip(seeds::zone().ok()) else { return false };
    let mut trust = trust();
    let heard = trust.accept_manifest(&zone, &envelope);
    if let Ok(read) = serde_json::from_slice::<Manifest>(bytes) {
        trust.raise_manifest(&zone, read.rank(), &envelope, NOW);
        let _ = trust.stale_ms(&zone, Instant(i64::MAX));
    }
    heard.is_ok()
}

fn assignment(bytes: &[u8]) -> bool {
    let envelope = signed(Purpose::Assignment, 2, bytes).zip(seeds::box_id().ok());
    let _ = serde_json::from_slice::<Assignment>(bytes);
    envelope.is_some_and(|(envelope, box_id)| trust().accept_assignment(&box_id, &envelope).is_ok())
}

fn show(bytes: &[u8]) -> bool {
    let Ok(show) = Show::read(bytes) else { return false };
    let _ = show.files();
    let screens: Vec<ScreenId> = show.screens.iter().take(3).map(|screen| screen.id.clone()).collect();
    let timeline = Timeline::of(Arc::new(show));
    for screen in &screens {
        for hour in [0, 7, 25] {
            let _ = timeline.cue(screen, NOW.plus_ms(hour * HOUR_MS));
        }
    }
    let _ = (forecasts(&timeline, NOW, 1), troubles(&timeline, NOW, NOW.plus_ms(HOUR_MS)));
    true
}

fn clinic(bytes: &[u8]) -> bool {
    let Ok(timetable) = serde_json::from_slice::<Timetable>(bytes) else { return false };
    let offsets = Offsets::fixed("Asia/Shanghai", 8 * 3_600);
    let _ = strip_page(&timetable, &offsets, NOW, 5);
    for change in &timetable.overrides {
        let _ = (timetable.clinics(change.date).len(), timetable.clash(change));
    }
    true
}

static WARD: LazyLock<Timetable> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../corpus/clinic/ward.json")).unwrap_or_default());

fn change(bytes: &[u8]) -> bool {
    let Ok(change) = serde_json::from_slice::<Override>(bytes) else { return false };
    let _ = WARD.clash(&change);
    let date = change.date;
    let changed = Timetable { overrides: vec![change], ..WARD.clone() };
    let _ = changed.clinics(date).len();
    true
}

fn plays(bytes: &[u8]) -> bool {
    let (Some(envelope), Ok(box_id)) = (signed(Purpose::Plays, 4, bytes), seeds::box_id()) else { return false };
    let key = seeds::key(4).verifying_key();
    let open = |envelope: &Envelope| books::open::<()>(Author { box_id: &box_id, key: &key }, envelope);
    let opened = |batch: Batch, envelope: Envelope| Opened { box_id: box_id.clone(), key, batch, envelope, at: NOW };
    let Ok(batch) = open(&envelope) else { return false };
    let (log_epoch, shelf) = (batch.log_epoch, Shelf::default());
    // What came before it, the batch itself, and the batch again.
    let mut group = Vec::new();
    for seed in seeds::plays().unwrap_or_default() {
        let honest = signed(Purpose::Plays, 4, &seed).and_then(|envelope| Some((open(&envelope).ok()?, envelope)));
        group.extend(honest.map(|(batch, envelope)| opened(batch, envelope)));
    }
    group.truncate(1);
    let one = opened(batch, envelope);
    group.extend([one.clone(), one]);
    let Some(Ok(verdicts)) = at_once(books::receive_group(&shelf, &group)) else { return false };
    let (seq, plays) = shelf.standing(log_epoch);
    assert!(u64::try_from(plays).is_ok_and(|plays| plays <= seq.saturating_add(4)), "{plays} counted, {seq} held");
    verdicts.get(1).is_some_and(Result::is_ok)
}

fn evidence(bytes: &[u8]) -> bool {
    // Whoever signed the first charter is taken for the root, so that what comes behind it is looked at.
    let root = bytes.split(|byte| *byte == b'\n').find_map(|line| {
        let line: serde_json::Value = serde_json::from_slice(line).ok()?;
        let body = line.get("charter")?.get("body")?.as_str()?;
        let charter: serde_json::Value = serde_json::from_str(body).ok()?;
        PublicKey::parse(charter.get("root")?.as_str()?).ok()
    });
    let mut verifier = Verifier::new(root.unwrap_or(seeds::key(1).verifying_key().into()));
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        if let Err(fault) = verifier.take(line) {
            let _ = (fault.to_string(), fault.say());
            return false;
        }
    }
    verifier.finish().is_ok_and(|verdict| verdict.logs().count() < usize::MAX)
}

fn recurrence(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let mut lines = text.split('\n');
    let mut next = || lines.next().unwrap_or_default();
    let (rule, start, zone) = (next(), next(), next());
    let words = |line: &str| line.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    let (also, except) = (words(next()), words(next()));
    let listing = list(&Ask { rule, start, zone, also: &also, except: &except, count: LISTED_MAX });
    if let Ok(listing) = &listing {
        let starts: Vec<_> = listing.occurrences.iter().map(|one| one.start).collect();
        assert!(starts.is_sorted_by(|one, next| one < next), "occurrences are not in order");
    }
    listing.is_ok()
}

fn captions(bytes: &[u8]) -> bool {
    let Ok(track) = std::str::from_utf8(bytes).map(Track::parse) else { return false };
    track.is_ok_and(|track| track.at(2_000).is_none_or(|text| !text.is_empty() || bytes.len() > 1))
}

fn picture(bytes: &[u8]) -> bool {
    match media::sort_of(bytes) {
        Ok(Sort::Picture(format)) => media::picture_size(Cursor::new(bytes), format).is_ok(),
        Ok(Sort::Movie(_)) | Err(_) => false,
    }
}

fn config(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    anteroom_server::config::settings_of("server.toml", text).is_ok()
}
