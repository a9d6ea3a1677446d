//! Cases as folders (`content/cases`): what is given, what a screen then shows, readable without programming.

use std::fmt::Write as _;
use std::path::Path;

use jiff::civil::DateTime;
use serde::Deserialize;

use super::any::movie;
use super::*;
use crate::clinic::Weeks;
use crate::item::{Advertiser, Trade};
use crate::playlist::Order;
use crate::schedule::{Campaign, DayKinds, Recurrence, SpecialDay, SpecialKind};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    about: String,
    #[serde(default)]
    ask: Vec<String>,
    #[serde(default)]
    days: Vec<Date>,
    zone: GivenZone,
    #[serde(default)]
    policy: Policy,
    #[serde(default)]
    special: Vec<GivenSpecial>,
    item: Vec<GivenItem>,
    playlist: Vec<GivenPlaylist>,
    rule: Vec<GivenRule>,
    #[serde(default)]
    campaign: Vec<GivenCampaign>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GivenZone {
    id: String,
    kind: ZoneKind,
    #[serde(default)]
    child: bool,
    open: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GivenSpecial {
    date: Date,
    kind: SpecialKind,
    name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GivenItem {
    id: String,
    class: Class,
    seconds: u32,
    #[serde(default)]
    movie: bool,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    starts: Option<String>,
    #[serde(default)]
    ends: Option<String>,
    #[serde(default)]
    advertiser: Option<String>,
    #[serde(default)]
    trade: Option<Trade>,
    #[serde(default)]
    related: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GivenPlaylist {
    id: String,
    plays: Vec<String>,
    #[serde(default)]
    shuffle: bool,
}

#[derive(Deserialize)]
struct GivenRule {
    id: String,
    playlist: String,
    level: Level,
    #[serde(flatten)]
    window: GivenWindow,
}

#[derive(Deserialize)]
struct GivenCampaign {
    id: String,
    items: Vec<String>,
    #[serde(default)]
    per_hour: Option<u16>,
    #[serde(default)]
    share_permille: Option<u16>,
    #[serde(default)]
    total: Option<u32>,
    #[serde(flatten)]
    window: GivenWindow,
}

#[derive(Deserialize)]
struct GivenWindow {
    #[serde(default)]
    hours: Option<String>,
    #[serde(default)]
    first: Option<Date>,
    #[serde(default)]
    last: Option<Date>,
    #[serde(default)]
    days: Option<String>,
    #[serde(default)]
    kinds: DayKinds,
    #[serde(default)]
    weeks: Weeks,
    #[serde(default)]
    recurrence: Option<Recurrence>,
}

fn minutes(wall: &str) -> u16 {
    let (hour, minute) = wall.split_once(':').expect("HH:MM");
    hour.parse::<u16>().expect("an hour") * 60 + minute.parse::<u16>().expect("a minute")
}

fn span(hours: &str) -> (u16, u16) {
    let (from, to) = hours.split_once('-').expect("HH:MM-HH:MM");
    (minutes(from), minutes(to))
}

impl GivenWindow {
    fn window(&self) -> Window {
        let (from_min, to_min) = self.hours.as_deref().map_or((0, 1440), span);
        let digits = self.days.as_deref().unwrap_or("1234567").bytes();
        let days = digits.fold(0, |days, digit| days | 1 << (digit - b'1'));
        Window {
            first: self.first,
            last: self.last,
            days: Weekdays(days),
            weeks: self.weeks,
            kinds: self.kinds,
            recurrence: self.recurrence.clone(),
            from_min,
            to_min,
            ..Window::ALWAYS
        }
    }
}

fn wall(show: &Show, text: &str) -> Instant {
    let at: DateTime = text.replace(' ', "T").parse().expect("DATE HH:MM");
    show.offsets.instant(at.date(), i32::from(at.hour()) * 60 + i32::from(at.minute()))
}

impl Given {
    fn show(&self) -> Show {
        let playlists = self.playlist.iter().map(|given| {
            let seconds = |id: &String| self.item.iter().find(|item| item.id == *id).expect("an item").seconds;
            let turns: Vec<(&str, u32)> = given.plays.iter().map(|id| (id.as_str(), seconds(id) * 1_000)).collect();
            Playlist {
                order: if given.shuffle { Order::Shuffle } else { Order::Sequence },
                ..playlist(&given.id, &turns)
            }
        });
        let mut show = show(Vec::new(), playlists.collect());
        let zone = ZoneId::parse(&self.zone.id).expect("name");
        show.zone.id = zone.clone();
        (show.zone.kind, show.zone.child) = (self.zone.kind, self.zone.child);
        let (from_min, to_min) = span(&self.zone.open);
        show.zone.open = [Some(OpenHours { from_min, to_min }); 7];
        show.site.policy = self.policy.clone();
        let named =
            |s: &GivenSpecial| SpecialDay { date: s.date, kind: s.kind, name: Text::new(&s.name, ""), site: None };
        show.calendar = Calendar::new(self.special.iter().map(named).collect(), Vec::new());
        show.items = self.item.iter().map(|given| given.item(&show)).collect();
        show.rules = self
            .rule
            .iter()
            .map(|given| Rule {
                playlist: PlaylistId::parse(&given.playlist).expect("name"),
                target: Target::zone(zone.clone()),
                ..rule(&given.id, given.level, given.window.window())
            })
            .collect();
        show.campaigns = self
            .campaign
            .iter()
            .map(|given| Campaign {
                items: given.items.iter().map(|id| ItemId::parse(id).expect("name")).collect(),
                target: Target::zone(zone.clone()),
                window: given.window.window(),
                ..super::any::campaign(&given.id, "x", given.goal())
            })
            .collect();
        show
    }
}

impl GivenItem {
    fn item(&self, show: &Show) -> Item {
        let made = if self.movie { movie(&self.id, self.seconds) } else { item(&self.id) };
        let advertiser = self.advertiser.as_ref().map(|name| Advertiser {
            name: name.clone(),
            trade: self.trade.unwrap_or(Trade::Other),
            related: self.related.clone(),
        });
        Item {
            class: self.class,
            title: Text::new(&self.id, &self.id),
            tags: self.tags.clone(),
            valid_from: self.starts.as_deref().map(|text| wall(show, text)),
            expires_at: self.ends.as_deref().map(|text| wall(show, text)),
            advertiser,
            ..made
        }
    }
}

impl GivenCampaign {
    fn goal(&self) -> Goal {
        match (self.per_hour, self.share_permille, self.total) {
            (Some(plays), None, None) => Goal::PerHour(plays),
            (None, Some(permille), None) => Goal::ShareOfAir(permille),
            (None, None, Some(plays)) => Goal::Total(plays),
            _ => panic!("campaign {}: exactly one of per_hour, share_permille, total", self.id),
        }
    }
}

/// What the case's screens show: at the asked instants, then what each item had of the asked days.
fn told(given: &Given) -> String {
    let show = Arc::new(given.show());
    let timeline = Timeline::of(show.clone());
    let mut text = format!("{}\n\n", given.about);
    let screen = ScreenId::parse("Z03-1").expect("name");
    for ask in &given.ask {
        let why = timeline.why(&screen, wall(&show, ask)).expect("a screen");
        let what = match &why.cue.showing {
            Showing::Item { item, .. } => item.to_string(),
            other => format!("({other:?})").to_lowercase(),
        };
        let by = match &why.cue.why {
            Some(Why::Rule { rule, level }) => format!("rule {rule}, {}", level.name().en.to_lowercase()),
            Some(Why::Campaign(campaign)) => format!("campaign {campaign}"),
            Some(Why::Floor) => "the public-service floor".into(),
            None => "nothing else".into(),
        };
        let _ = writeln!(text, "{ask}  {what}  ({by})");
        for loser in &why.contenders {
            let name = match &loser.who {
                Who::Rule { rule, .. } => format!("rule {rule}"),
                Who::Campaign { campaign, .. } => format!("campaign {campaign}"),
                Who::Floor => "floor".into(),
            };
            if let Some(loss) = &loser.loss {
                let _ = writeln!(text, "    not {name}: {}", loss.say(&show).en);
            }
        }
    }
    for date in &given.days {
        let cues = timeline.day(*date);
        let open: i64 = cues.iter().filter(|c| c.showing != Showing::Closed).map(|c| c.until.ms_since(c.since)).sum();
        let _ = writeln!(text, "\n{date}");
        for item in &show.items {
            let ours = || cues.iter().filter(|cue| super::any::item_of(&show, cue).is_some_and(|on| on.id == item.id));
            let permille = ours().map(|cue| cue.until.ms_since(cue.since)).sum::<i64>() * 1_000 / open.max(1);
            let (whole, part) = (permille / 10, permille % 10);
            let _ = writeln!(text, "    {:<10} {:>5} plays  {whole:>3}.{part} % of the air", item.id, ours().count());
        }
    }
    text
}

#[test]
fn every_case_folder_shows_what_it_expects() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases");
    let mut folders: Vec<_> =
        std::fs::read_dir(folder).expect("the folder").map(|entry| entry.expect("an entry").path()).collect();
    folders.retain(|path| path.is_dir());
    folders.sort();
    assert!(folders.len() >= 8, "the cases are there");
    let writes = std::env::var_os("ANTEROOM_WRITE_EXPECTED").is_some();
    let mut differ = Vec::new();
    for case in folders {
        let given = std::fs::read_to_string(case.join("given.toml")).expect("given.toml");
        let given: Given = toml::from_str(&given).unwrap_or_else(|error| panic!("{}: {error}", case.display()));
        let shown = told(&given);
        if writes {
            std::fs::write(case.join("expected.txt"), &shown).expect("written");
        }
        let expected = std::fs::read_to_string(case.join("expected.txt")).unwrap_or_default();
        if expected != shown {
            differ.push(format!("{}:\n{shown}", case.display()));
        }
    }
    assert!(differ.is_empty(), "these show something else than they expect:\n{}", differ.join("\n"));
}
