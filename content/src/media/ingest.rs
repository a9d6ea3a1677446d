//! What a file is: judged by its first bytes and its header, never by its name, before anything is decoded.

use std::io::{BufRead, Seek};

/// The largest side of a picture, in pixels.
pub const PICTURE_SIDE_MAX_PX: u32 = 16_384;
/// The most pixels of a picture: larger ones would fill a small server's memory while they are decoded.
pub const PICTURE_PIXELS_MAX: u64 = 64 * 1024 * 1024;
/// The largest picture file, in bytes.
pub const PICTURE_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// The largest movie file, in bytes.
pub const MOVIE_BYTES_MAX: u64 = 2 * 1024 * 1024 * 1024;

/// How EBML begins, which WebM is written in.
const EBML: [u8; 4] = [0x1A, 0x45, 0xDF, 0xA3];

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// A still picture.
    Picture(image::ImageFormat),
    /// A movie.
    Movie(Container),
}

/// What holds a movie's pictures and sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Container {
    /// MP4 (ISO base media).
    Mp4,
    /// WebM, or Matroska, of which it is a part.
    WebM,
}

impl Container {
    /// What it is called where files are sent (RFC 6381 leaves the codecs to who plays it).
    #[must_use]
    pub const fn mime_type(self) -> &'static str {
        match self {
            Self::Mp4 => "video/mp4",
            Self::WebM => "video/webm",
        }
    }
}

/// Why a file cannot go on the air.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadMedia {
    /// Nothing in it.
    #[error("the file is empty")]
    Empty,
    /// None of the formats.
    #[error("the file is neither a PNG, JPEG or WebP picture nor an MP4 or WebM movie")]
    Unknown,
    /// It says what it is, but cannot be read.
    #[error("the file is damaged: {0}")]
    Damaged(String),
    /// Too many pixels.
    #[error(
        "the picture is {width} × {height} pixels; at most {PICTURE_SIDE_MAX_PX} a side and 64 million in all can be shown"
    )]
    TooLarge {
        /// Its width.
        width: u32,
        /// Its height.
        height: u32,
    },
}

/// Tells what a file is from its first bytes (at least 12 of them, if it has them).
///
/// # Errors
/// [`BadMedia::Empty`] and [`BadMedia::Unknown`].
pub fn sort_of(head: &[u8]) -> Result<Sort, BadMedia> {
    if head.is_empty() {
        return Err(BadMedia::Empty);
    }
    if head.get(4..8) == Some(b"ftyp") {
        return Ok(Sort::Movie(Container::Mp4));
    }
    if head.starts_with(&EBML) {
        return Ok(Sort::Movie(Container::WebM));
    }
    match image::guess_format(head) {
        Ok(format @ (image::ImageFormat::Png | image::ImageFormat::Jpeg | image::ImageFormat::WebP)) => {
            Ok(Sort::Picture(format))
        }
        Ok(_) | Err(_) => Err(BadMedia::Unknown),
    }
}

/// Reads width and height from a picture's header, and refuses what is too large to decode.
///
/// # Errors
/// [`BadMedia::Damaged`] and [`BadMedia::TooLarge`].
pub fn picture_size<R: BufRead + Seek>(file: R, format: image::ImageFormat) -> Result<(u32, u32), BadMedia> {
    let reader = image::ImageReader::with_format(file, format);
    let (width, height) = reader.into_dimensions().map_err(|error| BadMedia::Damaged(error.to_string()))?;
    let is_small = width <= PICTURE_SIDE_MAX_PX
        && height <= PICTURE_SIDE_MAX_PX
        && u64::from(width) * u64::from(height) <= PICTURE_PIXELS_MAX;
    if is_small { Ok((width, height)) } else { Err(BadMedia::TooLarge { width, height }) }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    /// A PNG header that claims a size, and nothing behind it: what a bomb looks like.
    fn png_header(width: u32, height: u32) -> Vec<u8> {
        let mut chunk = b"IHDR".to_vec();
        chunk.extend_from_slice(&width.to_be_bytes());
        chunk.extend_from_slice(&height.to_be_bytes());
        chunk.extend_from_slice(&[8, 2, 0, 0, 0]);
        let crc = crc32(&chunk);
        let mut file = b"\x89PNG\r\n\x1a\n\0\0\0\x0d".to_vec();
        file.extend_from_slice(&chunk);
        file.extend_from_slice(&crc.to_be_bytes());
        file.extend_from_slice(b"\0\0\0\0IDAT\x35\xaf\x06\x1e");
        file
    }

    fn crc32(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(!0u32, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ if crc & 1 == 1 { 0xEDB8_8320 } else { 0 })
        })
    }

    #[test]
    fn a_hundred_megapixel_picture_is_refused_by_its_header() {
        let size = |w, h| picture_size(Cursor::new(png_header(w, h)), image::ImageFormat::Png);
        assert_eq!(size(1920, 1080), Ok((1920, 1080)));
        assert_eq!(size(10_000, 10_000), Err(BadMedia::TooLarge { width: 10_000, height: 10_000 }));
        assert_eq!(size(20_000, 10), Err(BadMedia::TooLarge { width: 20_000, height: 10 }));
    }

    #[test]
    fn a_file_is_known_by_its_bytes_and_not_by_its_name() {
        assert_eq!(sort_of(b""), Err(BadMedia::Empty));
        assert_eq!(sort_of(b"<svg xmlns="), Err(BadMedia::Unknown));
        assert_eq!(sort_of(b"GIF89a......"), Err(BadMedia::Unknown));
        assert_eq!(sort_of(b"\0\0\0\x20ftypisom"), Ok(Sort::Movie(Container::Mp4)));
        assert_eq!(sort_of(b"\x1A\x45\xDF\xA3\x9FB\x86\x81\x01B\xF7\x81"), Ok(Sort::Movie(Container::WebM)));
        assert!(matches!(
            picture_size(Cursor::new(b"\x89PNG\r\n\x1a\nrubbish"), image::ImageFormat::Png),
            Err(BadMedia::Damaged(_))
        ));
    }
}
