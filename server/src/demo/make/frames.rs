//! Frames: the layers of a drawing, laid over one another where they stand at each moment, and filmed.

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::Stdio;

use super::motion::{self, Pose};
use super::recipe::{Layer, Movie};
use super::voice::Narration;
use super::{MakeError, at, tool};

/// Frames a second: what the players' movies are made for.
const FPS: u32 = 25;
/// Whole pixels are counted in 65,536ths while a layer is turned.
const ONE: f32 = 65_536.0;

/// Films a movie into the workplace.
pub(super) fn film(movie: &Movie, art: &Path, narration: &Narration, workplace: &Path) -> Result<(), MakeError> {
    let mp4 = workplace.join(&movie.file);
    let mut layers = Vec::with_capacity(movie.layers.len());
    for layer in &movie.layers {
        layers.push((layer, Sprite::draw(movie, layer, art, workplace)?));
    }
    let complaints = workplace.join("ffmpeg.txt");
    let file = fs::File::create(&complaints).map_err(at(&complaints))?;
    let mut command = tool::film(movie.width_px, movie.height_px, FPS, &narration.wav, &mp4);
    let mut camera = command.stderr(Stdio::from(file)).spawn().map_err(|e| tool::not_started("ffmpeg", e))?;
    let sent = camera.stdin.take().map_or(Ok(()), |lens| send(movie, &layers, narration.secs, lens));
    let status = camera.wait().map_err(at(&mp4))?;
    // When the camera has stopped, its own words say more than the broken pipe.
    if !status.success() {
        return Err(tool::failed("ffmpeg", &mp4, &fs::read(&complaints).unwrap_or_default()));
    }
    sent.map_err(at(&mp4))
}

fn send(movie: &Movie, layers: &[(&Layer, Sprite)], secs: f32, mut lens: impl Write) -> io::Result<()> {
    let mut ground = Canvas::blank(movie.width_px, movie.height_px);
    let (still, moving) = layers.split_at(layers.iter().take_while(|(layer, _)| motion::is_still(layer)).count());
    for (_, sprite) in still {
        ground.lay(sprite, Pose::DRAWN);
    }
    let mut canvas = ground.clone();
    let mut shown: Vec<Pose> = Vec::new();
    for moment in moments(secs) {
        let poses: Vec<_> = moving.iter().map(|(layer, _)| motion::pose(layer, &movie.motions, moment)).collect();
        if poses != shown {
            canvas.bytes.copy_from_slice(&ground.bytes);
            for ((_, sprite), pose) in moving.iter().zip(&poses) {
                canvas.lay(sprite, *pose);
            }
            shown = poses;
        }
        lens.write_all(&canvas.bytes)?;
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "a movie has some thousand frames")]
fn moments(secs: f32) -> impl Iterator<Item = f32> {
    (0_u32..).map(|frame| frame as f32 / FPS as f32).take_while(move |moment| *moment < secs)
}

/// A layer, cut to what is drawn of it. Pixels are premultiplied RGBA, red lowest.
struct Sprite {
    left: i32,
    top: i32,
    width: i32,
    pixels: Vec<u32>,
}

impl Sprite {
    fn draw(movie: &Movie, layer: &Layer, art: &Path, workplace: &Path) -> Result<Self, MakeError> {
        let style = workplace.join("layer.css");
        fs::write(&style, format!("svg > g {{ display: none }} svg > #{} {{ display: inline }}", layer.id))
            .map_err(at(&style))?;
        let png = workplace.join("layer.png");
        tool::draw(art, &png, movie.width_px, movie.height_px, Some(&style))?;
        let picture = image::open(&png).map_err(|source| MakeError::Layer { layer: layer.id.clone(), source })?;
        Self::cut(&picture.into_rgba8())
            .ok_or_else(|| MakeError::LayerMissing { movie: movie.file.clone(), layer: layer.id.clone() })
    }

    /// Cuts away what is transparent, but for two pixels all round that soften moving edges.
    fn cut(picture: &image::RgbaImage) -> Option<Self> {
        let solid = |(_, _, pixel): &(u32, u32, &image::Rgba<u8>)| pixel.0[3] > 0;
        let (mut left, mut top, mut right, mut bottom) = (i32::MAX, i32::MAX, i32::MIN, i32::MIN);
        for (x, y, _) in picture.enumerate_pixels().filter(solid) {
            let (x, y) = (i32::try_from(x).ok()?, i32::try_from(y).ok()?);
            (left, right) = (left.min(x), right.max(x));
            (top, bottom) = (top.min(y), bottom.max(y));
        }
        if left > right {
            return None;
        }
        let (left, top, right, bottom) = (left - 2, top - 2, right + 3, bottom + 3);
        let pixels = (top..bottom).flat_map(|y| (left..right).map(move |x| (x, y))).map(|(x, y)| {
            let at = u32::try_from(x).ok().zip(u32::try_from(y).ok());
            at.and_then(|(x, y)| picture.get_pixel_checked(x, y)).map_or(0, |pixel| premultiplied(*pixel))
        });
        Some(Self { left, top, width: right - left, pixels: pixels.collect() })
    }

    fn height(&self) -> i32 {
        i32::try_from(self.pixels.len()).unwrap_or(i32::MAX) / self.width
    }

    /// The mixture of the four pixels around a point given in 65,536ths.
    #[expect(clippy::many_single_char_names, reason = "a point and its four neighbours")]
    fn sample(&self, u: i32, v: i32) -> u32 {
        let (x, y) = (u >> 16, v >> 16);
        if x < 0 || y < 0 || x + 1 >= self.width {
            return 0;
        }
        let Ok(first) = usize::try_from(y * self.width + x) else { return 0 };
        let Ok(width) = usize::try_from(self.width) else { return 0 };
        let Some([a, b]) = self.pixels.get(first..first + 2) else { return 0 };
        let Some([c, d]) = self.pixels.get(first + width..first + width + 2) else { return 0 };
        // Flat colour is most of a drawing.
        if a == b && a == c && a == d {
            return *a;
        }
        let (part_x, part_y) = ((u >> 8).cast_unsigned() & 0xff, (v >> 8).cast_unsigned() & 0xff);
        mix(mix(*a, *b, part_x), mix(*c, *d, part_x), part_y)
    }
}

fn premultiplied(pixel: image::Rgba<u8>) -> u32 {
    let [red, green, blue, alpha] = pixel.0.map(u32::from);
    let times = |colour: u32| (colour * alpha + 127) / 255;
    times(red) | times(green) << 8 | times(blue) << 16 | alpha << 24
}

/// Two pixels mixed, `part` 256ths of the second one; two channels at a time.
fn mix(a: u32, b: u32, part: u32) -> u32 {
    let rest = 256 - part;
    let low = ((a & 0x00ff_00ff) * rest + (b & 0x00ff_00ff) * part) >> 8 & 0x00ff_00ff;
    let high = ((a >> 8 & 0x00ff_00ff) * rest + (b >> 8 & 0x00ff_00ff) * part) & 0xff00_ff00;
    low | high
}

/// A frame in the making: RGBA, of which the fourth byte means nothing.
#[derive(Clone)]
struct Canvas {
    width: i32,
    height: i32,
    bytes: Vec<u8>,
}

impl Canvas {
    fn blank(width_px: u32, height_px: u32) -> Self {
        let width = i32::try_from(width_px).unwrap_or(i32::MAX);
        let height = i32::try_from(height_px).unwrap_or(i32::MAX);
        let pixels = usize::try_from(u64::from(width_px) * u64::from(height_px)).unwrap_or(0);
        Self { width, height, bytes: vec![0xff; pixels * 4] }
    }

    /// Lays a sprite over what is there.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss,
        reason = "pixels of a frame"
    )]
    #[expect(clippy::many_single_char_names, reason = "the six letters of an affine map")]
    fn lay(&mut self, sprite: &Sprite, pose: Pose) {
        let [a, b, c, d, e, f] = pose.map;
        let determinant = a * d - b * c;
        let strength = (pose.opacity * 256.0) as u32;
        if determinant.abs() < 1e-4 || strength == 0 {
            return;
        }
        // The frame's rectangle that the sprite can reach.
        let (l, t) = (sprite.left as f32, sprite.top as f32);
        let (r, m) = (l + sprite.width as f32, t + sprite.height() as f32);
        let corners = [(l, t), (r, t), (l, m), (r, m)].map(|(x, y)| (a * x + c * y + e, b * x + d * y + f));
        let span = |values: [f32; 4], end: i32| {
            let low = values.iter().copied().fold(f32::MAX, f32::min).floor() as i32;
            let high = values.iter().copied().fold(f32::MIN, f32::max).ceil() as i32;
            low.clamp(0, end)..high.clamp(0, end)
        };
        let columns = span(corners.map(|corner| corner.0), self.width);
        let rows = span(corners.map(|corner| corner.1), self.height);
        // One step to the right in the frame is so many 65,536ths of a pixel in the sprite.
        let (step_u, step_v) = ((d / determinant * ONE) as i32, (-b / determinant * ONE) as i32);
        let row_bytes = self.width as usize * 4;
        let part = columns.start as usize * 4..columns.end as usize * 4;
        for (y, line) in rows.clone().zip(self.bytes.chunks_exact_mut(row_bytes).skip(rows.start as usize)) {
            let (x, y) = (columns.start as f32 - e, y as f32 - f);
            let mut u = (((d * x - c * y) / determinant - l) * ONE) as i32;
            let mut v = (((a * y - b * x) / determinant - t) * ONE) as i32;
            let Some(line) = line.get_mut(part.clone()) else { return };
            for pixel in line.as_chunks_mut::<4>().0 {
                let source = sprite.sample(u, v);
                if source != 0 {
                    *pixel = over(source, strength, *pixel);
                }
                u += step_u;
                v += step_v;
            }
        }
    }
}

/// A premultiplied pixel, `strength` 256ths of it, over another one.
fn over(source: u32, strength: u32, below: [u8; 4]) -> [u8; 4] {
    let source = if strength >= 256 { source } else { mix(0, source, strength) };
    let alpha = source >> 24;
    if alpha == 255 {
        return source.to_le_bytes();
    }
    // 255 becomes 256, so that nothing laid over leaves what is below exactly as it was.
    let below = mix(0, u32::from_le_bytes(below), 256 - alpha - (alpha >> 7));
    source.wrapping_add(below).to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RED: image::Rgba<u8> = image::Rgba([200, 0, 0, 255]);

    fn square() -> Sprite {
        let mut picture = image::RgbaImage::new(16, 16);
        for (x, y) in (4..8).flat_map(|y| (4..8).map(move |x| (x, y))) {
            picture.put_pixel(x, y, RED);
        }
        Sprite::cut(&picture).expect("something is drawn")
    }

    fn red_at(canvas: &Canvas, x: usize, y: usize) -> u8 {
        255 - canvas.bytes[(y * 16 + x) * 4 + 1]
    }

    #[test]
    fn a_layer_stands_where_it_was_drawn() {
        let mut canvas = Canvas::blank(16, 16);
        canvas.lay(&square(), Pose::DRAWN);
        let red: Vec<_> = (0..16 * 16).filter(|n| red_at(&canvas, n % 16, n / 16) > 0).collect();
        let drawn: Vec<_> = (4..8).flat_map(|y| (4..8).map(move |x| y * 16 + x)).collect();
        assert_eq!(red, drawn);
        assert_eq!(canvas.bytes[(5 * 16 + 5) * 4..][..3], [200, 0, 0]);
    }

    #[test]
    fn half_a_pixel_aside_is_half_a_shade() {
        let mut canvas = Canvas::blank(16, 16);
        canvas.lay(&square(), Pose { map: [1.0, 0.0, 0.0, 1.0, 0.5, 0.0], opacity: 1.0 });
        assert!((120..=135).contains(&red_at(&canvas, 4, 5)), "{}", red_at(&canvas, 4, 5));
        assert_eq!(red_at(&canvas, 5, 5), 255);
        assert!((120..=135).contains(&red_at(&canvas, 8, 5)));
    }

    #[test]
    fn a_layer_may_stand_partly_or_wholly_outside() {
        for (x, y) in [(-6.0, 0.0), (12.0, 12.0), (400.0, -400.0)] {
            Canvas::blank(16, 16).lay(&square(), Pose { map: [1.0, 0.0, 0.0, 1.0, x, y], opacity: 1.0 });
        }
    }

    #[test]
    fn what_is_unseen_changes_nothing() {
        let mut canvas = Canvas::blank(16, 16);
        canvas.lay(&square(), Pose { opacity: 0.0, ..Pose::DRAWN });
        assert!(canvas.bytes.iter().all(|byte| *byte == 255));
    }

    #[test]
    fn an_empty_drawing_is_no_layer() {
        assert!(Sprite::cut(&image::RgbaImage::new(8, 8)).is_none());
    }
}
