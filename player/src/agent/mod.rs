//! The agent: the process that must not die. It holds the link, the files, the log of plays and the stage's lead.

mod breaker;
mod caller;
mod chance;
mod desk;
mod display;
mod doctor;
mod door;
mod events;
mod health;
mod journal;
mod lamp;
mod limits;
mod link;
mod playlog;
mod provision;
mod pulse;
mod run;
mod scrub;
mod seat;
mod store;
mod supervise;
mod systemd;
mod time;
#[cfg(test)]
mod walk;

pub use caller::{snapshot, status};
pub use display::{Control, Model, question};
pub use doctor::examine;
pub use journal::Journal;
pub use limits::{FRAME_RATE, FRAME_RATE_MAX};
pub use provision::read as read_provision;
pub use run::{Ended, Options, run};
pub use supervise::{Size, StageCommand};
pub use systemd::Systemd;
