//! The patients' door: what the code on a screen opens on a phone. Two codes, two pages, two funnels (DOMAIN §0.2b): an
//! item's code opens what that screen shows now, the strip's code opens the clinics. No script, no cookie, no sign-in,
//! nothing kept about anybody; a page is one request.

mod clinic;
mod count;
mod door;
mod education;
mod frame;
mod glass;
mod media;
mod paragraphs;
mod reader;
mod rendition;
mod start;
mod story;
mod visit;
mod when;

#[cfg(test)]
mod tests;

pub use count::Counting;
pub use door::{open, router};
