//! What a screen shows and why: the values that server, player, phone and reports share. Values in, values out; no
//! runtime, no database, no network, and no clock but the [`clock::Clock`] trait.
//!
//! One word, one meaning:
//!
//! - **site**, **building**, **zone**: a hospital or pharmacy, a house of it, a place in it where people wait ([`place`]).
//! - **screen**: one piece of glass. **box**: one machine with one identity; it drives one or more screens.
//! - **volume**: how loud a zone may be at an instant, in percent; 0 unless somebody chose otherwise ([`volume`]).
//! - **power plan**: when a zone's displays are lit, by its hours; **lamp**: whether one is ([`power`]).
//! - **network** (联播网): zones across sites that share an editor and playlists.
//! - **item**: one piece of content in one version, with its legal **class** and its **face** on the glass ([`item`]).
//! - **playlist**: items in an order; a **turn** is one place in it ([`playlist`]).
//! - **rule**: what × where × when × **level**; nothing else puts a playlist on the air ([`schedule`]).
//! - **call** (叫号): somebody who waits is asked to a room, for a moment ([`call`]).
//! - **clinic**: a doctor's half-day; an **override** changes it on one date; the **strip** shows it ([`clinic`]).
//! - **notice** (通知): a few words of the hospital, from one instant until another ([`notice`]).
//! - **programme**: everything one zone needs to live alone, in **parts** named by hash ([`programme`]).
//! - **manifest**: the signed word of which parts a zone plays ([`manifest`]).
//! - **charter**: the root key's word of who may sign what, and in which **epoch** ([`trust`]).
//! - **cue**: what a screen shows at an instant, since when, until when, why ([`timeline`]).
//! - **play**: one showing, from its first presented frame to its last ([`play`]).
//! - **log**: the plays of a box, numbered; the **books**: what the server makes of them ([`play`]).
//! - **shelf**: what a box keeps so that it wakes with something to show ([`shelf`]).
//! - **evergreen set**: a few items a hospital pins; they stand where no programme can be shown or has anything ([`evergreen`]).
//! - **evidence**: plays in one signed file that a stranger checks with the root's public key alone ([`evidence`]).
//! - **link**: the conversation between box and server ([`wire`]).
//! - **delivery**: the way of a manifest to a screen, told → fetched → applied ([`wire::Delivery`]).

pub mod call;
pub mod clinic;
pub mod clock;
pub mod evergreen;
pub mod evidence;
pub mod id;
pub mod item;
pub mod manifest;
pub mod media;
pub mod notice;
pub mod place;
pub mod play;
pub mod playlist;
pub mod power;
pub mod programme;
pub mod schedule;
pub mod shelf;
#[cfg(test)]
mod sim;
pub mod text;
pub mod theme;
pub mod timeline;
pub mod trust;
pub mod volume;
pub mod wire;
