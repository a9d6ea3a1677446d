//! Honest inputs, written here from fixed keys: every one of them is accepted.

#![expect(clippy::unnecessary_wraps, reason = "all seeds have one shape, and some of them can fail")]

use anteroom_content::clock::Instant;
use anteroom_content::id::{BoxId, ContentHash, ItemId, ScreenId, ZoneId};
use anteroom_content::manifest::{Assignment, Manifest, PartRef};
use anteroom_content::play::{Batch, Ending, LampTime, Play, Print, Proof, chain_next, chain_start};
use anteroom_content::schedule::Carry;
use anteroom_content::trust::{Charter, PublicKey, SignedCharter};
use anteroom_content::wire::enrol::Challenge;
use ed25519_dalek::SigningKey;

use crate::harness::Outcome;

/// The moment at which all of it is read.
pub(super) const NOW: Instant = Instant(1_795_000_000_000);
/// Every message of the link, a name and a tab before each.
const GOLDEN: &str = include_str!("../../../content/src/wire/golden/v3.tsv");
const NOTICE: &[u8] = include_bytes!("../../../content/src/schedule/calendar/import/samples/2031.json");
const ICALENDAR: &[u8] = include_bytes!("../../../content/src/schedule/calendar/import/samples/2031.ics");

type Seeds = Outcome<Vec<Vec<u8>>>;

/// The root's key, the publish key and a box's key.
pub(super) fn key(n: u8) -> SigningKey {
    SigningKey::from_bytes(&[n; 32])
}

fn public(n: u8) -> PublicKey {
    key(n).verifying_key().into()
}

fn json<T: serde::Serialize>(value: &T) -> Outcome<Vec<u8>> {
    Ok(serde_json::to_vec(value)?)
}

/// Golden frames whose name is among `names`, length before each.
fn frames(names: &[&str]) -> Vec<Vec<u8>> {
    let lines = GOLDEN.lines().filter_map(|line| line.split_once('\t'));
    let wanted = lines.filter(|(name, _)| names.iter().any(|wanted| name.starts_with(wanted)));
    let frame = |json: &str| {
        let length = u32::try_from(json.len()).unwrap_or(u32::MAX).to_be_bytes();
        [&length[..], json.as_bytes()].concat()
    };
    wanted.map(|(_, json)| frame(json)).collect()
}

pub(super) fn to_player() -> Seeds {
    Ok(frames(&[
        "welcome",
        "assigned",
        "manifest",
        "acked",
        "look",
        "refused",
        "charter",
        "certificate",
        "order",
        "stopping",
        "taken",
        "called",
    ]))
}

pub(super) fn to_server() -> Seeds {
    Ok(frames(&["hello", "beat", "applied", "plays", "renew", "trouble", "answer", "delivery"]))
}

pub(super) fn hello() -> Seeds {
    Ok(frames(&["hello"]))
}

pub(super) fn enrolment() -> Seeds {
    Ok(frames(&["commit", "challenge", "reveal", "accepted", "expired", "enrolment refused"]))
}

pub(super) fn transfer() -> Seeds {
    Ok(frames(&["fetch", "found", "not found", "picture"]))
}

pub(super) fn zone() -> Outcome<ZoneId> {
    Ok(ZoneId::parse("R00000-Z2")?)
}

pub(super) fn box_id() -> Outcome<BoxId> {
    Ok(BoxId::parse("box-1")?)
}

pub(super) fn a_charter() -> Charter {
    Charter {
        version: 3,
        epoch: 2,
        issued_at: NOW,
        root: public(1),
        publish: vec![public(2)],
        alert: vec![public(3)],
        authorities: vec!["-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n".to_owned()],
    }
}

pub(super) fn a_challenge() -> Outcome<Challenge> {
    Ok(Challenge { nonce: ContentHash::of(b"server"), charter: SignedCharter::seal(&a_charter(), &[&key(1)])? })
}

pub(super) fn charter() -> Seeds {
    let newer = Charter { version: 4, ..a_charter() };
    Ok(vec![json(&newer)?, json(&SignedCharter::seal(&newer, &[&key(1)])?)?])
}

pub(super) fn manifest() -> Seeds {
    let part = |bytes: &[u8]| PartRef { hash: ContentHash::of(bytes), size_bytes: 5 };
    let manifest = Manifest {
        epoch: 2,
        version: 9,
        zone: zone()?,
        issued_at: NOW,
        effective_at: NOW.plus_ms(7_000),
        carry: Carry::default(),
        show: part(b"show"),
        clinic: part(b"clinic"),
    };
    Ok(vec![json(&manifest)?])
}

pub(super) fn assignment() -> Seeds {
    let screens = vec![ScreenId::parse("Z1-1")?, ScreenId::parse("Z1-2")?];
    let assignment = Assignment { box_id: box_id()?, epoch: 2, version: 8, zone: zone()?, screens };
    Ok(vec![json(&assignment)?])
}

fn play(seq: u64) -> Outcome<String> {
    let at = NOW.plus_ms(-10_000 * i64::try_from(20 - seq)?);
    Ok(serde_json::to_string(&Play {
        seq,
        screen: ScreenId::parse("Z1-1")?,
        zone: zone()?,
        item: ItemId::parse("card-1")?,
        item_version: 1,
        file: seq.is_multiple_of(2).then(|| ContentHash::of(b"file")),
        manifest_version: 3,
        planned_at: at,
        planned_ms: 10_000,
        started_at: at,
        shown_ms: 9_900,
        ending: if seq.is_multiple_of(3) { Ending::Preempted } else { Ending::Complete },
        proof: (!seq.is_multiple_of(4)).then(|| Proof {
            frames: 297,
            print: Some(Print { bits: 0x0f1e_2d3c_4b5a_6978, at_ms: 1_040 }),
            lamp: seq.is_multiple_of(2).then_some(LampTime { read_ms: 9_000, lit_ms: 8_000 }),
        }),
        is_evergreen: false,
    })?)
}

/// A log's first batch, and its second.
pub(super) fn plays() -> Seeds {
    let (box_id, log_epoch) = (box_id()?, 7);
    let mut chain_before = chain_start(&box_id, log_epoch);
    let mut batches = Vec::new();
    for first_seq in [1, 5] {
        let plays = (first_seq..first_seq + 4).map(play).collect::<Outcome<Vec<_>>>()?;
        let chain_after = plays.iter().fold(chain_before, |chain, play| chain_next(&chain, play));
        batches.push(json(&Batch { box_id: box_id.clone(), log_epoch, first_seq, chain_before, plays })?);
        chain_before = chain_after;
    }
    Ok(batches)
}

/// Files alone.
pub(super) fn none() -> Seeds {
    Ok(Vec::new())
}

pub(super) fn calendar() -> Seeds {
    Ok(vec![NOTICE.to_vec(), ICALENDAR.to_vec()])
}

pub(super) fn recurrence() -> Seeds {
    let ask = |lines: &str| lines.as_bytes().to_vec();
    Ok(vec![
        ask("FREQ=MONTHLY;BYDAY=-1FR\n2026-11-27T08:00\nAsia/Shanghai\n2026-12-01\n2026-12-25"),
        ask("RRULE:FREQ=YEARLY;INTERVAL=4;BYMONTH=2;BYMONTHDAY=29\n2028-02-29\nEurope/Berlin\n\n"),
        ask("FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=TU,SU;UNTIL=20270101T000000\n2026-03-29T02:30\nEurope/Berlin\n\n"),
        ask("FREQ=DAILY;COUNT=900\n2026-01-01T23:59\nAmerica/Sao_Paulo\n\n2026-01-05"),
        ask("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1\n2026-11-30\nAsia/Shanghai\n\n"),
    ])
}

pub(super) fn captions() -> Seeds {
    let track = "\u{feff}WEBVTT\n\n1\n00:01.000 --> 00:03.500 line:90%\n<b>内</b>、外\n夹 &amp; 弓\n\n\
        01:00:00.000 --> 01:00:01.000\n完\n";
    Ok(vec![track.as_bytes().to_vec()])
}

pub(super) fn change() -> Seeds {
    let changes = [
        r#"{"id":"o9","doctor":"D01","date":"2026-11-26","half":"morning","change":{"kind":"stopped","substitute":"D02"},"made_at":1}"#,
        r#"{"id":"o9","doctor":"D02","date":"2026-11-27","change":{"kind":"moved","to":"2026-11-28"},"reason":{"zh":"会","en":"x"},"made_at":1}"#,
        r#"{"id":"o9","doctor":"D03","date":"2026-11-26","half":"afternoon","change":{"kind":"added","room":"301"},"made_at":1}"#,
    ];
    Ok(changes.iter().map(|text| text.as_bytes().to_vec()).collect())
}

/// Headers of pictures of 16 × 9 pixels.
pub(super) fn pictures() -> Seeds {
    let picture = image::RgbImage::from_pixel(16, 9, image::Rgb([200, 30, 30]));
    let mut written = Vec::new();
    for format in [image::ImageFormat::Png, image::ImageFormat::Jpeg, image::ImageFormat::WebP] {
        let mut bytes = std::io::Cursor::new(Vec::new());
        picture.write_to(&mut bytes, format)?;
        written.push(bytes.into_inner());
    }
    Ok(written)
}

pub(super) fn config() -> Seeds {
    let file = "data = \"/srv/anteroom\"\nconsole = \"127.0.0.1:8080\"\nlink = \"[::]:4433\"\nphone_address = \"https://h.example\"\n";
    Ok(vec![file.as_bytes().to_vec()])
}
