//! The boxes of a rehearsal: keys and certificates like those of paired boxes, and the file a load generator reads.

use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use anteroom_content::clock::Instant;
use anteroom_content::id::{BoxId, ScreenId};
use anteroom_content::manifest::to_hex;
use anyhow::Context as _;
use ed25519_dalek::SigningKey;
use serde::Serialize;

use crate::db::boxes::NewBox;
use crate::trust::Keys;

/// Who paired them, in the books; nobody can sign in with it.
pub(super) const INSTALLER: &str = "rehearsal";

/// Everything a box needs to connect: one line of the file.
#[derive(Serialize)]
struct Identity<'a> {
    #[serde(rename = "box")]
    box_id: &'a BoxId,
    /// Its certificate, PEM.
    certificate_pem: String,
    /// The certificate's key, PEM.
    key_pem: String,
    /// The key it signs plays with, 64 hexadecimal digits.
    signing_key: String,
    /// The authority that signed the server's certificate, PEM.
    authority_pem: &'a str,
    /// What manifests are signed with, 64 hexadecimal digits.
    publish_key: String,
}

/// Makes a box for each screen, and writes what they connect with to a file that only its owner may read.
///
/// # Errors
/// When the file is there already or cannot be written, or a key cannot be made.
pub(super) fn make(
    keys: &Keys,
    screens: &[ScreenId],
    file: &Path,
    now: Instant,
) -> anyhow::Result<Vec<(NewBox, ScreenId)>> {
    let open = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file);
    let open = open.with_context(|| format!("cannot write the boxes to {}", file.display()))?;
    let mut lines = BufWriter::new(open);
    let mut made = Vec::with_capacity(screens.len());
    for (n, screen) in (1..).zip(screens) {
        made.push((make_one(keys, n, &mut lines, now)?, screen.clone()));
    }
    let written = lines.into_inner().map_err(std::io::IntoInnerError::into_error).and_then(|file| file.sync_all());
    written.with_context(|| format!("cannot write the boxes to {}", file.display()))?;
    Ok(made)
}

fn make_one(keys: &Keys, n: u32, lines: &mut BufWriter<File>, now: Instant) -> anyhow::Result<NewBox> {
    let id = BoxId::parse(&format!("rehearsal-{n:06}"))?;
    let key = rcgen::KeyPair::generate()?;
    let request = rcgen::CertificateParams::default().serialize_request(&key)?.pem()?;
    let mut chance = [0; 32];
    getrandom::fill(&mut chance).map_err(|error| anyhow::anyhow!("no chance to be had: {error}"))?;
    let signing_key = SigningKey::from_bytes(&chance);
    let certificate = keys.sign_box(&request, (&id, &signing_key.verifying_key()), now)?;
    let identity = Identity {
        box_id: &id,
        certificate_pem: certificate.pem,
        key_pem: key.serialize_pem(),
        signing_key: to_hex(&chance),
        authority_pem: &keys.authority_pem,
        publish_key: to_hex(keys.publish.verifying_key().as_bytes()),
    };
    serde_json::to_writer(&mut *lines, &identity)?;
    lines.write_all(b"\n")?;
    Ok(NewBox {
        id,
        fingerprint: certificate.fingerprint,
        signing_key: signing_key.verifying_key(),
        description: format!("rehearsal {n}"),
        enrolled_by: INSTALLER.to_owned(),
        enrolled_at: now,
    })
}
