//! What the box keeps: a SQLite database for everything small, and files by hash. The only room of the agent with SQL.

mod ballast;
mod database;
mod evergreen;
mod files;
mod for_today;
mod identity;
mod plays;
mod programme;
mod taken_down;
mod trust;

pub use ballast::Ballast;
pub use database::{Store, StoreError};
pub use evergreen::EvergreenFolder;
pub use files::{FileError, Files, Partial};
pub use identity::Identity;
#[cfg(test)]
pub(in crate::agent) use identity::tests as testing;
#[cfg(test)]
pub(in crate::agent) use trust::tests::a_charter;
