//! Media: what a file is, by its bytes alone, and the captions of a movie.

mod captions;
mod ingest;
mod qr;

pub use captions::{BadCaptions, CAPTION_CUES_MAX, CaptionCue, Track};
pub use ingest::{
    BadMedia, Container, MOVIE_BYTES_MAX, PICTURE_BYTES_MAX, PICTURE_PIXELS_MAX, PICTURE_SIDE_MAX_PX, Sort,
    picture_size, sort_of,
};
pub use qr::{Modules, modules};
