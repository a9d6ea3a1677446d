//! Pictures for phones: at most 720 pixels wide and some 60 KB, drawn once and kept in the data folder.

use std::io::{BufReader, Write as _};
use std::path::{Path, PathBuf};

use anteroom_content::id::ContentHash;
use anteroom_content::item::MediaFile;
use anteroom_content::media::{PICTURE_PIXELS_MAX, PICTURE_SIDE_MAX_PX, Sort, picture_size, sort_of};
use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;

/// The widest a picture is on a phone: 360 points of a screen with two pixels a point.
pub(super) const RENDITION_WIDTH_MAX_PX: u32 = 720;
/// The tallest: a portrait poster in full.
const RENDITION_HEIGHT_MAX_PX: u32 = 1_280;
/// What a picture should weigh: a second and a half at 400 kbit/s.
const RENDITION_BYTES_AIM: usize = 60 * 1024;
/// Qualities tried, best first; the last one is taken whatever it weighs.
const QUALITIES: [u8; 5] = [82, 74, 66, 58, 50];

/// The shape of a picture that leaves room for its text on a phone held upright: the nearest to 4:3.
pub(super) fn best_shape(shapes: &[MediaFile]) -> Option<&MediaFile> {
    shapes.iter().min_by_key(|shape| shape.shape_distance(4, 3))
}

/// The size a picture has on a phone; small ones stay as they are.
pub(super) fn size_of(width: u32, height: u32) -> (u32, u32) {
    let (width, height) = (width.max(1), height.max(1));
    let fit = |from: u32, by: u32, of: u32| {
        u32::try_from(u64::from(from) * u64::from(by) / u64::from(of)).unwrap_or(u32::MAX).max(1)
    };
    let (mut wide, mut high) = (width, height);
    if wide > RENDITION_WIDTH_MAX_PX {
        (wide, high) = (RENDITION_WIDTH_MAX_PX, fit(height, RENDITION_WIDTH_MAX_PX, width));
    }
    if high > RENDITION_HEIGHT_MAX_PX {
        (wide, high) = (fit(width, RENDITION_HEIGHT_MAX_PX, height), RENDITION_HEIGHT_MAX_PX);
    }
    (wide, high)
}

/// Where a rendition is kept.
pub(super) fn kept_at(data: &Path, hash: &ContentHash) -> PathBuf {
    data.join("phone-renditions").join(format!("{hash}.jpg"))
}

/// Draws a rendition and keeps it. Decoding takes a while: call it where blocking is allowed.
pub(super) fn draw(original: &Path, kept: &Path) -> Result<Vec<u8>, String> {
    let bytes = encode(&scaled(original)?)?;
    let folder = kept.parent().ok_or("no folder")?;
    // A full disk must not take the picture off the page: it is drawn again next time.
    if let Err(error) = keep(folder, kept, &bytes) {
        tracing::warn!(%error, "a picture for phones is not kept");
    }
    Ok(bytes)
}

fn scaled(original: &Path) -> Result<image::RgbImage, String> {
    let told = |error: &dyn std::fmt::Display| error.to_string();
    let open = || std::fs::File::open(original).map(BufReader::new).map_err(|error| told(&error));
    let mut head = [0; 16];
    let read = std::io::Read::read(&mut open()?, &mut head).map_err(|error| told(&error))?;
    let head = head.get(..read).unwrap_or_default();
    let Sort::Picture(format) = sort_of(head).map_err(|error| told(&error))? else { return Err("a movie".to_owned()) };
    picture_size(open()?, format).map_err(|error| told(&error))?;
    let mut reader = image::ImageReader::with_format(open()?, format);
    let mut limits = image::Limits::default();
    limits.max_image_width = Some(PICTURE_SIDE_MAX_PX);
    limits.max_image_height = Some(PICTURE_SIDE_MAX_PX);
    // Eight bytes a pixel: four channels of sixteen bits.
    limits.max_alloc = Some(PICTURE_PIXELS_MAX * 8);
    reader.limits(limits);
    let picture = reader.decode().map_err(|error| told(&error))?;
    let (width, height) = size_of(picture.width(), picture.height());
    let small = if (width, height) == (picture.width(), picture.height()) {
        picture.into_rgba8()
    } else {
        picture.resize_exact(width, height, FilterType::CatmullRom).into_rgba8()
    };
    Ok(on_white(&small))
}

/// What shines through lies on white: JPEG knows no transparency.
fn on_white(picture: &image::RgbaImage) -> image::RgbImage {
    let mut flat = image::RgbImage::new(picture.width(), picture.height());
    for (to, image::Rgba([r, g, b, a])) in flat.pixels_mut().zip(picture.pixels()) {
        let over = |channel: u8| {
            let mixed = (u32::from(channel) * u32::from(*a) + 255 * (255 - u32::from(*a))) / 255;
            u8::try_from(mixed).unwrap_or(u8::MAX)
        };
        *to = image::Rgb([over(*r), over(*g), over(*b)]);
    }
    flat
}

fn encode(picture: &image::RgbImage) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    for quality in QUALITIES {
        bytes.clear();
        picture.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, quality)).map_err(|e| e.to_string())?;
        if bytes.len() <= RENDITION_BYTES_AIM {
            break;
        }
    }
    Ok(bytes)
}

fn keep(folder: &Path, file: &Path, bytes: &[u8]) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let mut temporary = tempfile::NamedTempFile::new_in(folder)?;
    temporary.write_all(bytes)?;
    temporary.persist(file).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_fits_a_phone_and_keeps_its_shape() {
        assert_eq!(size_of(1920, 1080), (720, 405));
        assert_eq!(size_of(1080, 1920), (720, 1280));
        assert_eq!(size_of(960, 64), (720, 48));
        assert_eq!(size_of(100, 4000), (32, 1280));
        assert_eq!(size_of(300, 200), (300, 200));
        assert_eq!(size_of(10_000, 1), (720, 1));
    }
}
