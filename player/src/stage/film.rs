//! Film: two planes of a movie frame become colours on the graphics card. A frame is two uploads into textures that stay;
//! how much the film covers is a texture of one pixel, so that no material is ever changed.

use bevy::asset::{RenderAssetUsages, load_internal_asset, uuid_handle};
use bevy::prelude::*;
use bevy::render::render_resource::{AsBindGroup, Extent3d, TextureDimension, TextureFormat};
use bevy::shader::{Shader, ShaderRef};
use bevy::ui_render::prelude::{UiMaterial, UiMaterialPlugin};

use super::gist::Gist;
use super::movie::{Colours, Frame};

const SHADER: Handle<Shader> = uuid_handle!("5b0b9d38-6f51-4c5e-9c38-1f3f2a6f7e11");

/// What a film node is drawn with.
#[derive(Debug, Clone, Asset, TypePath, AsBindGroup)]
pub(super) struct Film {
    /// Share of red and blue in brightness; 1 for full values.
    #[uniform(0)]
    colours: Vec4,
    #[texture(1)]
    #[sampler(2)]
    luma: Handle<Image>,
    #[texture(3)]
    chroma: Handle<Image>,
    #[texture(4)]
    dial: Handle<Image>,
}

impl UiMaterial for Film {
    fn fragment_shader() -> ShaderRef {
        SHADER.into()
    }
}

/// The textures a film is shown from.
#[derive(Debug, Clone)]
pub(super) struct Reel {
    luma: Handle<Image>,
    chroma: Handle<Image>,
    dial: Handle<Image>,
    pub(super) width: u32,
    pub(super) height: u32,
    colours: Colours,
    /// Of the frame shown last, if it was asked for.
    pub(super) gist: Option<Gist>,
}

/// Says which texture tells how much a film covers.
#[derive(Debug, Component)]
pub(super) struct Dial(Handle<Image>);

impl Reel {
    /// Textures for frames like this one, which is the first.
    pub(super) fn load(images: &mut Assets<Image>, frame: Frame) -> Self {
        let (width, height, colours) = (frame.width, frame.height, frame.colours);
        Self {
            luma: images.add(plane(width, height, TextureFormat::R8Unorm, frame.luma)),
            chroma: images.add(plane(width.div_ceil(2), height.div_ceil(2), TextureFormat::Rg8Unorm, frame.chroma)),
            dial: images.add(plane(1, 1, TextureFormat::R8Unorm, vec![0])),
            width,
            height,
            colours,
            gist: None,
        }
    }

    /// Shows the next frame; false when it is of another size.
    pub(super) fn show(&self, images: &mut Assets<Image>, frame: Frame) -> bool {
        if (frame.width, frame.height) != (self.width, self.height) {
            return false;
        }
        if let Some(mut luma) = images.get_mut(&self.luma) {
            luma.data = Some(frame.luma);
        }
        if let Some(mut chroma) = images.get_mut(&self.chroma) {
            chroma.data = Some(frame.chroma);
        }
        true
    }

    /// What a node needs to show it.
    pub(super) fn node(&self, films: &mut Assets<Film>) -> impl Bundle + use<> {
        let Colours { red, blue, is_full } = self.colours;
        let colours = Vec4::new(red, blue, if is_full { 1.0 } else { 0.0 }, 0.0);
        let (luma, chroma, dial) = (self.luma.clone(), self.chroma.clone(), self.dial.clone());
        (MaterialNode(films.add(Film { colours, luma, chroma, dial })), Dial(self.dial.clone()))
    }
}

impl Dial {
    /// Covers so much of the ground, from 0 to 1.
    pub(super) fn set(&self, images: &mut Assets<Image>, part: f32) {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 255")]
        let value = (part.clamp(0.0, 1.0) * 255.0).round() as u8;
        if let Some(mut dial) = images.get_mut(&self.0) {
            dial.data = Some(vec![value]);
        }
    }
}

fn plane(width: u32, height: u32, format: TextureFormat, bytes: Vec<u8>) -> Image {
    let size = Extent3d { width, height, depth_or_array_layers: 1 };
    let mut image = Image::new(size, TextureDimension::D2, bytes, format, RenderAssetUsages::RENDER_WORLD);
    image.sampler = bevy::image::ImageSampler::linear();
    image
}

pub(super) fn add(app: &mut App) {
    load_internal_asset!(app, SHADER, "film.wgsl", Shader::from_wgsl);
    app.add_plugins(UiMaterialPlugin::<Film>::default());
}
