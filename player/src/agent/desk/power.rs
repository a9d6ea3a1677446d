//! Power at the desk: how the box's display should be now, by the programme in force and by what people ordered for today, and what the
//! display says of it. The glass waits for none of it.

use std::time::Instant as Tick;

use anteroom_content::clock::{Clock as _, Instant};
use anteroom_content::id::ScreenId;
use anteroom_content::power::{Lamp, Ordered, decide, planned};
use anteroom_content::wire::{Order, Trouble, TroubleKind, WhyNot};

use super::round::Desk;
use crate::agent::display::DisplayWord;
use crate::agent::lamp;
use crate::agent::store::StoreError;

/// What the desk knows of its display.
#[derive(Debug, Default)]
pub(super) struct Power {
    /// What people ordered for the rest of the day.
    ordered: Option<Ordered>,
    /// What the display said last.
    said: Option<Lamp>,
    /// What is wanted of it.
    wanted: Option<Lamp>,
}

/// What was ordered of a screen's power for the rest of a day, by its name in the store.
fn power_of(screen: &ScreenId) -> String {
    format!("power {screen}")
}

impl Power {
    /// Another screen, or none: what was ordered was for the one before.
    pub(super) const fn forget(&mut self) {
        self.ordered = None;
    }
}

impl Desk {
    /// Whether the display is lit: as it says itself, or as the graphics driver knows; none where nobody does.
    pub(super) fn lamp(&self) -> Option<Lamp> {
        let driver =
            || lamp::is_lit(self.rooms.output.as_deref()).map(|is_lit| if is_lit { Lamp::Lit } else { Lamp::Dark });
        self.power.said.or_else(driver)
    }

    /// The same as a play's proof and the status say it.
    pub(super) fn is_lit(&self) -> Option<bool> {
        self.lamp().map(|lamp| lamp == Lamp::Lit)
    }

    /// Works out how the display should be, and has it so.
    pub(super) fn keep_power(&mut self) {
        let now = self.rooms.clock.now();
        let wanted = self.wanted_lamp(now);
        if self.power.wanted != wanted {
            tracing::info!(display.wanted = ?wanted, "the display should be so from now on");
            self.power.wanted = wanted;
        }
        if let Some(keeper) = &mut self.rooms.display {
            keeper.want(wanted);
        }
        let is_dark = self.rooms.display.is_some() && wanted == Some(Lamp::Dark);
        if is_dark {
            self.pulse.dark(Tick::now());
        }
        self.rooms.dark.send_if_modified(|held| std::mem::replace(held, is_dark) != is_dark);
    }

    fn wanted_lamp(&self, now: Instant) -> Option<Lamp> {
        let in_force = self.editions.iter().rev().find(|edition| edition.effective_at <= now);
        let Some(edition) = in_force.or(self.editions.first()).filter(|_| self.screen().is_some()) else {
            // Whoever pairs a box, or looks for what is wrong with it, wants to see something.
            return Some(Lamp::Lit);
        };
        let show = &edition.show;
        // A box that does not know the time lights its display: nobody can say that the zone is closed.
        let is_lost = self.rooms.clock.is_guessing() && show.zone.power.is_some();
        let planned = planned(&show.zone, &show.calendar, &show.offsets, now);
        decide(planned, self.power.ordered, is_lost || self.hands.is_shown_around(), now)
    }

    /// A person wants it lit or dark until its day ends.
    pub(super) async fn switch_display(&mut self, order: &Order, lamp: Lamp, until: Instant) {
        if self.rooms.display.is_none() {
            return self.refuse_order(order, WhyNot::NoDisplay);
        }
        let kept = self.rooms.store.keep_for_today(&power_of(&order.screen), i64::from(lamp == Lamp::Lit), until).await;
        self.report(kept);
        self.power.ordered = Some(Ordered { lamp, until });
        self.keep_power();
        self.answer(order.id, &order.screen, Vec::new());
    }

    /// What was ordered before the agent went down still holds.
    pub(super) async fn recall_power(&mut self) -> Result<(), StoreError> {
        let Some(screen) = self.screen().cloned() else { return Ok(()) };
        let kept = self.rooms.store.for_today(&power_of(&screen)).await?;
        let lamp = |value: i64| if value == 0 { Lamp::Dark } else { Lamp::Lit };
        self.power.ordered = kept.map(|(value, until)| Ordered { lamp: lamp(value), until });
        Ok(())
    }

    /// The keeper heard something.
    pub(super) fn display_said(&mut self, word: DisplayWord) {
        if let Some(fault) = word.fault {
            let text = format!("the display cannot be switched or asked: {fault}");
            self.tell_trouble(Trouble { kind: TroubleKind::Display, file: None, text });
        }
        if self.power.said != word.lamp {
            tracing::info!(display.says = ?word.lamp, "the display says how it is");
            self.power.said = word.lamp;
            self.beat();
        }
    }
}
