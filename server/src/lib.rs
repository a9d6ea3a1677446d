//! The server of Anteroom. Doors (`console`, `phone`, `link`, `api`) call rooms (`publish`, `delivery`, `library`, `ledger`, `reports`, `hands`, `calls`), and
//! rooms call `fleet` and `db`; never the other way round, and no door names another.

pub mod api;
pub mod assign;
pub mod calendar;
pub mod calls;
pub mod check;
pub mod config;
pub mod console;
pub mod db;
pub mod delivery;
pub mod demo;
pub mod evidence;
pub mod expand;
pub mod fleet;
pub mod hands;
pub mod keyring;
pub mod ledger;
pub mod library;
pub mod link;
pub mod meters;
pub mod open;
pub mod pairing;
pub mod phone;
pub mod plan;
pub mod publish;
pub mod quic;
pub mod rehearse;
pub mod reports;
pub mod restored;
pub mod revoked;
pub mod serve;
pub mod state;
pub mod trust;
pub mod twins;
pub mod usher;
pub mod words;
