//! Originals and renditions by hash, in the data folder: `library/ab/abcdef…`.

mod files;

pub use files::{Library, LibraryError};
