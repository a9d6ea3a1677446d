//! The agent: the process that must not die. It holds the link, the files, the log of plays and the stage's lead.

mod breaker;
mod caller;
mod chance;
mod desk;
mod doctor;
mod door;
mod events;
mod health;
mod limits;
mod link;
mod playlog;
mod run;
mod pulse;
mod scrub;
mod store;
mod supervise;
mod time;
mod systemd;
#[cfg(test)]
mod walk;

pub use caller::{snapshot, status};
pub use doctor::examine;
pub use limits::{FRAME_RATE, FRAME_RATE_MAX};
pub use run::{Options, run};
pub use supervise::{Size, StageCommand};
pub use systemd::Systemd;
