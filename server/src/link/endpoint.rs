//! The endpoint: TLS 1.3 with certificates of our own authority, and a transport that costs little while nobody speaks.

use std::net::UdpSocket;
use std::sync::Arc;
use std::time::Duration;

use anteroom_content::wire::{ALPN_BULK, ALPN_CONTROL, ALPN_ENROL, IDLE_SECS};
use quinn_proto::crypto::rustls::QuicServerConfig;
use quinn_proto::{EndpointConfig, MtuDiscoveryConfig, ServerConfig, TransportConfig, VarInt};
use rustls::RootCertStore;
use rustls::crypto::CryptoProvider;
use rustls::crypto::ring::cipher_suite::TLS13_AES_128_GCM_SHA256;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, UnixTime};
use rustls::server::{NoServerSessionStorage, WebPkiClientVerifier};
use rustls::time_provider::TimeProvider;

use super::admission::Admission;
use super::late::Forgiving;
use super::limits::{
    DATAGRAM_BYTES, HANDSHAKE_MAX, INCOMING_BYTES_MAX, INCOMING_BYTES_TOTAL_MAX, INCOMING_MAX, LINK_WINDOW_BYTES,
    RESET_EVERY, SOCKET_BYTES, SOCKET_BYTES_MODEST, STREAM_WINDOW_BYTES, STREAMS_MAX,
};
use super::reset::{Names, ResetKey};
use super::steady::SteadyConfig;
use super::time::NetworkTime;
use crate::quic::{Endpoint, Settings};
use crate::state::State;

/// Why the players' door cannot be opened, or fell shut.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// The keys or certificates cannot be used.
    #[error("the players' door cannot use the server's keys: {0}")]
    Keys(String),
    /// The socket cannot be used.
    #[error("the players' door cannot use its socket: {0}")]
    Socket(#[from] std::io::Error),
    /// The endpoint ended by itself.
    #[error("the players' door fell shut: its socket no longer works")]
    Shut,
}

fn keys_error(error: &dyn std::fmt::Display) -> LinkError {
    LinkError::Keys(error.to_string())
}

/// Opens the endpoint on a bound socket.
pub(super) fn open(state: &State, socket: UdpSocket) -> Result<Endpoint, LinkError> {
    let socket_bytes = widen(&socket);
    state.meters.note_socket(socket.local_addr()?.port(), socket_bytes);
    let crypto = QuicServerConfig::try_from(tls(state)?).map_err(|error| keys_error(&error))?;
    let mut server = ServerConfig::with_crypto(Arc::new(crypto));
    server
        .transport_config(Arc::new(transport()))
        .max_incoming(INCOMING_MAX)
        .incoming_buffer_size(INCOMING_BYTES_MAX)
        .incoming_buffer_size_total(INCOMING_BYTES_TOTAL_MAX);
    let mut endpoint = EndpointConfig::new(Arc::new(ResetKey::of(&state.keys)));
    let names = Names::draw()?;
    endpoint.min_reset_interval(RESET_EVERY).cid_generator(move || Box::new(names.clone()));
    let time = NetworkTime::over(Arc::clone(&state.clock));
    let settings = Settings { endpoint, server, handshake_max: HANDSHAKE_MAX };
    Ok(Endpoint::open(settings, socket, Admission::new(time))?)
}

/// Asks the kernel for a larger receive buffer, and tells what it gave: with the usual one every push to a large network
/// loses answers.
fn widen(socket: &UdpSocket) -> usize {
    use rustix::net::sockopt;
    // Past what the machine allows everybody, if this process may: a service can be given that right alone.
    if sockopt::set_socket_recv_buffer_size_force(socket, SOCKET_BYTES).is_err()
        && let Err(error) = sockopt::set_socket_recv_buffer_size(socket, SOCKET_BYTES_MODEST)
    {
        tracing::warn!(reason = %error, "the receive buffer stays as it is");
    }
    let got = sockopt::socket_recv_buffer_size(socket).unwrap_or(0);
    // The kernel counts its own bookkeeping in, and tells twice what it was asked for.
    if got < 2 * SOCKET_BYTES_MODEST {
        tracing::warn!(
            socket.receive_bytes = got,
            "the receive buffer is small: a network of thousands loses packets; raise net.core.rmem_max to 4194304"
        );
    } else {
        tracing::info!(socket.receive_bytes = got, "the players' door has its socket");
    }
    got
}

/// Whom the door believes, and what it shows of itself.
pub(super) fn tls(state: &State) -> Result<rustls::ServerConfig, LinkError> {
    // One suite: every QUIC side has it, and it is the cheapest on the processors in use.
    let provider =
        CryptoProvider { cipher_suites: vec![TLS13_AES_128_GCM_SHA256], ..rustls::crypto::ring::default_provider() };
    let provider = Arc::new(provider);
    let mut roots = RootCertStore::empty();
    for authority in CertificateDer::pem_slice_iter(state.keys.authority_pem.as_bytes()) {
        let authority = authority.map_err(|error| keys_error(&error))?;
        roots.add(authority).map_err(|error| keys_error(&error))?;
    }
    // A box that enrols has no certificate yet; the other conversations refuse whoever comes without one.
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
        .allow_unauthenticated()
        .build()
        .map_err(|error| keys_error(&error))?;
    let verifier = Arc::new(Forgiving(verifier));
    let chain = vec![CertificateDer::from(state.keys.server_certificate.clone())];
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(state.keys.server_key.clone()));
    let mut config = rustls::ServerConfig::builder_with_details(provider, Arc::new(ServerTime(state.clone())))
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(|error| keys_error(&error))?
        .with_client_cert_verifier(verifier)
        .with_single_cert(chain, key)
        .map_err(|error| keys_error(&error))?;
    config.alpn_protocols = [ALPN_CONTROL, ALPN_ENROL, ALPN_BULK].map(<[u8]>::to_vec).to_vec();
    // Tickets would cost memory for every box and save little: a link lives for weeks.
    config.send_tls13_tickets = 0;
    config.session_storage = Arc::new(NoServerSessionStorage {});
    Ok(config)
}

fn transport() -> TransportConfig {
    let mut transport = TransportConfig::default();
    let idle = Duration::from_secs(IDLE_SECS);
    transport
        .max_concurrent_bidi_streams(VarInt::from_u32(STREAMS_MAX))
        .max_concurrent_uni_streams(VarInt::from_u32(STREAMS_MAX))
        .stream_receive_window(VarInt::from_u32(STREAM_WINDOW_BYTES))
        .receive_window(VarInt::from_u32(LINK_WINDOW_BYTES))
        .send_window(u64::from(LINK_WINDOW_BYTES))
        .datagram_receive_buffer_size(Some(DATAGRAM_BYTES))
        .datagram_send_buffer_size(DATAGRAM_BYTES)
        .congestion_controller_factory(Arc::new(SteadyConfig::default()))
        // Larger packets are looked for where the other side takes them: for files. Boxes say that they take none where
        // they only converse, because probing costs a quarter of a handshake.
        .mtu_discovery_config(Some(MtuDiscoveryConfig::default()))
        .max_idle_timeout(idle.try_into().ok());
    transport
}

/// Certificates are judged by the server's own clock.
struct ServerTime(State);

impl std::fmt::Debug for ServerTime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ServerTime")
    }
}

impl TimeProvider for ServerTime {
    fn current_time(&self) -> Option<UnixTime> {
        let ms = u64::try_from(self.0.now().0).ok()?;
        Some(UnixTime::since_unix_epoch(Duration::from_millis(ms)))
    }
}
