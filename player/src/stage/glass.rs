//! The glass: what is drawn on, how large it is, and when a frame was really presented.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bevy::camera::RenderTarget;
use bevy::prelude::*;
use bevy::render::render_resource::{TextureFormat, TextureUsages};
use bevy::render::renderer::RenderAdapterInfo;
use bevy::render::view::screenshot::Screenshot;
use bevy::render::{Render, RenderApp, RenderSystems};
use bevy::window::PrimaryWindow;

use super::boot::{Display, StageOptions};

/// What is drawn on.
#[derive(Debug, Resource)]
pub(super) struct Glass {
    /// Its width, in pixels.
    pub(super) width_px: u32,
    /// Its height, in pixels.
    pub(super) height_px: u32,
    /// Something changed since the last frame: draw the next one.
    pub(super) is_stale: bool,
    /// The last frame was drawn, not only thought about.
    pub(super) was_drawn: bool,
    image: Option<Handle<Image>>,
    presented: Presented,
}

impl Glass {
    /// A picture of the next frame.
    pub(super) fn screenshot(&self) -> Screenshot {
        self.image.clone().map_or_else(Screenshot::primary_window, Screenshot::image)
    }

    /// What is drawn on, where that is no window.
    pub(super) const fn image(&self) -> Option<&Handle<Image>> {
        self.image.as_ref()
    }

    /// How many frames were presented since the start.
    pub(super) fn frames(&self) -> u64 {
        self.presented.frames.load(Ordering::Acquire)
    }

    /// When the last frame was presented.
    pub(super) fn presented_at(&self) -> Instant {
        self.presented.origin + Duration::from_micros(self.presented.last_us.load(Ordering::Acquire))
    }
}

/// What the renderer says after each frame.
#[derive(Debug, Clone, Resource)]
struct Presented {
    origin: Instant,
    frames: Arc<AtomicU64>,
    last_us: Arc<AtomicU64>,
}

impl Presented {
    fn count(&self) {
        let passed_us = u64::try_from(self.origin.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.last_us.store(passed_us, Ordering::Release);
        self.frames.fetch_add(1, Ordering::AcqRel);
    }
}

/// What draws: the name of the graphics adapter.
#[derive(Debug, Resource)]
pub(super) struct Adapter(pub(super) String);

pub(super) fn add(app: &mut App, options: &StageOptions) {
    let presented =
        Presented { origin: Instant::now(), frames: Arc::new(AtomicU64::new(0)), last_us: Arc::new(AtomicU64::new(0)) };
    if let Some(render_app) = app.get_sub_app_mut(RenderApp) {
        render_app.insert_resource(presented.clone());
        render_app
            .add_systems(Render, (|presented: Res<Presented>| presented.count()).in_set(RenderSystems::PostCleanup));
    }
    app.insert_resource(Glass {
        width_px: options.width_px,
        height_px: options.height_px,
        is_stale: true,
        was_drawn: false,
        image: None,
        presented,
    });
    app.add_systems(Startup, name_adapter).add_systems(PreUpdate, follow_window).add_systems(Last, choose_to_draw);
    match options.display {
        Display::Headless => app.add_systems(Startup, raise_image),
        Display::Window | Display::Fullscreen => app.add_systems(Startup, raise_window),
    };
}

fn name_adapter(mut commands: Commands, info: Res<RenderAdapterInfo>) {
    commands.insert_resource(Adapter(info.name.clone()));
}

fn raise_image(mut commands: Commands, mut glass: ResMut<Glass>, mut images: ResMut<Assets<Image>>) {
    let mut image = Image::new_target_texture(glass.width_px, glass.height_px, TextureFormat::Rgba8UnormSrgb, None);
    image.texture_descriptor.usage |= TextureUsages::COPY_SRC;
    let handle = images.add(image);
    glass.image = Some(handle.clone());
    commands.spawn((Camera2d, Msaa::Off, IsDefaultUiCamera, RenderTarget::Image(handle.into())));
}

fn raise_window(mut commands: Commands) {
    commands.spawn((Camera2d, Msaa::Off, IsDefaultUiCamera));
}

/// A window has the size a person or a monitor gives it.
fn follow_window(mut glass: ResMut<Glass>, windows: Query<&Window, With<PrimaryWindow>>) {
    let Ok(window) = windows.single() else { return };
    let (width_px, height_px) = (window.physical_width().max(1), window.physical_height().max(1));
    if (glass.width_px, glass.height_px) != (width_px, height_px) {
        (glass.width_px, glass.height_px, glass.is_stale) = (width_px, height_px, true);
    }
}

/// An image keeps its last frame, so nothing is drawn while nothing changes; a window is drawn whenever it is asked for.
pub(super) fn choose_to_draw(mut glass: ResMut<Glass>, mut cameras: Query<&mut Camera>) {
    let is_due = glass.is_stale || glass.image.is_none();
    for mut camera in &mut cameras {
        if camera.is_active != is_due {
            camera.is_active = is_due;
        }
    }
    (glass.is_stale, glass.was_drawn) = (false, is_due);
}
