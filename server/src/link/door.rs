//! The door: who comes in, by which of the three conversations, and who is sent away.

use std::net::UdpSocket;

use anteroom_content::wire::{ALPN_BULK, ALPN_CONTROL, ALPN_ENROL};
use quinn::crypto::rustls::HandshakeData;
use quinn::{Connection, Incoming};
use rustls::pki_types::CertificateDer;
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::task::{JoinError, JoinSet};

use super::admission::Admission;
use super::endpoint::{self, LinkError};
use super::limits::{CLOSE_CONFUSED, CLOSE_DONE, CLOSE_REFUSED, CLOSE_STOPPING, FAREWELL_MAX, HANDSHAKE_MAX};
use super::renew::is_late;
use super::{enrol, greeting, roll_call, transfer};
use crate::db::boxes::{PairedBox, box_by_fingerprint};
use crate::db::{DbResult, certificates};
use crate::state::State;
use crate::trust::fingerprint;

/// Answers boxes on `socket` until `stop` says so, or nobody is left who could.
///
/// # Errors
/// [`LinkError`] when the endpoint cannot be opened, or its socket stops working.
pub async fn serve(state: State, socket: UdpSocket, mut stop: watch::Receiver<bool>) -> Result<(), LinkError> {
    let endpoint = endpoint::open(&state, socket)?;
    tracing::info!(link.address = %endpoint.local_addr()?, "the players' door is open");
    let mut admission = Admission::new();
    let mut links = JoinSet::new();
    let mut errands = JoinSet::new();
    let (teller, clerk) = (state.clone(), state.clone());
    errands.spawn(async move { teller.fleet.spread_news().await });
    errands.spawn(async move { roll_call::keep(&clerk).await });
    let outcome = loop {
        tokio::select! {
            incoming = endpoint.accept() => match incoming {
                Some(caller) => if let Some((caller, permit)) = admission.judge(&endpoint, caller) {
                    links.spawn(answer(state.clone(), caller, permit));
                },
                None => break Err(LinkError::Shut),
            },
            Some(ended) = links.join_next() => note_end(ended),
            _ = stop.wait_for(|stop| *stop) => break Ok(()),
        }
    };
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

fn note_end(ended: Result<(), JoinError>) {
    if let Err(error) = ended.map_err(|error| error.to_string()) {
        tracing::error!(reason = error, "a link ended badly; the others go on");
    }
}

async fn answer(state: State, incoming: Incoming, permit: OwnedSemaphorePermit) {
    let from = incoming.remote_address();
    let shaken = async { incoming.accept()?.await };
    let connection = match tokio::time::timeout(HANDSHAKE_MAX, shaken).await {
        Ok(Ok(connection)) => connection,
        Ok(Err(error)) => {
            tracing::warn!(link.from = %from, reason = %error, "a handshake failed");
            return;
        }
        Err(_) => {
            tracing::debug!(link.from = %from, "a handshake was not finished in time");
            return;
        }
    };
    drop(permit);
    let protocol = protocol(&connection).unwrap_or_default();
    if protocol == ALPN_ENROL {
        return enrol::enrol(&state, &connection).await;
    }
    let Some(certificate) = certificate(&connection) else {
        tracing::warn!(link.from = %from, "a caller without a certificate was sent away");
        connection.close(CLOSE_REFUSED.into(), b"a certificate is needed here");
        return;
    };
    let fingerprint = fingerprint(&certificate);
    drop(certificate);
    match protocol.as_slice() {
        ALPN_CONTROL => greeting::hold(&state, &connection, &fingerprint).await,
        ALPN_BULK => match known(&state, &fingerprint).await {
            Ok(Some(paired)) if is_late(&paired, state.now()) => {
                connection.close(CLOSE_REFUSED.into(), b"the certificate ran out");
            }
            Ok(Some(paired)) => transfer::hand_out(&state, &connection, &paired).await,
            Ok(None) => connection.close(CLOSE_REFUSED.into(), b"unpaired"),
            Err(error) => {
                tracing::error!(reason = %error, "a box gets no files for a while");
                connection.close(CLOSE_DONE.into(), b"busy");
            }
        },
        _ => connection.close(CLOSE_CONFUSED.into(), b"no such conversation"),
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

fn protocol(connection: &Connection) -> Option<Vec<u8>> {
    connection.handshake_data()?.downcast::<HandshakeData>().ok()?.protocol
}

fn certificate(connection: &Connection) -> Option<CertificateDer<'static>> {
    let chain = connection.peer_identity()?.downcast::<Vec<CertificateDer<'static>>>().ok()?;
    chain.into_iter().next()
}
