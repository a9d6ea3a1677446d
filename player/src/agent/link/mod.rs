//! The link: enrols the box, holds the conversation with the server, fetches what a manifest names.

mod connect;
mod dialogue;
mod enrolment;
mod evergreen;
#[cfg(test)]
pub(in crate::agent) mod fake;
mod frames;
mod line;
mod provision;
mod renewal;
mod run;
mod sender;
mod tcp;
#[cfg(test)]
mod tests;
mod timing;
mod tls;
mod transfer;
mod way;

pub use connect::{Unreached, over_tcp, over_udp};
pub use renewal::certificate_until;
pub use run::{Link, run};
pub use tls::Pass;
