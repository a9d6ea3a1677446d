//! Lists written out. In words: a turn of weight w is shown w times a round, its k-th showing in the middle of the k-th of
//! w equal parts; what falls on one place goes by the order of turns. A turn stands for all that is in it. A shuffled list
//! is mixed whole, from the last place down, by numbers that its name and the date begin.

use super::super::*;
use super::spot::Play;
use crate::item::DWELL_MIN_MS;
use crate::playlist::{NESTING_MAX, Order, WRITTEN_OUT_MAX, What, dwell_ms};

/// An item for as long as a turn asks. Only stills give, and none that sells something.
pub(super) fn play(show: &Show, id: &ItemId, asked_ms: Option<u32>) -> Option<Play> {
    let item = show.items.iter().position(|item| item.id == *id)?;
    let found = &show.items[item];
    let dwell = i64::from(dwell_ms(found, asked_ms));
    if !found.face.is_still() || found.class == Class::Advertisement {
        return Some(Play { item, dwell_ms: dwell, least_ms: dwell, most_ms: dwell });
    }
    let policy = &show.site.policy;
    let code = i64::from(policy.qr_min_ms);
    let dwell = dwell.max(code);
    let shorter = dwell * (1_000 - i64::from(policy.shrink_permille)) / 1_000;
    let longer = dwell * (1_000 + i64::from(policy.stretch_permille)) / 1_000;
    Some(Play { item, dwell_ms: dwell, least_ms: shorter.max(code).max(i64::from(DWELL_MIN_MS)), most_ms: longer })
}

/// A list of the programme on a date.
pub(super) fn written_out(show: &Show, id: &PlaylistId, date: Date) -> Vec<Play> {
    let mut plays = nested(show, show.playlists.iter().find(|list| list.id == *id), date, 0);
    plays.truncate(WRITTEN_OUT_MAX);
    plays
}

fn nested(show: &Show, list: Option<&Playlist>, date: Date, depth: usize) -> Vec<Play> {
    let Some(list) = list.filter(|_| depth <= NESTING_MAX) else { return Vec::new() };
    let mut placed = Vec::new();
    for (n, turn) in list.turns.iter().enumerate() {
        if turn.first.is_some_and(|first| date < first) || turn.last.is_some_and(|last| date > last) {
            continue;
        }
        for k in 0..usize::from(turn.weight) {
            for play in inside(show, turn, date, depth) {
                placed.push((middle(k, usize::from(turn.weight)), n, play));
            }
        }
    }
    let mut plays = in_order(placed);
    if list.order == Order::Shuffle {
        mix(&mut plays, &format!("{}{date}", list.id));
    }
    plays
}

fn inside(show: &Show, turn: &Turn, date: Date, depth: usize) -> Vec<Play> {
    let of_network = |network| show.playlists.iter().find(|list| list.network.as_ref() == Some(network));
    match &turn.what {
        What::Item(item) => play(show, item, turn.dwell_ms).into_iter().collect(),
        What::Playlist(id) => nested(show, show.playlists.iter().find(|list| list.id == *id), date, depth + 1),
        What::Network(network) => nested(show, of_network(network), date, depth + 1),
        What::OwnNetworks(_) => {
            // Every list plays through at least once, and the turns are as the weights are.
            let members = show.zone.networks.iter();
            let lists: Vec<(usize, Vec<Play>)> = members
                .map(|m| (usize::from(m.weight.max(1)), nested(show, of_network(&m.network), date, depth + 1)))
                .filter(|(_, list)| !list.is_empty())
                .collect();
            let rounds = (0..=WRITTEN_OUT_MAX)
                .find(|n| lists.iter().all(|(weight, list)| n * weight >= list.len()))
                .unwrap_or(0);
            let mut placed = Vec::new();
            for (n, (weight, list)) in lists.iter().enumerate() {
                let turns = (rounds * weight).min(WRITTEN_OUT_MAX);
                placed.extend((0..turns).map(|k| (middle(k, turns), n, list[k % list.len()])));
            }
            in_order(placed)
        }
        What::Series(episodes) => {
            // The first week begins on Monday, the first of January 2024.
            let days = date.since(jiff::civil::date(2024, 1, 1)).expect("near").get_days();
            let count = i32::try_from(episodes.len()).expect("few");
            let week = if count == 0 { 0 } else { days.div_euclid(7).rem_euclid(count) };
            let episode = episodes.get(usize::try_from(week).expect("not negative"));
            let part = episode.and_then(|e| e.parts.iter().find(|part| part.kinds.contains(&show.zone.kind)));
            part.and_then(|part| play(show, &part.item, turn.dwell_ms)).into_iter().collect()
        }
    }
}

/// The middle of the k-th of n parts of a line of a million.
const fn middle(k: usize, n: usize) -> usize {
    (2 * k + 1) * 1_000_000 / (2 * n)
}

fn in_order(mut placed: Vec<(usize, usize, Play)>) -> Vec<Play> {
    placed.sort_by_key(|(middle, group, _)| (*middle, *group));
    placed.into_iter().map(|(_, _, play)| play).collect()
}

/// Each place from the last down changes with one at or before it, drawn by `SplitMix64` from the FNV-1a hash of the words.
fn mix(plays: &mut [Play], words: &str) {
    let mut hash = 0xCBF2_9CE4_8422_2325_u64;
    for byte in words.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
    }
    for place in (1..plays.len()).rev() {
        hash = hash.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut drawn = (hash ^ (hash >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        drawn = (drawn ^ (drawn >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        drawn ^= drawn >> 31;
        plays.swap(place, usize::try_from(drawn % (place as u64 + 1)).expect("small"));
    }
}
