//! Small pictures for lists, drawn when they are first asked for.

use std::io::{Cursor, Write as _};

use anteroom_content::id::ContentHash;
use image::{DynamicImage, ImageReader, Rgb, RgbImage};

use super::{Library, LibraryError};

/// The longer side of a small picture.
const SIDE_PX: u32 = 480;
/// Its quality.
const QUALITY: u8 = 80;

/// The small picture of a picture of the library, JPEG; none when the file is not there or not a picture.
///
/// # Errors
/// [`LibraryError`] when the disk is full or fails.
pub fn thumbnail(library: &Library, hash: &ContentHash) -> Result<Option<Vec<u8>>, LibraryError> {
    let path = library.thumbnail_path(hash);
    if let Ok(bytes) = std::fs::read(&path) {
        return Ok(Some(bytes));
    }
    let Ok(original) = std::fs::read(library.path(hash)) else { return Ok(None) };
    let Some(bytes) = draw(&original) else { return Ok(None) };
    let disk = |error: std::io::Error| LibraryError::disk(&path, &error);
    let Some(folder) = path.parent() else { return Ok(Some(bytes)) };
    std::fs::create_dir_all(folder).map_err(disk)?;
    let mut temporary = tempfile::NamedTempFile::new_in(folder).map_err(disk)?;
    temporary.write_all(&bytes).map_err(disk)?;
    temporary.persist(&path).map_err(|error| disk(error.error))?;
    Ok(Some(bytes))
}

fn draw(original: &[u8]) -> Option<Vec<u8>> {
    let picture = ImageReader::new(Cursor::new(original)).with_guessed_format().ok()?.decode().ok()?;
    let small = picture.thumbnail(SIDE_PX, SIDE_PX);
    let mut bytes = Cursor::new(Vec::new());
    let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, QUALITY);
    on_white(&small).write_with_encoder(encoder).ok()?;
    Some(bytes.into_inner())
}

/// What shines through is white.
fn on_white(picture: &DynamicImage) -> RgbImage {
    let picture = picture.to_rgba8();
    RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let [red, green, blue, alpha] = picture.get_pixel(x, y).0;
        let over = |colour: u8| {
            let mixed = (u16::from(colour) * u16::from(alpha) + 255 * (255 - u16::from(alpha))) / 255;
            u8::try_from(mixed).unwrap_or(255)
        };
        Rgb([over(red), over(green), over(blue)])
    })
}
