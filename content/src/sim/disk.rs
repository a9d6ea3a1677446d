//! Files as a power cut sees them: bytes that were not synced are lost, torn or kept; a name is there for sure only when
//! its folder was synced.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use super::chance::Chance;
use super::machine::{Machine, Refusal};
use crate::shelf::FileDisk;

/// A file whatever its name is.
#[derive(Debug, Clone, Default)]
struct Inode {
    live: Vec<u8>,
    durable: Vec<u8>,
    /// A sync failed: the bytes up to then count as synced from now on, and are not.
    is_spoilt: bool,
}

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Named {
    File(usize),
    Folder,
}

#[derive(Debug, Clone, Default)]
struct Folder {
    live: BTreeMap<PathBuf, Named>,
    durable: BTreeMap<PathBuf, Named>,
}

#[derive(Debug, Default)]
struct Tree {
    inodes: Vec<Inode>,
    folders: BTreeMap<PathBuf, Folder>,
}

impl Tree {
    fn find(&self, path: &Path) -> Option<usize> {
        match self.folders.get(path.parent()?)?.live.get(path)? {
            Named::File(inode) => Some(*inode),
            Named::Folder => None,
        }
    }

    fn crash(&mut self, chance: &mut Chance) {
        for inode in &mut self.inodes {
            if inode.live != inode.durable {
                // Lost, torn or kept.
                let kept = match chance.below(3) {
                    0 => 0,
                    1 => chance.index(inode.live.len() + 1),
                    _ => inode.live.len(),
                };
                inode.durable = inode.live[..kept].to_vec();
                inode.live.clone_from(&inode.durable);
            }
        }
        for folder in self.folders.values_mut() {
            let paths: Vec<_> = folder.live.keys().chain(folder.durable.keys()).cloned().collect();
            for name in paths {
                if folder.live.get(&name) != folder.durable.get(&name) && chance.hits(500) {
                    match folder.live.get(&name) {
                        Some(named) => folder.durable.insert(name, *named),
                        None => folder.durable.remove(&name),
                    };
                }
            }
            folder.live.clone_from(&folder.durable);
        }
        // A folder whose own name was lost is lost with all that was in it.
        let is_named = |path: &Path, folders: &BTreeMap<PathBuf, Folder>| {
            path.parent().is_none_or(|above| folders.get(above).is_none_or(|above| above.live.contains_key(path)))
        };
        let lost: Vec<_> = self.folders.keys().filter(|path| !is_named(path, &self.folders)).cloned().collect();
        for path in &lost {
            self.folders.remove(path);
        }
    }
}

/// A handle on the files.
#[derive(Debug, Clone)]
pub(super) struct Disk {
    pub(super) machine: Machine,
    tree: Arc<Mutex<Tree>>,
}

impl Disk {
    /// An empty disk with one folder.
    pub(super) fn with(machine: Machine, root: &Path) -> Self {
        let tree = Tree { inodes: Vec::new(), folders: BTreeMap::from([(root.to_owned(), Folder::default())]) };
        Self { machine, tree: Arc::new(Mutex::new(tree)) }
    }

    pub(super) fn crash(&self) {
        let mut mood = self.machine.mood();
        mood.is_dead = false;
        mood.fuse = None;
        self.tree.lock().unwrap().crash(&mut mood.chance);
    }

    pub(super) fn make_folder(&self, path: &Path) -> Result<(), Refusal> {
        self.machine.call()?;
        let mut tree = self.tree.lock().unwrap();
        tree.folders.entry(path.to_owned()).or_default();
        let above = tree.folders.get_mut(path.parent().unwrap()).ok_or(Refusal::Missing("folder"))?;
        above.live.insert(path.to_owned(), Named::Folder);
        Ok(())
    }

    /// Adds to the end of a file, which is made if need be.
    pub(super) fn append(&self, path: &Path, bytes: &[u8]) -> Result<(), Refusal> {
        self.machine.call()?;
        if self.machine.mood().is_full {
            return Err(Refusal::Full);
        }
        let mut tree = self.tree.lock().unwrap();
        let inode = if let Some(inode) = tree.find(path) {
            inode
        } else {
            tree.inodes.push(Inode::default());
            let inode = tree.inodes.len() - 1;
            let folder = tree.folders.get_mut(path.parent().unwrap()).ok_or(Refusal::Missing("folder"))?;
            folder.live.insert(path.to_owned(), Named::File(inode));
            inode
        };
        tree.inodes[inode].live.extend_from_slice(bytes);
        Ok(())
    }

    /// What a file holds.
    pub(super) fn bytes(&self, path: &Path) -> Option<Vec<u8>> {
        let tree = self.tree.lock().unwrap();
        tree.find(path).map(|inode| tree.inodes[inode].live.clone())
    }

    /// Every file.
    pub(super) fn files(&self) -> Vec<PathBuf> {
        let tree = self.tree.lock().unwrap();
        let names = tree.folders.values().flat_map(|folder| folder.live.iter());
        names.filter(|(_, named)| **named != Named::Folder).map(|(path, _)| path.clone()).collect()
    }
}

impl FileDisk for Disk {
    type Error = Refusal;

    fn sync_file(&self, path: &Path) -> Result<(), Refusal> {
        self.machine.call()?;
        let mut tree = self.tree.lock().unwrap();
        let inode = tree.find(path).ok_or(Refusal::Missing("file"))?;
        let inode = &mut tree.inodes[inode];
        let synced = self.machine.syncs();
        inode.is_spoilt |= synced.is_err();
        if !inode.is_spoilt {
            inode.durable.clone_from(&inode.live);
        }
        synced
    }

    fn remove(&self, path: &Path) -> Result<(), Refusal> {
        self.machine.call()?;
        let mut tree = self.tree.lock().unwrap();
        let folder = tree.folders.get_mut(path.parent().unwrap()).ok_or(Refusal::Missing("folder"))?;
        folder.live.remove(path);
        Ok(())
    }

    fn rename(&self, from: &Path, to: &Path) -> Result<(), Refusal> {
        self.machine.call()?;
        let mut tree = self.tree.lock().unwrap();
        let inode = tree.find(from).ok_or(Refusal::Missing("file"))?;
        let folder = tree.folders.get_mut(to.parent().unwrap()).ok_or(Refusal::Missing("folder"))?;
        folder.live.remove(from);
        folder.live.insert(to.to_owned(), Named::File(inode));
        Ok(())
    }

    fn sync_folder(&self, path: &Path) -> Result<(), Refusal> {
        self.machine.call()?;
        self.machine.syncs()?;
        let mut tree = self.tree.lock().unwrap();
        let folder = tree.folders.get_mut(path).ok_or(Refusal::Missing("folder"))?;
        folder.durable.clone_from(&folder.live);
        Ok(())
    }
}
