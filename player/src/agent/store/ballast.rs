//! Ballast: disk space set aside, thrown overboard when the disk is full, so that plays can still be logged.

use std::fs::{self, File};
use std::io::Write;
use std::path::PathBuf;

use crate::agent::limits::{BALLAST_BYTES, WRITE_BYTES};

/// The file that holds the space.
#[derive(Debug, Clone)]
pub struct Ballast {
    path: PathBuf,
}

impl Ballast {
    /// The ballast of a state folder.
    pub fn of(folder: &std::path::Path) -> Self {
        Self { path: folder.join("ballast") }
    }

    /// Takes the space if it is not held yet. Real bytes are written: a hole in a file reserves nothing.
    ///
    /// # Errors
    /// When the disk fails or has not so much room; then nothing is held.
    pub fn take(&self) -> std::io::Result<()> {
        if fs::metadata(&self.path).is_ok_and(|found| found.len() == BALLAST_BYTES) {
            return Ok(());
        }
        let written = self.write();
        if written.is_err() {
            self.drop_overboard();
        }
        written
    }

    fn write(&self) -> std::io::Result<()> {
        let mut file = File::create(&self.path)?;
        let block = vec![0x55; WRITE_BYTES];
        let mut left = usize::try_from(BALLAST_BYTES).unwrap_or(0);
        while left > 0 {
            let bytes = block.get(..left.min(block.len())).unwrap_or(&block);
            file.write_all(bytes)?;
            left -= bytes.len();
        }
        file.sync_all()
    }

    /// Gives the space to whoever needs it now; tells whether there was any.
    pub fn drop_overboard(&self) -> bool {
        fs::remove_file(&self.path).is_ok()
    }
}
