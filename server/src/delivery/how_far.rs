//! How far one screen is with what its zone was told: judged from what its box says, or said when it was heard last.

use anteroom_content::clock::Instant;
use anteroom_content::wire::{Delivery, Obstacle, ScreenDelivery, Step, Versions};

use super::ground::ScreenGround;
use crate::fleet::{Known, Seen};

/// From this version of the messages on a box tells more than that it shows something.
const TELLS_MORE_SINCE: u32 = 2;

/// How far a screen is, the most troubled first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HowFar {
    /// Something stands in the way that does not go by itself.
    HeldUp,
    /// Its box is not connected.
    Offline,
    /// No box lights it.
    Unlit,
    /// Its box was told, and nothing more is known.
    Told,
    /// Its box fetches files.
    Fetching,
    /// Everything is on its box's disk; it takes over in its time.
    Fetched,
    /// It shows it.
    Shown,
}

impl HowFar {
    /// All of them, in the order of lists.
    pub const ALL: [Self; 7] =
        [Self::HeldUp, Self::Offline, Self::Unlit, Self::Told, Self::Fetching, Self::Fetched, Self::Shown];

    /// Its word in addresses, styles, keys and answers to programs.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::HeldUp => "held-up",
            Self::Offline => "offline",
            Self::Unlit => "unlit",
            Self::Told => "told",
            Self::Fetching => "fetching",
            Self::Fetched => "fetched",
            Self::Shown => "shown",
        }
    }
}

/// Why a screen does not show it yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// As its box says.
    Obstacle(Obstacle),
    /// The server and its box speak different versions of the messages.
    Skew(Versions),
    /// Its box is of a release that says no more than what it shows.
    TellsNoMore,
    /// Its box was never heard since it was paired.
    NeverHeard,
}

impl Why {
    /// Its word in keys and answers to programs.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Obstacle(obstacle) => obstacle.kind.word(),
            Self::Skew(_) => "skew",
            Self::TellsNoMore => "tells-no-more",
            Self::NeverHeard => "never-heard",
        }
    }
}

/// How one screen stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// How far it is.
    pub how_far: HowFar,
    /// Since when; none where nobody knows.
    pub since: Option<Instant>,
    /// Files still to be fetched, in bytes.
    pub left_bytes: u64,
    /// Why it is no further; none where it is on its way.
    pub why: Option<Why>,
    /// The manifest on its glass; 0 where nobody knows.
    pub shows: u64,
    /// Its box is connected now.
    pub is_heard: bool,
}

/// What is known of a screen's box, from its last words or from the disk.
struct Words<'a> {
    applied: Option<(u64, Instant)>,
    /// The manifest on its way, and how far.
    on_its_way: Option<(u64, &'a ScreenDelivery)>,
    heard_at: Option<Instant>,
    link_version: u32,
    seen: Option<&'a Seen>,
    skew: Option<Versions>,
}

fn of_screen<'a>(delivery: Option<&'a Delivery>, screen: &ScreenGround) -> Option<(u64, &'a ScreenDelivery)> {
    let delivery = delivery?;
    Some((delivery.version, delivery.screens.iter().find(|one| one.screen == screen.id)?))
}

impl<'a> Words<'a> {
    /// What a box says goes before what is on the disk, which may be some seconds behind.
    fn of(screen: &'a ScreenGround, known: Option<Known<'a>>) -> Option<Self> {
        let stand = screen.stand.as_ref()?;
        let on_disk = screen.on_its_way.as_ref().map(|(version, told)| (*version, told));
        Some(match known {
            Some(Known::Here(seen)) => Self {
                // One that has said nothing yet shows what nobody knows: its stage may have to start first.
                applied: seen.applied,
                on_its_way: of_screen(seen.delivery.as_deref(), screen),
                heard_at: None,
                link_version: seen.link_version,
                seen: Some(seen),
                skew: None,
            },
            Some(Known::Gone(gone)) => Self {
                applied: gone.applied.or(stand.applied),
                on_its_way: of_screen(gone.delivery.as_deref(), screen),
                heard_at: gone.heard_at.max(stand.last_seen_at),
                link_version: stand.link_version,
                seen: None,
                skew: gone.skew,
            },
            None => Self {
                applied: stand.applied,
                on_its_way: on_disk,
                heard_at: stand.last_seen_at,
                link_version: stand.link_version,
                seen: None,
                skew: None,
            },
        })
    }

    /// The manifest on this screen's glass: of a box with several screens one may be behind.
    fn shown(&self) -> Option<(u64, Instant)> {
        let is_behind = |(version, _): &(u64, Instant)| {
            self.on_its_way.is_some_and(|(on_its_way, told)| on_its_way == *version && told.step != Step::Applied)
        };
        let told_shown = self.on_its_way.filter(|(_, told)| told.step == Step::Applied);
        self.applied.filter(|applied| !is_behind(applied)).max(told_shown.map(|(version, told)| (version, told.since)))
    }
}

impl Standing {
    /// Judges how far a screen is with `version`, which its zone was told at `told_at`. `is_heard` says whether a box counts
    /// as connected that was heard at a moment, for whoever has nothing but the disk to go by.
    #[must_use]
    pub fn of(
        screen: &ScreenGround,
        known: Option<Known<'_>>,
        (version, told_at): (u64, Instant),
        is_heard: impl Fn(Instant) -> bool,
    ) -> Self {
        let Some(words) = Words::of(screen, known) else {
            return Self::at(HowFar::Unlit, None);
        };
        let is_heard = words.seen.is_some() || words.heard_at.is_some_and(is_heard) && words.skew.is_none();
        let shown = words.shown();
        let base = Self { shows: shown.map_or(0, |(held, _)| held), is_heard, ..Self::at(HowFar::Told, None) };
        if let Some((_, since)) = shown.filter(|(held, _)| *held >= version) {
            return Self { how_far: HowFar::Shown, since: Some(since), ..base };
        }
        if let Some(skew) = words.skew {
            let (how_far, since, why) = (HowFar::HeldUp, words.heard_at, Some(Why::Skew(skew)));
            return Self { how_far, since, why, ..base };
        }
        if !is_heard {
            let why = words.heard_at.is_none().then_some(Why::NeverHeard);
            return Self { how_far: HowFar::Offline, since: words.heard_at, why, ..base };
        }
        match words.on_its_way.filter(|(on_its_way, _)| *on_its_way >= version) {
            Some((_, told)) => Self::told(&words, told, &base),
            None => Self::silent(&words, told_at, &base),
        }
    }

    fn at(how_far: HowFar, since: Option<Instant>) -> Self {
        Self { how_far, since, left_bytes: 0, why: None, shows: 0, is_heard: false }
    }

    /// By what the box says of it.
    fn told(words: &Words<'_>, told: &ScreenDelivery, base: &Self) -> Self {
        // Beats are newer than the word that it is on its way.
        let beat = words.seen.and_then(|seen| seen.beat.as_ref()).map(|(_, beat)| beat.fetch_left_bytes);
        let left_bytes = if told.step == Step::Fetched { 0 } else { beat.unwrap_or(told.left_bytes) };
        let how_far = match (&told.obstacle, told.step) {
            (Some(obstacle), _) if !obstacle.is_not_yet() => HowFar::HeldUp,
            (_, Step::Fetched | Step::Applied) => HowFar::Fetched,
            (_, Step::Told | Step::Other) if left_bytes > 0 => HowFar::Fetching,
            (_, Step::Told | Step::Other) => HowFar::Told,
        };
        let why = told.obstacle.clone().map(Why::Obstacle);
        Self { how_far, since: Some(told.since), left_bytes, why, ..base.clone() }
    }

    /// The box has said nothing of it: it was told this moment, or is of a release that says no more.
    fn silent(words: &Words<'_>, told_at: Instant, base: &Self) -> Self {
        let left_bytes = words.seen.and_then(|seen| seen.beat.as_ref()).map_or(0, |(_, beat)| beat.fetch_left_bytes);
        let how_far = if left_bytes > 0 { HowFar::Fetching } else { HowFar::Told };
        // Who came later was told later.
        let since = words.seen.map_or(told_at, |seen| seen.since.max(told_at));
        let why = (words.link_version < TELLS_MORE_SINCE).then_some(Why::TellsNoMore);
        Self { how_far, since: Some(since), left_bytes, why, ..base.clone() }
    }
}
