//! The door: who comes in, by which of the three conversations, and who is sent away.

use std::net::{SocketAddr, UdpSocket};

use anteroom_content::wire::{ALPN_BULK, ALPN_CONTROL, ALPN_ENROL};
use rustls::pki_types::CertificateDer;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};

use super::endpoint::{self, LinkError};
use super::fallback::{Caller, Fallback};
use super::limits::{CLOSE_CONFUSED, CLOSE_DONE, CLOSE_REFUSED, CLOSE_STOPPING, FAREWELL_MAX};
use super::line::Line;
use super::renew::is_late;
use super::{enrol, greeting, roll_call, transfer};
use crate::db::boxes::{PairedBox, box_by_fingerprint};
use crate::db::{DbResult, certificates};
use crate::quic::Connection;
use crate::state::State;
use crate::trust::fingerprint;

/// Answers boxes on `socket`, and on `fallback` those whose UDP is blocked, until `stop` says so, or nobody is left who could.
///
/// # Errors
/// [`LinkError`] when the endpoint cannot be opened, or its socket stops working.
pub(super) async fn serve(
    state: State,
    socket: UdpSocket,
    fallback: Option<TcpListener>,
    mut stop: watch::Receiver<bool>,
) -> Result<(), LinkError> {
    let mut endpoint = endpoint::open(&state, socket)?;
    // Boxes over TCP hear the last word first, like the others; then their lines are shut.
    let (shut, told) = watch::channel(false);
    let mut fallback = fallback.map(|listener| Fallback::open(&state, listener)).transpose()?;
    tracing::info!(link.address = %endpoint.local_addr(), "the players' door is open");
    let mut links = JoinSet::new();
    let mut errands = JoinSet::new();
    roll_call::begin(&state).await;
    let (teller, clerk) = (state.clone(), state.clone());
    errands.spawn(async move { teller.fleet.spread_news().await });
    errands.spawn(async move { roll_call::keep(&clerk).await });
    let outcome = loop {
        tokio::select! {
            arrived = endpoint.accept() => match arrived {
                Some(connection) => drop(links.spawn(answer(state.clone(), connection))),
                None => break Err(LinkError::Shut),
            },
            caller = Fallback::next(fallback.as_mut()) => {
                links.spawn(answer_over_tcp(state.clone(), caller, told.clone()));
            }
            Some(ended) = links.join_next() => note_end(ended),
            _ = stop.wait_for(|stop| *stop) => break Ok(()),
        }
    };
    say_stopping(&state, &mut links).await;
    shut.send_replace(true);
    endpoint.close(CLOSE_STOPPING.into(), b"the server stops");
    // Every conversation ends by itself when its connection does, and notes what it has to.
    let _ = tokio::time::timeout(FAREWELL_MAX, async {
        while let Some(ended) = links.join_next().await {
            note_end(ended);
        }
        endpoint.wait_idle().await;
    })
    .await;
    roll_call::write_down(&state).await;
    outcome
}

/// Tells every box that the server stops and when to come back, and waits until they have left.
async fn say_stopping(state: &State, links: &mut JoinSet<()>) {
    tracing::info!(boxes.count = state.fleet.count(), "boxes are told that the server stops");
    state.fleet.say_stopping();
    let gone = async {
        while state.fleet.count() > 0 {
            let Some(ended) = links.join_next().await else { return };
            note_end(ended);
        }
    };
    if tokio::time::timeout(FAREWELL_MAX, gone).await.is_err() {
        // They learn it from the code of the close.
        tracing::warn!(boxes.count = state.fleet.count(), "some boxes have not said that they heard it");
    }
}

fn note_end(ended: Result<(), JoinError>) {
    if let Err(error) = ended.map_err(|error| error.to_string()) {
        tracing::error!(reason = error, "a link ended badly; the others go on");
    }
}

/// Answers whoever came in. Every box keeps this as long as it is here: what is needed for a moment is put aside in a box of
/// its own, and is gone with the moment.
async fn answer(state: State, connection: Connection) {
    let (protocol, certificate) = (connection.protocol().unwrap_or_default(), connection.certificate());
    converse(&state, &Line::Quic(connection), protocol, certificate).await;
}

async fn answer_over_tcp(state: State, caller: Caller, stop: watch::Receiver<bool>) {
    let Some(shaken) = Box::pin(caller.shake(stop)).await else { return };
    converse(&state, &shaken.line, shaken.protocol, shaken.certificate).await;
    shaken.line.close(CLOSE_DONE, b"done");
    drop(shaken.place);
}

/// Holds the conversation that the box asked for.
async fn converse(state: &State, connection: &Line, protocol: Vec<u8>, certificate: Option<CertificateDer<'static>>) {
    if protocol == ALPN_ENROL {
        return Box::pin(enrol::enrol(state, connection)).await;
    }
    let from: SocketAddr = connection.remote_address();
    let Some(certificate) = certificate else {
        tracing::warn!(link.from = %from, "a caller without a certificate was sent away");
        connection.close(CLOSE_REFUSED, b"a certificate is needed here");
        return;
    };
    let fingerprint = fingerprint(&certificate);
    drop(certificate);
    match protocol.as_slice() {
        ALPN_CONTROL => greeting::hold(state, connection, &fingerprint).await,
        ALPN_BULK => match Box::pin(known(state, &fingerprint)).await {
            Ok(Some(paired)) if is_late(&paired, state.now()) => {
                connection.close(CLOSE_REFUSED, b"the certificate ran out");
            }
            Ok(Some(paired)) => Box::pin(transfer::hand_out(state, connection, &paired)).await,
            Ok(None) => connection.close(CLOSE_REFUSED, b"unpaired"),
            Err(error) => {
                tracing::error!(reason = %error, "a box gets no files for a while");
                connection.close(CLOSE_DONE, b"busy");
            }
        },
        _ => connection.close(CLOSE_CONFUSED, b"no such conversation"),
    }
}

/// The box a certificate belongs to, as long as it is paired.
async fn known(state: &State, fingerprint: &str) -> DbResult<Option<PairedBox>> {
    let paired = box_by_fingerprint(&state.db, fingerprint).await?;
    let paired = paired.filter(|paired| paired.unpaired_at.is_none());
    if let Some(paired) = paired.as_ref().filter(|paired| paired.is_certificate_next) {
        certificates::take_up(&state.db, &paired.id).await?;
    }
    Ok(paired)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a task of a link keeps as long as it lives, in bytes: every box of a network pays it.
    fn size_of_task<A, B, F: Future>(_: impl Fn(A, B) -> F) -> usize {
        size_of::<F>()
    }

    #[test]
    fn a_link_that_is_quiet_keeps_little() {
        let bytes = size_of_task(answer);
        assert!(bytes <= 2_560, "the task of a link takes {bytes} bytes");
    }
}
