//! A look at the glass: a frame read back, scaled and written to a file beside the stage's own work.

use std::io;
use std::path::{Path, PathBuf};

use anteroom_content::clock::Instant;
use bevy::prelude::*;
use bevy::render::view::screenshot::ScreenshotCaptured;
use image::imageops::FilterType;
use image::{DynamicImage, ImageFormat};

use super::clockwork::Clockwork;
use super::glass::Glass;
use super::pace::Pace;
use super::pipe::Outbox;
use crate::bridge::FromStage;

/// The most looks on their way at once: each holds a whole frame.
const LOOKS_MAX: usize = 4;

/// A look that was asked for.
#[derive(Debug, Clone)]
pub(super) struct Look {
    pub(super) token: u64,
    pub(super) file: PathBuf,
    pub(super) width_max: Option<u32>,
}

/// Looks that wait for their frame.
#[derive(Debug, Default, Resource)]
pub(super) struct Looks(Vec<Look>);

impl Looks {
    /// Takes a look at the next frame.
    pub(super) fn ask(&mut self, look: Look, outbox: &Outbox, now: Instant) {
        if self.0.len() < LOOKS_MAX {
            self.0.push(look);
        } else {
            let problem = Some("too many pictures were asked for at once".to_owned());
            outbox.tell(FromStage::Looked { token: look.token, at: now, problem });
        }
    }
}

/// A look whose frame is on its way back from the graphics card.
#[derive(Component)]
struct Looking {
    looks: Vec<Look>,
    at: Instant,
}

pub(super) fn add(app: &mut App) {
    app.init_resource::<Looks>().add_systems(PostUpdate, (take_looks, hurry).chain());
}

pub(super) fn take_looks(
    mut commands: Commands,
    mut looks: ResMut<Looks>,
    mut glass: ResMut<Glass>,
    clock: Res<Clockwork>,
) {
    if !looks.0.is_empty() {
        let looking = Looking { looks: std::mem::take(&mut looks.0), at: clock.now() };
        commands.spawn((glass.screenshot(), looking)).observe(write_looks);
        glass.is_stale = true;
    }
}

/// A frame on its way back comes by further frames.
fn hurry(looking: Query<(), With<Looking>>, mut pace: ResMut<Pace>) {
    pace.is_moving |= !looking.is_empty();
}

fn write_looks(captured: On<ScreenshotCaptured>, looking: Query<&Looking>, outbox: Res<Outbox>) {
    let Ok(looking) = looking.get(captured.entity) else { return };
    let (looks, at, outbox) = (looking.looks.clone(), looking.at, outbox.clone());
    let picture = captured.image.clone().try_into_dynamic().map_err(|error| error.to_string());
    let work = move || {
        for look in looks {
            let written = picture.as_ref().map_err(Clone::clone).and_then(|picture| {
                write(picture, &look.file, look.width_max).map_err(|error| format!("{}: {error}", look.file.display()))
            });
            outbox.tell(FromStage::Looked { token: look.token, at, problem: written.err() });
        }
    };
    if let Err(error) = std::thread::Builder::new().name("stage-look".into()).spawn(work) {
        tracing::error!("a picture of the glass cannot be written: {error}");
    }
}

fn write(picture: &DynamicImage, file: &Path, width_max: Option<u32>) -> io::Result<()> {
    let format = match file.extension().and_then(|ending| ending.to_str()) {
        Some("png") => ImageFormat::Png,
        Some("jpg" | "jpeg") => ImageFormat::Jpeg,
        Some(_) | None => return Err(io::Error::other("the name must end in .png or .jpg")),
    };
    let width = width_max.unwrap_or(u32::MAX).clamp(1, picture.width().max(1));
    let picture = if width < picture.width() {
        let height = (u64::from(picture.height()) * u64::from(width)).div_ceil(u64::from(picture.width().max(1)));
        picture.resize_exact(width, u32::try_from(height).unwrap_or(1).max(1), FilterType::Triangle)
    } else {
        picture.clone()
    };
    // Whoever waits for the file never sees half of it.
    let unfinished = file.with_extension("part");
    picture.to_rgb8().save_with_format(&unfinished, format).map_err(io::Error::other)?;
    std::fs::rename(&unfinished, file)
}
