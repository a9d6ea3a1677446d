//! Certificates of boxes: the one in use, and the one that takes its place once the box has come with it.

use anteroom_content::clock::Instant;
use anteroom_content::id::BoxId;

use super::{Db, DbResult};

/// Writes down the certificate that shall take the place of a box's own; one that was signed before and never used is
/// believed no more.
pub async fn offer(db: &Db, id: &BoxId, fingerprint: &str, until: Instant) -> DbResult<()> {
    execute!(
        db,
        "update box set next_fingerprint = $2, next_until = $3 where id = $1 and unpaired_at is null",
        id.as_str(),
        fingerprint,
        until.0
    )?;
    Ok(())
}

/// The box came with its new certificate: the old one is believed no more.
pub async fn take_up(db: &Db, id: &BoxId) -> DbResult<()> {
    execute!(
        db,
        "update box set certificate_fingerprint = next_fingerprint, certificate_until = next_until,
         next_fingerprint = null, next_until = null where id = $1 and next_fingerprint is not null",
        id.as_str()
    )?;
    Ok(())
}
