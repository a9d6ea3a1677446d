//! Originals and renditions by hash, in the data folder: `library/ab/abcdef…`; and how an upload becomes one.

mod files;
mod ingest;
mod picture;
mod screening;
mod thumbnail;

pub use files::{Library, LibraryError};
pub use ingest::{BadUpload, Checked, Receiving, check};
pub(crate) use picture::print_of;
pub use screening::{Facts, movie_facts};
pub use thumbnail::thumbnail;
