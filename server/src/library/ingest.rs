//! An upload, from its first byte to a checked file of the library: judged by its bytes, bounded at every step, and nothing
//! kept of what is refused.

use std::io::{Read as _, Seek as _, Write as _};

use anteroom_content::item::MediaFile;
use anteroom_content::media::{BadMedia, MOVIE_BYTES_MAX, PICTURE_BYTES_MAX, Sort, sort_of};

use super::{Library, LibraryError, picture, screening};

/// So many first bytes tell what a file is.
const HEAD_BYTES: usize = 12;

/// Why an upload is refused.
#[derive(Debug, thiserror::Error)]
pub enum BadUpload {
    /// The file cannot go on the air.
    #[error(transparent)]
    Media(#[from] BadMedia),
    /// It is larger than a file of its sort may be.
    #[error("the file is larger than {max_bytes} bytes")]
    TooManyBytes {
        /// How many bytes it may have.
        max_bytes: u64,
    },
    /// The program that reads movies is not installed.
    #[error("ffmpeg and ffprobe are not installed on the server")]
    NoFfmpeg,
    /// The movie is not one the players can show.
    #[error("the movie is {found}; H.264 with 8-bit 4:2:0 and AAC or no sound is needed")]
    Codec {
        /// What it is.
        found: String,
    },
    /// The movie has too many pixels.
    #[error("the movie is {width} × {height} pixels; at most 4096 × 2304 can be shown")]
    MovieSize {
        /// Its width.
        width: u32,
        /// Its height.
        height: u32,
    },
    /// The movie is too long or too short.
    #[error("the movie lasts {seconds} s; from 1 s to 10 minutes can be shown")]
    MovieLength {
        /// How long it lasts.
        seconds: u64,
    },
    /// The movie would have to be turned.
    #[error("the movie is stored lying and turned while it plays")]
    MovieTurned,
    /// Checking took too long.
    #[error("checking the movie took longer than {seconds} s")]
    Slow {
        /// How long it may take.
        seconds: u64,
    },
    /// The disk is full or fails.
    #[error(transparent)]
    Library(#[from] LibraryError),
    /// Nothing the person could have done otherwise.
    #[error("the upload cannot be checked: {0}")]
    Internal(String),
}

/// A file that is in the library and may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Checked {
    /// A picture.
    Picture(MediaFile),
    /// A movie with a still from it.
    Movie {
        /// The movie.
        file: MediaFile,
        /// Its length.
        duration_ms: u32,
        /// The still.
        poster: MediaFile,
    },
}

/// A file that is still coming in.
#[derive(Debug)]
pub struct Receiving {
    file: tempfile::NamedTempFile,
    head: Vec<u8>,
    size_bytes: u64,
}

impl Receiving {
    /// Begins.
    ///
    /// # Errors
    /// [`BadUpload::Library`] when the disk is full or fails.
    pub fn begin(library: &Library) -> Result<Self, BadUpload> {
        Ok(Self { file: library.upload()?, head: Vec::with_capacity(HEAD_BYTES), size_bytes: 0 })
    }

    /// How many bytes came.
    #[must_use]
    pub const fn size_bytes(&self) -> u64 {
        self.size_bytes
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// [`BadUpload`] as soon as the bytes are too many for their sort or of no sort at all, or the disk is full.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), BadUpload> {
        let missing = HEAD_BYTES.saturating_sub(self.head.len());
        self.head.extend(bytes.iter().take(missing));
        self.size_bytes += u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if self.head.len() == HEAD_BYTES {
            let max_bytes = match sort_of(&self.head)? {
                Sort::Picture(_) => PICTURE_BYTES_MAX,
                Sort::Movie(_) => MOVIE_BYTES_MAX,
            };
            if self.size_bytes > max_bytes {
                return Err(BadUpload::TooManyBytes { max_bytes });
            }
        }
        let written = self.file.write_all(bytes);
        written.map_err(|error| LibraryError::disk(self.file.path(), &error).into())
    }
}

/// Checks a whole file and takes it into the library.
///
/// # Errors
/// [`BadUpload`]; nothing is kept then.
pub async fn check(library: &Library, received: Receiving) -> Result<Checked, BadUpload> {
    let sort = sort_of(&received.head)?;
    let Receiving { mut file, size_bytes, .. } = received;
    let disk = |error: std::io::Error| LibraryError::disk(std::path::Path::new("the upload"), &error);
    file.flush().map_err(disk)?;
    match sort {
        Sort::Picture(format) => {
            let library = library.clone();
            let checked = tokio::task::spawn_blocking(move || {
                let mut bytes = Vec::with_capacity(usize::try_from(size_bytes).unwrap_or(0));
                file.rewind().and_then(|()| file.read_to_end(&mut bytes)).map_err(disk)?;
                picture::check(&library, &bytes, format)
            });
            checked.await.map_err(|error| BadUpload::Internal(error.to_string()))?.map(Checked::Picture)
        }
        Sort::Movie(container) => screening::check(library, file, size_bytes, container).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn library() -> (tempfile::TempDir, Library) {
        let folder = tempfile::tempdir().expect("a folder");
        let library = Library::of(folder.path());
        (folder, library)
    }

    async fn upload(library: &Library, bytes: &[u8]) -> Result<Checked, BadUpload> {
        let mut receiving = Receiving::begin(library)?;
        for chunk in bytes.chunks(7_000) {
            receiving.push(chunk)?;
        }
        check(library, receiving).await
    }

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = std::io::Cursor::new(Vec::new());
        let picture = image::RgbImage::from_fn(width, height, |x, y| {
            image::Rgb([x % 251, y % 241, (x ^ y) % 256].map(|shade| u8::try_from(shade).expect("below 256")))
        });
        picture.write_to(&mut bytes, image::ImageFormat::Png).expect("written");
        bytes.into_inner()
    }

    fn uploads_left(library: &Library) -> usize {
        let folder = library.upload().expect("a file").path().parent().expect("a folder").to_owned();
        std::fs::read_dir(folder).expect("listed").count()
    }

    #[tokio::test]
    async fn an_ordinary_picture_is_kept_as_it_came() {
        let (_folder, library) = library();
        let bytes = png(640, 360);
        let Ok(Checked::Picture(file)) = upload(&library, &bytes).await else { panic!("refused") };
        assert_eq!((file.width_px, file.height_px), (640, 360));
        assert_eq!(std::fs::read(library.path(&file.hash)).expect("there"), bytes);
        assert_eq!(uploads_left(&library), 0);
    }

    #[tokio::test]
    async fn an_oversize_picture_is_scaled_down() {
        let (_folder, library) = library();
        let Ok(Checked::Picture(file)) = upload(&library, &png(5_000, 200)).await else { panic!("refused") };
        assert_eq!((file.width_px, file.height_px), (4_096, 164));
    }

    #[tokio::test]
    async fn what_cannot_be_shown_is_refused_and_nothing_is_kept() {
        let (_folder, library) = library();
        let mut bomb = png(64, 64);
        // The header claims a hundred million pixels.
        bomb[16..24].copy_from_slice(&[0, 0, 0x27, 0x10, 0, 0, 0x27, 0x10]);
        let crc = crc32(&bomb[12..29]);
        bomb[29..33].copy_from_slice(&crc.to_be_bytes());
        let mut cut = png(300, 300);
        cut.truncate(cut.len() / 2);
        assert!(matches!(upload(&library, b"").await, Err(BadUpload::Media(BadMedia::Empty))));
        assert!(matches!(upload(&library, b"<svg onload=alert(1)>").await, Err(BadUpload::Media(BadMedia::Unknown))));
        assert!(matches!(
            upload(&library, &bomb).await,
            Err(BadUpload::Media(BadMedia::TooLarge { width: 10_000, .. }))
        ));
        assert!(matches!(upload(&library, &cut).await, Err(BadUpload::Media(BadMedia::Damaged(_)))));
        let movie = [b"\0\0\0\x20ftypisom".as_slice(), &[7; 500]].concat();
        assert!(matches!(
            upload(&library, &movie).await,
            Err(BadUpload::Media(BadMedia::Damaged(_)) | BadUpload::NoFfmpeg)
        ));
        assert_eq!(uploads_left(&library), 0);
    }

    fn crc32(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(!0u32, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ if crc & 1 == 1 { 0xEDB8_8320 } else { 0 })
        })
    }
}
