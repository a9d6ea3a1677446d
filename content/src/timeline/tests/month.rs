//! A month of one zone: the server knows every programme, a player hears of them late, is restarted, and has its clock put
//! forward and back. From the moment it has the programme in force, both say the same.

use super::*;
use crate::schedule::{Campaign, Goal};

/// The month is the same on every machine.
const SEED: u64 = 0x0A17_E200_2026_1125;
/// How many instants must have been compared.
const CHECKS_MIN: usize = 2_000;
/// Show parts a player keeps, as `player::agent::limits::EDITIONS_MAX`.
const EDITIONS_MAX: usize = 4;
const DAYS: i64 = 30;
const MINUTE_MS: i64 = 60_000;

/// SplitMix64: chance that comes out the same every time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % bound
    }

    fn is_one_in(&mut self, bound: u64) -> bool {
        self.below(bound) == 0
    }

    fn between(&mut self, low: i64, high: i64) -> i64 {
        low + i64::try_from(self.below(u64::try_from(high - low).expect("in order"))).expect("small")
    }

    fn small(&mut self, bound: u16) -> u16 {
        u16::try_from(self.below(bound.into())).expect("small")
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[usize::from(self.small(u16::try_from(all.len()).expect("few")))]
    }

    fn minute(&mut self) -> u16 {
        self.small(1_440)
    }
}

/// A programme as it was told.
#[derive(Debug, Clone)]
struct Told {
    version: u64,
    edition: Edition,
}

fn timeline(told: &[Told]) -> Timeline {
    Timeline::new(told.iter().map(|told| told.edition.clone()))
}

/// Something somebody might have published.
fn programme(chance: &mut Chance) -> Show {
    let names = ["a", "b", "c", "d", "e", "ps"];
    let mut list = |id: &str, turns_max: u64| {
        let turns = 1 + chance.below(turns_max);
        let turn = |_| (chance.one_of(&names), 4_000 + 1_000 * u32::from(chance.small(50)));
        playlist(id, &(0..turns).map(turn).collect::<Vec<_>>())
    };
    let playlists = vec![list("base", 5), list("second", 3), list("lunch", 2), list("insert", 1)];
    let mut rules = vec![rule("base", Level::Base, Window::ALWAYS)];
    if chance.is_one_in(2) {
        rules.push(rule("second", Level::Base, Window { days: Weekdays(0b101_0101), ..Window::ALWAYS }));
    }
    if chance.is_one_in(2) {
        let window = Window { from_min: chance.minute(), to_min: 1 + chance.minute(), ..Window::ALWAYS };
        rules.push(rule("lunch", Level::Priority, window));
    }
    if chance.is_one_in(2) {
        let from_min = chance.minute().min(1_420);
        rules.push(rule("insert", Level::Insert, Window { from_min, to_min: from_min + 9, ..Window::ALWAYS }));
    }
    let mut show = show(rules, playlists);
    show.items = ["a", "b", "c", "d", "e", "ps", "ad1", "ad2"].map(item).to_vec();
    for item in &mut show.items {
        match item.id.as_str() {
            "ad1" | "ad2" => item.class = Class::Advertisement,
            "ps" => item.class = Class::PublicService,
            _ => {}
        }
    }
    show.site.policy.ads = true;
    show.site.policy.public_service_permille = if chance.is_one_in(2) { 50 } else { 0 };
    let campaign = |id: &str, item: &str, goal, last| Campaign {
        id: CampaignId::parse(id).expect("name"),
        name: Text::default(),
        items: vec![ItemId::parse(item).expect("name")],
        dwell_ms: Some(12_000),
        target: Target::zone(show.zone.id.clone()),
        window: Window { last, ..Window::ALWAYS },
        goal,
        per_hour_max: None,
        phases: Vec::new(),
        order: 0,
    };
    if chance.is_one_in(2) {
        show.campaigns.push(campaign("hourly", "ad1", Goal::PerHour(1 + chance.small(9)), None));
    }
    if chance.is_one_in(2) {
        let total = Goal::Total(500 + u32::from(chance.small(3_000)));
        show.campaigns.push(campaign("total", "ad2", total, Some(date(2026, 12, 31))));
    }
    let (from_min, to_min) = chance.one_of(&[(420, 1_080), (1_200, 360), (0, 1_440)]);
    show.zone.open = [Some(OpenHours { from_min, to_min }); 7];
    show
}

/// Publishes as the server does: at the next boundary, or, one time in four, at once, as a recall does. What would have
/// taken over then or later never will.
fn publish(chance: &mut Chance, told: &mut Vec<Told>, version: u64, now: Instant) {
    let before = timeline(told);
    let at = if chance.is_one_in(4) { now } else { before.handover(now) };
    let carry = Arc::new(before.carry(at));
    let show = Arc::new(programme(chance));
    told.retain(|older| older.edition.effective_at < at);
    told.push(Told { version, edition: Edition { effective_at: at, show, carry } });
}

/// What a player keeps when a new programme is complete, as `player::agent::desk::editions::admit`.
fn admit(kept: &mut Vec<Told>, new: &Told, now: Instant) {
    let effective_at = new.edition.effective_at;
    kept.retain(|row| row.version < new.version && row.edition.effective_at < effective_at);
    kept.push(new.clone());
    let in_force = kept.iter().rposition(|row| row.edition.effective_at <= now).unwrap_or(0);
    kept.drain(..in_force.max(kept.len().saturating_sub(EDITIONS_MAX)));
}

/// Compares the two at an instant; tells whether the player had what was in force then.
fn agree(server: (&[Told], &Timeline), player: (&[Told], &Timeline), at: Instant) -> bool {
    let Some(place) = server.0.iter().rposition(|told| told.edition.effective_at <= at) else { return false };
    let in_force = &server.0[place];
    if !player.0.iter().any(|kept| kept.version == in_force.version) {
        return false;
    }
    // A player need not know yet what takes over next.
    let next = server.0.get(place + 1).map_or(Instant(i64::MAX), |told| told.edition.effective_at);
    for screen in ["Z03-1", "Z03-S"].map(|id| ScreenId::parse(id).expect("name")) {
        let wanted = server.1.cue(&screen, at).expect("known to the server");
        let mut given = player.1.cue(&screen, at).expect("known to the player");
        given.until = given.until.min(next);
        assert_eq!(given, wanted, "{screen} at {at:?}, version {}", in_force.version);
        assert!(wanted.since <= at && at < wanted.until, "{wanted:?} holds {at:?}");
    }
    true
}

#[test]
fn player_and_server_agree_over_a_month() {
    let mut chance = Chance(SEED);
    let begin = show(Vec::new(), Vec::new()).offsets.instant(date(2026, 11, 25), 0);
    let (mut told, mut kept, mut version) = (Vec::new(), Vec::new(), 1);
    publish(&mut chance, &mut told, version, begin);
    let mut server = timeline(&told);
    let mut player = timeline(&kept);
    let (mut now, mut away_until, mut clock_ms, mut checks) = (begin, begin, 0_i64, 0_usize);
    while now < begin.plus_ms(DAYS * DAY_MS) {
        now = now.plus_ms(chance.between(MINUTE_MS, 90 * MINUTE_MS));
        if chance.is_one_in(25) {
            version += 1;
            publish(&mut chance, &mut told, version, now);
            server = timeline(&told);
        }
        if chance.is_one_in(40) {
            away_until = now.plus_ms(chance.between(MINUTE_MS, DAY_MS));
        }
        if chance.is_one_in(20) {
            let step = chance.between(-120 * MINUTE_MS, 120 * MINUTE_MS);
            clock_ms = if chance.is_one_in(2) { 0 } else { step };
        }
        let wall = now.plus_ms(clock_ms);
        let newest = told.last().expect("published");
        let is_news = kept.last().is_none_or(|last: &Told| last.version < newest.version);
        if now >= away_until && is_news && chance.is_one_in(3) {
            admit(&mut kept, newest, wall);
            player = timeline(&kept);
        }
        if chance.is_one_in(15) {
            player = timeline(&kept);
        }
        for _ in 0..4 {
            let at = wall.plus_ms(chance.between(-90 * MINUTE_MS, 90 * MINUTE_MS));
            checks += usize::from(agree((&told, &server), (&kept, &player), at));
        }
        checks += usize::from(agree((&told, &server), (&kept, &player), wall));
    }
    assert!(version > 20, "the month was too quiet: {version}");
    assert!(checks >= CHECKS_MIN, "{checks} instants were compared");
}
