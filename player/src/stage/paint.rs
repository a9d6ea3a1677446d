//! Painting: marks become nodes. Everything stands where the marks say, to the pixel; nothing is laid out here.

use anteroom_content::media::{Modules, modules};
use anteroom_content::theme::{Colours, Rgb};
use bevy::asset::RenderAssetUsages;
use bevy::image::ImageSampler;
use bevy::prelude::*;
use bevy::render::render_resource::{Extent3d, TextureDimension, TextureFormat};
use bevy::text::{FontSource, FontWeight, LineHeight};

use super::area::Area;
use super::ink::{CHALK, COAL, Ink};
use super::mark::{Align, Mark};
use super::typeset::{Setting, Weight};

/// The family every word is set in: named, because its file holds Japanese shapes first.
pub(super) const FAMILY: &str = "Noto Sans CJK SC";
/// Light modules around a code.
const QUIET_MODULES: usize = 4;

/// How much of the ground a node covers when it is wholly there.
#[derive(Debug, Clone, Copy, Component)]
pub(super) struct Covers(pub(super) Color);

/// A node over the whole glass that holds a region's nodes.
pub(super) fn region(height: i32) -> impl Bundle {
    let node = Node { position_type: PositionType::Absolute, width: percent(100), height: percent(100), ..default() };
    (node, GlobalZIndex(height))
}

/// A node that shows what lies in an area and cuts off what does not, over everything of less height.
pub(super) fn frame(area: Area) -> Node {
    Node { overflow: Overflow::clip(), ..placed(area) }
}

/// The node within a [`frame`] of that area in which places are those of the whole glass.
pub(super) fn framed(area: Area) -> Node {
    placed(Area::new(-area.x, -area.y, area.x + area.w, area.y + area.h))
}

/// Paints marks below a region's node, in place of what was there.
pub(super) fn repaint(
    commands: &mut Commands,
    images: &mut Assets<Image>,
    region: Entity,
    (marks, colours): (&[Mark], &Colours),
) {
    commands.entity(region).despawn_children();
    paint(commands, images, region, (marks, colours));
}

/// Paints marks below a region's node.
fn paint(commands: &mut Commands, images: &mut Assets<Image>, region: Entity, (marks, colours): (&[Mark], &Colours)) {
    let inked = |ink: Ink| {
        let colour = colour(ink, colours, 1.0);
        (colour, Covers(colour))
    };
    commands.entity(region).with_children(|parent| {
        for mark in marks {
            match mark {
                Mark::Plate { area, ink, radius } if !area.is_empty() => {
                    let node = Node { border_radius: BorderRadius::all(whole(*radius)), ..placed(*area) };
                    let (colour, covers) = inked(*ink);
                    parent.spawn((node, BackgroundColor(colour), covers));
                }
                Mark::Words { area, setting, weight, ink, align } if !area.is_empty() => {
                    paint_words(parent, *area, setting, *weight, inked(*ink), *align);
                }
                Mark::Arc { area, ink } => {
                    let node = Node { border_radius: BorderRadius::top_left(whole(area.w)), ..placed(*area) };
                    let (colour, covers) = inked(*ink);
                    parent.spawn((node, BackgroundColor(colour), covers));
                }
                Mark::Ring { area, ink, width } => {
                    let node =
                        Node { border: UiRect::all(whole(*width)), border_radius: BorderRadius::MAX, ..placed(*area) };
                    parent.spawn((node, BorderColor::all(inked(*ink).0)));
                }
                Mark::Code { area, address } => paint_code(parent, images, *area, address),
                Mark::Picture { area, image } => {
                    parent.spawn((ImageNode::new(image.clone()), placed(*area), Covers(Color::WHITE)));
                }
                Mark::Plate { .. } | Mark::Words { .. } => {}
            }
        }
    });
}

fn paint_words(
    parent: &mut ChildSpawnerCommands,
    area: Area,
    setting: &Setting,
    weight: Weight,
    (colour, covers): (Color, Covers),
    align: Align,
) {
    let (items, justify) = match align {
        Align::Left => (AlignItems::Start, Justify::Left),
        Align::Centre => (AlignItems::Center, Justify::Center),
        Align::Right => (AlignItems::End, Justify::Right),
    };
    let weight = match weight {
        Weight::Regular => FontWeight::NORMAL,
        Weight::Bold => FontWeight::BOLD,
    };
    let place = Node {
        flex_direction: FlexDirection::Column,
        align_items: items,
        justify_content: JustifyContent::Center,
        ..placed(area)
    };
    let font = TextFont {
        font: FontSource::Family(FAMILY.into()),
        font_size: pixels(setting.step.px()).into(),
        weight,
        ..default()
    };
    parent.spawn(place).with_child((
        Text::new(setting.lines.join("\n")),
        font,
        LineHeight::Px(pixels(setting.step.line())),
        TextColor(colour),
        TextLayout::new(justify, LineBreak::NoWrap),
        Node { flex_shrink: 0.0, ..default() },
        covers,
    ));
}

fn paint_code(parent: &mut ChildSpawnerCommands, images: &mut Assets<Image>, area: Area, address: &str) {
    let Some(code) = modules(address) else { return };
    let Some(side) = code_side(&code, area) else { return };
    let node = ImageNode::new(images.add(code_image(&code)));
    parent.spawn((node, placed(area.centred(side, side)), Covers(Color::WHITE)));
}

/// The side of a code with its quiet zone: whole pixels a module, as many as the area allows.
fn code_side(code: &Modules, area: Area) -> Option<i32> {
    let modules = i32::try_from(code.side + 2 * QUIET_MODULES).ok()?;
    let module_px = area.w.min(area.h) / modules;
    (module_px > 0).then_some(module_px * modules)
}

/// The side a code for an address has in an area; none where it does not fit.
pub(super) fn side_of(address: &str, area: Area) -> Option<i32> {
    code_side(&modules(address)?, area)
}

fn code_image(code: &Modules) -> Image {
    let side = code.side + 2 * QUIET_MODULES;
    let mut pixels = Vec::with_capacity(side * side * 4);
    for y in 0..side {
        for x in 0..side {
            let module = || {
                let (x, y) = (x.checked_sub(QUIET_MODULES)?, y.checked_sub(QUIET_MODULES)?);
                if x < code.side { code.dark.get(y * code.side + x).copied() } else { None }
            };
            let ink = if module().unwrap_or(false) { COAL } else { CHALK };
            let Rgb(red, green, blue) = ink.rgb(&Colours::USUAL);
            pixels.extend_from_slice(&[red, green, blue, u8::MAX]);
        }
    }
    let side_px = u32::try_from(side).unwrap_or(1);
    let extent = Extent3d { width: side_px, height: side_px, depth_or_array_layers: 1 };
    let usage = RenderAssetUsages::RENDER_WORLD;
    let mut image = Image::new(extent, TextureDimension::D2, pixels, TextureFormat::Rgba8UnormSrgb, usage);
    image.sampler = ImageSampler::nearest();
    image
}

/// A node at an area.
pub(super) fn placed(area: Area) -> Node {
    Node {
        position_type: PositionType::Absolute,
        left: whole(area.x),
        top: whole(area.y),
        width: whole(area.w),
        height: whole(area.h),
        ..default()
    }
}

fn whole(px: i32) -> Val {
    Val::Px(pixels(px))
}

#[expect(clippy::cast_precision_loss, reason = "no glass has 16 million pixels a side")]
pub(super) const fn pixels(px: i32) -> f32 {
    px as f32
}

/// An ink as the renderer knows it, with a part of its cover.
pub(super) fn colour(ink: Ink, colours: &Colours, part: f32) -> Color {
    let Rgb(red, green, blue) = ink.rgb(colours);
    Color::srgb_u8(red, green, blue).with_alpha(f32::from(ink.cover) / 255.0 * part)
}
