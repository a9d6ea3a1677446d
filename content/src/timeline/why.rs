//! Why this is on the screen: the winner, and everything else that could have been there with the reason it is not.

use super::{Cue, Showing, Timeline, Why, cue_in, day_of};
use crate::clock::Instant;
use crate::id::{CampaignId, ItemId, PlaylistId, RuleId, ScreenId};
use crate::place::Role;
use crate::programme::Show;
use crate::schedule::Level;
use crate::schedule::wheel::{Barred, Composer, NotNow};
use crate::text::Text;

/// Why a screen shows what it shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// What it shows.
    pub cue: Cue,
    /// Everything that could have put something there: the winner first, then in the order of urgency.
    pub contenders: Vec<Contender>,
}

/// Something that could have put an item there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contender {
    /// What.
    pub who: Who,
    /// Why it did not; none when it did.
    pub loss: Option<Loss>,
}

/// What puts items on the air.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// A rule.
    Rule {
        /// Which.
        rule: RuleId,
        /// The playlist it puts on the air.
        playlist: PlaylistId,
        /// What people call it.
        name: Text,
        /// At which level.
        level: Level,
    },
    /// A campaign.
    Campaign {
        /// Which.
        campaign: CampaignId,
        /// What people call it.
        name: Text,
    },
    /// The public-service floor of the site.
    Floor,
}

/// Why something is not on the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Loss {
    /// The zone is closed.
    Closed,
    /// The screen shows clinic times alone.
    StripScreen,
    /// It does not aim at this zone.
    NotHere,
    /// Its window is not open now; when it opens next, if that is within a year.
    OffAir(Option<Instant>),
    /// Something more urgent is on the air.
    LowerLevel(Level),
    /// It has nothing that may be shown now; every item with its reason.
    Nothing(Vec<(ItemId, NotNow)>),
    /// Its playlist is empty, or is not there.
    Empty,
    /// It shares the air with others, and it is not its turn.
    WaitsItsTurn,
    /// The wheel holds it back.
    Held(NotNow),
}

impl Timeline {
    /// Why `screen` shows what it shows at `at`; none when no programme knows the screen.
    #[must_use]
    pub fn why(&self, screen: &ScreenId, at: Instant) -> Option<Explanation> {
        let cue = self.cue(screen, at)?;
        let (index, plan) = self.in_force(at)?;
        let show = plan.show().clone();
        let role = show.screen(screen)?.role;
        let shown = self.composed(index, at)?;
        let (day, carry) = day_of(plan, at);
        let place = shown.slots.partition_point(|slot| slot.since <= at).checked_sub(1)?;
        let mut composer = Composer::new(plan, &day, carry);
        composer.run_to(place);
        let zone_cue = cue_in(plan, &shown, Role::Full, at)?;
        let whole = match (&zone_cue.showing, role) {
            (Showing::Closed, _) => Some(Loss::Closed),
            (_, Role::Strip) => Some(Loss::StripScreen),
            (Showing::Item { .. } | Showing::Strip | Showing::Fallback, Role::Full) => None,
        };
        let mut contenders = Vec::new();
        for rule in &show.rules {
            let name = rule_name(&show, rule);
            let who = Who::Rule { rule: rule.id.clone(), playlist: rule.playlist.clone(), name, level: rule.level };
            let won = cue.why.as_ref().is_some_and(|why| matches!(why, Why::Rule { rule: id, .. } if *id == rule.id));
            let loss = if won { None } else { Some(whole.clone().unwrap_or_else(|| composer.why_not_rule(rule, at))) };
            contenders.push(Contender { who, loss });
        }
        for campaign in &show.campaigns {
            let who = Who::Campaign { campaign: campaign.id.clone(), name: campaign.name.clone() };
            let won = cue.why.as_ref() == Some(&Why::Campaign(campaign.id.clone()));
            let loss =
                if won { None } else { Some(whole.clone().unwrap_or_else(|| composer.why_not_campaign(campaign, at))) };
            contenders.push(Contender { who, loss });
        }
        if cue.why == Some(Why::Floor) {
            contenders.push(Contender { who: Who::Floor, loss: None });
        }
        contenders.sort_by_key(|contender| (contender.loss.is_some(), rank(&contender.who)));
        Some(Explanation { cue, contenders })
    }
}

fn rank(who: &Who) -> (std::cmp::Reverse<Option<Level>>, String) {
    match who {
        Who::Rule { rule, level, .. } => (std::cmp::Reverse(Some(*level)), rule.to_string()),
        Who::Campaign { campaign, .. } => (std::cmp::Reverse(Some(Level::Regular)), campaign.to_string()),
        Who::Floor => (std::cmp::Reverse(None), String::new()),
    }
}

fn rule_name(show: &Show, rule: &crate::schedule::Rule) -> Text {
    if !rule.name.zh.is_empty() {
        return rule.name.clone();
    }
    let playlist = show.playlists.iter().find(|list| list.id == rule.playlist);
    playlist.map_or_else(|| Text::new(rule.id.as_str(), ""), |list| list.name.clone())
}

impl Loss {
    /// In words, with wall times by the zone's clocks.
    #[must_use]
    pub fn say(&self, show: &Show) -> Text {
        match self {
            Self::Closed => Text::new("此区域现在不开放", "the zone is closed"),
            Self::StripScreen => Text::new("这块屏只显示门诊时间", "this screen shows clinic times alone"),
            Self::NotHere => Text::new("不投放到此区域", "it does not aim at this zone"),
            Self::OffAir(None) => {
                Text::new("不在播出时段内，一年内也不会播出", "it is not on the air now, nor at any time within a year")
            }
            Self::OffAir(Some(at)) => {
                let wall = wall(show, *at);
                Text {
                    zh: format!("不在播出时段内，下次 {wall} 开始"),
                    en: format!("it is not on the air now; it is next at {wall}"),
                }
            }
            Self::LowerLevel(level) => {
                let name = level.name();
                Text {
                    zh: format!("级别较低：“{}”级内容正在播出", name.zh),
                    en: format!("a lower level: content of level {} is on the air", name.en),
                }
            }
            Self::Nothing(items) => {
                let each = |(id, why): &(ItemId, NotNow)| {
                    let (title, why) = (title(show, id), why.say(show));
                    (format!("{}：{}", title.zh, why.zh), format!("{}: {}", title.en, why.en))
                };
                let (zh, en): (Vec<_>, Vec<_>) = items.iter().map(each).unzip();
                Text {
                    zh: format!("没有现在可播的内容（{}）", zh.join("；")),
                    en: format!("nothing of it may be shown now ({})", en.join("; ")),
                }
            }
            Self::Empty => Text::new("播放列表为空或不存在", "its playlist is empty or is not there"),
            Self::WaitsItsTurn => {
                Text::new("同级轮流播出，还没轮到", "it shares the air in turn, and it is not its turn")
            }
            Self::Held(why) => why.say(show),
        }
    }
}

impl NotNow {
    /// In words, with wall times by the zone's clocks.
    #[must_use]
    pub fn say(self, show: &Show) -> Text {
        let by_index =
            |n: u16| show.items.get(usize::from(n)).map_or_else(|| Text::new("?", "?"), |item| title(show, &item.id));
        let both = |zh: String, en: String| Text { zh, en };
        match self {
            Self::NotInProgramme => {
                Text::new("未经审核或已撤回，不在节目单里", "it is not approved or was withdrawn: not in the programme")
            }
            Self::NotBegun(at) => {
                both(format!("{} 起才可播", wall(show, at)), format!("it may not be shown before {}", wall(show, at)))
            }
            Self::Over(at) => both(
                format!("已于 {} 到期，需复审", wall(show, at)),
                format!("it ended at {} and needs review", wall(show, at)),
            ),
            Self::Barred(barred) => barred.say(),
            Self::NoRoom(ms) => both(
                format!("只剩 {} 秒，放不下", ms / 1_000),
                format!("only {} seconds are left, too short for it", ms / 1_000),
            ),
            Self::JustShown => Text::new("刚刚播过", "it was shown just before"),
            Self::BesideRelated(n) => {
                let other = by_index(n);
                both(
                    format!("不得与相关科普“{}”相邻（L-14）", other.zh),
                    format!("it may not stand beside the related education item “{}” (L-14)", other.en),
                )
            }
            Self::BesideWithdrawn => Text::new(
                "不得与刚播完的相关内容相邻（L-14）",
                "it may not stand beside the related item that has just been shown (L-14)",
            ),
            Self::AdHourCap => Text::new("本小时广告时长已满", "advertisements have had their share of the hour"),
            Self::AdTenMinutesCap => {
                Text::new("十分钟内广告时长已满", "advertisements have had their share of ten minutes")
            }
            Self::AdOverHourEnd => Text::new("会跨入下一小时", "it would run into the next hour"),
            Self::Rival(n) => {
                let other = by_index(n);
                both(
                    format!("与同类广告“{}”间隔不足", other.zh),
                    format!("too soon after the rival advertisement “{}”", other.en),
                )
            }
            Self::HourMax => Text::new("已达每小时上限", "it has had its most plays of the hour"),
            Self::NotDue(at) => both(
                format!("下一次应在 {} 播出", wall(show, at)),
                format!("its next play is due at {}", wall(show, at)),
            ),
            Self::LaterThanOthers => Text::new("其他活动更早到期，先播", "something else is due longer"),
            Self::DayBegins => Text::new(
                "零点后数分钟内不播广告（与前一天的上限衔接）",
                "no advertisement in the first minutes after midnight, for the caps' sake",
            ),
        }
    }
}

impl Barred {
    /// In words.
    #[must_use]
    pub fn say(self) -> Text {
        let trade = |trade: Option<crate::item::Trade>| {
            trade.map_or_else(|| Text::new("未注明行业的", "of an unnamed trade"), crate::item::Trade::name)
        };
        match self {
            Self::SiteShowsNoAds => Text::new("本院区不播广告", "this site shows no advertisements"),
            Self::ZoneShowsNoAds => Text::new("此区域不播广告", "this zone shows no advertisements"),
            Self::Children(kind) => {
                let name = trade(kind);
                Text {
                    zh: format!("儿童区域禁播{}广告（广告法第四十条，L-18）", name.zh),
                    en: format!("advertisements ({}) are barred where children are addressed (L-18)", name.en),
                }
            }
            Self::Kind(kind) => {
                let name = trade(kind);
                Text {
                    zh: format!("此类区域禁播{}广告", name.zh),
                    en: format!("advertisements ({}) are barred from zones of this kind", name.en),
                }
            }
        }
    }
}

fn title(show: &Show, id: &ItemId) -> Text {
    let title = show.item(id).map(|item| item.title.clone());
    let title = title.unwrap_or_else(|| Text::new(id.as_str(), ""));
    if title.en.is_empty() { Text { en: title.zh.clone(), ..title } } else { title }
}

fn wall(show: &Show, at: Instant) -> String {
    show.offsets.local(at).strftime("%Y-%m-%d %H:%M:%S").to_string()
}
