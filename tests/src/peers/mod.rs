//! Side by side with what others would take: an MQTT broker and a NATS server hold as many connections as we do, with the
//! same certificates and the same message, in one run on one machine; and a web server hands out the same file.

mod alone;
mod arguments;
mod authority;
mod client;
mod crowd;
mod download;
mod floor;
mod mqtt;
mod nats;
mod orders;
mod ours;
mod peer;
mod program;
mod published;
mod rounds;
mod table;
mod tongue;

pub use arguments::{Arguments, Role};
pub use crowd::run as run_crowd;
pub(crate) use program::version_in;
pub use rounds::run;
pub(crate) use table::{median, ratio};
