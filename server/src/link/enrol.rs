//! Enrolment: commit, challenge, reveal; then the box waits until a person types its code in the console.

use anteroom_content::id::ContentHash;
use anteroom_content::manifest::from_hex;
use anteroom_content::wire::EMPTY_FRAME;
use anteroom_content::wire::enrol::{Challenge, Commit, Reveal, Verdict, code, transcript};
use ed25519_dalek::VerifyingKey;

use super::frames::{Broken, Frames, say, say_bytes};
use super::legible::legible;
use super::limits::{
    CLOSE_DONE, DESCRIPTION_CHARS_MAX, ENROL_FRAME_BYTES_MAX, EXPIRY_EVERY, FAREWELL_MAX, FIRST_FRAME_BYTES_MAX,
    WORD_MAX,
};
use super::line::{Line, Pulse, Speak};
use crate::pairing::Newcomer;
use crate::state::State;
use crate::vouchers::{self, LetIn};

/// Talks with a new box until there is a verdict or it leaves.
pub(super) async fn enrol(state: &State, connection: &Line) {
    let from = connection.remote_address();
    match converse(state, connection).await {
        Ok(verdict) => tracing::info!(link.from = %from, enrolment.verdict = verdict, "an enrolment ended"),
        Err(error) => tracing::warn!(link.from = %from, reason = %error, "an enrolment broke off"),
    }
    connection.close(CLOSE_DONE, b"done");
}

async fn converse(state: &State, connection: &Line) -> Result<&'static str, Broken> {
    let opened = tokio::time::timeout(WORD_MAX, connection.accept_bi()).await.map_err(|_| Broken::Silent)?;
    let (mut speak, hear) = opened?;
    let mut hear = Frames::of(hear);
    let commit: Commit = hear.due(FIRST_FRAME_BYTES_MAX).await?;
    let challenge = Challenge { nonce: draw_nonce()?, charter: state.keys.signed.clone() };
    say(&mut speak, &challenge).await?;
    let reveal: Reveal = hear.due(ENROL_FRAME_BYTES_MAX).await?;
    let (word, transcript) = (reveal.voucher, transcript(&state.keys.server_certificate, &challenge, &reveal));
    let mut newcomer = match judge(state, connection, &commit, &challenge, reveal) {
        Ok(newcomer) => newcomer,
        Err(text) => return finish(connection, &mut speak, Verdict::Refused { text }).await,
    };
    if let Some(word) = word {
        match vouchers::let_in(state, &newcomer, &word, &transcript).await {
            Ok(let_in) => return welcome(state, connection, &mut speak, let_in).await,
            Err(error) => {
                tracing::warn!(link.from = %connection.remote_address(), voucher.id = %word.id, reason = %error, "a box was not let in by its provisioning file");
                // A person may still type its code, and should know why.
                newcomer.description = format!("{} · {error}", newcomer.description);
            }
        }
    }
    let description = newcomer.description.clone();
    let mut seat = match state.pairing.enter(newcomer, state.now()) {
        Ok(seat) => seat,
        Err(full) => return finish(connection, &mut speak, Verdict::Refused { text: full.to_string() }).await,
    };
    tracing::info!(link.from = %connection.remote_address(), r#box.description = description, "a box waits to be paired");
    let mut look = tokio::time::interval(EXPIRY_EVERY);
    let mut pulse = Pulse::of(connection);
    let verdict = loop {
        tokio::select! {
            verdict = &mut seat.verdict => break verdict.unwrap_or(Verdict::Expired),
            () = pulse.beat() => say_bytes(&mut speak, &EMPTY_FRAME).await?,
            _ = look.tick() => state.pairing.expire(state.now()),
            gone = connection.closed() => return Err(gone.into()),
        }
    };
    drop(seat);
    finish(connection, &mut speak, verdict).await
}

/// Tells a box that its voucher let it in; one that does not hear it is no box.
async fn welcome(state: &State, connection: &Line, speak: &mut Speak, let_in: LetIn) -> Result<&'static str, Broken> {
    let told = finish(connection, speak, let_in.verdict.clone()).await;
    if told.is_err()
        && let Err(error) = vouchers::take_back(state, &let_in).await
    {
        tracing::error!(reason = %error, "a box that went away was not taken back");
    }
    told
}

/// Checks what was revealed, and computes the code that stands on the box's glass now.
fn judge(
    state: &State,
    connection: &Line,
    commit: &Commit,
    challenge: &Challenge,
    reveal: Reveal,
) -> Result<Newcomer, String> {
    if reveal.commitment() != commit.commitment {
        return Err("the box revealed something else than it was bound to".to_owned());
    }
    rcgen::CertificateSigningRequestParams::from_pem(&reveal.request_pem)
        .map_err(|error| format!("the certificate request is not acceptable: {error}"))?;
    let signing_key = from_hex::<32>(&reveal.signing_key)
        .and_then(|bytes| VerifyingKey::from_bytes(&bytes).ok())
        .ok_or_else(|| "the signing key is not an Ed25519 key".to_owned())?;
    Ok(Newcomer {
        code: code(&state.keys.server_certificate, challenge, &reveal),
        description: legible(&reveal.description, DESCRIPTION_CHARS_MAX),
        request_pem: reveal.request_pem,
        signing_key,
        address: connection.remote_address().ip(),
    })
}

async fn finish(connection: &Line, speak: &mut Speak, verdict: Verdict) -> Result<&'static str, Broken> {
    let name = match &verdict {
        Verdict::Accepted { .. } => "accepted",
        Verdict::Expired => "expired",
        Verdict::Refused { .. } => "refused",
    };
    say(speak, &verdict).await?;
    speak.finish();
    // The box leaves first, so that the verdict is not cut off.
    let _ = tokio::time::timeout(FAREWELL_MAX, connection.closed()).await;
    Ok(name)
}

fn draw_nonce() -> Result<ContentHash, Broken> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| Broken::Confused(format!("no chance to be had: {error}")))?;
    Ok(ContentHash::from_bytes(bytes))
}
