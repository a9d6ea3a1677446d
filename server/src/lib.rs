//! The server of Anteroom. Doors (`console`, `phone`, `link`) call rooms (`publish`, `library`, `ledger`, `reports`), and
//! rooms call `fleet` and `db`; never the other way round, and no door names another.

pub mod config;
pub mod db;
pub mod fleet;
pub mod library;
pub mod publish;
pub mod state;
pub mod trust;
