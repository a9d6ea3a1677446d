//! The layout: which areas a glass has and how large its type is. Follows from the screen alone.

use anteroom_content::place::Role;
use anteroom_content::theme::{Colours, TYPE_PERCENT, Theme};

use super::area::Area;
use super::ladder::Step;

/// Reading distance over the height of a comfortable character (DOMAIN §2.7).
const DISTANCE_PER_CHARACTER: f32 = 160.0;
/// The same over the height of the smallest character anybody must read.
pub(super) const LEAST_DISTANCE_PER_CHARACTER: f32 = 250.0;
/// Glass at least so many times wider than high is a ribbon: one line of words.
const RIBBON_SHAPE: i32 = 5;
/// So much of a ribbon's width tells notices, in hundredths.
const NOTICE_SHARE: i32 = 40;

/// What is known of a screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sight {
    pub(super) width_px: u32,
    pub(super) height_px: u32,
    /// Width of the lit area, in millimetres.
    pub(super) width_mm: u32,
    pub(super) distance_cm: u32,
    pub(super) role: Role,
    /// The zone has clinics to tell of.
    pub(super) has_clinics: bool,
    /// Its hospital's theme.
    pub(super) look: Look,
}

/// What a theme says of colours and type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Look {
    pub(super) colours: Colours,
    /// In percent of the comfortable size.
    pub(super) type_percent: u16,
}

impl Look {
    /// As it is compiled in.
    pub(super) const USUAL: Self = Self { colours: Colours::USUAL, type_percent: *TYPE_PERCENT.start() };

    /// As a theme says, as far as a glass can follow it.
    pub(super) fn of(theme: &Theme) -> Self {
        let type_percent = theme.type_percent.clamp(*TYPE_PERCENT.start(), *TYPE_PERCENT.end());
        Self { colours: theme.colours, type_percent }
    }
}

/// How a glass is divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// Content, a rail at its right, the strip below.
    Landscape,
    /// Content, a row of clock and code, the strip below.
    Portrait,
    /// One line.
    Ribbon,
    /// Clinic times over the whole glass.
    Board,
}

/// The areas of a glass and its sizes of type. Areas that a shape lacks are empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) shape: Shape,
    pub(super) glass: Area,
    pub(super) content: Area,
    pub(super) rail: Area,
    pub(super) strip: Area,
    /// Where notices are told; empty while there are none.
    pub(super) notice: Area,
    /// Where somebody is called; empty while nobody is.
    pub(super) call: Area,
    /// What must be read from the seats.
    pub(super) body: Step,
    /// The space between things.
    pub(super) gap: i32,
    pub(super) colours: Colours,
}

impl Layout {
    pub(super) fn of(sight: &Sight) -> Self {
        Self::divided(sight, false)
    }

    /// The same with a line for notices: along the lower edge, or a part of a ribbon's one line.
    pub(super) fn with_notice(sight: &Sight) -> Self {
        Self::divided(sight, true)
    }

    fn divided(sight: &Sight, has_notice: bool) -> Self {
        let side = |px: u32| i32::try_from(px).unwrap_or(i32::MAX).max(1);
        let glass = Area::new(0, 0, side(sight.width_px), side(sight.height_px));
        let shape = shape(glass, sight.role);
        let body = body(glass, sight, shape);
        let gap = gap_of(body);
        let none = Area::default();
        let (room, notice) = match shape {
            _ if !has_notice => (glass, none),
            Shape::Ribbon => glass.split_left(glass.w - glass.w * NOTICE_SHARE / 100),
            Shape::Landscape | Shape::Portrait | Shape::Board => glass.split_bottom(body.line() + gap),
        };
        let (content, rail, strip, call, colours) = (room, none, none, none, sight.look.colours);
        let bare = Self { shape, glass, content, rail, strip, notice, call, body, gap, colours };
        match shape {
            Shape::Landscape => bare.landscape(sight.has_clinics),
            Shape::Portrait => bare.portrait(sight.has_clinics),
            Shape::Board => Self { content: none, strip: room, ..bare },
            Shape::Ribbon => match sight.role {
                Role::Full => bare,
                Role::Strip => Self { content: none, strip: room, ..bare },
            },
        }
    }

    fn landscape(self, has_clinics: bool) -> Self {
        let strip_h = if has_clinics { self.glass.h / 5 } else { 0 };
        let (upper, strip) = self.content.split_bottom(strip_h);
        // A content area of 16:9 where the glass allows it: most pictures and all movies have that shape.
        let content_w = (upper.h * 16 / 9).clamp(self.glass.w * 3 / 5, self.glass.w * 4 / 5);
        let (content, rail) = upper.split_left(content_w);
        Self { content, rail, strip, ..self }
    }

    fn portrait(self, has_clinics: bool) -> Self {
        let strip_h = if has_clinics { self.glass.h * 17 / 100 } else { 0 };
        let (upper, strip) = self.content.split_bottom(strip_h);
        let rail_h = (self.glass.w * 36 / 100).min(self.glass.h / 4);
        let (content, rail) = upper.split_bottom(rail_h);
        Self { content, rail, strip, ..self }
    }

    /// Second words: still above the hard minimum of a 250th of the distance.
    pub(super) fn small(&self) -> Step {
        self.body.lower(2)
    }

    /// The smallest words anybody must read: a 250th of the distance.
    pub(super) fn least(&self) -> Step {
        self.body.lower(3)
    }

    /// The same glass as one area: no rail, no strip.
    pub(super) fn whole(self) -> Self {
        let shape = match self.shape {
            Shape::Board if self.glass.h > self.glass.w => Shape::Portrait,
            Shape::Board => Shape::Landscape,
            shape => shape,
        };
        let none = Area::default();
        Self { shape, content: self.glass, rail: none, strip: none, notice: none, call: none, ..self }
    }

    /// The same glass with type of another size.
    pub(super) fn in_type(self, body: Step) -> Self {
        Self { body, gap: gap_of(body), ..self }
    }

    /// Words that lead.
    pub(super) fn lead(&self) -> Step {
        self.body.up(1)
    }

    /// Titles.
    pub(super) fn title(&self) -> Step {
        self.body.up(4)
    }
}

fn gap_of(body: Step) -> i32 {
    (body.px() * 3 / 8).max(1)
}

fn shape(glass: Area, role: Role) -> Shape {
    if glass.w >= glass.h.saturating_mul(RIBBON_SHAPE) {
        return Shape::Ribbon;
    }
    match role {
        Role::Strip => Shape::Board,
        Role::Full if glass.h > glass.w => Shape::Portrait,
        Role::Full => Shape::Landscape,
    }
}

#[expect(clippy::cast_precision_loss, reason = "sizes of screens are small numbers")]
fn body(glass: Area, sight: &Sight, shape: Shape) -> Step {
    let side = glass.w.min(glass.h) as f32;
    if shape == Shape::Ribbon {
        return Step::at_most(side * 0.7);
    }
    let px_per_mm = glass.w as f32 / sight.width_mm.max(1) as f32;
    let larger = f32::from(sight.look.type_percent) / 100.0;
    let comfortable = sight.distance_cm as f32 * 10.0 / DISTANCE_PER_CHARACTER * px_per_mm * larger;
    // Smaller wastes the glass, larger leaves no room for words.
    Step::at_most(comfortable.clamp(side / 28.0, side / 21.0))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sight(width_px: u32, height_px: u32, role: Role) -> Sight {
        Sight { width_px, height_px, width_mm: 1210, distance_cm: 500, role, has_clinics: true, look: Look::USUAL }
    }

    #[test]
    fn a_content_area_of_a_common_screen_has_the_shape_of_a_movie() {
        let layout = Layout::of(&sight(1920, 1080, Role::Full));
        assert_eq!((layout.shape, layout.content), (Shape::Landscape, Area::new(0, 0, 1536, 864)));
        assert_eq!(Layout::of(&sight(1080, 1920, Role::Full)).shape, Shape::Portrait);
        assert_eq!(Layout::of(&sight(960, 64, Role::Strip)).shape, Shape::Ribbon);
        assert_eq!(Layout::of(&sight(1920, 1080, Role::Strip)).shape, Shape::Board);
    }

    #[test]
    fn type_can_be_read_from_the_seats_where_it_fits() {
        for (width_px, height_px, width_mm, distance_cm) in
            [(1920, 1080, 1210, 400), (1920, 1080, 1210, 500), (3840, 2160, 1430, 500), (1080, 1920, 535, 300)]
        {
            let seen = Sight { width_mm, distance_cm, ..sight(width_px, height_px, Role::Full) };
            let mm = u32::try_from(Layout::of(&seen).body.px()).expect("small") * width_mm * 1_000 / width_px;
            assert!(mm >= distance_cm * 10 * 1_000 / 190, "{width_px}×{height_px}: {mm} µm");
        }
    }

    proptest! {
        #[test]
        fn areas_lie_on_the_glass_and_never_on_each_other(
            width in 180u32..8_192, height in 32u32..8_192, mm in 200u32..9_000, cm in 50u32..2_000,
            is_strip in any::<bool>(), has_clinics in any::<bool>(),
        ) {
            let role = if is_strip { Role::Strip } else { Role::Full };
            let seen = Sight { width_mm: mm, distance_cm: cm, has_clinics, ..sight(width, height, role) };
            for layout in [Layout::of(&seen), Layout::with_notice(&seen)] {
            let areas = [layout.content, layout.rail, layout.strip, layout.notice];
            for (n, area) in areas.iter().enumerate() {
                prop_assert!(layout.glass.holds(*area), "{area:?}");
                for other in &areas[n + 1..] {
                    prop_assert!(!area.overlaps(*other), "{area:?} and {other:?}");
                }
            }
            let covered: i64 = areas.iter().map(|a| i64::from(a.w) * i64::from(a.h)).sum();
            prop_assert_eq!(covered, i64::from(width) * i64::from(height), "nothing of the glass is left over");
            }
        }
    }
}
