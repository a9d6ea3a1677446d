//! The walks of ARCHITECTURE.md, end to end: real server, real players, pixels read from the glass.

mod agent_killed;
mod bad_input;
mod browser;
mod cancelled_clinic;
mod codecs;
mod demo;
mod enrolment;
mod evergreen;
mod faults;
mod gapless;
mod golden;
mod notice;
mod offline;
mod own_glass;
mod playlist_to_report;
mod queue_call;
mod remote_hands;
mod scan;
mod server_killed;
mod sound;
mod stage_killed;
mod storm;
mod theme;
mod two_screens_in_step;
