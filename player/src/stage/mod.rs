//! The stage: the process that draws. It is told what a zone's programme is and asks the engine, frame by frame, what
//! that means on this glass; what it shows, it reports. Whatever goes wrong here ends this process and no other.
//!
//! `boot` builds it, `pipe` speaks with the agent, `pace` says how often to draw. `director` follows the engine's cue and
//! keeps one `act` on the glass and the next one ready. A `layout` of areas and a ladder of type sizes follow from the
//! screen alone; `rail`, `strip` and `card` set words into them as `mark`s, which `paint` turns into nodes. `glance` holds the
//! glass against what ought to be on it.
//! `notice` tells the hospital's own words along the lower edge; `call` has somebody called take the clock's place for a
//! moment; `sound` lets a movie be heard where a zone allows it, through a `speaker` that nothing waits for. `overlay` lies
//! over all of it while a person wants that.

#![expect(clippy::needless_pass_by_value, reason = "the renderer gives its systems their parameters by value")]
#![expect(clippy::type_complexity, reason = "a query says all that it asks for")]

mod area;
mod blindfold;
mod boot;
mod call;
mod card;
mod card_lost;
mod cast;
mod clockwork;
mod decoders;
mod director;
mod dress;
mod entry;
mod eye;
mod files;
mod film;
#[cfg(test)]
mod fitting;
mod fonts;
mod gist;
mod glance;
mod glass;
mod imprint;
mod ink;
mod ladder;
mod layout;
mod logo;
mod look;
mod mark;
mod movie;
mod nightly;
mod notice;
mod overlay;
mod pace;
mod paint;
mod picture;
mod pipe;
mod rail;
mod report;
mod sound;
mod speaker;
mod step;
mod strip;
mod test_card;
mod tofu;
mod told;
mod typeset;
mod verdict;
mod voice;

pub(crate) use boot::{Display, StageOptions, run};
pub(crate) use decoders::found as decoders_found;
pub(crate) use fonts::found as fonts_found;
