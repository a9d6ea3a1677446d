//! The evergreen set (常青组): a few items of education that a hospital pins, so that its screens have something true to show
//! where no programme can be shown, or the one in force has nothing. What of it stands is a function of time alone.

use serde::{Deserialize, Serialize};

use crate::clock::Instant;
use crate::id::{ContentHash, PlaylistId};
use crate::item::{Class, Item};
use crate::playlist::{Playlist, dwell_ms};
use crate::programme::Show;
use crate::timeline::{Cue, Showing, Timeline};

/// The most items of a set: it stands for a programme for a while and does not replace one.
pub const EVERGREEN_ITEMS_MAX: usize = 12;
/// The most bytes of its files: a box keeps them a second time, beside those of its programme, on a disk of 16 GB.
pub const EVERGREEN_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// What is cut off sooner than this, in milliseconds, is not begun: nobody could read it.
const CUT_MIN_MS: i64 = 5_000;

/// The set, as a programme carries it: whole, so that it keeps its meaning without the programme.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evergreen {
    /// The playlist that was pinned.
    pub playlist: PlaylistId,
    /// Its items, in turn.
    pub turns: Vec<EvergreenTurn>,
}

/// One item of the set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvergreenTurn {
    /// Which.
    pub item: Item,
    /// How long it stands, in milliseconds.
    pub dwell_ms: u32,
}

/// What stands in, and from when to when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StandIn<'a> {
    /// The item; none where the card that is compiled in stands.
    pub item: Option<&'a Item>,
    /// Its first millisecond.
    pub since: Instant,
    /// The first millisecond after it.
    pub until: Instant,
}

/// Why a turn of a playlist is no part of an evergreen set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NotEvergreen {
    /// It is a list, a network or a series.
    NoItem,
    /// Nobody approved it, or it was withdrawn.
    NotApproved,
    /// It is no health education.
    OtherClass,
    /// Its time is over.
    Over,
    /// More than [`EVERGREEN_ITEMS_MAX`] stand before it.
    TooMany,
    /// With it the files are more than [`EVERGREEN_BYTES_MAX`].
    TooLarge,
}

impl Evergreen {
    /// The set of a playlist, of what of it may be shown at `now`; beside it each turn that is left out, by its place, and why.
    #[must_use]
    pub fn of(playlist: &Playlist, approved: &[Item], now: Instant) -> (Self, Vec<(usize, NotEvergreen)>) {
        let (mut set, mut left_out) = (Self { playlist: playlist.id.clone(), turns: Vec::new() }, Vec::new());
        for (place, turn) in playlist.turns.iter().enumerate() {
            let item = turn.item().ok_or(NotEvergreen::NoItem);
            let item = item
                .and_then(|id| approved.iter().find(|item| item.id == *id).ok_or(NotEvergreen::NotApproved))
                .map(|item| EvergreenTurn { item: item.clone(), dwell_ms: dwell_ms(item, turn.dwell_ms) });
            match item.and_then(|turn| set.admit(turn, now)) {
                Ok(()) => {}
                Err(why) => left_out.push((place, why)),
            }
        }
        (set, left_out)
    }

    fn admit(&mut self, turn: EvergreenTurn, now: Instant) -> Result<(), NotEvergreen> {
        if turn.item.class != Class::Education {
            return Err(NotEvergreen::OtherClass);
        }
        if turn.item.ends_at() <= now {
            return Err(NotEvergreen::Over);
        }
        if self.turns.len() >= EVERGREEN_ITEMS_MAX {
            return Err(NotEvergreen::TooMany);
        }
        self.turns.push(turn);
        if self.size_bytes() > EVERGREEN_BYTES_MAX {
            self.turns.pop();
            return Err(NotEvergreen::TooLarge);
        }
        Ok(())
    }

    /// What of a set from outside is taken: education, within the limits.
    #[must_use]
    pub fn bounded(self) -> Self {
        let mut set = Self { playlist: self.playlist, turns: Vec::new() };
        for turn in self.turns {
            // What is over is kept: it may be reviewed again, and is not shown before.
            let _ = set.admit(turn, Instant(i64::MIN));
        }
        set
    }

    /// Every file of the set, as (hash, size in bytes), each once.
    #[must_use]
    pub fn files(&self) -> Vec<(ContentHash, u64)> {
        let mut files: Vec<_> = self.turns.iter().flat_map(|turn| turn.item.face.files()).collect();
        files.sort_unstable();
        files.dedup();
        files
    }

    /// All of its files, in bytes.
    #[must_use]
    pub fn size_bytes(&self) -> u64 {
        self.files().iter().fold(0, |sum, (_, size_bytes)| sum.saturating_add(*size_bytes))
    }

    /// The part of it whose files are all here.
    #[must_use]
    pub fn of_files(&self, is_here: impl Fn(&ContentHash) -> bool) -> Self {
        let is_whole = |turn: &&EvergreenTurn| turn.item.face.files().iter().all(|(hash, _)| is_here(hash));
        Self { playlist: self.playlist.clone(), turns: self.turns.iter().filter(is_whole).cloned().collect() }
    }

    /// What stands at `at`, where nothing else may from `from` to `to`. The set goes round by the clock, so that all screens
    /// of a zone are in step; what is expired, or not valid yet, is left out, and its end or beginning ends the turn.
    #[must_use]
    pub fn stand_in(&self, at: Instant, from: Instant, to: Instant) -> StandIn<'_> {
        let current: Vec<_> = self.turns.iter().filter(|turn| turn.item.is_current(at)).collect();
        let borders = self.turns.iter().flat_map(|turn| [Some(turn.item.ends_at()), turn.item.valid_from]);
        let next = borders.flatten().filter(|border| *border > at).min().unwrap_or(to).min(to);
        let round_ms: i64 = current.iter().map(|turn| i64::from(turn.dwell_ms)).sum();
        if round_ms <= 0 {
            return StandIn { item: None, since: from, until: next };
        }
        let mut left_ms = at.0.rem_euclid(round_ms);
        for turn in current {
            let dwell_ms = i64::from(turn.dwell_ms);
            if left_ms < dwell_ms {
                let begun = at.plus_ms(-left_ms);
                let (since, until) = (begun.max(from), begun.plus_ms(dwell_ms).min(next));
                let is_cut = until.ms_since(since) < CUT_MIN_MS.min(dwell_ms);
                return StandIn { item: (!is_cut).then_some(&turn.item), since, until };
            }
            left_ms -= dwell_ms;
        }
        // The turns are as long as the round.
        StandIn { item: None, since: from, until: next }
    }
}

/// What stands in for a cue of a timeline at `at`, by the set of the programme in force: nothing where the cue shows something.
#[must_use]
pub fn stand_in<'a>(timeline: &'a Timeline, cue: &Cue, at: Instant) -> Option<StandIn<'a>> {
    let set = timeline.show_at(at)?.evergreen.as_ref()?;
    (cue.showing == Showing::Fallback).then(|| set.stand_in(at, cue.since, cue.until))
}

/// What a box keeps beside its programmes: the set, and as much of the programme it came by as glass and codes need. There are
/// no rules in it, so that the engine says when the zone is open, and nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pinned {
    /// The manifest it came by.
    pub manifest_version: u64,
    /// The place, its hours, and the set.
    pub show: Show,
}

impl Pinned {
    /// The set of a programme whose files are here; none where it has none.
    #[must_use]
    pub fn of(manifest_version: u64, show: &Show, is_here: impl Fn(&ContentHash) -> bool) -> Option<Self> {
        let set = show.evergreen.clone()?.bounded().of_files(is_here);
        let (rules, playlists, campaigns, items) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let evergreen = (!set.turns.is_empty()).then_some(set);
        evergreen.is_some().then(|| Self {
            manifest_version,
            show: Show { rules, playlists, campaigns, items, evergreen, ..show.clone() },
        })
    }

    /// The same without what is not here any more.
    #[must_use]
    pub fn again(&self, is_here: impl Fn(&ContentHash) -> bool) -> Option<Self> {
        Self::of(self.manifest_version, &self.show, is_here)
    }

    /// The set.
    #[must_use]
    pub fn set(&self) -> Option<&Evergreen> {
        self.show.evergreen.as_ref()
    }

    /// Its files.
    #[must_use]
    pub fn files(&self) -> Vec<(ContentHash, u64)> {
        self.set().map(Evergreen::files).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::NotEvergreen::{NoItem, NotApproved, OtherClass, Over, TooLarge, TooMany};
    use super::*;
    use crate::id::ItemId;
    use crate::item::{Face, MediaFile};
    use crate::playlist::{Turn, What};
    use crate::text::Text;

    const HUGE: u64 = EVERGREEN_BYTES_MAX / 2 + 1;

    fn item(id: &str, size_bytes: u64) -> Item {
        let file = MediaFile { hash: ContentHash::of(id.as_bytes()), size_bytes, width_px: 16, height_px: 9 };
        Item::plain(ItemId::parse(id).unwrap(), Text::new(id, id), Face::Picture { shapes: vec![file] })
    }

    fn set(turns: &[(&str, u32)]) -> Evergreen {
        let turn = |(id, dwell_ms): &(&str, u32)| EvergreenTurn { item: item(id, 9), dwell_ms: *dwell_ms };
        Evergreen { playlist: PlaylistId::parse("always").unwrap(), turns: turns.iter().map(turn).collect() }
    }

    fn told(set: &Evergreen, at: i64, from: i64, to: i64) -> (String, i64, i64) {
        let stands = set.stand_in(Instant(at), Instant(from), Instant(to));
        (stands.item.map_or("card".to_owned(), |item| item.id.to_string()), stands.since.0, stands.until.0)
    }

    #[test]
    fn it_goes_round_by_the_clock_and_a_stretch_cuts_it() {
        let set = set(&[("a", 10_000), ("b", 20_000)]);
        let check = |at, (from, to), wanted: (&str, i64, i64)| {
            assert_eq!(told(&set, at, from, to), (wanted.0.to_owned(), wanted.1, wanted.2), "at {at}");
        };
        let always = (-1_000_000, 1_000_000);
        check(0, always, ("a", 0, 10_000));
        check(9_999, always, ("a", 0, 10_000));
        check(10_000, always, ("b", 10_000, 30_000));
        check(30_000, always, ("a", 30_000, 40_000));
        check(-1, always, ("b", -20_000, 0));
        check(12_000, (12_000, 100_000), ("b", 12_000, 30_000));
        check(27_000, (27_000, 100_000), ("card", 27_000, 30_000));
        check(11_000, (0, 14_000), ("card", 10_000, 14_000));
    }

    #[test]
    fn one_item_comes_again_and_a_short_one_is_no_cut() {
        assert_eq!(told(&set(&[("a", 2_000)]), 5_000, 0, 100_000), ("a".into(), 4_000, 6_000));
        assert_eq!(told(&set(&[]), 5_000, 0, 100_000), ("card".into(), 0, 100_000));
    }

    #[test]
    fn not_one_millisecond_of_what_is_expired_or_not_valid_yet() {
        let mut set = set(&[("a", 10_000), ("b", 10_000)]);
        set.turns[0].item.expires_at = Some(Instant(45_000));
        set.turns[1].item.valid_from = Some(Instant(20_000));
        for at in 0..100_000 {
            let stands = set.stand_in(Instant(at), Instant(0), Instant(100_000));
            assert!(stands.since.0 <= at && at < stands.until.0, "{stands:?} holds {at}");
            if let Some(item) = stands.item {
                assert!(item.is_current(Instant(at)) && item.is_current(stands.until.plus_ms(-1)), "{stands:?}");
            }
        }
        assert_eq!(told(&set, 44_999, 0, 100_000).0, "a");
        assert_eq!(told(&set, 45_000, 0, 100_000).0, "b");
        set.turns[1].item.review_by = Instant(60_000);
        assert_eq!(told(&set, 60_000, 0, 100_000), ("card".into(), 0, 100_000));
    }

    #[test]
    fn a_set_is_made_of_approved_education_within_its_limits_and_says_what_is_left_out() {
        let mut approved: Vec<_> = (0..14).map(|n| item(&format!("e{n}"), 1)).collect();
        approved.extend([item("huge", HUGE), item("huge-too", HUGE), item("old", 1), item("sold", 1)]);
        approved[16].expires_at = Some(Instant(5));
        approved[17].class = Class::Advertisement;
        let turn = |id: &str| Turn::of(ItemId::parse(id).unwrap(), Some(8_000));
        let mut turns: Vec<_> = ["sold", "old", "nobody", "huge", "huge-too"].map(turn).to_vec();
        turns.push(Turn { what: What::OwnNetworks(true), ..turn("x") });
        turns.extend((0..14).map(|n| turn(&format!("e{n}"))));
        let list = Playlist::new(PlaylistId::parse("always").unwrap(), Text::default(), turns);
        let (set, left_out) = Evergreen::of(&list, &approved, Instant(5));
        assert_eq!(set.turns.len(), EVERGREEN_ITEMS_MAX);
        assert_eq!((set.turns[0].item.id.as_str(), set.turns[0].dwell_ms), ("huge", 8_000));
        let wanted = [
            (0, OtherClass),
            (1, Over),
            (2, NotApproved),
            (4, TooLarge),
            (5, NoItem),
            (17, TooMany),
            (18, TooMany),
            (19, TooMany),
        ];
        assert_eq!(left_out, wanted);
        let outside = Evergreen { turns: [&set.turns[..], &set.turns[..]].concat(), ..set.clone() };
        assert_eq!(outside.bounded(), set, "whoever sends more is cut the same way");
    }

    #[test]
    fn of_a_set_stands_what_is_here() {
        let set = set(&[("a", 10_000), ("b", 10_000)]);
        let here = ContentHash::of(b"b");
        assert_eq!(set.of_files(|hash| *hash == here).turns, set.turns[1..]);
    }
}
