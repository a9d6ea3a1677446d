//! A site's policy as a form: whether it shows advertisements, how much of them, what it owes the public, and how far a still may
//! be stretched. Numbers stand as people say them, percentages and seconds.

use anteroom_content::item::Trade;
use anteroom_content::place::ZoneKind;
use anteroom_content::schedule::{Block, Policy, Transition};

use super::campaign_form::{percent, read_percent};
use super::fields::Filled;
use super::media_form::trade_word;
use super::place_form::kind_word;
use super::said::Said;

/// The longest any of the policy's times may be, in seconds: an hour.
const SECS_MAX: u32 = 3_600;
/// Ten minutes, in seconds.
const TEN_MINUTES_SECS: u32 = 600;
/// The longest a code may hold a still, in seconds: nobody takes longer to find a phone.
const QR_SECS_MAX: u32 = 60;
/// The most blocks a form is read for.
const BLOCKS_MAX: usize = 20;
/// Empty blocks offered below those in use.
const BLOCKS_FREE: usize = 1;

/// The fields of a policy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct PolicyForm {
    /// Advertisements may be shown.
    pub(super) has_ads: bool,
    /// Their most of an hour, in percent.
    pub(super) ad_hour: String,
    /// Their most of ten minutes, in seconds.
    pub(super) ad_ten_minutes: String,
    /// The least of public service, in percent.
    pub(super) public_service: String,
    /// Between rivals, in seconds.
    pub(super) separation: String,
    /// With a code, in seconds.
    pub(super) qr: String,
    /// Longer, in percent.
    pub(super) stretch: String,
    /// Shorter, in percent.
    pub(super) shrink: String,
    /// Trades barred from kinds of zone.
    pub(super) blocks: Vec<BlockRow>,
    /// How one still gives way to the next.
    pub(super) transition: String,
}

/// Trades barred from kinds of zone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct BlockRow {
    /// Its place in the form.
    pub(super) at: usize,
    /// Where.
    pub(super) kind: Vec<String>,
    /// What; none is every advertisement.
    pub(super) trade: Vec<String>,
}

impl PolicyForm {
    /// What the form brought; nothing when it has no policy in it.
    pub(super) fn filled(filled: &Filled) -> Option<Self> {
        if filled.one("policy").is_empty() {
            return None;
        }
        let row = |at: usize| BlockRow {
            at,
            kind: filled.all(&format!("block{at}_kind")),
            trade: filled.all(&format!("block{at}_trade")),
        };
        Some(Self {
            has_ads: !filled.one("ads").is_empty(),
            ad_hour: filled.one("ad_hour"),
            ad_ten_minutes: filled.one("ad_ten_minutes_secs"),
            public_service: filled.one("public_service"),
            separation: filled.one("separation_secs"),
            qr: filled.one("qr_secs"),
            stretch: filled.one("stretch"),
            shrink: filled.one("shrink"),
            blocks: rows((0..BLOCKS_MAX).map(row).filter(|row| !row.is_free()).collect()),
            transition: filled.one("transition"),
        })
    }

    /// The fields of a policy.
    pub(super) fn of(policy: &Policy) -> Self {
        let row = |block: &Block| BlockRow {
            at: 0,
            kind: block.kinds.iter().map(|kind| kind_word(*kind).to_owned()).collect(),
            trade: block.trades.iter().map(|trade| trade_word(*trade).to_owned()).collect(),
        };
        let secs = |ms: u32| (ms / 1_000).to_string();
        Self {
            has_ads: policy.ads,
            ad_hour: percent(policy.ad_hour_permille),
            ad_ten_minutes: secs(policy.ad_ten_minutes_ms),
            public_service: percent(policy.public_service_permille),
            separation: secs(policy.separation_ms),
            qr: secs(policy.qr_min_ms),
            stretch: percent(policy.stretch_permille),
            shrink: percent(policy.shrink_permille),
            blocks: rows(policy.blocks.iter().map(row).collect()),
            transition: policy.transition.as_str().to_owned(),
        }
    }

    /// The policy, or everything that is wrong with it.
    pub(super) fn read(&self) -> Result<Policy, Vec<Said>> {
        let mut problems = Vec::new();
        let mut share = |text: &str, key: &str| {
            read_percent(text).unwrap_or_else(|| {
                problems.push(Said::bad(key));
                0
            })
        };
        let ad_hour_permille = share(&self.ad_hour, "bad-ad-hour");
        let public_service_permille = share(&self.public_service, "bad-public-service");
        let stretch_permille = share(&self.stretch, "bad-stretch");
        let shrink_permille = share(&self.shrink, "bad-shrink");
        let mut ms = |text: &str, max: u32, key: &str| {
            let secs = text.trim().parse::<u32>().ok().filter(|secs| *secs <= max);
            if secs.is_none() {
                problems.push(Said::bad(key).put("max", max));
            }
            secs.unwrap_or_default() * 1_000
        };
        let ad_ten_minutes_ms = ms(&self.ad_ten_minutes, TEN_MINUTES_SECS, "bad-ad-ten-minutes");
        let separation_ms = ms(&self.separation, SECS_MAX, "bad-separation");
        let qr_min_ms = ms(&self.qr, QR_SECS_MAX, "bad-qr");
        let blocks: Option<Vec<Block>> = self.blocks.iter().filter(|row| !row.is_free()).map(BlockRow::read).collect();
        if blocks.is_none() {
            problems.push(Said::bad("bad-block"));
        }
        let chosen = |known: &Transition| known.as_str() == self.transition;
        let usual = self.transition.is_empty().then(Transition::default);
        let transition = Transition::ALL.into_iter().find(chosen).or(usual).unwrap_or_else(|| {
            problems.push(Said::bad("bad-transition"));
            Transition::default()
        });
        match blocks {
            Some(blocks) if problems.is_empty() => Ok(Policy {
                ads: self.has_ads,
                ad_hour_permille,
                ad_ten_minutes_ms,
                public_service_permille,
                separation_ms,
                qr_min_ms,
                stretch_permille,
                shrink_permille,
                blocks,
                transition,
            }),
            Some(_) | None => Err(problems),
        }
    }
}

impl PolicyForm {
    /// That way of changing is chosen.
    pub(super) fn is_transition(&self, word: &str) -> bool {
        self.transition == word
    }
}

impl BlockRow {
    fn is_free(&self) -> bool {
        self.kind.is_empty() && self.trade.is_empty()
    }

    /// A kind of zone is ticked.
    pub(super) fn has_kind(&self, kind: &str) -> bool {
        self.kind.iter().any(|known| known == kind)
    }

    /// A trade is ticked.
    pub(super) fn has_trade(&self, trade: &str) -> bool {
        self.trade.iter().any(|known| known == trade)
    }

    fn read(&self) -> Option<Block> {
        let kinds: Vec<_> = ZoneKind::ALL.into_iter().filter(|kind| self.has_kind(kind_word(*kind))).collect();
        let trades = Trade::ALL.into_iter().filter(|trade| self.has_trade(trade_word(*trade))).collect();
        (!kinds.is_empty()).then_some(Block { kinds, trades })
    }
}

fn rows(mut used: Vec<BlockRow>) -> Vec<BlockRow> {
    used.resize((used.len() + BLOCKS_FREE).min(BLOCKS_MAX.max(used.len())), BlockRow::default());
    for (at, row) in used.iter_mut().enumerate() {
        row.at = at;
    }
    used
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy() -> Policy {
        Policy {
            ads: true,
            ad_hour_permille: 155,
            public_service_permille: 80,
            transition: Transition::Push,
            blocks: vec![
                Block { kinds: vec![ZoneKind::Ward, ZoneKind::Emergency], trades: Vec::new() },
                Block { kinds: vec![ZoneKind::Pharmacy], trades: vec![Trade::Medicine, Trade::Alcohol] },
            ],
            ..Policy::default()
        }
    }

    #[test]
    fn a_policy_survives_its_form() {
        for policy in [policy(), Policy::default()] {
            assert_eq!(PolicyForm::of(&policy).read(), Ok(policy));
        }
    }

    #[test]
    fn each_mistake_is_told() {
        let good = PolicyForm::of(&policy());
        let check = |change: &dyn Fn(&mut PolicyForm), key: &str| {
            let mut form = good.clone();
            change(&mut form);
            let told: Vec<_> = form.read().expect_err(key).into_iter().map(|said| said.key).collect();
            assert_eq!(told, [key]);
        };
        check(&|f| f.ad_hour = "101".into(), "bad-ad-hour");
        check(&|f| f.ad_ten_minutes = "601".into(), "bad-ad-ten-minutes");
        check(&|f| f.public_service.clear(), "bad-public-service");
        check(&|f| f.separation = "soon".into(), "bad-separation");
        check(&|f| f.qr = "61".into(), "bad-qr");
        check(&|f| f.stretch = "-1".into(), "bad-stretch");
        check(&|f| f.shrink = "x".into(), "bad-shrink");
        check(&|f| f.transition = "spin".into(), "bad-transition");
        check(&|f| f.blocks[1].kind.clear(), "bad-block");
    }
}
