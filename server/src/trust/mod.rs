//! The server's keys and the charter that names them. The root key signs the charter and should not lie here for long.

mod certificate;
mod folder;
mod keys;

pub use certificate::{BoxCertificate, fingerprint};
pub use folder::{CHARTERS_MAX, Folder};
pub use keys::{BadKeys, Keys};
pub(crate) use keys::{draw_authority, move_root, secret_in};
