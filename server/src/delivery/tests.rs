//! How far screens are, judged from what boxes say, what they said, and what is on disk; and how fast.

use std::sync::Arc;
use std::time::Instant as Tick;

use anteroom_content::clock::{Instant, MINUTE_MS};
use anteroom_content::id::{BoxId, ScreenId, ZoneId};
use anteroom_content::text::{Language, Text};
use anteroom_content::wire::{
    Beat, Carrier, Delivery, Obstacle, ObstacleKind, ScreenDelivery, Step, ToPlayer, Versions,
};
use jiff::tz::TimeZone;

use super::*;
use crate::db::deliveries::{self, BoxStand};
use crate::db::tests::on_each_engine;
use crate::fleet::{Fleet, Frame, Mouth, Spoken};
use crate::publish::publish;
use crate::state::tests::{furnish, state_on};
use crate::words::words;

/// 2026-11-25 10:00 in Shanghai.
const NOW: Instant = Instant(1_795_572_000_000);
/// The revision that was told, and when.
const TOLD: (u64, Instant) = (812, Instant(NOW.0 - MINUTE_MS));

#[derive(Debug)]
struct Mute;

impl Mouth for Mute {
    fn tell(&self, _: ToPlayer) -> bool {
        true
    }
    fn offer(&self, _: &Frame) {}
    fn end(&self) {}
}

fn box_id(n: usize) -> BoxId {
    BoxId::parse(&format!("box-{n}")).expect("a name")
}

fn screen_id(n: usize) -> ScreenId {
    ScreenId::parse(&format!("S{n:05}")).expect("a name")
}

/// Screens two to a zone, each with a box that showed the revision before.
fn ground(screens: usize) -> Ground {
    let zones = (0..screens.div_ceil(2)).map(|n| ZoneGround {
        id: ZoneId::parse(&format!("Z{n:05}")).expect("a name"),
        name: Text::new("候诊", "Waiting"),
        site: None,
        told: Some(TOLD),
    });
    let stand = |n| BoxStand {
        box_id: box_id(n),
        last_seen_at: Some(Instant(NOW.0 - 48 * MINUTE_MS)),
        applied: Some((811, Instant(5))),
        link_version: 2,
    };
    let screens = (0..screens).map(|n| ScreenGround {
        id: screen_id(n),
        name: Text::new("屏", "Screen"),
        zone: n / 2,
        stand: Some(stand(n)),
        on_its_way: None,
        found_by: format!("s{n:05}"),
    });
    Ground { screens: screens.collect(), zones: zones.collect(), sites: Vec::new() }
}

fn come(fleet: &Fleet, n: usize, link_version: u32) -> Arc<dyn Mouth> {
    let mouth: Arc<dyn Mouth> = Arc::new(Mute);
    fleet.connect(&box_id(n), 1, NOW, Spoken { link_version, carrier: Carrier::Udp }, Arc::clone(&mouth));
    mouth
}

fn told(n: usize, step: Step, left_bytes: u64, obstacle: Option<Obstacle>) -> Delivery {
    let screens = vec![ScreenDelivery { screen: screen_id(n), step, since: NOW, left_bytes, obstacle }];
    Delivery { version: TOLD.0, screens }
}

fn nobody(_: Instant) -> bool {
    false
}

fn everybody() -> Question {
    Question { listed: Listed::Everybody, ..Question::default() }
}

/// How far each screen is, by its number.
fn states(ground: &Ground, fleet: &Fleet) -> Vec<HowFar> {
    let mut lines = survey(ground, fleet, &everybody(), nobody).lines;
    lines.sort_by(|one, other| one.screen.id.cmp(&other.screen.id));
    lines.iter().map(|line| line.standing.how_far).collect()
}

#[test]
fn a_screen_is_as_far_as_its_box_says_and_a_box_that_is_gone_as_far_as_it_said() {
    let (fleet, mut ground) = (Fleet::default(), ground(9));
    for n in 0..7 {
        come(&fleet, n, 2);
    }
    fleet.applied(&box_id(0), 812, NOW);
    fleet.delivery(&box_id(1), told(1, Step::Told, 12 << 20, None));
    fleet.delivery(&box_id(2), told(2, Step::Fetched, 0, Some(Obstacle::not_yet(Instant(NOW.0 + MINUTE_MS)))));
    fleet.delivery(&box_id(3), told(3, Step::Told, 9, Some(Obstacle::new(ObstacleKind::Disk, "full"))));
    let mouth = come(&fleet, 5, 2);
    fleet.applied(&box_id(5), 812, NOW);
    fleet.disconnect(&box_id(5), &mouth);
    // What is said of an older revision says nothing of this one.
    fleet.delivery(&box_id(6), Delivery { version: 811, ..told(6, Step::Fetched, 0, None) });
    ground.screens[8].stand = None;
    assert_eq!(
        states(&ground, &fleet),
        [
            HowFar::Shown,
            HowFar::Fetching,
            HowFar::Fetched,
            HowFar::HeldUp,
            HowFar::Told,
            HowFar::Shown,
            HowFar::Told,
            HowFar::Offline,
            HowFar::Unlit
        ]
    );
    let survey = survey(&ground, &fleet, &Question::default(), nobody);
    let (sum, zone) = (survey.sum, TimeZone::get("Asia/Shanghai").expect("known"));
    let say = |language| Wording::new(words(language), &zone, NOW).sum(&sum, Some(812));
    assert_eq!(
        say(Language::English),
        "9 screens: 2 show revision 812 (1 of them offline since then), 1 has everything and takes over in its time, \
         1 is fetching (13 MiB left), 2 were told, 1 has no box, 1 offline since 09:12, 1 is held up"
    );
    assert!(say(Language::Chinese).contains("1 块自 09:12 起离线"), "{}", say(Language::Chinese));
    let wording = Wording::new(words(Language::English), &zone, NOW);
    assert_eq!(wording.behind(&sum, Some(812)), "7 of 9 have not applied revision 812");
    let first = survey.lines.first().expect("the most troubled first");
    assert_eq!((&first.screen.id, wording.box_says(&first.standing)), (&screen_id(3), "full"));
    for (listed, word, count) in [
        (Listed::Nobody, "", 0),
        (Listed::Behind, "", 7),
        (Listed::Only(HowFar::Offline), "", 1),
        (Listed::Everybody, "", 9),
        (Listed::Behind, "s00007", 1),
        (Listed::Behind, "s00000", 0),
    ] {
        let question = Question { listed, word: word.to_owned(), ..Question::default() };
        let listed = super::survey(&ground, &fleet, &question, nobody);
        assert_eq!((listed.lines.len(), listed.sum), (count, sum), "{question:?}");
    }
}

#[test]
fn a_box_of_the_first_version_is_told_of_honestly() {
    let (fleet, ground) = (Fleet::default(), ground(2));
    come(&fleet, 0, 1);
    come(&fleet, 1, 1);
    let standing = |n: usize| {
        let survey = survey(&ground, &fleet, &everybody(), nobody);
        survey.lines.into_iter().find(|line| line.screen.id == screen_id(n)).expect("there").standing
    };
    let silent = standing(0);
    assert_eq!((silent.how_far, silent.why.clone()), (HowFar::Told, Some(Why::TellsNoMore)));
    let zone = TimeZone::UTC;
    let why = Wording::new(words(Language::English), &zone, NOW).why(&silent);
    assert_eq!(why, "Told; this player does not tell more.");
    let beat = Beat { at: NOW, manifest_version: 811, screens: vec![], plays_waiting: 0, fetch_left_bytes: 7 };
    fleet.heard(&box_id(1), NOW, beat);
    assert_eq!((standing(1).how_far, standing(1).left_bytes), (HowFar::Fetching, 7));
    fleet.applied(&box_id(0), 812, NOW);
    assert_eq!((standing(0).how_far, standing(0).why), (HowFar::Shown, None));
    let far = Versions { oldest: 7, newest: 9 };
    fleet.sent_away(&box_id(5), NOW, far);
    fleet.sent_away(&box_id(1), NOW, far);
    assert_eq!(standing(1).how_far, HowFar::Fetching, "who is connected was not sent away");
}

#[test]
fn of_a_box_with_two_screens_each_is_as_far_as_it_is() {
    let (fleet, mut ground) = (Fleet::default(), ground(2));
    ground.screens[1].stand = ground.screens[0].stand.clone();
    come(&fleet, 0, 2);
    fleet.applied(&box_id(0), 812, NOW);
    assert_eq!(states(&ground, &fleet), [HowFar::Shown, HowFar::Shown]);
    let mut both = told(0, Step::Applied, 0, None);
    both.screens.extend(told(1, Step::Fetched, 0, Some(Obstacle::new(ObstacleKind::Stage, "one alone"))).screens);
    fleet.delivery(&box_id(0), both);
    assert_eq!(states(&ground, &fleet), [HowFar::Shown, HowFar::HeldUp]);
}

#[test]
fn a_box_the_server_cannot_speak_with_is_held_up_by_that() {
    let (fleet, ground) = (Fleet::default(), ground(1));
    fleet.sent_away(&box_id(0), NOW, Versions { oldest: 7, newest: 9 });
    let survey = survey(&ground, &fleet, &Question::default(), nobody);
    let standing = &survey.lines[0].standing;
    assert_eq!(standing.how_far, HowFar::HeldUp);
    let why = Wording::new(words(Language::English), &TimeZone::UTC, NOW).why(standing);
    assert_eq!(why, "The player speaks versions 7 to 9 of the link, and this server none of them.");
}

#[test]
fn everything_that_can_be_said_has_words() {
    let mut keys: Vec<String> = HowFar::ALL.iter().map(|how_far| format!("delivery-{}", how_far.word())).collect();
    let whys = ObstacleKind::ALL.map(|kind| Why::Obstacle(Obstacle::new(kind, "")));
    let whys = whys.into_iter().chain([Why::Skew(Versions::OURS), Why::TellsNoMore, Why::NeverHeard]);
    let of_states = [HowFar::HeldUp, HowFar::Offline, HowFar::Unlit, HowFar::Told].map(HowFar::word);
    for word in whys.map(|why| why.word()).chain(of_states) {
        keys.extend([format!("delivery-why-{word}"), format!("delivery-do-{word}")]);
    }
    for language in [Language::Chinese, Language::English] {
        for key in &keys {
            assert!(words(language).has(key), "{language:?}: {key}");
        }
    }
}

#[tokio::test]
async fn the_ground_is_what_the_books_say_on_either_engine() {
    on_each_engine(|db| async move {
        let folder = tempfile::tempdir().expect("a folder");
        let (state, clock) = state_on(db, folder.path());
        furnish(&state).await;
        let board = Board::default();
        assert!(board.look(&state).await.expect("read").zones.iter().all(|zone| zone.told.is_none()));
        let published = publish(&state, "editor").await.expect("published");
        assert!(board.look(&state).await.expect("kept").zones[0].told.is_none(), "kept until something changed");
        board.forget().await;
        let ground = board.look(&state).await.expect("read");
        assert_eq!(ground.screens.len(), 3);
        assert!(ground.zones.iter().all(|zone| zone.told == Some((published.version, state.now()))));
        let zones = deliveries::zones_of(&state.db, published.version).await.expect("asked");
        assert_eq!(zones, ground.zones.iter().map(|zone| zone.id.clone()).collect::<Vec<_>>());
        assert_eq!(deliveries::zones_of(&state.db, 99).await.expect("asked"), []);
        // Boxes that came and went are laid over it, and an old reading is made anew behind the back of whoever looks.
        clock.set(state.now().plus_ms(MINUTE_MS));
        assert!(Arc::ptr_eq(&ground, &board.look(&state).await.expect("the old one")));
        while Arc::ptr_eq(&ground, &board.look(&state).await.expect("read")) {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

/// The whole network: 32,800 screens, most of them connected, some of them held up. What a page takes from memory is a small
/// part of the 100 ms it has, even where nothing is optimised.
#[test]
fn a_network_of_32_800_screens_is_surveyed_in_a_moment() {
    let (fleet, ground) = (Fleet::default(), ground(32_800));
    for n in 0..32_000 {
        come(&fleet, n, 2);
        match n % 100 {
            0 => fleet.delivery(&box_id(n), told(n, Step::Told, 5, None)),
            1 => fleet.delivery(&box_id(n), told(n, Step::Told, 5, Some(Obstacle::new(ObstacleKind::Line, "cut")))),
            _ => fleet.applied(&box_id(n), 812, NOW),
        }
    }
    let mut took: Vec<_> = (0..20)
        .map(|_| {
            let begun = Tick::now();
            let survey = survey(&ground, &fleet, &Question::default(), nobody);
            assert_eq!((survey.sum.total(), survey.sum.behind(), survey.lines.len()), (32_800, 1_440, 1_440));
            begun.elapsed()
        })
        .collect();
    took.sort_unstable();
    eprintln!("surveyed in {:?} at the median, {:?} at the 95th of a hundred", took[10], took[18]);
    assert!(took[2].as_millis() < 100, "{took:?}");
}
