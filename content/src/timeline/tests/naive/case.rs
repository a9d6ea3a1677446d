//! A programme and a date to compare on, told in a few lines when they fail.

use std::fmt;

use proptest::prelude::*;

use super::super::any::{DAY, STILLS, any_show};
use super::super::*;
use crate::clock::{HOUR_MS, MINUTE_MS};
use crate::playlist::What;

/// What is drawn.
#[derive(Clone)]
pub(super) struct Case {
    pub(super) show: Show,
    pub(super) date: Date,
}

/// Any programme with what the other properties leave out: nights, clocks that change, lists in lists, campaigns of several
/// items, and a movie that ends in the middle of a minute.
pub(super) fn any_case() -> impl Strategy<Value = Case> {
    let items = prop::collection::vec((0usize..3, prop::sample::select(vec!["p", "q", "m", "x", "y", "z"])), 0..4);
    let night = prop::option::weighted(0.2, (18u16..24, 1u16..8));
    let change = prop::option::weighted(0.2, (0i64..24, prop::sample::select(vec![-1i32, 1])));
    let inner = prop::option::weighted(0.3, (0usize..3, 1u8..4));
    let end = prop::option::weighted(0.3, (0i64..1440, 0i64..60_000));
    (any_show(), -5i64..=5, items, night, change, inner, end).prop_map(
        |(mut show, days, items, night, change, inner, end)| {
            let date = DAY.checked_add(jiff::Span::new().days(days)).expect("a date");
            let midnight = show.offsets.instant(date, 0);
            for (n, item) in items {
                let item = ItemId::parse(item).expect("name");
                show.campaigns.get_mut(n).into_iter().for_each(|campaign| campaign.items.push(item.clone()));
            }
            if let Some((from, to)) = night {
                show.zone.open = [Some(OpenHours { from_min: from * 60, to_min: to * 60 }); 7];
            }
            if let Some((hour, by)) = change {
                show.offsets.steps.push((midnight.plus_ms(hour * HOUR_MS), 8 * 3600 + by * 3600));
            }
            if let Some((n, weight)) = inner.filter(|(n, _)| n + 1 < show.playlists.len()) {
                let what = What::Playlist(show.playlists[n + 1].id.clone());
                let turn = Turn { what, weight, ..Turn::of(ItemId::parse(STILLS[0]).expect("name"), None) };
                show.playlists[n].turns.push(turn);
            }
            let movie = show.items.iter_mut().find(|item| item.id.as_str() == "m").expect("of the stock");
            movie.expires_at = end.map(|(minute, ms)| midnight.plus_ms(minute * MINUTE_MS + ms));
            Case { show, date }
        },
    )
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { show, date } = self;
        writeln!(f, "{date}, open {:?}, {:?}", show.zone.open[0], show.calendar.days())?;
        writeln!(f, "{:?}, child {}, steps {:?}", show.site.policy, show.zone.child, show.offsets.steps)?;
        for item in show.items.iter().filter(|item| item.valid_from.is_some() || item.expires_at.is_some()) {
            writeln!(f, "{} from {:?} to {:?}", item.id, item.valid_from, item.expires_at)?;
        }
        for rule in &show.rules {
            writeln!(
                f,
                "{} {:?} weight {} order {}: {}",
                rule.id,
                rule.level,
                rule.weight,
                rule.order,
                times(&rule.window)
            )?;
        }
        for list in &show.playlists {
            let turn = |turn: &Turn| format!("{} {:?} ms x{}", turn.what.word(), turn.dwell_ms, turn.weight);
            writeln!(
                f,
                "{} {:?}: {}",
                list.id,
                list.order,
                list.turns.iter().map(turn).collect::<Vec<_>>().join(", ")
            )?;
        }
        for campaign in &show.campaigns {
            let (items, most) = (&campaign.items, campaign.per_hour_max);
            writeln!(f, "{} {:?} {:?} {:?}: {}", campaign.id, items, campaign.goal, most, times(&campaign.window))?;
        }
        Ok(())
    }
}

fn times(window: &Window) -> String {
    let Window { from_min, to_min, days, kinds, counts_as, hours_on, .. } = window;
    format!("{from_min} to {to_min} on {days:?} {kinds:?} {counts_as:?} {hours_on:?}")
}
