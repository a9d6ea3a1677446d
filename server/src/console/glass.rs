//! How every screen stands and what it shows now: boxes and links for the first, the engine alone for the second.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use anteroom_content::clock::{Instant, MINUTE_MS};
use anteroom_content::evergreen::{StandIn, stand_in};
use anteroom_content::id::{BoxId, ContentHash, ItemId, ScreenId, ZoneId};
use anteroom_content::place::{Screen, Site, Zone};
use anteroom_content::text::Text;
use anteroom_content::timeline::{Cue, Showing, Timeline, Why};
use anteroom_content::wire::ToPlayer;

use super::desk::Desk;
use super::fault::Fault;
use super::playlists::picture_of;
use crate::db::boxes::{self, PairedBox};
use crate::db::places::{self, Places};
use crate::db::publications;
use crate::fleet::Seen;
use crate::publish;

/// A picture on a list that is older than this is asked for anew while somebody watches.
const PICTURE_FRESH_MS: i64 = 10_000;
/// The same for a screen that is watched alone.
const PICTURE_FRESH_ALONE_MS: i64 = 2_000;
/// A box that was paired so lately is still on its way.
const FIRST_CALL_MS: i64 = MINUTE_MS;
/// A day's closing hours end in two steps, at midnight and at opening time; beyond a few of them nobody asks what comes next.
const NEXT_STEPS_MAX: usize = 4;
/// Pictures for lists are not wider than this.
const PICTURE_WIDTH_MAX_PX: u32 = 640;
/// The same for a screen that is watched alone.
const PICTURE_WIDTH_ALONE_MAX_PX: u32 = 1_280;

/// How a screen stands, the most troubled first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Standing {
    /// Its box is not connected; since when, if it ever was.
    Offline(Option<Instant>),
    /// It is on its way to the newest programme; so many bytes are still to come.
    Updating(u64),
    /// All is well, since then.
    Online(Instant),
    /// No box lights it.
    Unpaired,
}

impl Standing {
    /// Its word in addresses, styles and keys.
    pub(super) const fn word(&self) -> &'static str {
        match self {
            Self::Offline(_) => "offline",
            Self::Updating(_) => "updating",
            Self::Online(_) => "online",
            Self::Unpaired => "unpaired",
        }
    }

    /// Where it comes in lists.
    pub(super) const fn rank(&self) -> u8 {
        match self {
            Self::Offline(_) => 0,
            Self::Updating(_) => 1,
            Self::Online(_) => 2,
            Self::Unpaired => 3,
        }
    }

    /// Since when, if that is known.
    pub(super) const fn since(&self) -> Option<Instant> {
        match self {
            Self::Online(since) | Self::Offline(Some(since)) => Some(*since),
            Self::Offline(None) | Self::Updating(_) | Self::Unpaired => None,
        }
    }
}

/// What a screen shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Now {
    /// Title, or what stands there instead.
    pub(super) title: What,
    /// Since when.
    pub(super) since: Instant,
    /// Until when.
    pub(super) until: Instant,
    /// The playlist and level that won.
    pub(super) why: Option<(Text, Text)>,
}

/// What stands on a glass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum What {
    /// An item: its name, its headline, its picture.
    Item(ItemId, Text, Option<ContentHash>),
    /// Clinic times.
    Strip,
    /// Closed.
    Closed,
    /// The built-in card.
    Fallback,
}

/// One screen.
#[derive(Debug, Clone)]
pub(super) struct Glass {
    /// The screen.
    pub(super) screen: Screen,
    /// Its zone.
    pub(super) zone: Zone,
    /// Its site.
    pub(super) site: Option<Site>,
    /// How it stands.
    pub(super) standing: Standing,
    /// What it shows; none when nothing was ever published for its zone.
    pub(super) now: Option<Now>,
    /// When its newest picture was taken.
    pub(super) picture_at: Option<Instant>,
    /// The box that lights it.
    pub(super) paired: Option<PairedBox>,
    /// It is taken down.
    pub(super) is_down: bool,
}

/// What all screens are judged by.
pub(super) struct Wall {
    /// The places.
    pub(super) places: Places,
    paired: HashMap<ScreenId, PairedBox>,
    seen: HashMap<BoxId, Seen>,
    told: HashMap<ZoneId, u64>,
    now: Instant,
}

impl Wall {
    /// Reads it.
    pub(super) async fn read(desk: &Desk) -> Result<Self, Fault> {
        let db = &desk.house.db;
        let boxes = boxes::boxes(db).await?;
        let paired = boxes.into_iter().flat_map(|(one, screens)| screens.into_iter().map(move |id| (id, one.clone())));
        let told = publications::current(db).await?;
        Ok(Self {
            places: places::places(db).await?,
            paired: paired.collect(),
            seen: desk.house.fleet.seen().into_iter().map(|seen| (seen.box_id.clone(), seen)).collect(),
            told: told.into_iter().map(|told| (told.zone, told.version)).collect(),
            now: desk.house.now(),
        })
    }

    /// How a screen stands.
    pub(super) fn standing(&self, screen: &Screen) -> Standing {
        let Some(paired) = self.paired.get(&screen.id) else { return Standing::Unpaired };
        let Some(seen) = self.seen.get(&paired.id) else {
            let is_new = paired.last_seen_at.is_none() && self.now.ms_since(paired.enrolled_at) < FIRST_CALL_MS;
            return if is_new { Standing::Updating(0) } else { Standing::Offline(paired.last_seen_at) };
        };
        let held = seen.beat.as_ref().map_or(0, |(_, beat)| beat.manifest_version);
        let held = seen.applied.map_or(held, |(version, _)| held.max(version));
        let left_bytes = seen.beat.as_ref().map_or(0, |(_, beat)| beat.fetch_left_bytes);
        if left_bytes > 0 || self.told.get(&screen.zone).is_some_and(|told| held < *told) {
            return Standing::Updating(left_bytes);
        }
        Standing::Online(seen.since)
    }

    /// The box that lights a screen.
    pub(super) fn paired(&self, screen: &ScreenId) -> Option<&PairedBox> {
        self.paired.get(screen)
    }

    /// One screen, with what it shows.
    pub(super) async fn glass(&self, desk: &Desk, screen: &Screen, shows: &mut Shows) -> Result<Option<Glass>, Fault> {
        let Some(zone) = self.places.zone(&screen.zone) else { return Ok(None) };
        let editions = shows.of(desk, &zone.id, self.now).await?;
        Ok(Some(Glass {
            screen: screen.clone(),
            zone: zone.clone(),
            site: self.places.site_of(zone).cloned(),
            standing: self.standing(screen),
            now: now_of(editions, &screen.id, self.now),
            picture_at: desk.house.fleet.picture(&screen.id).map(|picture| picture.at),
            paired: self.paired(&screen.id).cloned(),
            is_down: desk.house.hands.down.of(&screen.id).is_some(),
        }))
    }
}

/// The programmes of zones, each read once for a page.
#[derive(Default)]
pub(super) struct Shows(HashMap<ZoneId, Timeline>);

impl Shows {
    async fn of(&mut self, desk: &Desk, zone: &ZoneId, now: Instant) -> Result<&Timeline, Fault> {
        match self.0.entry(zone.clone()) {
            Entry::Occupied(known) => Ok(known.into_mut()),
            Entry::Vacant(free) => Ok(free.insert(publish::timeline(&desk.house, zone, now).await?)),
        }
    }
}

/// What a screen shows at an instant, by the engine.
pub(super) fn now_of(timeline: &Timeline, screen: &ScreenId, at: Instant) -> Option<Now> {
    let cue = timeline.cue(screen, at)?;
    if let Some(StandIn { item: Some(item), since, until }) = stand_in(timeline, &cue, at) {
        let why = Some((Text::new("常青组", "Evergreen set"), Text::new("代播", "Standing in")));
        return Some(Now {
            title: What::Item(item.id.clone(), item.title.clone(), picture_of(item)),
            since,
            until,
            why,
        });
    }
    Some(told(timeline, cue))
}

/// A cue of a timeline in names and titles.
pub(super) fn told(timeline: &Timeline, cue: Cue) -> Now {
    let Cue { showing, since, until, why } = cue;
    let shows = || timeline.shows().rev().map(|(_, show)| show);
    let title = match showing {
        Showing::Item { item, version } => {
            let found = shows().find_map(|show| show.item(&item).filter(|found| found.version == version));
            let title = found.map_or_else(|| Text::new(item.as_str(), ""), |found| found.title.clone());
            let picture = found.and_then(picture_of);
            What::Item(item, title, picture)
        }
        Showing::Strip => What::Strip,
        Showing::Closed => What::Closed,
        Showing::Fallback => What::Fallback,
    };
    let why = why.and_then(|why| match why {
        Why::Rule { rule: id, level } => {
            let rule = shows().find_map(|show| show.rules.iter().find(|rule| rule.id == id).map(|rule| (show, rule)));
            let (show, rule) = rule?;
            let playlist = show.playlists.iter().find(|playlist| playlist.id == rule.playlist)?;
            Some((playlist.name.clone(), level.name()))
        }
        Why::Campaign(id) => {
            let campaign = shows().find_map(|show| show.campaigns.iter().find(|campaign| campaign.id == id))?;
            Some((campaign.name.clone(), Text::new("投放活动", "Campaign")))
        }
        Why::Floor => Some((Text::new("公益时长下限", "Public-service floor"), Text::new("政策", "Policy"))),
    });
    Now { title, since, until, why }
}

/// What comes after it: the next thing that is different.
pub(super) async fn next_of(desk: &Desk, glass: &Glass) -> Result<Option<Now>, Fault> {
    let Some(now) = &glass.now else { return Ok(None) };
    let editions = publish::timeline(&desk.house, &glass.zone.id, desk.house.now()).await?;
    let mut next = None;
    let mut at = now.until;
    for _ in 0..NEXT_STEPS_MAX {
        next = now_of(&editions, &glass.screen.id, at).filter(|next| next.title != now.title);
        if next.is_some() {
            break;
        }
        at = now_of(&editions, &glass.screen.id, at).map_or(at, |same| same.until);
    }
    Ok(next)
}

/// Asks for a new picture of a glass on a list, when the newest one is old and its box is there.
pub(super) fn ask_for_picture(desk: &Desk, glass: &Glass) {
    ask(desk, glass, PICTURE_FRESH_MS, PICTURE_WIDTH_MAX_PX);
}

/// Asks for a new and larger picture of a glass that is watched alone.
pub(super) fn ask_for_large_picture(desk: &Desk, glass: &Glass) {
    ask(desk, glass, PICTURE_FRESH_ALONE_MS, PICTURE_WIDTH_ALONE_MAX_PX);
}

fn ask(desk: &Desk, glass: &Glass, fresh_ms: i64, width_max: u32) {
    let now = desk.house.now();
    let is_fresh = glass.picture_at.is_some_and(|at| now.ms_since(at) < fresh_ms);
    let is_there = matches!(glass.standing, Standing::Online(_) | Standing::Updating(_));
    let Some(paired) = glass.paired.as_ref().filter(|_| is_there && !is_fresh) else { return };
    if desk.may_look(&glass.screen.id, now) {
        let look = ToPlayer::Look { screen: glass.screen.id.clone(), width_max };
        desk.house.fleet.tell(&paired.id, look);
    }
}
