//! Pictures: decoded once within limits; made upright, 8 bits a colour and not larger than any wall, when they are not.

use std::io::Cursor;

use anteroom_content::item::MediaFile;
use anteroom_content::media::{BadMedia, PICTURE_SIDE_MAX_PX, picture_size};
use anteroom_content::play::Print;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder as _, ImageFormat, ImageReader};

use super::{BadUpload, Library};

/// The largest side that is kept: more than a player's texture may have on small graphics cards does nobody good.
const SIDE_MAX_PX: u32 = 4_096;
/// Memory one picture may take while it is decoded: the most pixels allowed, at 16 bits a channel.
const DECODE_BYTES_MAX: u64 = 640 * 1024 * 1024;
/// Quality of pictures that are written anew.
const JPEG_QUALITY: u8 = 92;

/// Checks a picture and keeps it.
pub(super) fn check(library: &Library, bytes: &[u8], format: ImageFormat) -> Result<MediaFile, BadUpload> {
    picture_size(Cursor::new(bytes), format)?;
    let (picture, orientation) = decode(bytes, format)?;
    let is_deep = !matches!(
        picture,
        DynamicImage::ImageLuma8(_)
            | DynamicImage::ImageLumaA8(_)
            | DynamicImage::ImageRgb8(_)
            | DynamicImage::ImageRgba8(_)
    );
    let is_large = picture.width().max(picture.height()) > SIDE_MAX_PX;
    if orientation == Orientation::NoTransforms && !is_large && !is_deep {
        return keep(library, bytes, &picture);
    }
    let mut picture = picture;
    picture.apply_orientation(orientation);
    if is_large {
        picture = picture.resize(SIDE_MAX_PX, SIDE_MAX_PX, image::imageops::FilterType::Triangle);
    }
    let bytes = write(&mut picture)?;
    keep(library, &bytes, &picture)
}

/// The print of a picture, as plays have prints; none of one too small for it.
pub(crate) fn print_of(bytes: &[u8], format: ImageFormat) -> Result<Option<Print>, BadUpload> {
    picture_size(Cursor::new(bytes), format)?;
    let (mut picture, orientation) = decode(bytes, format)?;
    picture.apply_orientation(orientation);
    let picture = picture.into_rgb8();
    // As the stage works brightness out of what it reads back.
    let grey = |x: u32, y: u32| {
        let sum = picture.get_pixel_checked(x, y)?.0.iter().map(|value| u16::from(*value)).sum::<u16>();
        u8::try_from(sum / 3).ok()
    };
    Ok(Print::of(picture.width(), picture.height(), 0, grey))
}

fn decode(bytes: &[u8], format: ImageFormat) -> Result<(DynamicImage, Orientation), BadUpload> {
    let damaged = |error: image::ImageError| BadMedia::Damaged(error.to_string());
    let mut limits = image::Limits::default();
    limits.max_image_width = Some(PICTURE_SIDE_MAX_PX);
    limits.max_image_height = Some(PICTURE_SIDE_MAX_PX);
    limits.max_alloc = Some(DECODE_BYTES_MAX);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(damaged)?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let picture = DynamicImage::from_decoder(decoder).map_err(damaged)?;
    Ok((picture, orientation))
}

fn write(picture: &mut DynamicImage) -> Result<Vec<u8>, BadUpload> {
    let unwritten = |error: image::ImageError| BadUpload::Internal(error.to_string());
    let mut bytes = Cursor::new(Vec::new());
    if picture.color().has_alpha() {
        *picture = DynamicImage::ImageRgba8(picture.to_rgba8());
        picture.write_to(&mut bytes, ImageFormat::Png).map_err(unwritten)?;
    } else {
        *picture = DynamicImage::ImageRgb8(picture.to_rgb8());
        let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY);
        picture.write_with_encoder(encoder).map_err(unwritten)?;
    }
    Ok(bytes.into_inner())
}

fn keep(library: &Library, bytes: &[u8], picture: &DynamicImage) -> Result<MediaFile, BadUpload> {
    Ok(MediaFile {
        hash: library.keep(bytes)?,
        size_bytes: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
        width_px: picture.width(),
        height_px: picture.height(),
    })
}
