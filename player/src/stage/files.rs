//! Files: read, verified and decoded by a thread of their own, so that the glass never waits for a disk. A file is
//! verified against its name before it is shown for the first time; what fails is not tried again until the agent says.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use anteroom_content::clock::Instant;
use anteroom_content::id::ContentHash;
use anteroom_content::media::{BadMedia, Sort, Track, picture_size, sort_of};
use bevy::prelude::Resource;
use image::RgbaImage;
use image::imageops::FilterType;

use super::area::Area;
use super::clockwork::Clockwork;
use super::movie::{Movie, MovieFault};
use super::pipe::Outbox;
use crate::bridge::FromStage;

/// Requests on their way: an item and the next one have at most a few files.
const REQUESTS_MAX: usize = 8;
/// Verified names kept; beyond it the oldest verifications are forgotten all at once.
const VERIFIED_MAX: usize = 4_096;
/// The largest caption file, in bytes.
const CAPTION_BYTES_MAX: u64 = 512 * 1024;

/// Why a file cannot be shown.
#[derive(Debug, thiserror::Error)]
pub(super) enum FileFault {
    #[error("the file cannot be read: {0}")]
    Unreadable(#[from] io::Error),
    #[error("the file is not the one it should be: its bytes have another hash")]
    Changed,
    #[error("{0}")]
    Media(#[from] BadMedia),
    #[error("the file is damaged: {0}")]
    Picture(#[from] image::ImageError),
    #[error("{0}")]
    Movie(#[from] MovieFault),
    #[error("the file is not of the kind its item says")]
    Kind,
}

/// What is wanted.
pub(super) enum Request {
    /// A picture, no larger than it will be shown.
    Picture { hash: ContentHash, within: (i32, i32) },
    /// A movie that began, or will begin, at an instant.
    Movie { ticket: u64, hash: ContentHash, captions: Option<ContentHash>, since: Instant, clock: Clockwork },
    /// A movie nobody looks at any more: taking it down may take a moment.
    Close(Box<Movie>),
}

impl Request {
    /// The file it opens.
    const fn file(&self) -> Option<ContentHash> {
        match self {
            Self::Picture { hash, .. } | Self::Movie { hash, .. } => Some(*hash),
            Self::Close(_) => None,
        }
    }
}

/// What was done.
pub(super) enum Delivery {
    Picture { hash: ContentHash, picture: Result<RgbaImage, FileFault> },
    Movie { ticket: u64, hash: ContentHash, movie: Result<Box<Movie>, FileFault> },
}

/// The thread's other end.
#[derive(Resource)]
pub(super) struct Files {
    requests: SyncSender<(PathBuf, Request)>,
    deliveries: Mutex<Receiver<Delivery>>,
    /// What cannot be shown.
    pub(super) bad: HashSet<ContentHash>,
}

impl Files {
    /// Starts the thread; `outbox` hears which file it is at.
    pub(super) fn open(outbox: Outbox) -> io::Result<Self> {
        let (requests, work) = sync_channel::<(PathBuf, Request)>(REQUESTS_MAX);
        let (done, deliveries) = sync_channel(REQUESTS_MAX);
        std::thread::Builder::new().name("stage-files".into()).spawn(move || {
            let mut reader = Reader::default();
            for (folder, request) in work {
                let file = request.file();
                if let Some(file) = file {
                    outbox.tell(FromStage::Opens { file });
                }
                let delivery = reader.serve(&folder, request);
                if let Some(file) = file {
                    outbox.tell(FromStage::Opened { file });
                }
                if delivery.is_some_and(|delivery| done.send(delivery).is_err()) {
                    return;
                }
            }
        })?;
        Ok(Self { requests, deliveries: Mutex::new(deliveries), bad: HashSet::new() })
    }

    /// Asks for something; false when too much is on its way already.
    pub(super) fn ask(&self, folder: &Path, request: Request) -> bool {
        self.requests.try_send((folder.to_owned(), request)).is_ok()
    }

    /// Takes a movie down; beside the stage's work if there is room for it.
    pub(super) fn close(&self, movie: Box<Movie>) {
        let _ = self.requests.try_send((PathBuf::new(), Request::Close(movie)));
    }

    /// The next thing that was done.
    pub(super) fn take(&mut self) -> Option<Delivery> {
        self.deliveries.get_mut().ok()?.try_recv().ok()
    }
}

/// Where a file lies: `FOLDER/ab/abcdef…`.
pub(super) fn path_of(folder: &Path, hash: ContentHash) -> PathBuf {
    let name = hash.to_hex();
    folder.join(name.get(..2).unwrap_or_default()).join(name)
}

#[derive(Default)]
struct Reader {
    /// By their places: two copies of a file are two files.
    verified: HashSet<PathBuf>,
}

impl Reader {
    fn serve(&mut self, folder: &Path, request: Request) -> Option<Delivery> {
        match request {
            Request::Picture { hash, within } => {
                Some(Delivery::Picture { hash, picture: self.picture(&path_of(folder, hash), hash, within) })
            }
            Request::Movie { ticket, hash, captions, since, clock } => {
                let track = captions.and_then(|captions| Self::captions(&path_of(folder, captions), captions));
                let path = path_of(folder, hash);
                let movie = self.verify(&path, hash).and_then(|sort| {
                    let Sort::Movie(container) = sort else { return Err(FileFault::Kind) };
                    let movie = Movie::open((&path, container), track.unwrap_or_default(), since, &clock)?;
                    Ok(Box::new(movie))
                });
                Some(Delivery::Movie { ticket, hash, movie })
            }
            Request::Close(movie) => {
                drop(movie);
                None
            }
        }
    }

    /// Verifies a file before its first show and tells what it is.
    fn verify(&mut self, path: &Path, hash: ContentHash) -> Result<Sort, FileFault> {
        let mut file = File::open(path)?;
        let mut head = Vec::with_capacity(16);
        (&mut file).take(16).read_to_end(&mut head)?;
        let sort = sort_of(&head)?;
        if !self.verified.contains(path) {
            file.rewind()?;
            let mut hasher = blake3::Hasher::new();
            hasher.update_reader(&mut file)?;
            if hasher.finalize().as_bytes() != hash.as_bytes() {
                return Err(FileFault::Changed);
            }
            if self.verified.len() >= VERIFIED_MAX {
                self.verified.clear();
            }
            self.verified.insert(path.to_owned());
        }
        Ok(sort)
    }

    fn picture(&mut self, path: &Path, hash: ContentHash, within: (i32, i32)) -> Result<RgbaImage, FileFault> {
        let Sort::Picture(format) = self.verify(path, hash)? else { return Err(FileFault::Kind) };
        picture_size(BufReader::new(File::open(path)?), format)?;
        let picture = image::ImageReader::with_format(BufReader::new(File::open(path)?), format).decode()?;
        let place = Area::new(0, 0, within.0, within.1).fitted(picture.width(), picture.height());
        let (w, h) = (u32::try_from(place.w).unwrap_or(1).max(1), u32::try_from(place.h).unwrap_or(1).max(1));
        if w < picture.width() {
            return Ok(picture.resize_exact(w, h, FilterType::CatmullRom).into_rgba8());
        }
        Ok(picture.into_rgba8())
    }

    /// Captions that cannot be read are left out: a silent movie is better than none.
    fn captions(path: &Path, hash: ContentHash) -> Option<Track> {
        let mut text = Vec::new();
        let read = File::open(path).and_then(|file| file.take(CAPTION_BYTES_MAX).read_to_end(&mut text));
        if let Err(error) = read {
            tracing::warn!(file.hash = %hash, "captions cannot be read: {error}");
            return None;
        }
        if ContentHash::of(&text) != hash {
            tracing::warn!(file.hash = %hash, "captions are left out: their bytes have another hash");
            return None;
        }
        Track::parse(&String::from_utf8_lossy(&text))
            .inspect_err(|error| tracing::warn!(file.hash = %hash, "captions are left out: {error}"))
            .ok()
    }
}
