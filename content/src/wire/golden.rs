//! Every message of every [`super::LINK_VERSION`] as it went over the line, byte for byte: a box that sleeps for years speaks
//! the words of its release and no others. A line is never changed; a new message is a new line in the newest file.

use proptest::prelude::*;

use super::enrol::{Challenge, Commit, Reveal, Verdict};
use super::time::{TimeAsked, TimeTold};
use super::*;
use crate::call::{CALL_FRESH_MS, Call};
use crate::clock::Instant;
use crate::id::{BoxId, ContentHash, ItemId, ScreenId};
use crate::manifest::Envelope;
use crate::play::LogMark;
use crate::power::Lamp;
use crate::trust::{KeySignature, Rank, SignedCharter};

/// The name of a message, a tab, its JSON: as this release writes it.
const WRITTEN: &str = include_str!("golden/v3.tsv");
/// As each release wrote it.
const EVERY_RELEASE: [(u32, &str); 3] =
    [(1, include_str!("golden/v1.tsv")), (2, include_str!("golden/v2.tsv")), (3, WRITTEN)];

fn line<T: serde::Serialize>(name: &str, message: &T) -> (String, Vec<u8>) {
    (name.to_owned(), encode(message).unwrap())
}

const TROUBLES: [TroubleKind; 6] = [
    TroubleKind::File,
    TroubleKind::Stage,
    TroubleKind::Disk,
    TroubleKind::Clock,
    TroubleKind::Trust,
    TroubleKind::Glass,
];

fn messages() -> Vec<(String, Vec<u8>)> {
    let at = Instant(1_800_000_000_123);
    let hash = ContentHash::of(b"seven steps");
    let envelope = Envelope { body: "{\"a\":1}".into(), signature: "ab".repeat(64) };
    let mark = LogMark { log_epoch: u64::MAX >> 1, seq: 7 };
    let screen = ScreenId::parse("Z1-1").unwrap();
    let hello = Hello {
        link_version: LINK_VERSION,
        link_oldest: LINK_OLDEST,
        player_version: "0.1.0".into(),
        boot: 9,
        log: mark,
        oldest_seq: 1,
        clock: at,
        manifest_version: 3,
        held: Held::default(),
        holds_taken_down: false,
    };
    let screens = vec![
        ScreenBeat { item: ItemId::parse("a").ok(), ..screen_beat(&screen) },
        ScreenBeat { frames: 0, ..screen_beat(&ScreenId::parse("Z1-2").unwrap()) },
    ];
    let beat = Beat { at, manifest_version: 3, screens, plays_waiting: 2, fetch_left_bytes: 5_000_000_000 };
    let mut lines = vec![
        line("hello", &ToServer::Hello(hello.clone())),
        line("beat", &ToServer::Beat(beat)),
        line("applied", &ToServer::Applied { version: 3, at }),
        line("plays", &ToServer::Plays(envelope.clone())),
        line("welcome", &welcome(at, mark, 0)),
        line("stopping", &ToPlayer::Stopping { return_within_ms: 1_000 }),
        line("assigned", &ToPlayer::Assigned(envelope.clone())),
        line("manifest", &ToPlayer::Manifest(envelope)),
        line("acked", &ToPlayer::Acked(mark)),
        line("look", &ToPlayer::Look { screen: screen.clone(), width_max: 640 }),
        line("refused unpaired", &ToPlayer::Refused(Refusal::Unpaired)),
        line("refused busy", &ToPlayer::Refused(Refusal::Busy { retry_after_ms: 30_000 })),
        line("refused version", &ToPlayer::Refused(Refusal::Version(Versions::OURS))),
        line("refused confused", &ToPlayer::Refused(Refusal::Confused { text: "why".into() })),
        line("fetch", &Fetch { hash, from_byte: 4_096 }),
        line("found", &Found { size_bytes: Some(5_000_000_000) }),
        line("not found", &Found { size_bytes: None }),
    ];
    lines.extend(messages_of_enrolment(hash));
    lines.extend(messages_of_trust(&hello));
    lines.extend(messages_of_time(at, &screen));
    lines.extend(ObstacleKind::ALL.map(|kind| delivery(kind, &screen, at, hash)));
    for (name, format) in [("jpeg", PictureFormat::Jpeg), ("png", PictureFormat::Png)] {
        let head = PictureHead { screen: screen.clone(), at, format, size_bytes: 12_345 };
        lines.push(line(&format!("picture {name}"), &head));
    }
    lines.extend(TROUBLES.map(|kind| trouble(kind, hash)));
    lines.push(line("welcome to a network that lets plays wait", &welcome(at, mark, 60_000)));
    lines.extend(messages_of_hands(at, &screen, hello));
    lines.extend(messages_of_calls(at));
    lines.extend(messages_of_sound(at, &screen, hash));
    lines.extend(messages_of_power(at, &screen, hash));
    lines
}

fn messages_of_enrolment(hash: ContentHash) -> Vec<(String, Vec<u8>)> {
    let (request_pem, signing_key) = ("PEM".to_owned(), "ef".repeat(32));
    let reveal =
        Reveal { nonce: hash, request_pem, signing_key, description: "ward-3, 1080×1920".into(), voucher: None };
    let voucher = Some(VoucherWord { id: VoucherId::of([0x1F; 8]), proof: hash });
    let (box_id, certificate_pem) = (BoxId::parse("box-1").unwrap(), "PEM".to_owned());
    let accepted =
        |proof| Verdict::Accepted { box_id: box_id.clone(), certificate_pem: certificate_pem.clone(), proof };
    vec![
        line("commit", &Commit { commitment: hash }),
        line("challenge", &Challenge { nonce: hash, charter: charter() }),
        line("reveal", &reveal),
        line("reveal with a voucher", &Reveal { voucher, ..reveal.clone() }),
        line("accepted", &accepted(None)),
        line("accepted by a voucher", &accepted(Some(hash))),
        line("expired", &Verdict::Expired),
        line("enrolment refused", &Verdict::Refused { text: "too many".into() }),
    ]
}

fn messages_of_power(at: Instant, screen: &ScreenId, hash: ContentHash) -> Vec<(String, Vec<u8>)> {
    let id = u64::MAX >> 1;
    let mut lines = Vec::new();
    for (name, lamp) in [("lit", Lamp::Lit), ("dark", Lamp::Dark)] {
        let command = Command::Power { lamp, for_today: at.plus_ms(3_600_000) };
        let order = Order { id, screen: screen.clone(), until: at.plus_ms(ORDER_MS), command };
        lines.push(line(&format!("order {name}"), &ToPlayer::Order(order)));
        let lamp = Some(lamp);
        let screens = vec![ScreenBeat { lamp, ..screen_beat(screen) }];
        let beat = Beat { at, manifest_version: 3, screens, plays_waiting: 0, fetch_left_bytes: 0 };
        lines.push(line(&format!("beat of one {name}"), &ToServer::Beat(beat)));
    }
    let outcome = Outcome::Refused { why: WhyNot::NoDisplay };
    lines.push(line("answer no-display", &ToServer::Answer(Answer { id, screen: screen.clone(), outcome })));
    lines.push(trouble(TroubleKind::Display, hash));
    lines
}

fn messages_of_sound(at: Instant, screen: &ScreenId, hash: ContentHash) -> [(String, Vec<u8>); 3] {
    let command = Command::Volume { percent: 20, for_today: at.plus_ms(3_600_000) };
    let order = Order { id: u64::MAX >> 1, screen: screen.clone(), until: at.plus_ms(ORDER_MS), command };
    let screens = vec![ScreenBeat { volume: Some(20), ..screen_beat(screen) }];
    let beat = Beat { at, manifest_version: 3, screens, plays_waiting: 0, fetch_left_bytes: 0 };
    [
        line("order volume", &ToPlayer::Order(order)),
        line("beat of one heard", &ToServer::Beat(beat)),
        trouble(TroubleKind::Sound, hash),
    ]
}

/// A screen of which there is nothing to say.
fn screen_beat(screen: &ScreenId) -> ScreenBeat {
    ScreenBeat {
        screen: screen.clone(),
        item: None,
        frames: 900,
        steps: None,
        cover: None,
        rung: None,
        volume: None,
        lamp: None,
    }
}

fn trouble(kind: TroubleKind, hash: ContentHash) -> (String, Vec<u8>) {
    let trouble = Trouble { kind, file: Some(hash), text: "磁盘已满".into() };
    line(&format!("trouble {kind:?}").to_lowercase(), &ToServer::Trouble(trouble))
}

fn welcome(server_time: Instant, acked: LogMark, hold_plays_ms: u64) -> ToPlayer {
    ToPlayer::Welcome { server_time, acked, link_version: LINK_VERSION, return_within_ms: 120_000, hold_plays_ms }
}

fn charter() -> SignedCharter {
    let root = ed25519_dalek::SigningKey::from_bytes(&[7; 32]).verifying_key();
    let signatures = vec![KeySignature { key: root.into(), signature: "ab".repeat(64) }];
    SignedCharter { body: "{\"a\":1}".into(), signatures }
}

fn messages_of_hands(at: Instant, screen: &ScreenId, hello: Hello) -> Vec<(String, Vec<u8>)> {
    let id = u64::MAX >> 1;
    let mut lines = vec![
        line("hello of one taken down", &ToServer::Hello(Hello { holds_taken_down: true, ..hello })),
        line("taken down", &ToPlayer::TakenDown { screens: vec![screen.clone()] }),
        line("nothing taken down", &ToPlayer::TakenDown { screens: Vec::new() }),
    ];
    for (name, command) in [
        ("identify", Command::Identify { for_ms: IDENTIFY_MS }),
        ("test card", Command::TestCard { for_ms: TEST_CARD_MS }),
        ("clear", Command::Clear),
        ("restart stage", Command::RestartStage),
        ("restart agent", Command::RestartAgent),
        ("log", Command::Log),
    ] {
        let order = Order { id, screen: screen.clone(), until: at.plus_ms(ORDER_MS), command };
        lines.push(line(&format!("order {name}"), &ToPlayer::Order(order)));
    }
    let answer = |outcome| ToServer::Answer(Answer { id, screen: screen.clone(), outcome });
    lines.push(line("answer done", &answer(Outcome::Done { at, log: Vec::new() })));
    lines.push(line("answer log", &answer(Outcome::Done { at, log: vec!["INFO 画面已就绪".into()] })));
    for why in [WhyNot::OtherScreen, WhyNot::Late, WhyNot::NoStage, WhyNot::Unknown, WhyNot::Busy] {
        lines.push(line(&format!("answer {}", why.word()), &answer(Outcome::Refused { why })));
    }
    for (name, cover) in
        [("taken down", Cover::TakenDown), ("identified", Cover::Identify), ("tested", Cover::TestCard)]
    {
        let cover = Some(cover);
        let screens = vec![ScreenBeat { cover, ..screen_beat(screen) }];
        let beat = Beat { at, manifest_version: 3, screens, plays_waiting: 0, fetch_left_bytes: 0 };
        lines.push(line(&format!("beat of one {name}"), &ToServer::Beat(beat)));
    }
    for (name, rung) in [("evergreen", Rung::Evergreen), ("with nothing", Rung::Card)] {
        let rung = Some(rung);
        let screens = vec![ScreenBeat { rung, ..screen_beat(screen) }];
        let beat = Beat { at, manifest_version: 3, screens, plays_waiting: 0, fetch_left_bytes: 0 };
        lines.push(line(&format!("beat of one {name}"), &ToServer::Beat(beat)));
    }
    lines
}

fn messages_of_calls(at: Instant) -> [(String, Vec<u8>); 2] {
    let called = |name, speak| {
        let call = Call::parse("A023", name, "3 诊室", speak).unwrap();
        ToPlayer::Called { call, until: at.plus_ms(CALL_FRESH_MS) }
    };
    [line("called", &called("", false)), line("called by name", &called("张*明", true))]
}

fn messages_of_time(at: Instant, screen: &ScreenId) -> [(String, Vec<u8>); 3] {
    let tick_us = 7_000_001;
    let told = TimeTold { tick_us, heard_us: at.0 * 1_000 + 17, told_us: at.0 * 1_000 + 23 };
    let steps = Steps { clock_error_us: Some(140), late_p95_us: 3_200, skipped: 2 };
    let screens = vec![ScreenBeat { steps: Some(steps), ..screen_beat(screen) }];
    let beat = Beat { at, manifest_version: 3, screens, plays_waiting: 0, fetch_left_bytes: 0 };
    [
        line("time asked", &TimeAsked { tick_us }),
        line("time told", &told),
        line("beat of one in step", &ToServer::Beat(beat)),
    ]
}

fn messages_of_trust(hello: &Hello) -> [(String, Vec<u8>); 5] {
    let held = Held { charter_version: 2, epoch: 4, manifest: Rank::new(4, 12), assignment: Rank::new(4, 9) };
    [
        line("hello of one that holds something", &ToServer::Hello(Hello { held, ..hello.clone() })),
        line("charter", &ToPlayer::Charter(charter())),
        line("renew", &ToServer::Renew { request_pem: "PEM".into() }),
        line("certificate", &ToPlayer::Certificate { pem: "PEM".into() }),
        line("refused expired", &ToPlayer::Refused(Refusal::Expired)),
    ]
}

/// A box with two screens: one shows it, the other waits for something.
fn delivery(kind: ObstacleKind, screen: &ScreenId, at: Instant, hash: ContentHash) -> (String, Vec<u8>) {
    let obstacle = match kind {
        ObstacleKind::NotYet => Obstacle::not_yet(at),
        ObstacleKind::Missing => Obstacle { file: Some(hash), ..Obstacle::new(kind, "缺少文件") },
        ObstacleKind::Refused
        | ObstacleKind::Engine
        | ObstacleKind::Disk
        | ObstacleKind::Line
        | ObstacleKind::Stage
        | ObstacleKind::Other => Obstacle::new(kind, "why"),
    };
    let (step, left_bytes) = if kind == ObstacleKind::NotYet { (Step::Fetched, 0) } else { (Step::Told, 12_582_912) };
    let screens = vec![
        ScreenDelivery { screen: screen.clone(), step: Step::Applied, since: at, left_bytes: 0, obstacle: None },
        ScreenDelivery {
            screen: ScreenId::parse("Z1-2").unwrap(),
            step,
            since: at,
            left_bytes,
            obstacle: Some(obstacle),
        },
    ];
    line(&format!("delivery {}", kind.word()), &ToServer::Delivery(Delivery { version: 3, screens }))
}

#[test]
fn every_message_is_written_as_it_always_was() {
    let lines = messages();
    let mut now = String::new();
    for (name, frame) in &lines {
        now.extend([name.as_str(), "\t", std::str::from_utf8(&frame[4..]).unwrap(), "\n"]);
    }
    assert_eq!(now, WRITTEN, "an old box would not understand");
    for (name, frame) in lines {
        let length = frame_length(*frame.first_chunk().unwrap()).unwrap();
        assert_eq!(length, frame.len() - 4, "{name}");
    }
}

#[test]
fn what_an_old_box_said_is_read_and_what_a_newer_one_adds_is_skipped() {
    let written = EVERY_RELEASE.iter().flat_map(|(_, lines)| lines.lines());
    for (name, json) in written.filter_map(|line| line.split_once('\t')) {
        // A newer version adds a field to every message.
        let newer = json.replacen('{', "{\"of_tomorrow\":[1,{\"a\":null}],", 1);
        for body in [json, &newer] {
            let bytes = body.as_bytes();
            let is_read = if json.contains("\"type\":") {
                let (heard, told) = (decode::<ToServer>(bytes), decode::<ToPlayer>(bytes));
                heard.is_ok_and(|word| word != ToServer::Unknown) || told.is_ok_and(|word| word != ToPlayer::Unknown)
            } else {
                decode::<Fetch>(bytes).is_ok()
                    || decode::<Found>(bytes).is_ok()
                    || decode::<PictureHead>(bytes).is_ok()
                    || decode::<Commit>(bytes).is_ok()
                    || decode::<Challenge>(bytes).is_ok()
                    || decode::<Reveal>(bytes).is_ok()
                    || decode::<Verdict>(bytes).is_ok()
                    || decode::<TimeAsked>(bytes).is_ok()
            };
            assert!(is_read, "{name}: {body}");
        }
    }
    let tomorrow = br#"{"type":"refused","why":"of_tomorrow","a":1}"#;
    assert_eq!(decode::<ToPlayer>(tomorrow), Ok(ToPlayer::Refused(Refusal::Other)));
    let tomorrow = br#"{"screen":"Z1-1","step":"of_tomorrow","since":1,"obstacle":{"kind":"of_tomorrow"}}"#;
    let read: ScreenDelivery = decode(tomorrow).unwrap();
    assert_eq!((read.step, read.obstacle), (Step::Other, Some(Obstacle::new(ObstacleKind::Other, ""))));
    let tomorrow = br#"{"id":1,"screen":"Z1-1","until":2,"command":{"do":"of_tomorrow","a":1}}"#;
    assert_eq!(decode::<Order>(tomorrow).unwrap().command, Command::Unknown);
    let tomorrow = br#"{"id":1,"screen":"Z1-1","outcome":{"outcome":"of_tomorrow","a":1}}"#;
    assert_eq!(decode::<Answer>(tomorrow).unwrap().outcome, Outcome::Unknown);
    let tomorrow = br#"{"type":"of_tomorrow","a":1}"#;
    assert_eq!(decode::<ToServer>(tomorrow), Ok(ToServer::Unknown));
    assert_eq!(decode::<ToPlayer>(tomorrow), Ok(ToPlayer::Unknown));
}

#[test]
fn what_the_first_release_said_means_what_it_meant() {
    let said = |name: &str| {
        let (_, lines) = EVERY_RELEASE[0];
        let json = lines.lines().find_map(|line| line.split_once('\t').filter(|(found, _)| *found == name)).unwrap().1;
        json.as_bytes()
    };
    let Ok(ToServer::Hello(hello)) = decode(said("hello")) else { panic!("no hello") };
    assert_eq!(hello.versions(), Versions { oldest: 1, newest: 1 });
    assert_eq!(Versions::OURS.agree(hello.versions()), Some(1));
    let Ok(ToPlayer::Welcome { link_version, return_within_ms, hold_plays_ms, .. }) = decode(said("welcome")) else {
        panic!("no welcome")
    };
    assert_eq!((link_version, return_within_ms, hold_plays_ms), (1, 0, 0));
    for (version, lines) in EVERY_RELEASE {
        assert!(lines.contains(&format!("\"link_version\":{version}")), "the lines of {version} are its own");
    }
}

#[test]
fn an_errand_is_known_by_its_fields_and_an_empty_frame_says_nothing() {
    let fetch = Fetch { hash: ContentHash::of(b"seven steps"), from_byte: 4_096 };
    let screen = ScreenId::parse("Z1-1").unwrap();
    let head = PictureHead { screen, at: Instant(1), format: PictureFormat::Jpeg, size_bytes: 9 };
    assert_eq!(decode(&encode(&fetch).unwrap()[4..]), Ok(Errand::Fetch(fetch)));
    assert_eq!(decode(&encode(&head).unwrap()[4..]), Ok(Errand::Picture(head)));
    assert!(decode::<Errand>(br#"{"size_bytes":9}"#).is_err());
    assert_eq!(frame_length(EMPTY_FRAME), Ok(0));
}

#[test]
fn every_prefix_of_every_message_is_an_error_with_a_name() {
    for (name, frame) in messages() {
        for end in 4..frame.len() {
            let body = &frame[4..end];
            let is_refused = |unreadable| matches!(unreadable, BadFrame::Unreadable(_));
            assert!(decode::<ToServer>(body).is_err_and(is_refused), "{name} up to {end}");
            assert!(decode::<ToPlayer>(body).is_err_and(is_refused), "{name} up to {end}");
        }
    }
}

proptest! {
    #[test]
    fn garbage_is_an_error_and_no_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), head in any::<[u8; 4]>()) {
        let _ = (decode::<ToServer>(&bytes), decode::<ToPlayer>(&bytes), decode::<Verdict>(&bytes));
        let length = usize::try_from(u32::from_be_bytes(head)).unwrap();
        let wanted = if length > FRAME_BYTES_MAX { Err(BadFrame::TooLong(length)) } else { Ok(length) };
        prop_assert_eq!(frame_length(head), wanted);
    }

    #[test]
    fn a_bent_message_is_read_or_refused(n in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let messages = messages();
        let mut body = n.get(&messages).1[4..].to_vec();
        let at = at.index(body.len());
        body[at] = byte;
        let _ = (decode::<ToServer>(&body), decode::<ToPlayer>(&body));
    }
}
