//! What was on a screen at a moment, for whoever asks years later: the play that says so, or what is known instead.

use anteroom_content::clock::Instant;
use anteroom_content::id::{BoxId, ScreenId};
use anteroom_content::item::Class;
use anteroom_content::play::books::{Span, is_time_proven};
use anteroom_content::play::{Batch, Play};
use anteroom_content::text::Text;
use anteroom_content::timeline::Showing;
use anteroom_content::trust::{Document as _, PublicKey};

use super::ReportError;
use crate::db::evidence::{self, KeptBatch};
use crate::db::{DbError, boxes, certificates, items, places, reach};
use crate::publish;
use crate::state::State;

/// What was on a screen at a moment.
#[derive(Debug, Clone)]
pub struct OnScreen {
    /// Which screen.
    pub screen: ScreenId,
    /// When.
    pub at: Instant,
    /// Plays that say that they were there: one, or more where a box was copied or clocks moved.
    pub plays: Vec<Told>,
    /// What is known instead, when there is none.
    pub instead: Option<Instead>,
    /// The box that lights the screen now, and when it was heard last.
    pub lit_by: Option<(BoxId, Option<Instant>)>,
}

/// A play, and everything that vouches for it.
#[derive(Debug, Clone)]
pub struct Told {
    /// The play.
    pub play: Play,
    /// Its item's headline in that version; none when nobody knows it any more.
    pub title: Option<Text>,
    /// The item's legal class.
    pub class: Option<Class>,
    /// Who approved that version.
    pub approved_by: Option<String>,
    /// Who published the programme that played it, and when.
    pub published: Option<(String, Instant)>,
    /// The box.
    pub box_id: BoxId,
    /// Its log.
    pub log_epoch: u64,
    /// The batch that brought it.
    pub batch: Span,
    /// When that came.
    pub received_at: Instant,
    /// The batch is signed by the box's key: checked just now.
    pub is_signed: bool,
    /// A certificate that names the key is kept.
    pub is_certified: bool,
}

impl Told {
    /// When its last frame was shown.
    #[must_use]
    pub fn until(&self) -> Instant {
        self.play.started_at.plus_ms(i64::from(self.play.shown_ms))
    }
}

/// What is known where no play is.
#[derive(Debug, Clone)]
pub struct Instead {
    /// Why there is none.
    pub why: NoPlay,
    /// The play before.
    pub before: Option<Told>,
    /// The play after.
    pub after: Option<Told>,
    /// What the programme of then had planned; none where there was none.
    pub planned: Option<(Showing, Text)>,
}

/// Why no play is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoPlay {
    /// The moment has not come.
    Future,
    /// No play of the screen was ever received.
    Never,
    /// The log goes on without a hole: the box showed nothing there.
    Nothing,
    /// Plays in between are lost: the box no longer had them.
    Gap,
    /// Plays in between came and could not be counted.
    NotCounted,
    /// Another box or another log came after: what the first had not sent is not known.
    OtherLog,
    /// The box has not sent anything of so late yet.
    Away,
}

impl NoPlay {
    /// The word for programs, and the end of the key of its saying.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Future => "future",
            Self::Never => "never",
            Self::Nothing => "nothing",
            Self::Gap => "gap",
            Self::NotCounted => "not-counted",
            Self::OtherLog => "other-log",
            Self::Away => "away",
        }
    }
}

/// Asks the books.
///
/// # Errors
/// [`ReportError`] when they cannot be read.
pub async fn on_screen(state: &State, screen: &ScreenId, at: Instant) -> Result<OnScreen, ReportError> {
    let db = &state.db;
    let batches = reach::batches_around(db, screen, at).await?;
    let mut found: Vec<(Play, &KeptBatch)> = Vec::new();
    for kept in &batches {
        let unreadable = |why: String| DbError::Unreadable { what: "batch", why };
        let batch: Batch = serde_json::from_str(&kept.envelope.body).map_err(|error| unreadable(error.to_string()))?;
        let (plays, _) = batch.read().map_err(|error| unreadable(error.to_string()))?;
        let is_new = |play: &Play| play.seq >= kept.span.first_seq && is_time_proven(play.started_at, kept.received_at);
        let new = plays.into_iter().filter(|play| play.screen == *screen && is_new(play));
        found.extend(new.map(|play| (play, kept)));
    }
    let end = |play: &Play| play.started_at.plus_ms(i64::from(play.shown_ms));
    let mut plays = Vec::new();
    for (play, kept) in found.iter().filter(|(play, _)| play.started_at <= at && end(play) > at) {
        plays.push(told(state, play, kept).await?);
    }
    let lit_by = match reach::box_of(db, screen).await? {
        Some(id) => Some((id.clone(), boxes::box_by_id(db, &id).await?.and_then(|known| known.last_seen_at))),
        None => None,
    };
    let mut answer = OnScreen { screen: screen.clone(), at, plays, instead: None, lit_by };
    if answer.plays.is_empty() {
        let before = found.iter().filter(|(play, _)| play.started_at <= at).max_by_key(|(play, _)| end(play));
        let after = found.iter().filter(|(play, _)| play.started_at > at).min_by_key(|(play, _)| play.started_at);
        let (before, after) = (before.map(|(play, kept)| (play, *kept)), after.map(|(play, kept)| (play, *kept)));
        answer.instead = Some(Instead {
            why: why(state, at, before, after).await?,
            before: match before {
                Some((play, kept)) => Some(told(state, play, kept).await?),
                None => None,
            },
            after: match after {
                Some((play, kept)) => Some(told(state, play, kept).await?),
                None => None,
            },
            planned: planned(state, screen, at).await?,
        });
    }
    Ok(answer)
}

type Beside<'a> = Option<(&'a Play, &'a KeptBatch)>;

async fn why(state: &State, at: Instant, before: Beside<'_>, after: Beside<'_>) -> Result<NoPlay, ReportError> {
    if at > state.now() {
        return Ok(NoPlay::Future);
    }
    let Some((one, kept)) = before.or(after) else { return Ok(NoPlay::Never) };
    let log = (&kept.box_id, kept.log_epoch);
    let is_same_log = |(_, other): &(&Play, &KeptBatch)| (&other.box_id, other.log_epoch) == log;
    // Between the play before and the one after; to the end of the log, or from its beginning, where there is none.
    let from = before.map_or(0, |_| one.seq);
    let to = after.filter(is_same_log).map_or(u64::MAX, |(play, _)| play.seq);
    let lies_between = |first: u64, last: u64| first < to && last > from;
    if evidence::gaps(&state.db, log).await?.iter().any(|(gap, _)| lies_between(gap.first_seq, gap.last_seq)) {
        return Ok(NoPlay::Gap);
    }
    if evidence::asides(&state.db, log).await?.iter().any(|aside| lies_between(aside.first_seq, aside.first_seq)) {
        return Ok(NoPlay::NotCounted);
    }
    Ok(match (before, after) {
        (None, None | Some(_)) => NoPlay::Never,
        (Some(_), None) => NoPlay::Away,
        (Some(_), Some(after)) if is_same_log(&after) => NoPlay::Nothing,
        (Some(_), Some(_)) => NoPlay::OtherLog,
    })
}

async fn told(state: &State, play: &Play, kept: &KeptBatch) -> Result<Told, ReportError> {
    let db = &state.db;
    let item = items::item(db, &play.item, play.item_version).await?;
    let key = boxes::box_by_id(db, &kept.box_id).await?.map(|known| PublicKey::from(known.signing_key));
    let is_signed =
        key.is_some_and(|key| key.has_signed(Batch::PURPOSE, &kept.envelope.body, &kept.envelope.signature));
    Ok(Told {
        title: item.as_ref().map(|record| record.item.title.clone()),
        class: item.as_ref().map(|record| record.item.class),
        approved_by: item.and_then(|record| record.judged_by),
        published: evidence::publisher(db, play.manifest_version).await?,
        box_id: kept.box_id.clone(),
        log_epoch: kept.log_epoch,
        batch: kept.span,
        received_at: kept.received_at,
        is_signed,
        is_certified: certificates::certificate_of(db, &kept.box_id).await?.is_some(),
        play: play.clone(),
    })
}

/// What the programme of then had planned.
async fn planned(state: &State, screen: &ScreenId, at: Instant) -> Result<Option<(Showing, Text)>, ReportError> {
    let places = places::places(&state.db).await?;
    let Some(zone) = places.screen(screen).map(|known| known.zone.clone()) else { return Ok(None) };
    let timeline = publish::timeline(state, &zone, at).await?;
    let has_begun = timeline.shows().next().is_some_and(|(begin, _)| begin <= at);
    let Some((show, why)) = timeline.show_at(at).zip(timeline.why(screen, at)).filter(|_| has_begun) else {
        return Ok(None);
    };
    let showing = why.cue.showing;
    let title = match &showing {
        Showing::Item { item, .. } => show.item(item).map(|item| item.title.clone()).unwrap_or_default(),
        Showing::Strip | Showing::Closed | Showing::Fallback => Text::default(),
    };
    Ok(Some((showing, title)))
}
