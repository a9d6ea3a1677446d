//! The blindfold, for proofs that the stage sees what is amiss on its glass: while the file is there that a variable names, the glass
//! is black, or one picture stands on it, and nothing else notices; or the graphics card is lost, once. No screen in a waiting room wears
//! one.

use std::path::PathBuf;

use bevy::asset::RenderAssetUsages;
use bevy::image::ImageSampler;
use bevy::prelude::*;
use bevy::render::render_resource::{Extent3d, TextureDimension, TextureFormat};
use bevy::render::renderer::RenderDevice;

/// Names a file: while it says `black` or `still`, so is the glass; where it says `lost`, so is the card, and the file goes with it.
const VARIABLE: &str = "ANTEROOM_STAGE_BLINDFOLD";
/// What stands on the glass: four squares.
const SQUARES: [u8; 16] = [40, 40, 40, 255, 220, 220, 220, 255, 220, 220, 220, 255, 40, 40, 40, 255];

#[derive(Debug, Resource)]
struct Blindfold {
    file: PathBuf,
    cover: Option<Entity>,
}

pub(super) fn add(app: &mut App) {
    let Some(file) = std::env::var_os(VARIABLE).filter(|name| !name.is_empty()) else { return };
    tracing::warn!("the glass may be blindfolded: this is for proofs");
    app.insert_resource(Blindfold { file: file.into(), cover: None }).add_systems(Update, wear);
}

fn wear(
    mut commands: Commands,
    mut blindfold: ResMut<Blindfold>,
    mut images: ResMut<Assets<Image>>,
    card: Option<Res<RenderDevice>>,
) {
    let said = std::fs::read_to_string(&blindfold.file).unwrap_or_default();
    if said.trim() == "lost" {
        // The next stage finds it gone, and keeps its card.
        if std::fs::remove_file(&blindfold.file).is_ok()
            && let Some(card) = card
        {
            card.wgpu_device().destroy();
        }
        return;
    }
    if said.is_empty() != blindfold.cover.is_some() {
        return;
    }
    if let Some(cover) = blindfold.cover.take() {
        commands.entity(cover).despawn();
        return;
    }
    let node = Node { position_type: PositionType::Absolute, width: percent(100), height: percent(100), ..default() };
    let mut cover = commands.spawn((node, GlobalZIndex(i32::MAX), ZIndex(i32::MAX), BackgroundColor(Color::BLACK)));
    if said.trim() == "still" {
        let size = Extent3d { width: 2, height: 2, depth_or_array_layers: 1 };
        let (format, usage) = (TextureFormat::Rgba8UnormSrgb, RenderAssetUsages::RENDER_WORLD);
        let mut picture = Image::new(size, TextureDimension::D2, SQUARES.to_vec(), format, usage);
        picture.sampler = ImageSampler::nearest();
        cover.insert(ImageNode::new(images.add(picture)));
    }
    blindfold.cover = Some(cover.id());
}
