//! The sound of a screen: how loud it may be and is, and making it quieter for the rest of the day.

use anteroom_content::clock::Instant;
use anteroom_content::place::{Audio, Zone};
use anteroom_content::wire::Command;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;

use super::desk::Desk;
use super::fault::Fault;
use super::fields::{Fields, Named};
use super::hands::way_of;
use super::moment::{midnight, of_site, today};
use super::said::Said;
use super::visitor::Staff;
use crate::db::places::{self, Places};
use crate::hands::{self, Fate, Scope};

/// Steps offered, in percent.
const STEP_PERCENT: usize = 10;

/// A screen that may be heard.
pub(super) struct Loud {
    /// How loud at the most, in percent.
    pub(super) cap: u8,
    /// How loud it is, as its box said last; none while nothing is heard.
    pub(super) heard: Option<u8>,
}

impl Loud {
    /// None for more than one screen, and where a zone is mute.
    pub(super) fn of(desk: &Desk, scope: &Scope, places: &Places) -> Option<Self> {
        let Scope::Screen(id) = scope else { return None };
        let cap = cap_of(places.zone(&places.screen(id)?.zone)?);
        let heard = desk.house.fleet.box_of(id).and_then(|seen| seen.said_of(id)?.volume);
        (cap > 0).then_some(Self { cap, heard })
    }

    /// What may be chosen, the quietest first.
    pub(super) fn steps(&self) -> Vec<u8> {
        let mut steps: Vec<u8> = (0..self.cap).step_by(STEP_PERCENT).collect();
        steps.push(self.cap);
        steps
    }
}

fn cap_of(zone: &Zone) -> u8 {
    let sound = zone.sound.as_ref().filter(|_| zone.audio != Audio::Never);
    sound.map_or(0, |sound| sound.cap_percent)
}

/// When the day of a zone ends.
pub(super) fn end_of_day(desk: &Desk, places: &Places, zone: &Zone) -> Result<Instant, Fault> {
    let time_zone = of_site(places.site_of(zone));
    let tomorrow = today(&time_zone, desk.house.now()).tomorrow().map_err(Fault::internal)?;
    Ok(midnight(&time_zone, tomorrow))
}

#[derive(Deserialize)]
pub(super) struct VolumeForm {
    percent: u8,
}

/// What a person hears of an order that was given to one screen: `said`, or why it did not go there.
pub(super) fn sent(fate: &Fate, said: Said) -> Said {
    match fate {
        Fate::TooOld => Said::bad("bad-hands-too-old"),
        Fate::Away => Said::bad("bad-hands-away"),
        Fate::Waiting | Fate::Done(_) | Fate::Refused(_) | Fate::NoAnswer => said,
    }
}

/// Makes one screen quieter until its day ends; over what its zone allows it never gets.
pub(super) async fn hush(
    State(desk): State<Desk>,
    staff: Staff,
    Named(scope): Named<Scope>,
    Fields(VolumeForm { percent }): Fields<VolumeForm>,
) -> Result<Response, Fault> {
    let places = places::places(&desk.house.db).await?;
    let Scope::Screen(id) = &scope else { return Err(Fault::not_found()) };
    let screen = places.screen(id).ok_or_else(Fault::not_found)?;
    let zone = places.zone(&screen.zone).ok_or_else(Fault::not_found)?;
    let cap = cap_of(zone);
    if percent > cap {
        return Ok(Said::bad("bad-volume-cap").put("max", cap).at(&way_of(&scope)));
    }
    let command = Command::Volume { percent, for_today: end_of_day(&desk, &places, zone)? };
    let fate = hands::give(&desk.house, id, command, &staff.account.display_name);
    desk.note(&staff.account, "screen.volume", &scope.to_string(), &format!("{percent} %")).await?;
    Ok(sent(&fate, Said::new("said-volume").put("percent", percent)).at(&way_of(&scope)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_lead_from_silence_to_the_cap() {
        let steps = |cap| Loud { cap, heard: None }.steps();
        assert_eq!(steps(35), [0, 10, 20, 30, 35]);
        assert_eq!(steps(20), [0, 10, 20]);
        assert_eq!(steps(5), [0, 5]);
    }
}
