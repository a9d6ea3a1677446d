//! Pictures on the graphics card: the few shown last are kept, because playlists come round.

use anteroom_content::id::ContentHash;
use bevy::asset::RenderAssetUsages;
use bevy::prelude::*;
use bevy::render::render_resource::{Extent3d, TextureDimension, TextureFormat};
use image::RgbaImage;

use super::cast::Still;
use super::gist::Gist;

/// The most bytes of pictures kept.
const KEPT_BYTES_MAX: usize = 128 * 1024 * 1024;
/// The most pictures kept.
const KEPT_MAX: usize = 16;

/// Pictures by hash, the last used one at the end.
#[derive(Debug, Default, Resource)]
pub(super) struct Pictures(Vec<(ContentHash, Still)>);

impl Pictures {
    /// A picture that is kept; counts as used.
    pub(super) fn take(&mut self, hash: ContentHash) -> Option<Still> {
        let place = self.0.iter().position(|(kept, _)| *kept == hash)?;
        let kept = self.0.remove(place);
        let still = kept.1.clone();
        self.0.push(kept);
        Some(still)
    }

    /// Keeps a picture and lets go of the longest unused ones; an act that shows one holds it by itself.
    pub(super) fn keep(&mut self, images: &mut Assets<Image>, hash: ContentHash, picture: RgbaImage) {
        let (width, height) = picture.dimensions();
        let grey = |x, y| {
            picture.get_pixel_checked(x, y).map(|image::Rgba([red, green, blue, _])| mean([*red, *green, *blue]))
        };
        let gist = Gist::of(width, height, grey);
        let size = Extent3d { width, height, depth_or_array_layers: 1 };
        let format = TextureFormat::Rgba8UnormSrgb;
        let usage = RenderAssetUsages::RENDER_WORLD;
        let mut image = Image::new(size, TextureDimension::D2, picture.into_raw(), format, usage);
        image.sampler = bevy::image::ImageSampler::linear();
        self.0.retain(|(kept, _)| *kept != hash);
        self.0.push((hash, Still { image: images.add(image), width, height, gist }));
        while self.0.len() > KEPT_MAX || (self.bytes() > KEPT_BYTES_MAX && self.0.len() > 1) {
            self.0.remove(0);
        }
    }

    /// Lets go of all: they were made for another size of glass.
    pub(super) fn forget(&mut self) {
        self.0.clear();
    }

    fn bytes(&self) -> usize {
        self.0.iter().map(|(_, still)| still.width as usize * still.height as usize * 4).sum()
    }
}

fn mean(colours: [u8; 3]) -> u8 {
    u8::try_from(colours.map(u16::from).iter().sum::<u16>() / 3).unwrap_or(u8::MAX)
}
