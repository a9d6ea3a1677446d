//! From a configuration to a working state: the data folder, its lock, the database, the keys, the addresses.

use std::fs::File;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anteroom_content::clock::Clock;

use crate::calls::Paces;
use crate::config::Config;
use crate::db::{Db, DbError};
use crate::fleet::Fleet;
use crate::hands::Hands;
use crate::ledger::Clerk;
use crate::meters::Meters;
use crate::pairing::Pairing;
use crate::state::{Shared, State};
use crate::trust::{BadKeys, Keys};
use crate::usher::Usher;

/// Why the server cannot start.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The data folder cannot be used.
    #[error(
        "cannot use the data folder {folder}: {why}. Name another with --data, or give this user the right to write there"
    )]
    Folder {
        /// Which.
        folder: String,
        /// Why not.
        why: String,
    },
    /// Another server has it.
    #[error("another anteroom server is using {0}: stop it first, or name another folder with --data")]
    InUse(String),
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
    /// The keys.
    #[error(transparent)]
    Keys(#[from] BadKeys),
}

/// The state, and what must be held while it is used.
pub struct Opened {
    /// The state.
    pub state: State,
    /// Released when this is dropped: no second server uses the folder meanwhile.
    pub lock: File,
}

/// The addresses the doors really listen on.
#[derive(Debug, Clone, Copy)]
pub struct Doors {
    /// The console's.
    pub console: SocketAddr,
    /// The phone pages'.
    pub phone: SocketAddr,
    /// The players'.
    pub link: SocketAddr,
}

/// Opens everything a server needs.
///
/// # Errors
/// [`OpenError`] when folder, database or keys cannot be used; nothing was changed then.
pub async fn open(config: &Config, doors: Doors, clock: Arc<dyn Clock>) -> Result<Opened, OpenError> {
    let lock = lock(&config.data)?;
    let db = match &config.database {
        Some(url) => Db::open_postgres(url).await?,
        None => Db::open_sqlite(&database_file(&config.data)).await?,
    };
    let keys = Keys::load_or_make(&config.data, clock.now())?;
    let phone_address = config.phone_address.clone().unwrap_or_else(|| format!("http://{}", reachable(doors.phone)));
    let state = State::new(Shared {
        db,
        keys,
        fleet: Fleet::default(),
        hands: Hands::default(),
        calls: Paces::default(),
        meters: Meters::default(),
        clerk: Clerk::default(),
        usher: Usher::default(),
        pairing: Pairing::default(),
        data: config.data.clone(),
        phone_address: phone_address.to_ascii_uppercase(),
        link_address: reachable(doors.link).to_string(),
        console_address: format!("http://{}", reachable(doors.console)),
        publishing: tokio::sync::Mutex::new(()),
        clock,
    });
    Ok(Opened { state, lock })
}

/// The SQLite file of a data folder.
#[must_use]
pub fn database_file(data: &Path) -> PathBuf {
    data.join("anteroom.db")
}

fn lock(data: &Path) -> Result<File, OpenError> {
    let folder =
        |error: std::io::Error| OpenError::Folder { folder: data.display().to_string(), why: error.to_string() };
    std::fs::create_dir_all(data).map_err(folder)?;
    let file = File::create(data.join("lock")).map_err(folder)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => Err(OpenError::InUse(data.display().to_string())),
        Err(std::fs::TryLockError::Error(error)) => Err(folder(error)),
    }
}

/// The address others reach a door at: the machine's own on the LAN where it listens on all of them.
#[must_use]
pub fn reachable(listening: SocketAddr) -> SocketAddr {
    if listening.ip().is_unspecified() { SocketAddr::new(lan_address(), listening.port()) } else { listening }
}

/// The address this machine would be seen with. Asking the routing table by connecting a datagram socket sends nothing;
/// the address asked for is reserved for documentation.
fn lan_address() -> IpAddr {
    let asked = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))
        .and_then(|socket| socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9)).and_then(|()| socket.local_addr()));
    asked.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |address| address.ip())
}
