//! Places as a form: which zones a rule or a campaign aims at, which it leaves out, and both in words.

use anteroom_content::id::{BuildingId, NetworkId, SiteId, ZoneId};
use anteroom_content::place::ZoneKind;
use anteroom_content::schedule::{Target, Where};
use anteroom_content::text::{Language, Text};

use super::fields::Filled;
use super::said::Said;
use crate::db::places::Places;
use crate::words::Words;

/// The places a person chose and those left out, each as a word: `everywhere`, `site:QLZX`, `tag:安静`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct PlaceForm {
    /// Any of these.
    pub(super) place: Vec<String>,
    /// But not these.
    pub(super) except: Vec<String>,
}

/// One place that may be chosen.
pub(super) struct Choice {
    /// Its word in the form.
    pub(super) word: String,
    /// Its name.
    pub(super) name: Text,
    /// What tells it from others of that name.
    pub(super) note: String,
}

/// Places of one sort, folded away until somebody wants them.
pub(super) struct Group {
    /// The key of its heading; a site's own name where there is none.
    pub(super) key: &'static str,
    /// A site's name.
    pub(super) name: Text,
    /// Something in it is chosen or left out.
    pub(super) is_open: bool,
    /// How many of it are.
    pub(super) chosen: usize,
    /// What it offers.
    pub(super) choices: Vec<Choice>,
}

impl PlaceForm {
    /// What the form brought.
    pub(super) fn filled(filled: &Filled) -> Self {
        Self { place: filled.all("place"), except: filled.all("except") }
    }

    /// The fields of a target.
    pub(super) fn of(target: &Target) -> Self {
        let words = |places: &[Where]| places.iter().map(place_word).collect();
        Self { place: words(&target.places), except: words(&target.except) }
    }

    /// The target, or what is wrong with it.
    pub(super) fn read(&self) -> Result<Target, Said> {
        let read = |words: &[String]| words.iter().map(|word| read_place(word)).collect::<Option<Vec<_>>>();
        match (read(&self.place), read(&self.except)) {
            (Some(places), Some(except)) if !places.is_empty() => Ok(Target { places, except }),
            _ => Err(Said::bad("bad-rule-place").of("place")),
        }
    }

    /// A place is ticked.
    pub(super) fn takes(&self, word: &str) -> bool {
        self.place.iter().any(|place| place == word)
    }

    /// A place is left out.
    pub(super) fn leaves_out(&self, word: &str) -> bool {
        self.except.iter().any(|place| place == word)
    }

    /// Everything that may be chosen, by sort. What the form names and no list knows any more stays choosable.
    pub(super) fn groups(&self, places: &Places) -> Vec<Group> {
        let mut groups = vec![
            self.group(
                "zone-kinds",
                ZoneKind::ALL.map(|kind| choice(&Where::Kind(kind), kind.name(), "")).into_iter().collect(),
            ),
            self.group(
                "networks",
                places.networks.iter().map(|n| choice(&Where::Network(n.id.clone()), n.name.clone(), "")).collect(),
            ),
            self.group(
                "cities",
                places.cities.iter().map(|c| choice(&Where::City(c.code.clone()), c.name.clone(), &c.code)).collect(),
            ),
            self.group(
                "tags",
                tags(places).map(|tag| choice(&Where::Tag(tag.clone()), Text::new(&tag, ""), "")).collect(),
            ),
        ];
        for site in &places.sites {
            let mut choices =
                vec![choice(&Where::Site(site.id.clone()), Text::new("整家医院", "The whole site"), site.id.as_str())];
            for building in places.buildings.iter().filter(|building| building.site == site.id) {
                let whole = Text {
                    zh: format!("整栋：{}", building.name.zh),
                    en: format!("All of {}", building.name.in_language(Language::English)),
                };
                choices.push(choice(&Where::Building(building.id.clone()), whole, building.id.as_str()));
                let zones = places.zones.iter().filter(|zone| zone.building == building.id);
                choices.extend(
                    zones.map(|zone| choice(&Where::Zone(zone.id.clone()), zone.name.clone(), zone.id.as_str())),
                );
            }
            groups.push(Group { name: site.name.clone(), ..self.group("", choices) });
        }
        let is_known = |word: &&String| {
            *word == "everywhere" || groups.iter().any(|group| group.choices.iter().any(|one| one.word == **word))
        };
        let mut strays: Vec<String> =
            self.place.iter().chain(&self.except).filter(|word| !is_known(word)).cloned().collect();
        strays.sort();
        strays.dedup();
        let stray = |word: String| Choice { name: Text::new(&word, ""), note: String::new(), word };
        groups.push(self.group("places-gone", strays.into_iter().map(stray).collect()));
        groups.retain(|group| !group.choices.is_empty());
        groups
    }

    fn group(&self, key: &'static str, choices: Vec<Choice>) -> Group {
        let chosen = choices.iter().filter(|one| self.takes(&one.word) || self.leaves_out(&one.word)).count();
        Group { key, name: Text::default(), is_open: chosen > 0, chosen, choices }
    }
}

fn choice(place: &Where, name: Text, note: &str) -> Choice {
    Choice { word: place_word(place), name, note: note.to_owned() }
}

fn tags(places: &Places) -> impl Iterator<Item = String> {
    let tags: std::collections::BTreeSet<_> = places.zones.iter().flat_map(|zone| zone.tags.clone()).collect();
    tags.into_iter()
}

/// How many zones a target holds.
pub(super) fn zones_of<'a>(
    target: &'a Target,
    places: &'a Places,
) -> impl Iterator<Item = &'a anteroom_content::place::Zone> {
    places.zones.iter().filter(|zone| places.site_of(zone).is_some_and(|site| target.holds(zone, site)))
}

/// What people call the one that it is, or else its code.
fn found<'a>(names: impl Iterator<Item = (bool, &'a Text)>, language: Language, code: &str) -> String {
    let mut names = names.filter(|(is_it, _)| *is_it);
    names.next().map_or_else(|| code.to_owned(), |(_, name)| name.in_language(language).to_owned())
}

/// A target in a sentence: `内科联播网、收费挂号，不含儿科候诊`.
pub(super) fn place_in_words(target: &Target, places: &Places, words: &Words) -> String {
    let language = words.language();
    let name = |place: &Where| match place {
        Where::Everywhere => words.get("everywhere"),
        Where::Site(id) => found(places.sites.iter().map(|one| (one.id == *id, &one.name)), language, id.as_str()),
        Where::Zone(id) => found(places.zones.iter().map(|one| (one.id == *id, &one.name)), language, id.as_str()),
        Where::Kind(kind) => kind.name().in_language(language).to_owned(),
        Where::City(code) => found(places.cities.iter().map(|one| (one.code == *code, &one.name)), language, code),
        Where::Building(id) => {
            found(places.buildings.iter().map(|one| (one.id == *id, &one.name)), language, id.as_str())
        }
        Where::Tag(tag) => format!("#{tag}"),
        Where::Network(id) => {
            found(places.networks.iter().map(|one| (one.id == *id, &one.name)), language, id.as_str())
        }
    };
    let separator = words.get("list-separator");
    let mut told = target.places.iter().map(name).collect::<Vec<_>>().join(&separator);
    if !target.except.is_empty() {
        let except: Vec<_> = target.except.iter().map(name).collect();
        told.push_str(&words.say("rule-except").put("zones", except.join(&separator)).to_string());
    }
    told
}

/// A kind of zone as it stands in forms.
pub(super) const fn kind_word(kind: ZoneKind) -> &'static str {
    match kind {
        ZoneKind::Entrance => "entrance",
        ZoneKind::Waiting => "waiting",
        ZoneKind::Payment => "payment",
        ZoneKind::Examination => "examination",
        ZoneKind::Pharmacy => "pharmacy",
        ZoneKind::ConsultingDoor => "consulting_door",
        ZoneKind::Ward => "ward",
        ZoneKind::Emergency => "emergency",
        ZoneKind::Shop => "shop",
    }
}

fn place_word(place: &Where) -> String {
    match place {
        Where::Everywhere => "everywhere".to_owned(),
        Where::Site(id) => format!("site:{id}"),
        Where::Zone(id) => format!("zone:{id}"),
        Where::Kind(kind) => format!("kind:{}", kind_word(*kind)),
        Where::Network(id) => format!("network:{id}"),
        Where::City(code) => format!("city:{code}"),
        Where::Building(id) => format!("building:{id}"),
        Where::Tag(tag) => format!("tag:{tag}"),
    }
}

fn read_place(word: &str) -> Option<Where> {
    if word == "everywhere" {
        return Some(Where::Everywhere);
    }
    let (sort, name) = word.split_once(':')?;
    match sort {
        "site" => SiteId::parse(name).ok().map(Where::Site),
        "zone" => ZoneId::parse(name).ok().map(Where::Zone),
        "network" => NetworkId::parse(name).ok().map(Where::Network),
        "city" => Some(Where::City(name.to_owned())),
        "building" => BuildingId::parse(name).ok().map(Where::Building),
        "tag" => Some(Where::Tag(name.to_owned())),
        "kind" => ZoneKind::ALL.into_iter().find(|kind| kind_word(*kind) == name).map(Where::Kind),
        _ => None,
    }
}
