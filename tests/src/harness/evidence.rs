//! What a stranger does with the books of a hospital: exports every play, and checks it offline.

use std::path::PathBuf;
use std::process::Command;

use anteroom_content::clock::{Clock as _, Offsets, System};
use anteroom_content::evidence::Line;
use anteroom_content::play::{Batch, Play};
use anyhow::Context as _;

use super::{Hospital, Outcome, program};

fn say(arguments: &[&str]) -> Outcome<String> {
    let said = Command::new(program("anteroom")?).args(arguments).output()?;
    let words = String::from_utf8_lossy(&said.stdout).into_owned();
    anyhow::ensure!(said.status.success(), "{words}{}", String::from_utf8_lossy(&said.stderr));
    Ok(words)
}

impl Hospital {
    fn bundle(&self) -> PathBuf {
        self.folder().join("all.evidence")
    }

    /// The plays of the bundle that was exported last.
    ///
    /// # Errors
    /// When none was, or it cannot be read.
    pub fn exported_plays(&self) -> Outcome<Vec<Play>> {
        let mut found = Vec::new();
        for line in std::fs::read_to_string(self.bundle())?.lines() {
            let Line::Batch(line) = serde_json::from_str(line)? else { continue };
            let batch: Batch = serde_json::from_str(&line.envelope.body)?;
            let (plays, _) = batch.read().map_err(|fault| anyhow::anyhow!("a batch that cannot be read: {fault:?}"))?;
            found.extend(plays);
        }
        Ok(found)
    }

    /// When every play of the bundle that was exported last was planned to begin.
    ///
    /// # Errors
    /// When none was, or it cannot be read.
    pub fn planned_moments(&self) -> Outcome<Vec<i64>> {
        Ok(self.exported_plays()?.into_iter().map(|play| play.planned_at.0).collect())
    }

    /// Exports every play with its evidence.
    ///
    /// # Errors
    /// When the books cannot be read.
    pub fn export_evidence(&self) -> Outcome<()> {
        let bundle = self.bundle();
        let _ = std::fs::remove_file(&bundle);
        let today = Offsets::fixed("UTC", 0).date(System.now());
        let (from, to) = (today.yesterday()?.to_string(), today.tomorrow()?.to_string());
        let (data, bundle) = (self.data().display().to_string(), bundle.display().to_string());
        say(&["plays", "export", "--from", &from, "--to", &to, "--evidence", &bundle, "--data", &data])?;
        Ok(())
    }

    /// Exports every play with its evidence and has a stranger check it, offline.
    ///
    /// # Errors
    /// When the evidence does not prove every play that was counted.
    pub fn verify_evidence(&self, plays: u64) -> Outcome<()> {
        self.export_evidence()?;
        let (data, bundle) = (self.data().display().to_string(), self.bundle().display().to_string());
        let shown: serde_json::Value = serde_json::from_str(&say(&["trust", "show", "--json", "--data", &data])?)?;
        let root = shown.pointer("/root").and_then(serde_json::Value::as_str).context("no root key is told")?;
        let verdict: serde_json::Value = serde_json::from_str(&say(&["verify", &bundle, "--root", root, "--json"])?)?;
        let proven = verdict.pointer("/plays").and_then(serde_json::Value::as_u64);
        anyhow::ensure!(proven == Some(plays), "{plays} plays are counted, and the evidence says {verdict}");
        Ok(())
    }
}
