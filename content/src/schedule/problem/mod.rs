//! What is wrong, or worth knowing, about rules, playlists and campaigns before they are published.

mod find;
mod say;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use jiff::civil::Date;

pub use find::problems;

use super::recurrence::Missed;
use super::{Calendar, Campaign, Rule, Where};
use crate::id::{CampaignId, ItemId, NetworkId, PlaylistId, RuleId, ZoneId};
use crate::place::{Building, Network, Site, Zone};
use crate::playlist::Playlist;

/// Everything that is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Written<'a> {
    /// Rules.
    pub rules: &'a [Rule],
    /// Playlists.
    pub playlists: &'a [Playlist],
    /// Campaigns.
    pub campaigns: &'a [Campaign],
    /// Zones.
    pub zones: &'a [Zone],
    /// Buildings.
    pub buildings: &'a [Building],
    /// Sites.
    pub sites: &'a [Site],
    /// Networks.
    pub networks: &'a [Network],
    /// Items; none leaves them out of the question.
    pub items: Option<Items<'a>>,
    /// The calendar of all sites.
    pub calendar: &'a Calendar,
}

/// Items by name.
#[derive(Debug, Clone, Copy)]
pub struct Items<'a> {
    /// Every item there is, in any state.
    pub known: &'a BTreeSet<ItemId>,
    /// Those that may go on the air.
    pub approved: &'a BTreeSet<ItemId>,
}

/// Something to tell about one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// About what.
    pub subject: Subject,
    /// What.
    pub problem: Problem,
}

/// What a problem is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// A rule.
    Rule(RuleId),
    /// A playlist.
    Playlist(PlaylistId),
    /// A campaign.
    Campaign(CampaignId),
    /// A zone.
    Zone(ZoneId),
}

/// What is wrong, or worth knowing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// Its last date is over.
    Ended(Date),
    /// It is on the air on no date within a year; the next one after that, where there is one within eight years.
    NotWithinAYear(Option<Date>),
    /// Its last date lies before its first.
    EndsBeforeStart(Date, Date),
    /// It repeats by a rule that begins on the first date, and there is none.
    NoFirstDate,
    /// Its playlist is not there.
    NoPlaylist(PlaylistId),
    /// A place it names is not there.
    NoPlace(Where),
    /// No zone is among its places.
    AimsNowhere,
    /// The playlist contains itself, by this way.
    Circle(Vec<PlaylistId>),
    /// Playlists in playlists in playlists, deeper than anybody can read.
    TooDeep,
    /// The playlist is empty, and a rule puts it on the air.
    EmptyPlaylist,
    /// An item it names was never made.
    NoItem(ItemId),
    /// An item it names is not approved, or was withdrawn.
    NotApproved(ItemId),
    /// No playlist belongs to a network that it asks for.
    NoNetworkPlaylist(NetworkId),
    /// A campaign without items.
    NoItems,
    /// A number of plays in all is spread up to a last date, and there is none.
    NoLastDate,
    /// It asks for no play at all.
    NoGoal,
    /// It asks for more than can be shown.
    GoalTooHigh(u16, u16),
    /// More than a limit allows.
    TooMany(Counted, usize, usize),
    /// Some months or years have no such day.
    Missed(Missed),
    /// An occurrence was moved onto a day on which it plays at that time anyway.
    PlaysOnce(Date),
}

/// What there may be too many of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Counted {
    /// Single days that a window drops or moves.
    Changes,
    /// Single days that a window adds.
    Additions,
    /// Rules in a zone.
    Rules,
    /// Campaigns in a zone.
    Campaigns,
    /// Items of a campaign.
    Items,
    /// Turns of a playlist.
    Turns,
}

impl Problem {
    /// Must be put right before anything is published; anything else is a note.
    #[must_use]
    pub const fn is_error(&self) -> bool {
        match self {
            Self::EndsBeforeStart(..)
            | Self::NoFirstDate
            | Self::NoPlaylist(_)
            | Self::NoPlace(_)
            | Self::Circle(_)
            | Self::TooDeep
            | Self::NoItem(_)
            | Self::NoItems
            | Self::NoLastDate
            | Self::NoGoal
            | Self::GoalTooHigh(..)
            | Self::TooMany(..) => true,
            Self::Ended(_)
            | Self::NotWithinAYear(_)
            | Self::AimsNowhere
            | Self::EmptyPlaylist
            | Self::NotApproved(_)
            | Self::NoNetworkPlaylist(_)
            | Self::Missed(_)
            | Self::PlaysOnce(_) => false,
        }
    }
}
