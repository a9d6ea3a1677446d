//! The door: who comes in, by which of the three conversations, and who is sent away.

use std::net::UdpSocket;
use std::sync::Arc;

use anteroom_content::wire::{ALPN_BULK, ALPN_CONTROL, ALPN_ENROL};
use quinn::crypto::rustls::HandshakeData;
use quinn::{Connection, Endpoint, Incoming};
use rustls::pki_types::CertificateDer;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::{JoinError, JoinSet};

use super::endpoint::{self, LinkError};
use super::limits::{
    CLOSE_CONFUSED, CLOSE_REFUSED, CLOSE_STOPPING, FAREWELL_MAX, HALF_OPEN_MAX, HANDSHAKE_MAX, LINKS_MAX, RETRY_ABOVE,
};
use super::renew::{is_late, renew};
use super::{dialogue, enrol, transfer};
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
    let half_open = Arc::new(Semaphore::new(HALF_OPEN_MAX));
    let mut links = JoinSet::new();
    let outcome = loop {
        tokio::select! {
            incoming = endpoint.accept() => match incoming {
                Some(incoming) => admit(&state, &endpoint, &half_open, &mut links, incoming),
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
    outcome
}

fn note_end(ended: Result<(), JoinError>) {
    if let Err(error) = ended.map_err(|error| error.to_string()) {
        tracing::error!(reason = error, "a link ended badly; the others go on");
    }
}

fn admit(state: &State, endpoint: &Endpoint, half_open: &Arc<Semaphore>, links: &mut JoinSet<()>, incoming: Incoming) {
    let shaking_hands = HALF_OPEN_MAX.saturating_sub(half_open.available_permits());
    if shaking_hands >= RETRY_ABOVE && !incoming.remote_address_validated() && incoming.may_retry() {
        if let Err(error) = incoming.retry() {
            tracing::debug!(reason = %error, "a retry could not be asked for");
        }
        return;
    }
    let permit = Arc::clone(half_open).try_acquire_owned().ok().filter(|_| endpoint.open_connections() < LINKS_MAX);
    match permit {
        Some(permit) => drop(links.spawn(answer(state.clone(), incoming, permit))),
        None => incoming.refuse(),
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
    let known = match known(&state, &certificate).await {
        Ok(known) => known,
        Err(error) => return dialogue::send_away_busy(&connection, &error).await,
    };
    match (protocol.as_slice(), known) {
        (ALPN_CONTROL, Some(paired)) if is_late(&paired, state.now()) => renew(&state, &connection, &paired).await,
        (ALPN_BULK, Some(paired)) if is_late(&paired, state.now()) => {
            connection.close(CLOSE_REFUSED.into(), b"the certificate ran out");
        }
        (ALPN_CONTROL, Some(paired)) => dialogue::hold(&state, &connection, paired).await,
        (ALPN_CONTROL, None) => dialogue::send_away_unpaired(&connection).await,
        (ALPN_BULK, Some(paired)) => transfer::hand_out(&state, &connection, &paired).await,
        (ALPN_BULK, None) => connection.close(CLOSE_REFUSED.into(), b"unpaired"),
        _ => connection.close(CLOSE_CONFUSED.into(), b"no such conversation"),
    }
}

/// The box a certificate belongs to, as long as it is paired.
async fn known(state: &State, certificate: &CertificateDer<'_>) -> DbResult<Option<PairedBox>> {
    let paired = box_by_fingerprint(&state.db, &fingerprint(certificate)).await?;
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
