//! Renewal: a box asks for a new certificate before its own runs out, or afterwards, when that is all it may do.

use anteroom_content::clock::{DAY_MS, Instant};
use anteroom_content::wire::{Refusal, ToPlayer, ToServer};

use super::frames::{Broken, Frames, say};
use super::greeting::send_away;
use super::limits::{CLOSE_DONE, ENROL_FRAME_BYTES_MAX, FAREWELL_MAX};
use super::line::{Line, Speak};
use crate::db::boxes::PairedBox;
use crate::db::{DbError, certificates};
use crate::state::State;
use crate::trust::BadKeys;

/// A box that comes later than this after its certificate ran out must be paired again, in milliseconds.
pub(super) const LATE_MAX_MS: i64 = 180 * DAY_MS;

/// Why no certificate was given.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoCertificate {
    #[error(transparent)]
    Keys(#[from] BadKeys),
    #[error(transparent)]
    Db(#[from] DbError),
    #[error(transparent)]
    Broken(#[from] Broken),
}

/// The certificate of a box ran out.
pub(super) fn is_late(paired: &PairedBox, now: Instant) -> bool {
    now.ms_since(paired.certificate_until) > 0
}

/// Signs what a box asks for. What it has now holds until it comes with the new one.
pub(super) async fn sign(state: &State, paired: &PairedBox, request_pem: &str) -> Result<ToPlayer, NoCertificate> {
    let now = state.now();
    let signed = state.keys.sign_box(request_pem, (&paired.id, &paired.signing_key), now)?;
    certificates::keep(&state.db, &paired.id, (&signed.fingerprint, &signed.pem), signed.until, now).await?;
    certificates::offer(&state.db, &paired.id, &signed.fingerprint, signed.until).await?;
    tracing::info!(r#box.id = %paired.id, "a box got a new certificate");
    Ok(ToPlayer::Certificate { pem: signed.pem })
}

/// Lets a box whose certificate ran out ask for a new one. Nothing else it says is heard.
pub(super) async fn renew(state: &State, connection: &Line, paired: &PairedBox, speak: Speak, hear: Frames) {
    if state.now().ms_since(paired.certificate_until) > LATE_MAX_MS {
        tracing::warn!(r#box.id = %paired.id, "a box came half a year after its certificate ran out: it must be paired again");
        return send_away(connection, speak, Refusal::Unpaired).await;
    }
    match converse(state, connection, paired, speak, hear).await {
        Ok(()) => {}
        Err(error) => tracing::warn!(r#box.id = %paired.id, reason = %error, "a renewal came to nothing"),
    }
    connection.close(CLOSE_DONE, b"renewed");
}

async fn converse(
    state: &State,
    connection: &Line,
    paired: &PairedBox,
    mut speak: Speak,
    mut hear: Frames,
) -> Result<(), NoCertificate> {
    tracing::info!(r#box.id = %paired.id, "a box came whose certificate ran out; it may renew it");
    say(&mut speak, &ToPlayer::Refused(Refusal::Expired)).await?;
    match hear.due::<ToServer>(ENROL_FRAME_BYTES_MAX).await? {
        ToServer::Renew { request_pem } => {
            let word = sign(state, paired, &request_pem).await?;
            say(&mut speak, &word).await?;
            speak.finish();
            // The box leaves first, so that the certificate is not cut off.
            let _ = tokio::time::timeout(FAREWELL_MAX, connection.closed()).await;
            Ok(())
        }
        ToServer::Hello(_)
        | ToServer::Beat(_)
        | ToServer::Applied { .. }
        | ToServer::Plays(_)
        | ToServer::Trouble(_)
        | ToServer::Delivery(_)
        | ToServer::Answer(_)
        | ToServer::Unknown => Err(Broken::Confused("a renewal was due".to_owned()).into()),
    }
}
