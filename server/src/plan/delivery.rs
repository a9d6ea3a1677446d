//! `anteroom delivery`: how far what was published has come, by what the server wrote down.

use std::fmt::Write as _;

use anteroom_content::clock::{Instant, MINUTE_MS};
use anteroom_content::text::Language;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::columns::{Side, columns};
use super::house::House;
use crate::db::{deliveries, publications};
use crate::delivery::{Ground, HowFar, Line, Listed, Question, Survey, Why, Wording, survey};
use crate::words::words;

/// A connected box is noted at least every five minutes; one that was not for this long is offline.
const HEARD_MS_MAX: i64 = 6 * MINUTE_MS;
/// Publications offered where one is asked for that is not there.
const NEWEST_MAX: u32 = 5;

/// Where deliveries stand.
pub(super) struct Delivered {
    ground: Ground,
    question: Question,
    now: Instant,
    time_zone: TimeZone,
}

/// Reads what the server wrote down.
pub(super) async fn delivery(house: &House, zone: Option<&str>, publication: Option<u64>) -> anyhow::Result<Delivered> {
    let db = &house.state.db;
    let ground = Ground::read(db).await?;
    let mut question = Question::default();
    let mut site = house.places.sites.first();
    if let Some(zone) = zone {
        let (zone, of_zone) = house.zone(zone)?;
        question.zone = Some(zone.id.clone());
        site = Some(of_zone);
    }
    if let Some(version) = publication {
        let zones = deliveries::zones_of(db, version).await?;
        if zones.is_empty() {
            let newest = publications::last(db, NEWEST_MAX).await?;
            let newest: Vec<String> = newest.iter().map(|one| one.version.to_string()).collect();
            anyhow::bail!("no publication {version}; the newest are {}", newest.join(", "));
        }
        question.publication = Some((version, zones.into_iter().collect()));
    }
    let time_zone = site.and_then(|site| TimeZone::get(&site.time_zone).ok()).unwrap_or(TimeZone::UTC);
    Ok(Delivered { ground, question, now: house.state.now(), time_zone })
}

impl Delivered {
    fn survey(&self, house: &House, listed: Listed) -> Survey<'_> {
        let (now, question) = (self.now, Question { listed, ..self.question.clone() });
        survey(&self.ground, &house.state.fleet, &question, move |at| now.ms_since(at) < HEARD_MS_MAX)
    }

    /// Nothing stands in the way of any screen.
    pub(super) fn is_well(&self, house: &House) -> bool {
        self.survey(house, Listed::Nobody).sum.count(HowFar::HeldUp) == 0
    }

    fn version(&self) -> Option<u64> {
        self.question.publication.as_ref().map(|(version, _)| *version)
    }

    /// For people.
    pub(super) fn words(&self, house: &House, language: Language) -> String {
        let (survey, words) = (self.survey(house, Listed::Behind), words(language));
        let wording = Wording::new(words, &self.time_zone, self.now);
        if survey.sum.total() == 0 {
            return words.get("delivery-nothing");
        }
        let mut text = wording.sum(&survey.sum, self.version());
        if survey.sum.behind() == 0 {
            return text;
        }
        let _ = write!(text, "\n\n{}\n", wording.behind(&survey.sum, self.version()));
        let rows: Vec<Vec<String>> = survey
            .lines
            .iter()
            .map(|line| {
                let standing = &line.standing;
                vec![
                    line.screen.id.to_string(),
                    wording.how_far(standing),
                    standing.since.map(|since| wording.time(since)).unwrap_or_default(),
                    [wording.why(standing), wording.advice(standing)].join(" ").trim().to_owned(),
                ]
            })
            .collect();
        text.push_str(&columns("  ", &[Side::Left; 4], &rows));
        text.trim_end().to_owned()
    }

    /// For programs.
    pub(super) fn json(&self, house: &House) -> Value {
        let survey = self.survey(house, Listed::Everybody);
        let counts: serde_json::Map<String, Value> = HowFar::ALL
            .into_iter()
            .map(|how_far| (how_far.word().to_owned(), survey.sum.count(how_far).into()))
            .collect();
        json!({
            "publication": self.version(),
            "screens": survey.sum.total(),
            "counts": counts,
            "left_bytes": survey.sum.left_bytes,
            "lines": survey.lines.iter().map(line).collect::<Vec<_>>(),
        })
    }
}

fn line(line: &Line<'_>) -> Value {
    let standing = &line.standing;
    let text = match &standing.why {
        Some(Why::Obstacle(obstacle)) => obstacle.text.as_str(),
        Some(Why::Skew(_) | Why::TellsNoMore | Why::NeverHeard) | None => "",
    };
    json!({
        "screen": line.screen.id, "zone": line.zone.id, "version": line.version, "state": standing.how_far.word(),
        "since": standing.since, "left_bytes": standing.left_bytes, "shows": standing.shows,
        "is_heard": standing.is_heard, "why": standing.why.as_ref().map(Why::word), "text": text,
    })
}
