//! The boxes of a rehearsal, as `anteroom rehearse` wrote them.

use std::io::{BufRead as _, BufReader};
use std::path::Path;

use anteroom_content::id::BoxId;
use anteroom_content::manifest::from_hex;
use anyhow::Context as _;
use ed25519_dalek::{SigningKey, VerifyingKey};
use serde::Deserialize;

use crate::harness::Outcome;

/// What one box connects with.
#[derive(Debug, Clone)]
pub struct Identity {
    /// Its name.
    pub box_id: BoxId,
    /// Its certificate, PEM.
    pub certificate_pem: String,
    /// The certificate's key, PEM.
    pub key_pem: String,
    /// What it signs plays with.
    pub signing_key: SigningKey,
    /// Who signed the server's certificate, PEM.
    pub authority_pem: String,
    /// What manifests are signed with.
    pub publish_key: VerifyingKey,
}

#[derive(Deserialize)]
struct Line {
    #[serde(rename = "box")]
    box_id: BoxId,
    certificate_pem: String,
    key_pem: String,
    signing_key: String,
    authority_pem: String,
    publish_key: String,
}

impl Line {
    fn read(self) -> Outcome<Identity> {
        let signing_key = from_hex::<32>(&self.signing_key).context("a signing key is not one")?;
        let publish_key = from_hex::<32>(&self.publish_key).context("the publish key is not one")?;
        Ok(Identity {
            box_id: self.box_id,
            certificate_pem: self.certificate_pem,
            key_pem: self.key_pem,
            signing_key: SigningKey::from_bytes(&signing_key),
            authority_pem: self.authority_pem,
            publish_key: VerifyingKey::from_bytes(&publish_key)?,
        })
    }
}

/// Reads the first `count` boxes of a file.
///
/// # Errors
/// When the file cannot be read, or holds fewer.
pub(crate) fn read(file: &Path, count: usize) -> Outcome<Vec<Identity>> {
    let open = std::fs::File::open(file).with_context(|| format!("no boxes in {}", file.display()))?;
    let lines = BufReader::new(open).lines().take(count);
    let boxes = lines.map(|line| serde_json::from_str::<Line>(&line?)?.read()).collect::<Outcome<Vec<_>>>()?;
    anyhow::ensure!(boxes.len() == count, "{} holds {} boxes, and {count} are wanted", file.display(), boxes.len());
    Ok(boxes)
}
