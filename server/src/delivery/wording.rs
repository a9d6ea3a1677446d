//! How far things are, in words: the same sentences for the console's pages and for the command line.

use anteroom_content::clock::Instant;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::how_far::{HowFar, Standing, Why};
use super::sum::Sum;
use crate::words::Words;

/// One mebibyte.
const MIB: u64 = 1024 * 1024;

/// Words, and whose wall clocks times are told by.
pub struct Wording<'a> {
    words: &'static Words,
    time_zone: &'a TimeZone,
    now: Instant,
}

impl<'a> Wording<'a> {
    /// In a language, by the wall clocks of a place.
    #[must_use]
    pub fn new(words: &'static Words, time_zone: &'a TimeZone, now: Instant) -> Self {
        Self { words, time_zone, now }
    }

    /// `09:12` today, `11-25 09:12` on another day.
    #[must_use]
    pub fn time(&self, at: Instant) -> String {
        clock(self.time_zone, self.now, at)
    }

    /// `40 screens: 37 show revision 812, 2 are fetching (12 MiB left), 1 offline since 09:12`.
    #[must_use]
    pub fn sum(&self, sum: &Sum, version: Option<u64>) -> String {
        let total = self.words.say("delivery-total").put("count", sum.total()).to_string();
        let parts: Vec<String> = HowFar::ALL
            .into_iter()
            .rev()
            .filter(|how_far| sum.count(*how_far) > 0)
            .map(|how_far| self.part(sum, how_far, version))
            .collect();
        if parts.is_empty() {
            return total;
        }
        let parts = parts.join(&self.words.get("delivery-comma"));
        self.words.say("delivery-sum").put("total", total).put("parts", parts).to_string()
    }

    /// `3 of 40 have not applied revision 812`.
    #[must_use]
    pub fn behind(&self, sum: &Sum, version: Option<u64>) -> String {
        let say = |key| self.words.say(key).put("count", sum.behind()).put("total", sum.total());
        match version {
            Some(version) => say("delivery-behind").put("version", version.to_string()).to_string(),
            None => say("delivery-behind-newest").to_string(),
        }
    }

    fn part(&self, sum: &Sum, how_far: HowFar, version: Option<u64>) -> String {
        let count = sum.count(how_far);
        let say = |key: &str| self.words.say(key).put("count", count);
        match how_far {
            HowFar::Shown => self.shown(sum, version),
            HowFar::Fetching => say("delivery-part-fetching").put("left", self.bytes(sum.left_bytes)).to_string(),
            HowFar::Offline => match sum.offline_since {
                Some(since) => say("delivery-part-offline-since").put("time", self.time(since)).to_string(),
                None => say("delivery-part-offline").to_string(),
            },
            HowFar::Fetched => say("delivery-part-fetched").to_string(),
            HowFar::Told => say("delivery-part-told").to_string(),
            HowFar::HeldUp => say("delivery-part-held-up").to_string(),
            HowFar::Unlit => say("delivery-part-unlit").to_string(),
        }
    }

    fn shown(&self, sum: &Sum, version: Option<u64>) -> String {
        let count = sum.count(HowFar::Shown);
        let shown = match version {
            Some(version) => {
                let saying = self.words.say("delivery-part-shown").put("count", count);
                saying.put("version", version.to_string()).to_string()
            }
            None => self.words.say("delivery-part-shown-newest").put("count", count).to_string(),
        };
        if sum.shown_unheard == 0 {
            return shown;
        }
        let saying = self.words.say("delivery-part-unheard").put("shown", shown).put("count", sum.shown_unheard);
        saying.to_string()
    }

    /// `12 MiB`; less than one is one.
    #[must_use]
    pub fn bytes(&self, bytes: u64) -> String {
        self.words.say("delivery-bytes").put("mib", bytes.div_ceil(MIB)).to_string()
    }

    /// How far a screen is: `Fetching, 12 MiB left`.
    #[must_use]
    pub fn how_far(&self, standing: &Standing) -> String {
        let word = self.words.get(&format!("delivery-{}", standing.how_far.word()));
        if standing.how_far == HowFar::Shown && !standing.is_heard {
            return self.words.get("delivery-shown-unheard");
        }
        if standing.left_bytes == 0 {
            return word;
        }
        self.words.say("delivery-left").put("word", word).put("left", self.bytes(standing.left_bytes)).to_string()
    }

    /// Why it is no further; empty where there is nothing to say.
    #[must_use]
    pub fn why(&self, standing: &Standing) -> String {
        let Some(why) = &standing.why else {
            return match standing.how_far {
                HowFar::Shown | HowFar::Fetching | HowFar::Fetched => String::new(),
                HowFar::HeldUp | HowFar::Offline | HowFar::Unlit | HowFar::Told => {
                    self.words.get(&format!("delivery-why-{}", standing.how_far.word()))
                }
            };
        };
        let say = self.words.say(&format!("delivery-why-{}", why.word()));
        match why {
            Why::Obstacle(obstacle) => match obstacle.until {
                Some(until) if obstacle.is_not_yet() => say.put("time", self.time(until)).to_string(),
                Some(_) | None => say.to_string(),
            },
            Why::Skew(versions) => {
                say.put("oldest", versions.oldest.to_string()).put("newest", versions.newest.to_string()).to_string()
            }
            Why::TellsNoMore | Why::NeverHeard => say.to_string(),
        }
    }

    /// What to do about it; empty where there is nothing to do.
    #[must_use]
    pub fn advice(&self, standing: &Standing) -> String {
        let word = match (&standing.why, standing.how_far) {
            (_, HowFar::Shown | HowFar::Fetched | HowFar::Fetching) => return String::new(),
            (Some(why), _) => why.word(),
            (None, how_far) => how_far.word(),
        };
        self.words.get(&format!("delivery-do-{word}"))
    }

    /// What its box says itself, where it says something.
    #[must_use]
    pub fn box_says<'b>(&self, standing: &'b Standing) -> &'b str {
        match &standing.why {
            Some(Why::Obstacle(obstacle)) => &obstacle.text,
            Some(Why::Skew(_) | Why::TellsNoMore | Why::NeverHeard) | None => "",
        }
    }
}

/// `09:12` on the day of `now`, `11-25 09:12` on another one.
#[must_use]
pub fn clock(time_zone: &TimeZone, now: Instant, at: Instant) -> String {
    let local =
        |at: Instant| Timestamp::from_millisecond(at.0).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(time_zone.clone());
    let (now, at) = (local(now), local(at));
    let form = if now.date() == at.date() { "%H:%M" } else { "%m-%d %H:%M" };
    at.strftime(form).to_string()
}
