//! The words of an item as a form: read, written back, and what is wrong with them.

use anteroom_content::clock::Instant;
use anteroom_content::item::{Advertiser, Class, Item, Trade};
use anteroom_content::text::Text;
use jiff::civil::Date;
use serde::Deserialize;

use super::fields::{both, clean, is_title};
use super::media::class_word;
use super::moment;
use super::said::Said;

/// The most tags an advertisement is kept away from; a product has few conditions.
const RELATED_MAX: usize = 20;

/// The words of an item.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub(super) struct WordsForm {
    /// Its class.
    #[serde(default)]
    pub(super) class: String,
    /// Headline.
    #[serde(default)]
    pub(super) title_zh: String,
    /// Headline in English.
    #[serde(default)]
    pub(super) title_en: String,
    /// Text.
    #[serde(default)]
    pub(super) body_zh: String,
    /// Text in English.
    #[serde(default)]
    pub(super) body_en: String,
    /// Where the advice comes from.
    #[serde(default)]
    pub(super) source_zh: String,
    /// The same in English.
    #[serde(default)]
    pub(super) source_en: String,
    /// Whom it is for.
    #[serde(default)]
    pub(super) audience_zh: String,
    /// The same in English.
    #[serde(default)]
    pub(super) audience_en: String,
    /// Last day on the air, or nothing.
    #[serde(default)]
    pub(super) expires: String,
    /// Who pays; advertisements only.
    #[serde(default)]
    pub(super) advertiser: String,
    /// What is sold.
    #[serde(default)]
    pub(super) trade: String,
    /// Starts of tags it may not stand beside, between spaces.
    #[serde(default)]
    pub(super) related: String,
}

/// What the words say, parsed.
pub(super) struct Sayings {
    pub(super) class: Class,
    pub(super) title: Text,
    pub(super) body: Text,
    pub(super) source: Text,
    pub(super) audience: Text,
    pub(super) expires_at: Option<Instant>,
    pub(super) advertiser: Option<Advertiser>,
}

impl WordsForm {
    /// The words of an item.
    pub(super) fn of(item: &Item) -> Self {
        Self {
            class: class_word(item.class).to_owned(),
            title_zh: item.title.zh.clone(),
            title_en: item.title.en.clone(),
            body_zh: item.body.zh.clone(),
            body_en: item.body.en.clone(),
            source_zh: item.source.zh.clone(),
            source_en: item.source.en.clone(),
            audience_zh: item.audience.zh.clone(),
            audience_en: item.audience.en.clone(),
            expires: item
                .expires_at
                .map(|at| moment::today(&moment::of_house(), at.plus_ms(-1)).to_string())
                .unwrap_or_default(),
            advertiser: item.advertiser.as_ref().map(|one| one.name.clone()).unwrap_or_default(),
            trade: item.advertiser.as_ref().map(|one| trade_word(one.trade).to_owned()).unwrap_or_default(),
            related: item.advertiser.as_ref().map(|one| one.related.join(" ")).unwrap_or_default(),
        }
    }

    pub(super) fn put(&mut self, name: &str, value: String) {
        let field = match name {
            "class" => &mut self.class,
            "title_zh" => &mut self.title_zh,
            "title_en" => &mut self.title_en,
            "body_zh" => &mut self.body_zh,
            "body_en" => &mut self.body_en,
            "source_zh" => &mut self.source_zh,
            "source_en" => &mut self.source_en,
            "audience_zh" => &mut self.audience_zh,
            "audience_en" => &mut self.audience_en,
            "expires" => &mut self.expires,
            "advertiser" => &mut self.advertiser,
            "trade" => &mut self.trade,
            "related" => &mut self.related,
            _ => return,
        };
        *field = value;
    }

    pub(super) fn read(&self, is_card: bool, now: Instant) -> Result<Sayings, Vec<Said>> {
        let mut problems = Vec::new();
        let class = Class::ALL.into_iter().find(|class| class_word(*class) == self.class);
        if class.is_none() {
            problems.push(Said::bad("bad-class"));
        }
        let title = both(&self.title_zh, &self.title_en);
        if !is_title(&title.zh) {
            problems.push(Said::bad("bad-title"));
        }
        let body = both(&self.body_zh, &self.body_en);
        if body.zh.is_empty() && (is_card || class == Some(Class::Education)) {
            problems.push(Said::bad(if is_card { "bad-card-body" } else { "bad-body" }));
        }
        let source = both(&self.source_zh, &self.source_en);
        if source.zh.is_empty() && class == Some(Class::Education) {
            problems.push(Said::bad("bad-source"));
        }
        let expires = clean(&self.expires);
        let last: Option<Date> = expires.parse().ok();
        let expires_at =
            last.and_then(|last| last.tomorrow().ok()).map(|end| moment::midnight(&moment::of_house(), end));
        if !expires.is_empty() && expires_at.is_none_or(|end| end <= now) {
            problems.push(Said::bad("bad-expires"));
        }
        let advertiser = self.advertiser();
        if class == Some(Class::Advertisement) && advertiser.is_none() {
            problems.push(Said::bad("bad-advertiser").put("max", RELATED_MAX));
        }
        match class {
            Some(class) if problems.is_empty() => {
                let audience = both(&self.audience_zh, &self.audience_en);
                let advertiser = advertiser.filter(|_| class == Class::Advertisement);
                Ok(Sayings { class, title, body, source, audience, expires_at, advertiser })
            }
            Some(_) | None => Err(problems),
        }
    }

    pub(super) fn advertiser(&self) -> Option<Advertiser> {
        let name = clean(&self.advertiser);
        let trade = Trade::ALL.into_iter().find(|trade| trade_word(*trade) == self.trade)?;
        let related = clean(&self.related);
        let related: Vec<String> =
            related.split([' ', ',', '，', '、', '\n']).filter(|tag| !tag.is_empty()).map(str::to_owned).collect();
        (is_title(&name) && related.len() <= RELATED_MAX).then_some(Advertiser { name, trade, related })
    }
}

/// A trade as it stands in forms.
pub(super) const fn trade_word(trade: Trade) -> &'static str {
    match trade {
        Trade::Medicine => "medicine",
        Trade::Device => "device",
        Trade::HealthFood => "health_food",
        Trade::SpecialFood => "special_food",
        Trade::MedicalService => "medical_service",
        Trade::Cosmetics => "cosmetics",
        Trade::Beauty => "beauty",
        Trade::Alcohol => "alcohol",
        Trade::Other => "other",
    }
}

/// Every trade with its name.
pub(super) fn trades() -> Vec<(&'static str, Text)> {
    Trade::ALL.into_iter().map(|trade| (trade_word(trade), trade.name())).collect()
}
