//! The log of plays: durable before it counts, each showing once, numbered without a gap, signed when it leaves. The rules
//! are [`anteroom_content::play`]; here they run on the box's disk and clock.

mod scribe;

pub use anteroom_content::play::{Place, Signs, Word};
pub use scribe::Scribe;
