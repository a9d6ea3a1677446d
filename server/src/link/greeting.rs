//! The first words of a connection: who is there, and whether a conversation begins.

use anteroom_content::wire::{Refusal, ToPlayer, ToServer, Versions};

use super::dialogue::converse;
use super::frames::{Broken, Frames};
use super::limits::{BUSY_MS, CLOSE_CONFUSED, CLOSE_REFUSED, FAREWELL_MAX, FIRST_FRAME_BYTES_MAX, WORD_MAX};
use super::line::{Line, Speak};
use super::renew::{self, is_late};
use super::skew;
use super::voice::Voice;
use crate::assign;
use crate::db::arrivals::Arrival;
use crate::db::{DbResult, certificates};
use crate::fleet::Spoken;
use crate::state::State;
use crate::usher;

/// Holds the conversation with whoever showed a certificate until it ends; whoever is not paired is told to enrol again.
pub(super) async fn hold(state: &State, connection: &Line, fingerprint: &str) {
    let Ok((speak, hear, ToServer::Hello(hello))) = Box::pin(greeted(connection)).await else {
        tracing::warn!(link.from = %connection.remote_address(), "a box did not say hello");
        connection.close(CLOSE_CONFUSED, b"a hello was due");
        return;
    };
    let reassigned = state.fleet.reassigned();
    match Box::pin(arrived(state, fingerprint, hello.log.log_epoch)).await {
        Ok(Some(arrival)) if is_late(&arrival.paired, state.now()) => {
            Box::pin(renew::renew(state, connection, &arrival.paired, speak, hear)).await;
        }
        Ok(Some(arrival)) => {
            let Some(spoken) = Versions::OURS.agree(hello.versions()) else {
                return Box::pin(skew::turn_away(state, connection, &arrival.paired, &hello, speak)).await;
            };
            let voice = Voice::on(speak);
            let spoken_over = Spoken { link_version: spoken, carrier: connection.carrier() };
            state.fleet.connect(&arrival.paired.id, hello.boot, state.now(), spoken_over, voice.clone());
            if state.fleet.reassigned() != reassigned {
                // Somebody changed screens or unpaired a box before the fleet knew this one: it is asked again.
                Box::pin(assign::tell_again(state, &arrival.paired.id)).await;
            }
            converse(state, connection, (voice, hear), (Box::new(hello), spoken), arrival).await;
        }
        Ok(None) => {
            tracing::warn!(link.from = %connection.remote_address(), "a box that is not paired was sent away");
            Box::pin(send_away(connection, speak, Refusal::Unpaired)).await;
        }
        Err(error) => {
            tracing::error!(reason = %error, "a box was sent away for a while");
            Box::pin(send_away(connection, speak, busy())).await;
        }
    }
}

/// Who comes with a certificate. Whoever comes with the newer of two has it from now on.
async fn arrived(state: &State, fingerprint: &str, log_epoch: u64) -> DbResult<Option<Box<Arrival>>> {
    let arrival = usher::look_up(state, fingerprint, log_epoch).await?;
    if let Some(arrival) = arrival.as_ref().filter(|arrival| arrival.paired.is_certificate_next) {
        certificates::take_up(&state.db, &arrival.paired.id).await?;
    }
    Ok(arrival)
}

/// Says why no conversation begins, and ends the connection.
pub(super) async fn send_away(connection: &Line, speak: Speak, refusal: Refusal) {
    let _ = refuse(connection, &Voice::on(speak), refusal).await;
    connection.close(CLOSE_REFUSED, b"refused");
}

/// The stream of the conversation, with the first word on it.
async fn greeted(connection: &Line) -> Result<(Speak, Frames, ToServer), Broken> {
    let opened = tokio::time::timeout(WORD_MAX, connection.accept_bi()).await.map_err(|_| Broken::Silent)?;
    let (speak, hear) = opened?;
    let mut hear = Frames::of(hear);
    let word = hear.due(FIRST_FRAME_BYTES_MAX).await?;
    Ok((speak, hear, word))
}

/// Come back later, and not all at the same moment.
pub(super) fn busy() -> Refusal {
    let mut chance = [0; 8];
    // Without chance all come back together: slower for them, and no harm else.
    let _ = getrandom::fill(&mut chance);
    Refusal::Busy { retry_after_ms: BUSY_MS + u64::from_le_bytes(chance) % BUSY_MS }
}

/// Says no, and waits until the box has heard it.
pub(super) async fn refuse(connection: &Line, voice: &Voice, refusal: Refusal) -> Result<(), Broken> {
    say_last(connection, voice, &ToPlayer::Refused(refusal)).await
}

/// Says a last word, and waits until the box has heard it.
pub(super) async fn say_last(connection: &Line, voice: &Voice, word: &ToPlayer) -> Result<(), Broken> {
    voice.say(word).await?;
    voice.finish();
    let _ = tokio::time::timeout(FAREWELL_MAX, connection.closed()).await;
    Ok(())
}
