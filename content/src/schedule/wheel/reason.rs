//! Why something is not put into the wheel now.

use crate::clock::Instant;
use crate::item::Trade;

/// Why an item may never be shown in a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Barred {
    /// The site shows no advertisements.
    SiteShowsNoAds,
    /// The zone shows none.
    ZoneShowsNoAds,
    /// The zone addresses children, and the law bars the trade from them (L-18); an unknown trade counts as barred.
    Children(Option<Trade>),
    /// The site bars the trade, or every trade, from zones of this kind.
    Kind(Option<Trade>),
}

/// Why something is not put in at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NotNow {
    /// The item is not in the programme: unapproved, withdrawn, or never made.
    NotInProgramme,
    /// The item may not be shown before.
    NotBegun(Instant),
    /// The item may not be shown any more since.
    Over(Instant),
    /// The item may never be shown here.
    Barred(Barred),
    /// It would be over, or something that cannot move begins, before it has stood long enough: so many milliseconds left.
    NoRoom(i64),
    /// It was shown just before, and there is something else.
    JustShown,
    /// It may not stand beside the related education item (by index) that was shown before (L-14).
    BesideRelated(u16),
    /// The same, and that item was withdrawn meanwhile.
    BesideWithdrawn,
    /// Advertisements have had their share of the hour.
    AdHourCap,
    /// Advertisements have had their share of ten minutes.
    AdTenMinutesCap,
    /// An advertisement would run into the next hour.
    AdOverHourEnd,
    /// A rival's advertisement (by index) was shown too short a time ago.
    Rival(u16),
    /// The campaign has had its most plays of the hour.
    HourMax,
    /// The campaign's next play is due later.
    NotDue(Instant),
    /// Something else is due longer.
    LaterThanOthers,
    /// Advertisements cannot start in the first minutes of a day that goes on from the night before.
    DayBegins,
}
