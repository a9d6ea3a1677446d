//! Golden pictures: every layout with every scene, as people have looked at it and found it good. What the stage draws now may
//! differ from them by no more than drivers and fonts of one release differ.

use std::path::{Path, PathBuf};

use anteroom_content::place::Role;
use image::RgbImage;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};

use super::{STANDING_TIME_MS, Scene, Set, Shape, Stage};
use crate::harness::Outcome;

/// The glasses: those of the demo hospital in small, and the sizes at which words are hardest to fit.
pub const SHAPES: [Shape; 7] = [
    Shape { name: "landscape", size: (960, 540), width_mm: 1_210, distance_cm: 400, role: Role::Full },
    Shape { name: "landscape-far", size: (960, 540), width_mm: 1_210, distance_cm: 900, role: Role::Full },
    Shape { name: "portrait", size: (540, 960), width_mm: 680, distance_cm: 300, role: Role::Full },
    Shape { name: "wall", size: (768, 384), width_mm: 3_840, distance_cm: 1_000, role: Role::Full },
    Shape { name: "ribbon", size: (960, 64), width_mm: 2_400, distance_cm: 500, role: Role::Full },
    Shape { name: "strip", size: (960, 64), width_mm: 2_400, distance_cm: 500, role: Role::Strip },
    Shape { name: "board", size: (960, 540), width_mm: 1_210, distance_cm: 400, role: Role::Strip },
];
/// The clock stands: what a page shows follows from the time.
const STANDS_PPB: i64 = -1_000_000_000;
/// How far a picture may be from its golden one: the mean of all channels, of 255,
const MEAN_MAX: f64 = 1.5;
/// and so many of a thousand pixels by more than a fifth.
const FAR_MAX: f64 = 4.0;
/// That fifth.
const FAR: u8 = 50;

/// The folder they are kept in.
#[must_use]
pub fn folder() -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/pictures/golden")).to_owned()
}

/// A picture's name: its shape and its scene.
#[must_use]
pub fn name(shape: &Shape, scene: Scene) -> String {
    format!("{}-{}.png", shape.name, scene.name())
}

/// Draws every scene on a glass of a shape.
///
/// # Errors
/// When the stage fails.
pub fn draw(shape: &Shape) -> Outcome<Vec<(Scene, RgbImage)>> {
    let mut stage = Stage::start(shape.size)?;
    stage.set_clock(STANDING_TIME_MS, STANDS_PPB)?;
    let mut drawn = Vec::new();
    for scene in Scene::ALL {
        let mut set = Set::of(shape, scene)?;
        if scene == Scene::Themed {
            set = set.themed(&stage.files())?;
        }
        if set.call().is_some() {
            // A box without a place forgets who was called before.
            stage.set(&Set::of(shape, Scene::Pairing)?)?;
            stage.look()?;
        }
        stage.set(&set)?;
        drawn.push((scene, stage.look_at_rest()?.0));
    }
    Ok(drawn)
}

/// Keeps a picture, as small as can be: there are many of them.
///
/// # Errors
/// When it cannot be written.
pub fn save(picture: &RgbImage, file: &Path) -> Outcome<()> {
    let writer = std::io::BufWriter::new(std::fs::File::create(file)?);
    let encoder = PngEncoder::new_with_quality(writer, CompressionType::Best, FilterType::Adaptive);
    Ok(picture.write_with_encoder(encoder)?)
}

/// What is wrong with a picture beside its golden one; none when it is well.
#[must_use]
pub fn compare(drawn: &RgbImage, golden: &RgbImage) -> Option<String> {
    if drawn.dimensions() != golden.dimensions() {
        return Some(format!("it is {:?}, not {:?}", drawn.dimensions(), golden.dimensions()));
    }
    let (mut sum, mut far, mut pixels) = (0_u64, 0_u64, 0_u64);
    for (one, other) in drawn.pixels().zip(golden.pixels()) {
        let apart = one.0.iter().zip(other.0).map(|(a, b)| a.abs_diff(b));
        sum += apart.clone().map(u64::from).sum::<u64>();
        far += u64::from(apart.max().unwrap_or(0) > FAR);
        pixels += 1;
    }
    let share = |part: u64, of: u64| {
        f64::from(u32::try_from(part).unwrap_or(u32::MAX)) / f64::from(u32::try_from(of.max(1)).unwrap_or(1))
    };
    let (mean, far) = (share(sum, pixels * 3), share(far, pixels) * 1_000.0);
    (mean > MEAN_MAX || far > FAR_MAX)
        .then(|| format!("it is {mean:.2} of 255 off, and {far:.1} of a thousand pixels are far off"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_moves_by_a_pixel_is_found_and_the_noise_of_a_driver_is_not() {
        let golden = RgbImage::from_fn(200, 100, |_, y| image::Rgb([if (40..44).contains(&y) { 250 } else { 20 }; 3]));
        let moved = RgbImage::from_fn(200, 100, |_, y| image::Rgb([if (41..45).contains(&y) { 250 } else { 20 }; 3]));
        assert_eq!(compare(&golden, &golden), None);
        assert!(compare(&moved, &golden).is_some());
        let noisy = RgbImage::from_fn(200, 100, |x, y| {
            image::Rgb(golden.get_pixel(x, y).0.map(|v| v + u8::from((x + y) % 2 == 0)))
        });
        assert_eq!(compare(&noisy, &golden), None);
        assert!(compare(&RgbImage::new(200, 101), &golden).is_some());
    }
}
