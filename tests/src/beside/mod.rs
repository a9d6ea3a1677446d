//! Side by side with what others would put on the same display: mpv, which plays and nothing else, and a page in a browser's kiosk
//! mode with the same movies, a strip and a code. One run, one display, one observer.
//!
//! `sides` are those who play, `page` is what the browser shows, `rounds` lets all of them take turns, `table` says how they did.

mod page;
mod rounds;
mod sides;
mod table;

pub use rounds::{Arguments, run};
