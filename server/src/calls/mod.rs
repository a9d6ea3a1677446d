//! Queue calls (叫号): a site's call system shows its key, and the boxes of the zones that hear calls are told at once. Nothing of a
//! call is kept or logged here: who is called is nobody's business a minute later.

mod key;
mod pace;
mod tell;

pub use key::{BadKey, judge, make_key};
pub use pace::{Pace, Paces};
pub use tell::{NotCalled, Told, call};
