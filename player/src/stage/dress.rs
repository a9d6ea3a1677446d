//! Dressing the glass: works the facts of each region out, and repaints a region when they changed.

use anteroom_content::clock::{Instant, Offsets};
use anteroom_content::place::Screen;
use anteroom_content::programme::Show;
use anteroom_content::schedule::Transition;
use anteroom_content::theme::Colours;
use bevy::prelude::*;
use bevy::text::FontAtlasSet;

use super::area::Area;
use super::cast::{Act, Cast, Face};
use super::clockwork::Clockwork;
use super::director::{Desk, Direction};
use super::entry::EntryPage;
use super::film::Dial;
use super::glance::Glances;
use super::glass::Glass;
use super::ink::{DEEP, SHADE, WHITE};
use super::layout::Layout;
use super::logo::{Logo, Sign};
use super::mark::{Mark, Style};
use super::notice::{NoticeFacts, NoticeLines, notice};
use super::paint::{Covers, colour, frame, framed, pixels, placed, region, repaint};
use super::picture::Pictures;
use super::rail::{ClockFace, RailFacts, rail};
use super::strip::{StripFacts, per_page, strip};
use super::told::{Ground, Scene, Told};
use super::{call, card};

/// How high the regions lie: acts are between.
const RAIL_HEIGHT: i32 = 1;
const STRIP_HEIGHT: i32 = 2;
const NOTICE_HEIGHT: i32 = 3;
const CAPTION_HEIGHT: i32 = i32::MAX - 2;

/// The most bytes of glyphs kept: some ten thousand characters of waiting-room size.
const ATLAS_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// The regions and what was painted in them.
#[derive(Resource)]
pub(super) struct Scenery {
    pub(super) layout: Layout,
    /// The same while nobody is called,
    base: Layout,
    /// and while there are no notices.
    bare: Layout,
    rail: Region<RailFacts>,
    strip: Region<StripFacts>,
    caption: Region<String>,
    notice: Region<NoticeFacts>,
    notice_lines: NoticeLines,
    /// What words on the glass were worked out from.
    words: Option<(u64, Layout, Option<ClockFace>)>,
}

struct Region<Facts> {
    root: Option<Entity>,
    facts: Option<Facts>,
}

impl<Facts> Region<Facts> {
    const NEW: Self = Self { root: None, facts: None };
}

pub(super) fn add(app: &mut App, layout: Layout) {
    let (rail, strip, caption, notice) = (Region::NEW, Region::NEW, Region::NEW, Region::NEW);
    app.insert_resource(Scenery {
        layout,
        base: layout,
        bare: layout,
        rail,
        strip,
        caption,
        notice,
        notice_lines: NoticeLines::NONE,
        words: None,
    })
    .add_systems(Startup, raise_regions)
    .add_systems(Update, (measure, tidy_atlases).before(Direction))
    .add_systems(Update, (call::turn, refit, dress_regions, dress_words, fade).chain().after(Direction));
}

impl Scenery {
    /// How the glass is divided while nobody is called.
    pub(super) const fn base(&self) -> Layout {
        self.base
    }

    /// The same without notices.
    pub(super) const fn bare(&self) -> Layout {
        self.bare
    }

    /// Divides the glass in another way: what stands in its regions is worked out anew.
    pub(super) fn divide(&mut self, layout: Layout) {
        if self.layout != layout {
            self.layout = layout;
            (self.rail.facts, self.strip.facts, self.caption.facts, self.notice.facts) = (None, None, None, None);
        }
    }
}

fn raise_regions(mut commands: Commands, mut scenery: ResMut<Scenery>) {
    scenery.rail.root = Some(commands.spawn(region(RAIL_HEIGHT)).id());
    scenery.strip.root = Some(commands.spawn(region(STRIP_HEIGHT)).id());
    scenery.caption.root = Some(commands.spawn(region(CAPTION_HEIGHT)).id());
    scenery.notice.root = Some(commands.spawn(region(NOTICE_HEIGHT)).id());
}

/// Another glass or another screen: everything finds a new place.
fn measure(mut scenery: ResMut<Scenery>, mut desk: Desk, mut pictures: ResMut<Pictures>, mut commands: Commands) {
    let now = desk.clock.now();
    let sight = desk.told.sight(now, desk.glass.width_px, desk.glass.height_px);
    let bare = Layout::of(&sight);
    // A notice that comes or goes moves what stands there and ends nothing; `call` divides the glass.
    let has_notice = desk.told.notices(now).next().is_some();
    scenery.base = if has_notice { Layout::with_notice(&sight) } else { bare };
    if bare == scenery.bare {
        return;
    }
    let is_repainted = Layout { colours: bare.colours, ..scenery.bare } == bare;
    scenery.bare = bare;
    let whole = scenery.base;
    scenery.divide(whole);
    commands.insert_resource(ClearColor(colour(DEEP, &bare.colours, 1.0)));
    let Desk { cast, files, glass, .. } = &mut desk;
    glass.is_stale = true;
    if is_repainted {
        cast.acts().for_each(|act| act.painted = None);
        return;
    }
    pictures.forget();
    let Cast { on_glass, leaving, coming, next, .. } = &mut **cast;
    for act in [on_glass, leaving, coming, next] {
        if let Some(act) = act.take() {
            act.dismiss(&mut commands, files);
        }
    }
}

/// Glyphs are kept for ever, size by size; when they grow large, all go and those on the glass are drawn anew.
fn tidy_atlases(
    mut atlases: ResMut<FontAtlasSet>,
    images: Res<Assets<Image>>,
    mut fonts: Query<&mut TextFont>,
    mut glass: ResMut<Glass>,
) {
    if atlases.total_bytes(&images) > ATLAS_BYTES_MAX {
        tracing::info!("the kept glyphs are thrown away: they have grown too large");
        atlases.clear();
        fonts.iter_mut().for_each(|mut font| font.set_changed());
        glass.is_stale = true;
    }
}

fn dress_regions(
    mut commands: Commands,
    mut scenery: ResMut<Scenery>,
    (told, logo): (Res<Told>, Res<Logo>),
    cast: Res<Cast>,
    clock: Res<Clockwork>,
    mut glass: ResMut<Glass>,
    mut images: ResMut<Assets<Image>>,
) {
    let now = clock.now();
    let Scenery {
        layout, rail: rail_region, strip: strip_region, caption, notice: notice_region, notice_lines, ..
    } = &mut *scenery;
    let place = told.stand().and_then(|stand| Some((stand.show(now)?, stand.screen_at(now)?)));
    let act = cast.on_glass.as_ref();
    let rail_facts = place.map(|(show, screen)| rail_facts((show, screen), logo.sign.clone(), act, now));
    let strip_facts = told.stand().zip(place).map(|(stand, (show, screen))| StripFacts {
        page: EntryPage::at(&stand.clinic, &show.offsets, now, per_page(layout)),
        address: show.clinic_address(screen),
        short_code: screen.short_code.grouped(),
        time: ClockFace::at(&show.offsets, now).time,
    });
    let words = act.and_then(|act| caption_at(act, now));
    let notice_facts = notice_lines.at(layout, &told, now);
    let mut painter = |root: Option<Entity>, marks: Vec<Mark>| {
        if let Some(root) = root {
            repaint(&mut commands, &mut images, root, (&marks, &layout.colours));
            glass.is_stale = true;
        }
    };
    if rail_region.facts != rail_facts {
        painter(rail_region.root, rail_facts.as_ref().map(|facts| rail(layout, facts)).unwrap_or_default());
        rail_region.facts = rail_facts;
    }
    if strip_region.facts != strip_facts {
        painter(strip_region.root, strip_facts.as_ref().map(|facts| strip(layout, facts)).unwrap_or_default());
        strip_region.facts = strip_facts;
    }
    if notice_region.facts != notice_facts {
        painter(notice_region.root, notice_facts.as_ref().map(|facts| notice(layout, facts)).unwrap_or_default());
        notice_region.facts = notice_facts;
    }
    if caption.facts != words {
        painter(caption.root, words.as_ref().map(|words| caption_marks(layout, words)).unwrap_or_default());
        caption.facts = words;
    }
}

fn rail_facts((show, screen): (&Show, &Screen), logo: Option<Sign>, act: Option<&Act>, now: Instant) -> RailFacts {
    RailFacts {
        site: show.site.name.clone(),
        logo,
        zone: show.zone.name.clone(),
        face: ClockFace::at(&show.offsets, now),
        class: act.and_then(|act| act.item.as_ref()).map(|item| item.class),
        address: show.item_address(screen),
        short_code: screen.short_code.grouped(),
    }
}

fn caption_at(act: &Act, now: Instant) -> Option<String> {
    let Face::Movie { movie: Some(movie), .. } = &act.face else { return None };
    let at_ms = u32::try_from(now.ms_since(act.due.since)).ok()?;
    movie.track.at(at_ms).filter(|words| !words.trim().is_empty()).map(ToOwned::to_owned)
}

/// Captions stand on a dark plate at the lower edge of the content, as wide as their words.
fn caption_marks(layout: &Layout, words: &str) -> Vec<Mark> {
    let (_, low) = layout.content.inset(layout.gap).split_bottom(layout.lead().line() * 5 / 2);
    let reach = low.inset_by(layout.gap * 2, 0);
    let style = Style::plain(layout.lead(), WHITE).strong().centred().shrinking(4);
    let Mark::Words { setting, weight, ink, align, .. } = style.set(words, reach) else { return Vec::new() };
    let longest = setting.lines.iter().map(|line| super::typeset::width(line, setting.step, weight)).max().unwrap_or(0);
    let (_, area) = low.split_bottom(setting.height() + layout.gap);
    let plate = area.centred((longest + layout.gap * 3).min(low.w), area.h);
    vec![Mark::plate(plate, SHADE, layout.gap / 2), Mark::Words { area: plate, setting, weight, ink, align }]
}

/// Sets the words of the act on the glass, and again when what they follow from changes.
fn dress_words(
    mut commands: Commands,
    mut scenery: ResMut<Scenery>,
    told: Res<Told>,
    mut cast: ResMut<Cast>,
    clock: Res<Clockwork>,
    mut glass: ResMut<Glass>,
    mut images: ResMut<Assets<Image>>,
) {
    let now = clock.now();
    let Some(act) = &mut cast.on_glass else { return };
    if !matches!(act.face, Face::Words) {
        return;
    }
    let face = told.stand().and_then(|stand| stand.show(now)).map(|show| ClockFace::at(&show.offsets, now));
    let key = Some((told.serial, scenery.layout, face.clone()));
    if act.painted.is_some() && scenery.words == key {
        return;
    }
    scenery.words = key;
    let face = face.unwrap_or_else(|| ClockFace::at(&Offsets::fixed("UTC", 0), now));
    let marks = act_marks(&scenery.layout, act, &told, &face);
    if act.painted.as_ref() != Some(&marks) {
        if let Some(root) = act.root {
            repaint(&mut commands, &mut images, root, (&marks, &scenery.layout.colours));
            glass.is_stale = true;
        }
        act.painted = Some(marks);
    }
}

fn act_marks(layout: &Layout, act: &Act, told: &Told, face: &ClockFace) -> Vec<Mark> {
    match (&act.due.scene, &act.item, told.ground()) {
        (Scene::Item { .. } | Scene::Evergreen { .. }, Some(item), _) => card::card(layout, item),
        (Scene::Waiting, _, Ground::Waiting(waiting)) => card::waiting(layout, waiting),
        (Scene::Closed, ..) => card::closed(layout, face),
        (Scene::Dark, ..) => card::dark(layout),
        (Scene::Strip, ..) => Vec::new(),
        (Scene::Item { .. } | Scene::Evergreen { .. } | Scene::Waiting | Scene::Fallback, ..) => card::fallback(layout),
    }
}

/// What lies behind a picture of another shape than its place.
pub(super) fn backdrop(area: Area, colours: &Colours) -> impl Bundle {
    let deep = colour(DEEP, colours, 1.0);
    (placed(area), BackgroundColor(deep), Covers(deep), Fitted::Whole)
}

/// How a node of an act stands in the content area, wherever that is.
#[derive(Debug, Clone, Copy, Component)]
pub(super) enum Fitted {
    /// The frame it is seen through.
    Frame,
    /// What lies in the frame, where places are those of the whole glass.
    Ground,
    /// Over all of it.
    Whole,
    /// As large as a medium of so many pixels fits.
    Medium(u32, u32),
}

/// Moves what stands in the content area when that moves: nothing that plays ends for it.
fn refit(
    scenery: Res<Scenery>,
    mut nodes: Query<(&Fitted, &mut Node)>,
    mut glass: ResMut<Glass>,
    mut glances: ResMut<Glances>,
    mut last: Local<Area>,
) {
    let content = scenery.layout.content;
    if *last == content {
        return;
    }
    *last = content;
    for (fitted, mut node) in &mut nodes {
        *node = match fitted {
            Fitted::Frame => frame(content),
            Fitted::Ground => framed(content),
            Fitted::Whole => placed(content),
            Fitted::Medium(width, height) => placed(content.fitted(*width, *height)),
        };
    }
    // A glance on its way looks for a picture where it does not stand any more.
    glances.rest();
    glass.is_stale = true;
}

/// Where acts stand while one pushes the other, in widths of their place: the one that comes, and the one that leaves. Begins
/// and ends gently.
fn pushed(part: f32) -> (f32, f32) {
    let eased = part * part * (3.0 - 2.0 * part);
    (1.0 - eased, -eased)
}

/// Lets the act that came cover the one before it, little by little, or push it out.
fn fade(
    (cast, scenery): (Res<Cast>, Res<Scenery>),
    mut places: Query<&mut UiTransform>,
    mut glass: ResMut<Glass>,
    children: Query<&Children>,
    mut nodes: Query<(&Covers, Option<&mut BackgroundColor>, Option<&mut TextColor>, Option<&mut ImageNode>)>,
    (dials, mut images): (Query<&Dial>, ResMut<Assets<Image>>),
    mut done: Local<Option<Entity>>,
) {
    let Some(act) = &cast.on_glass else { return };
    let (Some(root), Some(raised)) = (act.root, act.raised) else { return };
    let passed = raised.elapsed();
    if *done == Some(root) {
        return;
    }
    let is_cut = cast.leaving.is_none() || act.fade.is_zero();
    let part = if is_cut { 1.0 } else { (passed.as_secs_f32() / act.fade.as_secs_f32()).clamp(0.05, 1.0) };
    let is_pushed = act.change == Transition::Push;
    if is_pushed {
        let (comes, leaves) = pushed(part);
        let leaving = cast.leaving.as_ref().and_then(|act| act.root);
        for (root, widths) in [(Some(root), comes), (leaving, leaves)] {
            if let Some(mut place) = root.and_then(|root| places.get_mut(root).ok()) {
                place.translation = Val2::px(widths * pixels(scenery.layout.content.w), 0.0);
            }
        }
    }
    let cover = if is_pushed { 1.0 } else { part };
    for node in children.iter_descendants(root) {
        if let Ok((covers, ground, text, image)) = nodes.get_mut(node) {
            let now = covers.0.with_alpha(covers.0.alpha() * cover);
            if let Some(mut image) = image {
                image.color = now;
            } else if let Some(mut text) = text {
                text.0 = now;
            } else if let Some(mut ground) = ground {
                ground.0 = now;
            }
        }
        if let Ok(dial) = dials.get(node) {
            dial.set(&mut images, cover);
        }
    }
    glass.is_stale = true;
    if part >= 1.0 {
        *done = Some(root);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acts_that_push_each_other_touch_all_the_way_and_never_go_back() {
        let mut before = 1.0;
        for step in 0_u8..=60 {
            let (comes, leaves) = pushed(f32::from(step) / 60.0);
            assert!((comes - leaves - 1.0).abs() < 1e-6, "a gap at {step}: {comes} {leaves}");
            assert!(comes <= before, "back at {step}");
            before = comes;
        }
        assert!(before.abs() < 1e-6, "it has arrived");
    }
}
