//! The files that are written: whole or not at all, and over nothing that is there.

use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use anteroom_content::evidence::{BatchLine, Head, Line, Scribe};
use anteroom_content::id::BoxId;
use anteroom_content::play::Play;
use anyhow::Context as _;
use tempfile::NamedTempFile;

use super::holes::Hole;
use super::sheet::Sheet;
use crate::state::State;

/// A file that appears when it is finished.
pub(super) struct Fresh {
    path: PathBuf,
    writer: BufWriter<NamedTempFile>,
}

impl Fresh {
    pub(super) fn begin(path: &Path) -> anyhow::Result<Self> {
        anyhow::ensure!(!path.exists(), "{} is there already; nothing is written over it", path.display());
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let file = NamedTempFile::new_in(folder).with_context(|| format!("cannot write in {}", folder.display()))?;
        Ok(Self { path: path.to_owned(), writer: BufWriter::new(file) })
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        self.writer.write_all(bytes).with_context(|| format!("cannot write {}", self.path.display()))
    }

    /// On disk when this returns: how many bytes.
    pub(super) fn finish(self) -> anyhow::Result<u64> {
        let place = || format!("cannot write {}", self.path.display());
        let file = self.writer.into_inner().map_err(std::io::IntoInnerError::into_error).with_context(place)?;
        file.as_file().sync_all().with_context(place)?;
        let size_bytes = file.as_file().metadata().with_context(place)?.len();
        file.persist_noclobber(&self.path).with_context(place)?;
        Ok(size_bytes)
    }
}

/// Where plays go.
pub(super) struct Out {
    bundle: Option<(Scribe, Fresh)>,
    sheet: Option<Sheet>,
}

impl Out {
    pub(super) fn begin(head: &Head, bundle: Option<&Path>, sheet: Option<Sheet>) -> anyhow::Result<Self> {
        let bundle = match bundle {
            None => None,
            Some(path) => {
                let mut file = Fresh::begin(path)?;
                let (scribe, first) = Scribe::begin(head.clone())?;
                file.write(first.as_bytes())?;
                Some((scribe, file))
            }
        };
        Ok(Self { bundle, sheet })
    }

    /// A line of the bundle alone.
    pub(super) fn line(&mut self, line: &Line) -> anyhow::Result<()> {
        let Some((scribe, file)) = &mut self.bundle else { return Ok(()) };
        file.write(scribe.line(line)?.as_bytes())
    }

    pub(super) fn batch(&mut self, log: (&BoxId, u64), line: BatchLine, plays: &[Play]) -> anyhow::Result<()> {
        if let Some(sheet) = &mut self.sheet {
            sheet.plays(log, line.received_at, plays)?;
        }
        let Some((scribe, file)) = &mut self.bundle else { return Ok(()) };
        file.write(scribe.batch(line, plays)?.as_bytes())
    }

    pub(super) fn hole(&mut self, log: (&BoxId, u64), hole: &Hole) -> anyhow::Result<()> {
        if let Some(sheet) = &mut self.sheet {
            sheet.hole(log, hole)?;
        }
        self.line(&hole.line())
    }

    /// Both files are whole: their sizes in bytes.
    pub(super) fn finish(self, state: &State) -> anyhow::Result<(Option<u64>, Option<u64>)> {
        let bundle = match self.bundle {
            None => None,
            Some((scribe, mut file)) => {
                let keys = &state.keys;
                file.write(scribe.finish(state.now(), keys.charter.version, &keys.publish)?.as_bytes())?;
                Some(file.finish()?)
            }
        };
        Ok((bundle, self.sheet.map(Sheet::finish).transpose()?))
    }
}
