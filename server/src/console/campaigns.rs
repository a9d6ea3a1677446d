//! Campaigns: plays promised to somebody, where, until when and how far they will be kept.

use std::sync::Arc;

use anteroom_content::clock::DAY_MS;
use anteroom_content::id::CampaignId;
use anteroom_content::item::{Class, Item};
use anteroom_content::place::{Site, Zone};
use anteroom_content::schedule::{Campaign, Goal, Window, ZONE_CAMPAIGNS_MAX};
use anteroom_content::text::Text;
use anteroom_content::timeline::{Forecast, forecast};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use jiff::civil::Date;

use super::campaign_form::{CampaignForm, percent};
use super::desk::Desk;
use super::fault::Fault;
use super::fields::{Fields, Filled, Named, new_name};
use super::frame::{Page, show, show_again};
use super::moment::{midnight, of_house, today};
use super::place_form::{Group, place_in_words, zones_of};
use super::playlists::{Shelf, icon_of, picture_of};
use super::rules::{ChangeLine, change_lines, days_to_come};
use super::said::Said;
use super::visitor::Staff;
use super::window_form::day_kinds;
use super::window_words::{RecurrenceTold, recurrence_in_words, time_in_words};
use crate::db::campaigns;
use crate::db::places::{self, Places};
use crate::publish;
use crate::words::Words;

/// Zones whose forecast stands on the page; each has to be composed day by day.
const FORECAST_ZONES_MAX: usize = 3;
/// A promise that ends later is not forecast on a page: it would take too long to wait for.
const FORECAST_DAYS_MAX: i64 = 120;

struct Line {
    campaign: Campaign,
    state: &'static str,
    goal: String,
    place: String,
    time: String,
    zones: usize,
    obstacles: usize,
}

#[derive(Template)]
#[template(path = "campaigns.html")]
struct CampaignsPage {
    page: Page,
    lines: Vec<Line>,
}

struct ItemChoice {
    id: String,
    title: Text,
    class: Text,
    icon: &'static str,
    picture: Option<anteroom_content::id::ContentHash>,
    obstacle: Option<&'static str>,
    is_chosen: bool,
}

#[derive(Template)]
#[template(path = "campaign.html")]
struct CampaignPage {
    page: Page,
    /// None while it is new.
    id: Option<CampaignId>,
    form: CampaignForm,
    /// What the stored one says.
    summary: String,
    items: Vec<ItemChoice>,
    groups: Vec<Group>,
    days: [u8; 7],
    day_kinds: Vec<(&'static str, Text)>,
    changes: Vec<ChangeLine>,
    told: RecurrenceTold,
    warnings: Vec<Said>,
    problems: Vec<Said>,
}

#[derive(Template)]
#[template(path = "campaign_forecast.html")]
struct ForecastPage {
    page: Page,
    lines: Vec<ForecastLine>,
    more: usize,
    is_far: bool,
}

struct ForecastLine {
    zone: Zone,
    told: Option<Forecast>,
    bar: Option<Text>,
}

/// A goal in words.
fn goal_in_words(goal: Goal, words: &Words) -> String {
    match goal {
        Goal::PerHour(plays) => words.say("goal-per-hour-told").put("count", plays).to_string(),
        Goal::ShareOfAir(permille) => words.say("goal-share-told").put("percent", percent(permille)).to_string(),
        Goal::Total(plays) => words.say("goal-total-told").put("count", plays).to_string(),
    }
}

fn state_of(window: &Window, today: Date) -> &'static str {
    if window.first.is_some_and(|first| today < first) {
        "coming"
    } else if window.last.is_some_and(|last| today > last) {
        "over"
    } else {
        "running"
    }
}

/// The page of all campaigns.
pub(super) async fn look(State(desk): State<Desk>, staff: Staff) -> Result<Response, Fault> {
    let page = staff.page();
    let places = places::places(&desk.house.db).await?;
    let shelf = Shelf::read(&desk).await?;
    let mut all = campaigns::campaigns(&desk.house.db).await?;
    all.sort_by(|a, b| (a.order, &a.id).cmp(&(b.order, &b.id)));
    let line = |campaign: Campaign| Line {
        state: state_of(&campaign.window, today(&of_house(), page.now)),
        goal: goal_in_words(campaign.goal, page.words),
        place: place_in_words(&campaign.target, &places, page.words),
        time: time_in_words(&campaign.window, page.words),
        zones: zones_of(&campaign.target, &places).count(),
        obstacles: campaign.items.iter().filter(|item| shelf.obstacle(item).is_some()).count(),
        campaign,
    };
    let lines = all.into_iter().map(line).collect();
    show(&CampaignsPage { page, lines })
}

async fn page(
    desk: &Desk,
    staff: &Staff,
    id: Option<CampaignId>,
    form: CampaignForm,
    problems: Vec<Said>,
) -> Result<CampaignPage, Fault> {
    let page = staff.page();
    let places = places::places(&desk.house.db).await?;
    let shelf = Shelf::read(desk).await?;
    let stored = campaigns::campaigns(&desk.house.db).await?.into_iter().find(|one| Some(&one.id) == id.as_ref());
    let summary = stored.as_ref().map(|campaign| {
        let place = place_in_words(&campaign.target, &places, page.words);
        let (goal, time) = (goal_in_words(campaign.goal, page.words), time_in_words(&campaign.window, page.words));
        format!("{goal} · {place} · {time}")
    });
    Ok(CampaignPage {
        told: recurrence_in_words(&form.window, &days_to_come(desk).await?, page.now, page.words),
        changes: change_lines(&form.window, page.words),
        page,
        id,
        summary: summary.unwrap_or_default(),
        items: choices(&form, &shelf),
        groups: form.place.groups(&places),
        days: [1, 2, 3, 4, 5, 6, 7],
        day_kinds: day_kinds(),
        warnings: stored.map(|campaign| warnings(&campaign, &places, &shelf)).unwrap_or_default(),
        form,
        problems,
    })
}

/// The chosen items first, in their order, then every other that is approved.
fn choices(form: &CampaignForm, shelf: &Shelf) -> Vec<ItemChoice> {
    let choice = |item: &Item, is_chosen| ItemChoice {
        id: item.id.to_string(),
        title: item.title.clone(),
        class: item.class.name(),
        icon: icon_of(item),
        picture: picture_of(item),
        obstacle: shelf.obstacle(&item.id),
        is_chosen,
    };
    let chosen = form.items.iter().filter_map(|id| id.parse().ok());
    let mut choices: Vec<_> = chosen.filter_map(|id| shelf.item(&id)).map(|item| choice(item, true)).collect();
    let others = shelf.approved().into_iter().filter(|item| !form.items.iter().any(|id| id == item.id.as_str()));
    choices.extend(others.map(|item| choice(item, false)));
    choices
}

/// What is allowed and yet wants a look: advertisements that say nothing of themselves, and zones that refuse them.
fn warnings(campaign: &Campaign, places: &Places, shelf: &Shelf) -> Vec<Said> {
    let mut told = Vec::new();
    let ads =
        || campaign.items.iter().filter_map(|id| shelf.item(id)).filter(|item| item.class == Class::Advertisement);
    for item in ads().filter(|item| item.advertiser.is_none()) {
        told.push(Said::bad("warn-no-advertiser").put_text("item", item.title.clone()));
    }
    for zone in zones_of(&campaign.target, places) {
        let Some(site) = places.site_of(zone) else { continue };
        if let Some(bar) = ads().find_map(|item| bar(item, zone, site)) {
            told.push(Said::bad("warn-barred").put_text("zone", zone.name.clone()).put_text("why", bar));
        }
    }
    told
}

/// Why a zone refuses an advertisement for good.
fn bar(item: &Item, zone: &Zone, site: &Site) -> Option<Text> {
    let trade = item.advertiser.as_ref().map(|advertiser| advertiser.trade);
    if !site.policy.ads {
        return Some(Text::new("医院没有开放广告", "its site shows no advertisements"));
    }
    if zone.no_ads {
        return Some(Text::new("区域不播广告", "the zone shows no advertisements"));
    }
    if zone.child && trade.is_none_or(anteroom_content::item::Trade::is_barred_from_children) {
        return Some(Text::new("儿童区域，法律不许播这类广告", "a children’s zone, where the law bars this trade"));
    }
    let is_blocked = site.policy.blocks.iter().any(|block| {
        block.kinds.contains(&zone.kind)
            && (block.trades.is_empty() || trade.is_none_or(|trade| block.trades.contains(&trade)))
    });
    is_blocked.then(|| Text::new("医院不许这类区域播这类广告", "its site bars this trade from zones of this kind"))
}

/// An empty form.
pub(super) async fn start(State(desk): State<Desk>, staff: Staff) -> Result<Response, Fault> {
    show(&page(&desk, &staff, None, CampaignForm::fresh(), Vec::new()).await?)
}

async fn find(desk: &Desk, id: &CampaignId) -> Result<Campaign, Fault> {
    let all = campaigns::campaigns(&desk.house.db).await?;
    all.into_iter().find(|campaign| campaign.id == *id).ok_or_else(Fault::not_found)
}

/// A campaign in its form.
pub(super) async fn open(
    State(desk): State<Desk>,
    staff: Staff,
    Named(id): Named<CampaignId>,
) -> Result<Response, Fault> {
    let campaign = find(&desk, &id).await?;
    show(&page(&desk, &staff, Some(id), CampaignForm::of(&campaign), Vec::new()).await?)
}

/// Makes a campaign.
pub(super) async fn add(
    State(desk): State<Desk>,
    staff: Staff,
    Fields(filled): Fields<Filled>,
) -> Result<Response, Fault> {
    let id = CampaignId::parse(&new_name("k")?).map_err(Fault::internal)?;
    keep(&desk, &staff, None, id, &filled).await
}

/// Changes a campaign.
pub(super) async fn change(
    State(desk): State<Desk>,
    staff: Staff,
    Named(id): Named<CampaignId>,
    Fields(filled): Fields<Filled>,
) -> Result<Response, Fault> {
    find(&desk, &id).await?;
    keep(&desk, &staff, Some(id.clone()), id, &filled).await
}

async fn keep(
    desk: &Desk,
    staff: &Staff,
    shown: Option<CampaignId>,
    id: CampaignId,
    filled: &Filled,
) -> Result<Response, Fault> {
    let form = CampaignForm::filled(filled);
    let campaign = match form.read(id, staff.visitor.now) {
        Ok(campaign) => campaign,
        Err(problems) => return show_again(&page(desk, staff, shown, form, problems).await?),
    };
    let problems = obstacles(desk, staff, &campaign).await?;
    if !problems.is_empty() {
        return show_again(&page(desk, staff, shown, form, problems).await?);
    }
    campaigns::save_campaign(&desk.house.db, &campaign, staff.visitor.now).await?;
    desk.note(&staff.account, "campaign.save", campaign.id.as_str(), &campaign.name.zh).await?;
    Ok(Said::new("said-campaign-saved").at(&format!("/campaigns/{}", campaign.id)))
}

/// What keeps a well-written campaign from being taken: items that may not be shown, zones that are full.
async fn obstacles(desk: &Desk, staff: &Staff, campaign: &Campaign) -> Result<Vec<Said>, Fault> {
    let mut problems = Vec::new();
    let shelf = Shelf::read(desk).await?;
    let words = staff.page().words;
    for id in &campaign.items {
        // One that is not on the air yet may well be promised.
        let Some(obstacle) = shelf.obstacle(id).filter(|obstacle| *obstacle != "turn-early") else { continue };
        let title = shelf.item(id).map_or_else(|| Text::new(id.as_str(), ""), |item| item.title.clone());
        problems
            .push(Said::bad("bad-campaign-item").of("item").put_text("item", title).put("why", words.get(obstacle)));
    }
    let places = places::places(&desk.house.db).await?;
    let others = campaigns::campaigns(&desk.house.db).await?;
    let full = zones_of(&campaign.target, &places).find(|zone| {
        let site = places.site_of(zone);
        let holds =
            |other: &&Campaign| other.id != campaign.id && site.is_some_and(|site| other.target.holds(zone, site));
        others.iter().filter(holds).count() >= ZONE_CAMPAIGNS_MAX
    });
    problems.extend(full.map(|zone| {
        Said::bad("bad-campaign-crowded").put("max", ZONE_CAMPAIGNS_MAX).put_text("zone", zone.name.clone())
    }));
    Ok(problems)
}

/// Removes a campaign.
pub(super) async fn remove(
    State(desk): State<Desk>,
    staff: Staff,
    Named(id): Named<CampaignId>,
) -> Result<Response, Fault> {
    if !campaigns::remove_campaign(&desk.house.db, &id).await? {
        return Err(Fault::not_found());
    }
    desk.note(&staff.account, "campaign.remove", id.as_str(), "").await?;
    Ok(Said::new("said-campaign-removed").at("/campaigns"))
}

/// What will come of a campaign, by the published programmes: plays planned and promised, zone by zone.
pub(super) async fn foresee(
    State(desk): State<Desk>,
    staff: Staff,
    Named(id): Named<CampaignId>,
) -> Result<Response, Fault> {
    let campaign = find(&desk, &id).await?;
    let now = staff.visitor.now;
    let ends_in_ms = campaign.window.last.map(|last| midnight(&of_house(), last).ms_since(now));
    let is_far = ends_in_ms.is_none_or(|ms| ms > FORECAST_DAYS_MAX * DAY_MS);
    let places = places::places(&desk.house.db).await?;
    let shelf = Shelf::read(&desk).await?;
    let zones: Vec<&Zone> = zones_of(&campaign.target, &places).collect();
    let more = zones.len().saturating_sub(FORECAST_ZONES_MAX);
    let mut lines = Vec::new();
    for zone in zones.into_iter().take(if is_far { 0 } else { FORECAST_ZONES_MAX }) {
        let items = campaign.items.iter().filter_map(|item| shelf.item(item));
        let mut ads = items.filter(|item| item.class == Class::Advertisement);
        let bar = places.site_of(zone).and_then(|site| ads.find_map(|item| bar(item, zone, site)));
        let timeline = Arc::new(publish::timeline(&desk.house, &zone.id, now).await?);
        let _turn = desk.foreseeing.acquire().await.map_err(Fault::internal)?;
        let asked = campaign.id.clone();
        let told = tokio::task::spawn_blocking(move || forecast(&timeline, &asked, now)).await;
        lines.push(ForecastLine { zone: zone.clone(), told: told.map_err(Fault::internal)?, bar });
    }
    show(&ForecastPage { page: staff.page(), lines, more, is_far })
}
