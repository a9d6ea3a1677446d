//! Certificates of boxes: the one in use, and the one that takes its place once the box has come with it.

use anteroom_content::clock::Instant;
use anteroom_content::id::BoxId;

use super::{Db, DbResult};

/// Keeps a certificate that was signed, by its fingerprint, for those who check the box's plays one day.
pub async fn keep(db: &Db, id: &BoxId, (fingerprint, pem): (&str, &str), until: Instant, at: Instant) -> DbResult<()> {
    execute!(
        db,
        "insert into box_certificate (fingerprint, box, pem, until_at, signed_at) values ($1, $2, $3, $4, $5)
         on conflict (fingerprint) do nothing",
        fingerprint,
        id.as_str(),
        pem,
        until.0,
        at.0
    )?;
    Ok(())
}

/// The certificate of a box that holds the longest, PEM; none when it was paired before certificates were kept.
pub async fn certificate_of(db: &Db, id: &BoxId) -> DbResult<Option<String>> {
    let found = row!(
        db,
        (String,),
        "select pem from box_certificate where box = $1 order by until_at desc, signed_at desc limit 1",
        id.as_str()
    )?;
    Ok(found.map(|(pem,)| pem))
}

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
