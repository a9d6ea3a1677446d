//! Remote hands at the desk: orders are obeyed once, by the screen they name, and end by themselves; what people took down stays
//! down over restarts of the box and without a server. What is answered is what a presented frame said.

use std::collections::VecDeque;
use std::time::{Duration, Instant as Tick};

use anteroom_content::clock::{Clock as _, Instant};
use anteroom_content::id::ScreenId;
use anteroom_content::volume::VOLUME_PERCENT_MAX;
use anteroom_content::wire::{
    Answer, Command, Cover, IDENTIFY_MS, ORDER_MS, Order, Outcome, TEST_CARD_MS, ToServer, WhyNot,
};

use super::round::Desk;
use crate::agent::limits::{ORDERS_AWAITED_MAX, ORDERS_REMEMBERED_MAX};
use crate::agent::store::StoreError;
use crate::bridge::{Covering, NamePlate, ToStage};

/// How loud a screen may be for the rest of a day, by its name in the store.
fn hush_of(screen: &ScreenId) -> String {
    format!("volume {screen}")
}

/// What the desk knows of hands.
#[derive(Debug, Default)]
pub(super) struct Hands {
    /// The screens that are taken down, whichever boxes drive them.
    down: Vec<ScreenId>,
    /// What lies over the programme for a while, and until when.
    cover: Option<(Cover, Tick)>,
    /// What lies over it on the glass, as the stage said last.
    on_glass: Option<Cover>,
    /// Orders heard lately.
    heard: VecDeque<u64>,
    /// Orders that wait for the stage.
    awaited: Vec<Awaited>,
    /// No louder than this, in percent, until then.
    hush: Option<(u8, Instant)>,
}

/// An order that is done when the stage says so.
#[derive(Debug)]
struct Awaited {
    id: u64,
    screen: ScreenId,
    since: Tick,
    until: Until,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Until {
    /// This lies over the programme.
    Covered(Cover),
    /// Neither name nor test card does.
    Cleared,
    /// Another stage has drawn its first frame.
    Restarted,
}

impl Until {
    fn is_met_by(self, on_glass: Option<Cover>) -> bool {
        match self {
            Self::Covered(cover) => on_glass == Some(cover),
            Self::Cleared => matches!(on_glass, None | Some(Cover::TakenDown)),
            Self::Restarted => false,
        }
    }
}

impl Hands {
    /// With what was taken down before the agent went down.
    pub(super) fn wake(down: Vec<ScreenId>) -> Self {
        Self { down, ..Self::default() }
    }

    /// What lies over the programme on the glass.
    pub(super) const fn on_glass(&self) -> Option<Cover> {
        self.on_glass
    }

    /// Somebody is shown a name plate or a test card.
    pub(super) const fn is_shown_around(&self) -> bool {
        self.cover.is_some()
    }

    /// The stage was asked to end.
    pub(super) fn is_restarting(&self) -> bool {
        self.awaited.iter().any(|order| order.until == Until::Restarted)
    }

    /// False for an order that was heard before.
    fn is_news(&mut self, id: u64) -> bool {
        if self.heard.contains(&id) {
            return false;
        }
        if self.heard.len() >= ORDERS_REMEMBERED_MAX {
            self.heard.pop_front();
        }
        self.heard.push_back(id);
        true
    }
}

impl Desk {
    /// Which screens are taken down from now on. A screen goes down even when that cannot be kept.
    pub(super) async fn taken_down(&mut self, screens: Vec<ScreenId>) {
        let kept = self.rooms.store.keep_taken_down(&screens).await;
        self.report(kept);
        let was_down = self.is_down();
        self.hands.down = screens;
        if self.is_down() != was_down {
            tracing::warn!(screen.down = self.is_down(), "people took this screen down, or put it back");
            self.tell_cover();
        }
    }

    /// People took this screen down.
    pub(super) fn is_down(&self) -> bool {
        self.screen().is_some_and(|screen| self.hands.down.contains(screen))
    }

    /// A person wants something done.
    pub(super) async fn order(&mut self, order: &Order) {
        if !self.hands.is_news(order.id) {
            return;
        }
        tracing::info!(screen.id = %order.screen, order.command = ?order.command, "an order from the console");
        if self.screen() != Some(&order.screen) {
            return self.refuse_order(order, WhyNot::OtherScreen);
        }
        // A box that does not know the time cannot tell what is late.
        if self.rooms.clock.is_known() && self.rooms.clock.now() > order.until {
            return self.refuse_order(order, WhyNot::Late);
        }
        if self.hands.awaited.len() >= ORDERS_AWAITED_MAX {
            return self.refuse_order(order, WhyNot::Busy);
        }
        match order.command {
            Command::Identify { for_ms } => self.cover_for(order, Cover::Identify, for_ms.min(IDENTIFY_MS)),
            Command::TestCard { for_ms } => self.cover_for(order, Cover::TestCard, for_ms.min(TEST_CARD_MS)),
            Command::Clear => {
                self.hands.cover = None;
                self.tell_cover();
                self.wait_for(order, Until::Cleared);
            }
            Command::RestartStage if self.stage.is_none() => self.refuse_order(order, WhyNot::NoStage),
            Command::RestartStage => {
                self.wait_for(order, Until::Restarted);
                self.tell_stage_to_leave();
            }
            Command::RestartAgent => {
                self.answer(order.id, &order.screen, Vec::new());
                self.rooms.leave.for_good_reason();
            }
            Command::Log => self.answer(order.id, &order.screen, self.rooms.journal.newest()),
            Command::Volume { percent, for_today } => self.hush(order, percent, for_today).await,
            Command::Power { lamp, for_today } => self.switch_display(order, lamp, for_today).await,
            Command::Unknown => self.refuse_order(order, WhyNot::Unknown),
        }
    }

    /// No louder than this for a while: kept, so that a power cut at noon makes nothing loud again.
    async fn hush(&mut self, order: &Order, percent: u8, until: Instant) {
        let kept = self.rooms.store.keep_for_today(&hush_of(&order.screen), i64::from(percent), until).await;
        self.report(kept);
        self.hands.hush = Some((percent, until));
        self.tell(ToStage::Hush { percent, until });
        self.answer(order.id, &order.screen, Vec::new());
    }

    /// What was ordered before the agent went down still holds.
    pub(super) async fn recall_hush(&mut self) -> Result<(), StoreError> {
        let Some(screen) = self.screen().cloned() else { return Ok(()) };
        let kept = self.rooms.store.for_today(&hush_of(&screen)).await?;
        self.hands.hush = kept.and_then(|(percent, until)| Some((u8::try_from(percent).ok()?, until)));
        Ok(())
    }

    /// A stage was started: it learns how loud it may be.
    pub(super) fn hush_new_stage(&mut self) {
        if let Some((percent, until)) = self.hands.hush {
            self.tell(ToStage::Hush { percent, until });
        }
    }

    fn cover_for(&mut self, order: &Order, cover: Cover, for_ms: u32) {
        if self.stage.is_none() {
            return self.refuse_order(order, WhyNot::NoStage);
        }
        self.hands.cover = Some((cover, Tick::now() + Duration::from_millis(u64::from(for_ms))));
        self.tell_cover();
        self.wait_for(order, Until::Covered(cover));
    }

    fn wait_for(&mut self, order: &Order, until: Until) {
        let (id, screen) = (order.id, order.screen.clone());
        if until.is_met_by(self.hands.on_glass) {
            return self.answer(id, &screen, Vec::new());
        }
        self.hands.awaited.push(Awaited { id, screen, since: Tick::now(), until });
    }

    pub(super) fn answer(&mut self, id: u64, screen: &ScreenId, log: Vec<String>) {
        let outcome = Outcome::Done { at: self.rooms.clock.now(), log };
        self.tell_server(ToServer::Answer(Answer { id, screen: screen.clone(), outcome }));
    }

    pub(super) fn refuse_order(&mut self, order: &Order, why: WhyNot) {
        tracing::warn!(order.why = why.word(), "the order is not obeyed");
        let (id, screen) = (order.id, order.screen.clone());
        self.tell_server(ToServer::Answer(Answer { id, screen, outcome: Outcome::Refused { why } }));
    }

    /// Tells the stage what lies over the programme.
    pub(super) fn tell_cover(&mut self) {
        let left = |until: Tick| u64::try_from(until.saturating_duration_since(Tick::now()).as_millis()).unwrap_or(0);
        let while_ms = self.hands.cover.map(|(cover, until)| (cover, left(until))).filter(|(_, ms)| *ms > 0);
        let covering = Covering { is_down: self.is_down(), while_ms, plate: self.name_plate() };
        self.tell(ToStage::Cover(Box::new(covering)));
    }

    fn name_plate(&self) -> NamePlate {
        let box_name = self.identity.as_ref().map(|identity| identity.box_id.to_string()).unwrap_or_default();
        let Some(id) = self.screen() else { return NamePlate { box_name, ..NamePlate::default() } };
        let newest = self.editions.iter().rev().find_map(|edition| Some((&edition.show, edition.show.screen(id)?)));
        let plate = NamePlate { number: id.to_string(), box_name, ..NamePlate::default() };
        newest.map_or(plate.clone(), |(show, screen)| NamePlate {
            name: screen.name.clone(),
            zone: show.zone.name.clone(),
            site: show.site.name.clone(),
            ..plate
        })
    }

    /// A stage was started: it learns what lies over the programme before it learns of any.
    pub(super) fn cover_new_stage(&mut self) {
        self.hands.on_glass = None;
        if self.is_down() || self.hands.cover.is_some() {
            self.tell_cover();
        }
    }

    /// Another screen, or none: what was ordered was for the one before.
    pub(super) fn hands_off(&mut self) {
        self.hands.cover = None;
        if self.hands.hush.take().is_some() {
            self.tell(ToStage::Hush { percent: VOLUME_PERCENT_MAX, until: Instant(0) });
        }
        self.hands.awaited.clear();
        self.power.forget();
        self.tell_cover();
    }

    /// The stage presented a frame with this over the programme.
    pub(super) fn covered(&mut self, cover: Option<Cover>, at: Instant) {
        tracing::info!(glass.cover = ?cover, glass.at = at.0, "what lies over the programme is on the glass");
        self.hands.on_glass = cover;
        self.settle_orders(|until| until.is_met_by(cover));
        // Whoever took it down waits for this.
        self.beat();
    }

    /// The first frame of a stage was presented.
    pub(super) fn stage_is_back(&mut self) {
        self.settle_orders(|until| until == Until::Restarted);
    }

    fn settle_orders(&mut self, is_met: impl Fn(Until) -> bool) {
        let awaited = std::mem::take(&mut self.hands.awaited).into_iter();
        let (met, rest): (Vec<_>, Vec<_>) = awaited.partition(|order| is_met(order.until));
        self.hands.awaited = rest;
        for order in met {
            self.answer(order.id, &order.screen, Vec::new());
        }
    }

    /// What has an end by itself has come to it.
    pub(super) fn let_go(&mut self) {
        let now = Tick::now();
        self.hands.cover.take_if(|(_, until)| *until <= now);
        // Whoever gave the order has given up by now.
        let given_up = Duration::from_millis(u64::try_from(ORDER_MS).unwrap_or(0));
        self.hands.awaited.retain(|order| now.duration_since(order.since) < given_up);
    }
}
