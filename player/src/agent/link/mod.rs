//! The link: enrols the box, holds the conversation with the server, fetches what a manifest names.

mod connect;
mod dialogue;
mod enrolment;
#[cfg(test)]
pub(in crate::agent) mod fake;
mod frames;
mod provision;
mod renewal;
mod run;
mod sender;
#[cfg(test)]
mod tests;
mod tls;
mod transfer;

pub use run::{Link, run};
