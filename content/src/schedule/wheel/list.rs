//! A playlist written out for one zone and one date: everything it holds, weights spread, shuffled where it says so.

use jiff::civil::Date;

use super::plan::{Entry, Plan};
use crate::id::NetworkId;
use crate::playlist::{Episode, NESTING_MAX, Order, Playlist, Turn, WEIGHT_MAX, WRITTEN_OUT_MAX, What};

/// Days since this Monday number the weeks of series.
const WEEK_ONE: Date = jiff::civil::date(2024, 1, 1);

/// Writes a playlist out.
pub(super) fn write_out(plan: &Plan, playlist: &Playlist, date: Date) -> Vec<Entry> {
    let mut entries = write(plan, playlist, date, 0);
    entries.truncate(WRITTEN_OUT_MAX);
    entries
}

fn write(plan: &Plan, playlist: &Playlist, date: Date, depth: usize) -> Vec<Entry> {
    if depth > NESTING_MAX {
        return Vec::new();
    }
    let mut groups: Vec<(u8, Vec<Entry>)> = Vec::with_capacity(playlist.turns.len());
    for turn in playlist.turns.iter().filter(|turn| is_valid(turn, date)) {
        groups.push((turn.weight.clamp(1, WEIGHT_MAX), entries_of(plan, turn, date, depth)));
    }
    let mut entries = if groups.iter().all(|(weight, _)| *weight == 1) {
        groups.into_iter().flat_map(|(_, entries)| entries).collect()
    } else {
        spread(&groups)
    };
    if playlist.order == Order::Shuffle {
        shuffle(&mut entries, seed(playlist.id.as_str(), date));
    }
    entries
}

fn is_valid(turn: &Turn, date: Date) -> bool {
    turn.first.is_none_or(|first| date >= first) && turn.last.is_none_or(|last| date <= last)
}

fn entries_of(plan: &Plan, turn: &Turn, date: Date, depth: usize) -> Vec<Entry> {
    match &turn.what {
        What::Item(item) => plan.entry(item, turn.dwell_ms).into_iter().collect(),
        What::Playlist(id) => {
            let inner = plan.show.playlists.iter().find(|list| list.id == *id);
            inner.map(|inner| write(plan, inner, date, depth + 1)).unwrap_or_default()
        }
        What::Network(network) => network_list(plan, network, date, depth),
        What::OwnNetworks(_) => own_networks(plan, date, depth),
        What::Series(episodes) => {
            let part = part_of_week(plan, episodes, date);
            part.and_then(|item| plan.entry(item, turn.dwell_ms)).into_iter().collect()
        }
    }
}

fn network_list(plan: &Plan, network: &NetworkId, date: Date, depth: usize) -> Vec<Entry> {
    let inner = plan.show.playlists.iter().find(|list| list.network.as_ref() == Some(network));
    inner.map(|inner| write(plan, inner, date, depth + 1)).unwrap_or_default()
}

/// The lists of the zone's networks, each so often that they share the turns by weight.
fn own_networks(plan: &Plan, date: Date, depth: usize) -> Vec<Entry> {
    let lists: Vec<(usize, Vec<Entry>)> = plan
        .show
        .zone
        .networks
        .iter()
        .map(|member| (usize::from(member.weight.max(1)), network_list(plan, &member.network, date, depth)))
        .filter(|(_, list)| !list.is_empty())
        .collect();
    // So many rounds that the list which is longest for its weight plays through once.
    let rounds = lists.iter().map(|(weight, list)| list.len().div_ceil(*weight)).max().unwrap_or(0);
    let mut placed = Vec::new();
    for (n, (weight, list)) in lists.iter().enumerate() {
        let turns = (rounds * weight).min(WRITTEN_OUT_MAX);
        placed.extend(list.iter().cycle().take(turns).enumerate().map(|(k, entry)| (place(k, turns), n, *entry)));
    }
    in_order(placed)
}

/// Each group as often as its weight says, its showings evenly apart.
fn spread(groups: &[(u8, Vec<Entry>)]) -> Vec<Entry> {
    let mut placed = Vec::new();
    for (n, (weight, entries)) in groups.iter().enumerate() {
        for round in 0..usize::from(*weight) {
            placed.extend(entries.iter().map(|entry| (place(round, usize::from(*weight)), n, *entry)));
        }
    }
    in_order(placed)
}

/// Where the k-th of n lies on a line of a million: in the middle of its n-th part.
fn place(k: usize, n: usize) -> u64 {
    (2 * k as u64 + 1) * 1_000_000 / (2 * n.max(1) as u64)
}

fn in_order(mut placed: Vec<(u64, usize, Entry)>) -> Vec<Entry> {
    placed.sort_by_key(|(place, group, _)| (*place, *group));
    placed.into_iter().map(|(_, _, entry)| entry).collect()
}

fn part_of_week<'a>(plan: &Plan, episodes: &'a [Episode], date: Date) -> Option<&'a crate::id::ItemId> {
    let days = date.since(WEEK_ONE).ok()?.get_days();
    let week = usize::try_from(days.div_euclid(7).rem_euclid(i32::try_from(episodes.len().max(1)).ok()?)).ok()?;
    let parts = &episodes.get(week)?.parts;
    parts.iter().find(|part| part.kinds.contains(&plan.show.zone.kind)).map(|part| &part.item)
}

/// FNV-1a of the list's name and the date: every box and the server shuffle alike.
fn seed(name: &str, date: Date) -> u64 {
    let day = date.to_string();
    name.bytes()
        .chain(day.bytes())
        .fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3))
}

/// Fisher and Yates's shuffle by SplitMix64.
fn shuffle(entries: &mut [Entry], seed: u64) {
    let mut state = seed;
    for last in (1..entries.len()).rev() {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^= mixed >> 31;
        let bound = last as u64 + 1;
        if let Ok(other) = usize::try_from(mixed % bound) {
            entries.swap(last, other);
        }
    }
}
