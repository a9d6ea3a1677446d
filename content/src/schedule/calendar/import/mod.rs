//! Calendars from outside: the yearly notice as JSON (the holiday-cn form) and iCalendar files. Bytes in, days out;
//! whatever the bytes are, nothing panics.

mod event;
mod fault;
mod hint;
mod lines;
mod notice;
mod read;
mod repeat;
#[cfg(test)]
mod tests;

pub use fault::{ImportError, Warning};
pub use read::{DAYS_MAX, EVENT_DAYS_MAX, FILE_BYTES_MAX, Form, Import, read};
