//! How the box does: the heartbeat for the server, the status for whoever stands before it.

use anteroom_content::clock::Instant;
use anteroom_content::id::{BoxId, ItemId, PairCode, ScreenId, ZoneId};
use anteroom_content::text::Text;
use anteroom_content::wire::{Carrier, Rung};
use serde::{Deserialize, Serialize};

/// What `status` tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// Version of the player.
    pub version: String,
    /// The server's address.
    pub server: String,
    /// The conversation with the server stands.
    pub connected: bool,
    /// What carries it; none before anybody was reached.
    #[serde(default)]
    pub carrier: Option<Carrier>,
    /// The box's name; none before it was paired.
    #[serde(rename = "box")]
    pub box_id: Option<BoxId>,
    /// The code to type in the console, while there is one.
    pub code: Option<PairCode>,
    /// Where its screen hangs.
    pub zone: Option<ZoneId>,
    /// Its screen.
    pub screen: Option<ScreenId>,
    /// The manifest in force; 0 for none.
    pub manifest_version: u64,
    /// Files still to be fetched, in bytes.
    pub fetch_left_bytes: u64,
    /// Plays in the log.
    pub plays_logged: u64,
    /// Plays the server has not acknowledged.
    pub plays_waiting: u64,
    /// The item on the glass.
    pub item: Option<ItemId>,
    /// The last item that was on the glass, and since when.
    pub last_item: Option<(ItemId, Instant)>,
    /// Frames presented since the stage started.
    pub frames: u64,
    /// What draws.
    #[serde(default)]
    pub adapter: Option<String>,
    /// What decodes movies.
    #[serde(default)]
    pub decoder: Option<String>,
    /// The clock is right to so many microseconds; none while it goes by no server's answers.
    #[serde(default)]
    pub clock_error_us: Option<i64>,
    /// What the glass says instead of a programme.
    pub waiting: Option<Text>,
    /// The disciplined clock.
    pub now: Instant,
    /// The last thing that went wrong.
    pub last_trouble: Option<String>,
    /// The display has power; none where no driver says so.
    #[serde(default)]
    pub lit: Option<bool>,
    /// The stage kept falling: the card that is compiled in stands in for the programme.
    #[serde(default)]
    pub stands_in: bool,
    /// What stands in on the glass because no programme has anything to show.
    #[serde(default)]
    pub rung: Option<Rung>,
}

/// What stands in, for people.
const fn rung_in_words(rung: Rung) -> &'static str {
    match rung {
        Rung::Evergreen => "the evergreen set: no programme has anything to show",
        Rung::Card => "the built-in card: neither a programme nor an evergreen set has anything to show",
        Rung::Other => "something of a newer player",
    }
}

impl Status {
    fn standing(&self) -> &'static str {
        match (self.connected, self.carrier) {
            (false, _) => "not connected",
            (true, Some(Carrier::Tcp)) => "connected over TCP (UDP is blocked)",
            (true, Some(Carrier::Udp) | None) => "connected",
        }
    }

    /// In lines for people.
    pub fn lines(&self) -> String {
        let none = || "–".to_owned();
        let named = |name: Option<String>| name.unwrap_or_else(none);
        let mut lines = vec![
            ("player", self.version.clone()),
            ("server", format!("{} ({})", self.server, self.standing())),
            ("box", named(self.box_id.as_ref().map(ToString::to_string))),
            ("zone", named(self.zone.as_ref().map(ToString::to_string))),
            ("screen", named(self.screen.as_ref().map(ToString::to_string))),
            ("manifest", if self.manifest_version == 0 { none() } else { self.manifest_version.to_string() }),
            ("on the glass", named(self.item.as_ref().map(ToString::to_string))),
            ("last item", named(self.last_item.as_ref().map(|(item, _)| item.to_string()))),
            ("plays", format!("{} logged, {} waiting for the server", self.plays_logged, self.plays_waiting)),
            ("to fetch", format!("{} bytes", self.fetch_left_bytes)),
            ("frames", self.frames.to_string()),
            ("drawn by", named(self.adapter.clone())),
            ("decoded by", named(self.decoder.clone())),
            ("clock", self.clock_error_us.map_or("its own".to_owned(), |us| format!("the server's, right to {us} µs"))),
        ];
        lines.extend(self.lit.map(|is_lit| ("display", if is_lit { "on" } else { "off" }.to_owned())));
        lines.extend(
            self.stands_in.then(|| ("stage", "it kept falling: the built-in card stands in for a while".to_owned())),
        );
        lines.extend(self.rung.map(|rung| ("stands in", rung_in_words(rung).to_owned())));
        lines.extend(self.code.map(|code| ("code", code.grouped())));
        lines.extend(self.waiting.as_ref().map(|text| ("waiting", format!("{} {}", text.zh, text.en))));
        lines.extend(self.last_trouble.as_ref().map(|text| ("trouble", text.clone())));
        let lines: Vec<_> = lines.iter().map(|(name, value)| format!("{name:<13} {value}")).collect();
        lines.join("\n")
    }
}
