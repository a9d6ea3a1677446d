//! The rules of the log, pure: what the stage says goes in, changes of the log come out. One showing (screen, item,
//! planned instant) is one play, however often the stage or the agent falls while it stands.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::batch::is_no;
use super::{Ending, LampTime, OpenPlay, Print, Proof, Step};
use crate::clock::Instant;
use crate::id::{ContentHash, ItemId, ScreenId, ZoneId};

/// How often a running play's length is noted on disk: what a power cut can take from it.
const NOTE_EVERY: Duration = Duration::from_secs(10);
/// An open play whose planned end lies so far back is closed when no stage took it up.
const STALE_PLAY_MS: i64 = 5_000;

/// Time since the process started, by a clock that never jumps.
pub type Tick = Duration;

/// An item began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// Which.
    pub item: ItemId,
    /// In which version.
    pub item_version: u32,
    /// The file on the glass; none for a card.
    pub file: Option<ContentHash>,
    /// By which manifest.
    pub manifest_version: u64,
    /// When the plan let it begin; may lie before the start of the stage.
    pub planned_at: Instant,
    /// How long the plan lets it stand, in milliseconds.
    pub planned_ms: u32,
    /// When its first frame was presented.
    pub at: Instant,
    /// The evergreen set put it there, and no plan.
    #[serde(default, skip_serializing_if = "is_no")]
    pub is_evergreen: bool,
}

/// An item ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// When the plan let it begin: says which showing.
    pub planned_at: Instant,
    /// How long it was on the glass of this stage, in milliseconds of a clock that never jumps.
    pub shown_ms: u32,
    /// How it ended.
    pub ending: Ending,
    /// Frames that this stage presented of it.
    #[serde(default)]
    pub frames: u32,
    /// How it looked; none when it was not looked at.
    #[serde(default)]
    pub print: Option<Print>,
}

/// What is known of a glass while frames go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Signs {
    /// Frames the stage presented since its start.
    pub frames: u64,
    /// Whether the display has power; none where nobody can read it.
    pub lit: Option<bool>,
}

/// Where a stage hangs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its screen.
    pub screen: ScreenId,
    /// The zone of the screen.
    pub zone: ZoneId,
}

/// What is known about open plays and the last closed ones.
#[derive(Debug, Default)]
pub struct Diary {
    open: BTreeMap<ScreenId, Page>,
    closed: BTreeMap<ScreenId, (ItemId, Instant)>,
    /// Whether the display had power when that was read last.
    lit: Option<bool>,
}

#[derive(Debug)]
struct Page {
    play: OpenPlay,
    /// The stage that runs has it on the glass.
    live: Option<Live>,
}

#[derive(Debug, Clone, Copy)]
struct Live {
    since: Tick,
    seen: Tick,
    noted: Tick,
    /// Frames the stage had presented when it first told so in this showing, and when it last did.
    frames: Option<(u64, u64)>,
    lamp: Option<LampTime>,
}

impl Live {
    fn began(tick: Tick) -> Self {
        Self { since: tick, seen: tick, noted: tick, frames: None, lamp: None }
    }

    /// It stood until `tick`, and the display was lit or not.
    fn goes_on(&mut self, tick: Tick, lit: Option<bool>) {
        let span_ms = whole_ms(tick.saturating_sub(self.seen));
        if let Some(is_lit) = lit {
            let lamp = self.lamp.get_or_insert_default();
            lamp.read_ms = lamp.read_ms.saturating_add(span_ms);
            lamp.lit_ms = lamp.lit_ms.saturating_add(if is_lit { span_ms } else { 0 });
        }
        self.seen = tick;
    }

    fn proof(&self) -> Proof {
        let frames =
            self.frames.map_or(0, |(first, last)| u32::try_from(last.saturating_sub(first)).unwrap_or(u32::MAX));
        Proof { frames, print: None, lamp: self.lamp }
    }
}

impl Diary {
    /// A diary that goes on from what was on the disk: open plays wait for a stage that takes them up.
    #[must_use]
    pub fn wake(open: Vec<OpenPlay>, closed: Vec<(ScreenId, ItemId, Instant)>) -> Self {
        let open = open.into_iter().map(|mut play| {
            play.shown_ms = play.shown_ms.saturating_add(play.noted_ms);
            play.noted_ms = 0;
            play.proof = play.proof.and(std::mem::take(&mut play.noted));
            (play.screen.clone(), Page { play, live: None })
        });
        let closed = closed.into_iter().map(|(screen, item, planned_at)| (screen, (item, planned_at)));
        Self { open: open.collect(), closed: closed.collect(), lit: None }
    }

    /// An item's first frame was presented.
    pub fn shown(&mut self, place: &Place, shown: &Shown, tick: Tick) -> Vec<Step> {
        if let Some(page) = self.open.get_mut(&place.screen).filter(|page| page.is(shown)) {
            // The stage fell and came back in the same showing: one play goes on.
            page.live.get_or_insert(Live::began(tick));
            return Vec::new();
        }
        let mut steps = Vec::new();
        if let Some(page) = self.open.remove(&place.screen) {
            steps.push(self.close(page, Ending::Interrupted));
        }
        let same = (shown.item.clone(), shown.planned_at);
        if self.closed.get(&place.screen) == Some(&same) {
            // This showing has ended in the log already and is not counted again.
            return steps;
        }
        let play = OpenPlay {
            screen: place.screen.clone(),
            zone: place.zone.clone(),
            item: shown.item.clone(),
            item_version: shown.item_version,
            file: shown.file,
            manifest_version: shown.manifest_version,
            planned_at: shown.planned_at,
            planned_ms: shown.planned_ms,
            started_at: shown.at,
            shown_ms: 0,
            noted_ms: 0,
            proof: Proof::default(),
            noted: Proof::default(),
            is_evergreen: shown.is_evergreen,
        };
        steps.push(Step::Keep(play.clone()));
        self.open.insert(place.screen.clone(), Page { play, live: Some(Live::began(tick)) });
        steps
    }

    /// An item's last frame was presented.
    pub fn ended(&mut self, screen: &ScreenId, ended: &Ended, tick: Tick) -> Vec<Step> {
        let is_open = self.open.get(screen).is_some_and(|page| page.play.planned_at == ended.planned_at);
        let Some(mut page) = is_open.then(|| self.open.remove(screen)).flatten() else { return Vec::new() };
        let shown_ms = page.play.shown_ms.saturating_add(ended.shown_ms);
        let live = page.live.as_mut().map(|live| {
            live.goes_on(tick, self.lit);
            live.proof()
        });
        let proof = Proof { print: ended.print, ..live.unwrap_or_default() };
        let proof = page.play.proof.and(Proof { frames: ended.frames.max(proof.frames), ..proof });
        self.closed.insert(screen.clone(), (page.play.item.clone(), page.play.planned_at));
        vec![Step::Close { play: page.play, shown_ms, proof, ending: ended.ending }]
    }

    /// Frames went on: the play on the glass is longer. Now and then this is noted.
    pub fn seen(&mut self, screen: &ScreenId, item: Option<&ItemId>, signs: Signs, tick: Tick) -> Vec<Step> {
        self.lit = signs.lit;
        let Some(page) = self.open.get_mut(screen).filter(|page| Some(&page.play.item) == item) else {
            return Vec::new();
        };
        let Some(live) = page.live.as_mut() else { return Vec::new() };
        live.goes_on(tick, signs.lit);
        live.frames.get_or_insert((signs.frames, signs.frames)).1 = signs.frames;
        if tick.saturating_sub(live.noted) < NOTE_EVERY {
            return Vec::new();
        }
        live.noted = tick;
        page.play.noted_ms = whole_ms(tick.saturating_sub(live.since));
        page.play.noted = live.proof();
        vec![Step::Keep(page.play.clone())]
    }

    /// The stage of a screen fell: what it had shown is kept, and the play stays open for the next stage.
    pub fn stage_fell(&mut self, screen: &ScreenId) -> Vec<Step> {
        let Some(page) = self.open.get_mut(screen) else { return Vec::new() };
        let Some(live) = page.live.take() else { return Vec::new() };
        page.play.shown_ms = page.play.shown_ms.saturating_add(whole_ms(live.seen.saturating_sub(live.since)));
        page.play.noted_ms = 0;
        page.play.proof = page.play.proof.and(live.proof());
        page.play.noted = Proof::default();
        vec![Step::Keep(page.play.clone())]
    }

    /// Closes open plays that no stage took up before their time was over.
    pub fn close_stale(&mut self, now: Instant) -> Vec<Step> {
        let is_stale = |page: &Page| {
            let end = page.play.planned_at.plus_ms(i64::from(page.play.planned_ms));
            page.live.is_none() && now.ms_since(end) > STALE_PLAY_MS
        };
        let stale: Vec<_> = self.open.iter().filter(|(_, page)| is_stale(page)).map(|(id, _)| id.clone()).collect();
        let pages: Vec<_> = stale.iter().filter_map(|id| self.open.remove(id)).collect();
        pages.into_iter().map(|page| self.close(page, Ending::Interrupted)).collect()
    }

    /// The box stops: everything open ends here.
    pub fn interrupt(&mut self, tick: Tick) -> Vec<Step> {
        let pages: Vec<_> = std::mem::take(&mut self.open).into_values().collect();
        pages
            .into_iter()
            .map(|mut page| {
                if let Some(live) = page.live.as_mut() {
                    live.goes_on(tick, self.lit);
                }
                self.close(page, Ending::Interrupted)
            })
            .collect()
    }

    fn close(&mut self, page: Page, ending: Ending) -> Step {
        let live_ms = page.live.map_or(0, |live| whole_ms(live.seen.saturating_sub(live.since)));
        let shown_ms = page.play.shown_ms.saturating_add(live_ms);
        let proof = page.live.map_or(page.play.proof, |live| page.play.proof.and(live.proof()));
        self.closed.insert(page.play.screen.clone(), (page.play.item.clone(), page.play.planned_at));
        Step::Close { play: page.play, shown_ms, proof, ending }
    }
}

impl Page {
    fn is(&self, shown: &Shown) -> bool {
        self.play.planned_at == shown.planned_at && self.play.item == shown.item
    }
}

fn whole_ms(span: Duration) -> u32 {
    u32::try_from(span.as_millis()).unwrap_or(u32::MAX)
}

#[cfg(test)]
pub(in crate::play) mod tests {
    use super::*;

    pub(in crate::play) fn place() -> Place {
        Place { screen: ScreenId::parse("Z1-1").unwrap(), zone: ZoneId::parse("Z1").unwrap() }
    }

    pub(in crate::play) fn shown(item: &str, planned_at: i64) -> Shown {
        Shown {
            item: ItemId::parse(item).unwrap(),
            item_version: 1,
            file: None,
            manifest_version: 1,
            planned_at: Instant(planned_at),
            planned_ms: 10_000,
            at: Instant(planned_at + 20),
            is_evergreen: false,
        }
    }

    fn ended(planned_at: i64, shown_ms: u32) -> Ended {
        Ended { planned_at: Instant(planned_at), shown_ms, ending: Ending::Complete, frames: 0, print: None }
    }

    fn closes(steps: &[Step]) -> Vec<(String, i64, u32, Ending)> {
        steps
            .iter()
            .filter_map(|step| match step {
                Step::Close { play, shown_ms, ending, .. } => {
                    Some((play.item.to_string(), play.planned_at.0, *shown_ms, *ending))
                }
                Step::Keep(_) => None,
            })
            .collect()
    }

    fn after(tick: Tick, ms: u64) -> Tick {
        tick + Duration::from_millis(ms)
    }

    #[test]
    fn a_stage_killed_mid_item_goes_on_with_the_same_play() {
        let (mut diary, t) = (Diary::default(), Tick::ZERO);
        let screen = place().screen;
        assert_eq!(diary.shown(&place(), &shown("a", 0), t).len(), 1);
        diary.seen(&screen, Some(&ItemId::parse("a").unwrap()), Signs::default(), after(t, 3_000));
        diary.stage_fell(&screen);
        assert_eq!(diary.shown(&place(), &shown("a", 0), after(t, 4_000)), []);
        let steps = diary.ended(&screen, &ended(0, 6_000), after(t, 10_000));
        assert_eq!(closes(&steps), [("a".into(), 0, 9_000, Ending::Complete)]);
        assert_eq!(diary.ended(&screen, &ended(0, 6_000), after(t, 10_000)), [], "an end said twice is one end");
    }

    #[test]
    fn an_agent_killed_mid_item_goes_on_or_closes_what_it_finds() {
        let t = Tick::ZERO;
        let mut before = Diary::default();
        let Some(Step::Keep(mut open)) = before.shown(&place(), &shown("a", 0), t).pop() else { panic!("no start") };
        open.noted_ms = 2_000;

        let mut same = Diary::wake(vec![open.clone()], vec![]);
        assert_eq!(same.shown(&place(), &shown("a", 0), t), []);
        let steps = same.ended(&place().screen, &ended(0, 5_000), after(t, 5_000));
        assert_eq!(closes(&steps), [("a".into(), 0, 7_000, Ending::Complete)]);

        let mut next = Diary::wake(vec![open.clone()], vec![]);
        let steps = next.shown(&place(), &shown("b", 10_000), t);
        assert_eq!(closes(&steps), [("a".into(), 0, 2_000, Ending::Interrupted)]);
        assert_eq!(steps.len(), 2);

        let mut nobody = Diary::wake(vec![open], vec![]);
        assert_eq!(nobody.close_stale(Instant(12_000)), [], "a stage may still come back to it");
        assert_eq!(closes(&nobody.close_stale(Instant(15_001))), [("a".into(), 0, 2_000, Ending::Interrupted)]);
    }

    #[test]
    fn a_showing_that_ended_is_never_counted_again() {
        let (mut diary, t) = (Diary::default(), Tick::ZERO);
        diary.shown(&place(), &shown("a", 0), t);
        assert_eq!(closes(&diary.interrupt(after(t, 1_500))), [("a".into(), 0, 1_500, Ending::Interrupted)]);
        assert_eq!(diary.shown(&place(), &shown("a", 0), after(t, 2_000)), []);
        assert_eq!(diary.ended(&place().screen, &ended(0, 9_000), after(t, 9_000)), []);
        assert_eq!(
            diary.shown(&place(), &shown("a", 10_000), after(t, 10_000)).len(),
            1,
            "the next showing is another"
        );

        let mut woken = Diary::wake(vec![], vec![(place().screen, ItemId::parse("a").unwrap(), Instant(0))]);
        assert_eq!(woken.shown(&place(), &shown("a", 0), t), []);
    }

    #[test]
    fn frames_looks_and_light_of_all_parts_of_a_showing_prove_it_together() {
        let (mut diary, t) = (Diary::default(), Tick::ZERO);
        let (screen, item) = (place().screen, ItemId::parse("a").unwrap());
        let signs = |frames, lit| Signs { frames, lit };
        diary.shown(&place(), &shown("a", 0), t);
        for (second, lit) in [(1, None), (2, Some(true)), (3, Some(false)), (4, Some(true))] {
            diary.seen(&screen, Some(&item), signs(100 + 30 * second, lit), after(t, 1_000 * second));
        }
        let steps = diary.stage_fell(&screen);
        let Some(Step::Keep(open)) = steps.last() else { panic!("nothing was kept") };
        let lamp = Some(LampTime { read_ms: 3_000, lit_ms: 2_000 });
        assert_eq!(open.proof, Proof { frames: 90, print: None, lamp }, "what the stage had told of, and no more");

        // The agent falls as well; the next stage counts anew.
        let mut diary = Diary::wake(vec![open.clone()], vec![]);
        diary.shown(&place(), &shown("a", 0), after(t, 6_000));
        diary.seen(&screen, Some(&item), signs(7, Some(true)), after(t, 7_000));
        let print = Some(Print { bits: 5, at_ms: 8_000 });
        let end = Ended { frames: 120, print, ..ended(0, 4_000) };
        let steps = diary.ended(&screen, &end, after(t, 10_000));
        let Some(Step::Close { proof, .. }) = steps.last() else { panic!("nothing was closed") };
        let lamp = Some(LampTime { read_ms: 7_000, lit_ms: 6_000 });
        assert_eq!(*proof, Proof { frames: 210, print, lamp });
    }

    #[test]
    fn length_is_noted_now_and_then() {
        let (mut diary, t) = (Diary::default(), Tick::ZERO);
        let (screen, item) = (place().screen, ItemId::parse("a").unwrap());
        diary.shown(&place(), &shown("a", 0), t);
        assert_eq!(diary.seen(&screen, Some(&item), Signs::default(), after(t, 9_000)), []);
        let noted = diary.seen(&screen, Some(&item), Signs::default(), after(t, 10_500));
        assert!(matches!(noted.as_slice(), [Step::Keep(play)] if play.noted_ms == 10_500));
        assert_eq!(
            diary.seen(&screen, None, Signs::default(), after(t, 30_000)),
            [],
            "another picture is not this play"
        );
    }
}
