//! The eye: reads every frame that was drawn back from the graphics card and keeps it small and grey in a reel, with the tick at
//! which it was there. For proofs that nothing is black, late or missing; a screen in a waiting room keeps no reel.
//!
//! A reel begins with [`REEL_HEAD`]; then frame after frame, each a head of eight little-endian `i64` (tick and disciplined time
//! in microseconds, x, y, width and height of the content area, width and height of the picture) and a byte a pixel.

use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::path::Path;
use std::sync::Mutex;

use bevy::prelude::*;
use bevy::render::extract_resource::{ExtractResource, ExtractResourcePlugin};
use bevy::render::render_asset::RenderAssets;
use bevy::render::render_resource::{
    Buffer, BufferDescriptor, BufferUsages, CommandEncoderDescriptor, Extent3d, MapMode, PollType, TexelCopyBufferInfo,
    TexelCopyBufferLayout,
};
use bevy::render::renderer::{RenderDevice, RenderQueue};
use bevy::render::texture::GpuImage;
use bevy::render::{Render, RenderApp, RenderSystems};

use super::area::Area;
use super::clockwork::Clockwork;
use super::dress::Scenery;
use super::glass::{self, Glass};
use crate::bridge::tick;

/// What a reel begins with.
const REEL_HEAD: &[u8] = b"ANTEROOM-REEL 1\n";
/// Pictures are made smaller until they are no wider than this.
const WIDTH_MAX: usize = 160;
/// The longest reel, in bytes: an hour of sixty frames a second.
const REEL_BYTES_MAX: u64 = 4 * 1024 * 1024 * 1024;
/// Bytes of a pixel on the glass.
const PIXEL: usize = 4;

/// What is being drawn, as the eye must know it.
#[derive(Debug, Clone, Resource)]
struct Watched {
    image: Option<Handle<Image>>,
    content: Area,
    clock: Clockwork,
    is_drawn: bool,
}

impl ExtractResource for Watched {
    type Source = Self;

    fn extract_resource(source: &Self) -> Self {
        source.clone()
    }
}

/// Where frames are kept.
#[derive(Resource)]
struct Reel {
    file: Mutex<Option<BufWriter<File>>>,
    bytes: u64,
    room: Option<(Buffer, u64)>,
}

/// Has every frame kept in a file.
///
/// # Errors
/// When it cannot be made.
pub(super) fn add(app: &mut App, file: &Path) -> io::Result<()> {
    // A stage that is started again goes on where the one before it was cut off.
    let reel = File::options().create(true).append(true).open(file)?;
    let held = reel.metadata()?.len();
    let mut reel = BufWriter::new(reel);
    if held == 0 {
        reel.write_all(REEL_HEAD)?;
    }
    let Some(render_app) = app.get_sub_app_mut(RenderApp) else { return Err(io::Error::other("nothing draws")) };
    render_app
        .insert_resource(Reel { file: Mutex::new(Some(reel)), bytes: held, room: None })
        .add_systems(Render, keep.in_set(RenderSystems::Cleanup));
    app.add_plugins(ExtractResourcePlugin::<Watched>::default()).add_systems(Last, watch.after(glass::choose_to_draw));
    tracing::warn!(reel = %file.display(), "every frame is read back and kept: this is for proofs, and costs time");
    Ok(())
}

fn watch(mut commands: Commands, glass: Res<Glass>, scenery: Res<Scenery>, clock: Res<Clockwork>) {
    commands.insert_resource(Watched {
        image: glass.image().cloned(),
        content: scenery.layout.content,
        clock: *clock,
        is_drawn: glass.was_drawn,
    });
}

fn keep(
    mut reel: ResMut<Reel>,
    watched: Option<Res<Watched>>,
    images: Res<RenderAssets<GpuImage>>,
    device: Res<RenderDevice>,
    queue: Res<RenderQueue>,
) {
    let Some(watched) = watched.filter(|watched| watched.is_drawn) else { return };
    let Some(image) = watched.image.as_ref().and_then(|image| images.get(image)) else { return };
    let size = image.texture_descriptor.size;
    let Some(bytes) = read_back(&mut reel, image, size, &device, &queue) else { return };
    let tick_us = tick::now_us();
    let stride = RenderDevice::align_copy_bytes_per_row(size.width as usize * PIXEL);
    let picture = small(&bytes, stride, watched.content);
    let Area { x, y, w, h } = watched.content;
    let sides = [picture.width, picture.height].map(|side| i64::try_from(side).unwrap_or(0));
    let head = [tick_us, watched.clock.us_at(tick_us), x.into(), y.into(), w.into(), h.into(), sides[0], sides[1]];
    let head: Vec<u8> = head.into_iter().flat_map(i64::to_le_bytes).collect();
    reel.bytes += (head.len() + picture.grey.len()) as u64;
    let is_full = reel.bytes > REEL_BYTES_MAX;
    let Ok(file) = reel.file.get_mut() else { return };
    let Some(writer) = file.as_mut().filter(|_| !is_full) else {
        if file.take().is_some() {
            tracing::error!("the reel is full; what follows is not kept");
        }
        return;
    };
    // A frame is on the disk before the next one: whoever kills the stage loses none.
    if let Err(error) =
        writer.write_all(&head).and_then(|()| writer.write_all(&picture.grey)).and_then(|()| writer.flush())
    {
        tracing::error!("the reel cannot be written: {error}");
        *file = None;
    }
}

/// Waits until the card has drawn, and takes the frame.
fn read_back(
    reel: &mut Reel,
    image: &GpuImage,
    size: Extent3d,
    device: &RenderDevice,
    queue: &RenderQueue,
) -> Option<Vec<u8>> {
    let stride = RenderDevice::align_copy_bytes_per_row(size.width as usize * PIXEL);
    let bytes = (stride * size.height as usize) as u64;
    if reel.room.as_ref().is_none_or(|(_, held)| *held != bytes) {
        let usage = BufferUsages::MAP_READ | BufferUsages::COPY_DST;
        let descriptor = BufferDescriptor { label: Some("reel"), size: bytes, usage, mapped_at_creation: false };
        reel.room = Some((device.create_buffer(&descriptor), bytes));
    }
    let (room, _) = reel.room.as_ref()?;
    let mut encoder = device.create_command_encoder(&CommandEncoderDescriptor { label: Some("reel") });
    let bytes_per_row = u32::try_from(stride).ok()?;
    let layout = TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(bytes_per_row), rows_per_image: None };
    encoder.copy_texture_to_buffer(image.texture.as_image_copy(), TexelCopyBufferInfo { buffer: room, layout }, size);
    queue.submit([encoder.finish()]);
    let slice = room.slice(..);
    let (done, told) = std::sync::mpsc::sync_channel(1);
    slice.map_async(MapMode::Read, move |mapped| drop(done.try_send(mapped)));
    device.poll(PollType::wait_indefinitely()).ok()?;
    told.try_recv().ok()?.ok()?;
    let bytes = slice.get_mapped_range().to_vec();
    room.unmap();
    Some(bytes)
}

/// A small grey picture.
struct Small {
    width: usize,
    height: usize,
    grey: Vec<u8>,
}

/// The content area of a frame, each pixel of it the mean of so many that it becomes small enough.
fn small(frame: &[u8], stride: usize, content: Area) -> Small {
    let side = |px: i32| usize::try_from(px).unwrap_or(0);
    let (left, top, w, h) = (side(content.x), side(content.y), side(content.w), side(content.h));
    let cell = w.div_ceil(WIDTH_MAX).max(1);
    let (width, height) = (w / cell, h / cell);
    let mut grey = Vec::with_capacity(width * height);
    for row in 0..height {
        for column in 0..width {
            let mut sum = 0;
            for y in 0..cell {
                let start = (top + row * cell + y) * stride + (left + column * cell) * PIXEL;
                let pixels = frame.get(start..start + cell * PIXEL).unwrap_or_default();
                for pixel in pixels.chunks_exact(PIXEL) {
                    if let [red, green, blue, _] = pixel {
                        sum += u32::from(*red) * 77 + u32::from(*green) * 150 + u32::from(*blue) * 29;
                    }
                }
            }
            let count = u32::try_from(cell * cell).unwrap_or(1);
            grey.push(u8::try_from(sum / count / 256).unwrap_or(u8::MAX));
        }
    }
    Small { width, height, grey }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_becomes_small_and_grey_and_nothing_beside_the_content_counts() {
        let (width, height) = (400_usize, 4_usize);
        let stride = width * PIXEL + 64;
        let mut frame = vec![0; stride * height];
        for y in 0..height {
            for x in 0..width {
                let value = if x < 330 { 200 } else { 255 };
                frame[y * stride + x * PIXEL..][..PIXEL].copy_from_slice(&[value, value, value, 255]);
            }
        }
        let seen = small(&frame, stride, Area::new(10, 0, 320, 4));
        assert_eq!((seen.width, seen.height), (160, 2));
        assert!(seen.grey.iter().all(|grey| *grey == 200));
    }
}
