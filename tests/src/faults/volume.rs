//! A small disk in memory that can be filled to the last byte. Only root may make one.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::harness::Outcome;

/// Its size, in MiB: what a player keeps of two short movies, its ballast, and some room.
const SIZE_MIB: u32 = 192;
/// What fills it.
const FILLER: &str = "filler";
/// Bytes written at one time, in falling order.
const BLOCKS: [usize; 3] = [1024 * 1024, 4_096, 1];

/// A mounted disk; it goes when it is dropped.
#[derive(Debug)]
pub(super) struct Volume(PathBuf);

impl Volume {
    /// Mounts one over a folder.
    ///
    /// # Errors
    /// When this user may not.
    pub(super) fn over(folder: &Path) -> Outcome<Self> {
        std::fs::create_dir_all(folder)?;
        let said = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={SIZE_MIB}m"), "tmpfs"])
            .arg(folder)
            .output()?;
        anyhow::ensure!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr).trim());
        Ok(Self(folder.to_owned()))
    }

    /// Fills it: nothing more can be written.
    ///
    /// # Errors
    /// When it cannot be written at all.
    pub(super) fn fill(&self) -> Outcome<()> {
        let mut filler = std::fs::File::create(self.0.join(FILLER))?;
        for block in BLOCKS.map(|bytes| vec![0x55; bytes]) {
            while filler.write_all(&block).is_ok() {}
        }
        Ok(())
    }

    /// Gives the room back.
    ///
    /// # Errors
    /// When what fills it cannot be removed.
    pub(super) fn empty(&self) -> Outcome<()> {
        Ok(std::fs::remove_file(self.0.join(FILLER))?)
    }
}

impl Drop for Volume {
    fn drop(&mut self) {
        // Whoever still holds a file of it keeps that; the name goes.
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}
