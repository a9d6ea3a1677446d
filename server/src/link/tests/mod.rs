//! The players' door on a loopback port, with a box written here: no word of the player's own code is used.

mod booth;
mod conversation;
mod delivery;
mod enrolment;
mod fallback;
mod files;
mod frames;
mod hands;
mod house;
mod old_player;
mod renewal;
mod strangers;
mod time;
mod trust;
