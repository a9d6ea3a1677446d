//! What every room of the server shares: database, clock, keys, library folder, connected boxes.

use std::path::PathBuf;
use std::sync::Arc;

use anteroom_content::clock::{Clock, Instant};

use crate::db::Db;
use crate::fleet::Fleet;
use crate::trust::Keys;

/// The shared state; cheap to clone.
#[derive(Clone)]
pub struct State(Arc<Shared>);

/// What is shared.
pub struct Shared {
    /// The database.
    pub db: Db,
    /// The only clock.
    pub clock: Arc<dyn Clock>,
    /// Keys of this server.
    pub keys: Keys,
    /// The connected boxes.
    pub fleet: Fleet,
    /// The data folder.
    pub data: PathBuf,
    /// What codes begin with, upper case, such as `HTTP://10.0.0.5:8081`.
    pub phone_address: String,
    /// Where people find the console, such as `http://10.0.0.5:8080`.
    pub console_address: String,
    /// One publication at a time: two at once would fight over versions.
    pub publishing: tokio::sync::Mutex<()>,
}

impl State {
    /// Shares what there is.
    #[must_use]
    pub fn new(shared: Shared) -> Self {
        Self(Arc::new(shared))
    }

    /// The moment it is.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.0.clock.now()
    }
}

impl std::ops::Deref for State {
    type Target = Shared;
    fn deref(&self) -> &Shared {
        &self.0
    }
}
