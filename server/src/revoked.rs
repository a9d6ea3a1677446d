//! Boxes that are not believed any more: told to whoever serves one of their connections, so that none outlives the belief.

use anteroom_content::id::BoxId;
use tokio::sync::broadcast;

/// Names that may wait for one listener; whoever misses some asks the database.
const NAMES_MAX: usize = 64;

/// Tells which boxes were unpaired.
#[derive(Debug, Clone)]
pub struct Revoked(broadcast::Sender<BoxId>);

impl Default for Revoked {
    fn default() -> Self {
        Self(broadcast::Sender::new(NAMES_MAX))
    }
}

/// Hears of one box.
#[derive(Debug)]
pub struct Listener {
    names: broadcast::Receiver<BoxId>,
    box_id: BoxId,
}

impl Revoked {
    /// Says that a box is not believed any more.
    pub fn tell(&self, box_id: &BoxId) {
        // Nobody listens when no files are being fetched.
        let _ = self.0.send(box_id.clone());
    }

    /// Listens for one box. Begun before the database is asked, nothing is missed in between.
    #[must_use]
    pub fn listen(&self, box_id: &BoxId) -> Listener {
        Listener { names: self.0.subscribe(), box_id: box_id.clone() }
    }
}

impl Listener {
    /// Waits until the box was unpaired, or so many were that the database must be asked.
    pub async fn told(&mut self) {
        loop {
            match self.names.recv().await {
                Ok(name) if name == self.box_id => return,
                Ok(_) => {}
                Err(broadcast::error::RecvError::Lagged(_)) => return,
                // The server ends, and the connections with it.
                Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
            }
        }
    }
}
