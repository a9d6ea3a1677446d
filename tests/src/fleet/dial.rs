//! How a fleet dials: a few sockets for all of its players, and each player with a certificate of its own.

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::Duration;

use anteroom_content::wire::{ALPN_CONTROL, IDLE_SECS, KEEP_ALIVE_SECS, SERVER_NAME};
use anyhow::Context as _;
use quinn::crypto::rustls::QuicClientConfig;
use quinn::{ClientConfig, Connecting, Endpoint, EndpointConfig, TokioRuntime, TransportConfig, VarInt};
use rustix::net::sockopt::{set_socket_recv_buffer_size, set_socket_recv_buffer_size_force};
use rustls::RootCertStore;
use rustls::client::WebPkiServerVerifier;
use rustls::crypto::CryptoProvider;
use rustls::crypto::ring::cipher_suite::TLS13_AES_128_GCM_SHA256;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::identity::Identity;
use crate::harness::Outcome;

/// Players of one socket: more would lose packets to each other in its buffer.
const PLAYERS_OF_SOCKET: usize = 4_096;
/// Receive buffer asked for each socket, in bytes.
const SOCKET_BYTES: usize = 16 * 1024 * 1024;
/// Largest packet a box takes where it converses, in bytes: nobody need look for a larger one.
const PACKET_BYTES_MAX: u16 = 1_200;

/// The sockets of a fleet, and what all of its players have in common.
pub(super) struct Dial {
    endpoints: Vec<Endpoint>,
    provider: Arc<CryptoProvider>,
    authority: Arc<WebPkiServerVerifier>,
    transport: Arc<TransportConfig>,
    server: SocketAddr,
}

impl Dial {
    /// Opens the sockets for `players` that will dial `server`.
    ///
    /// # Errors
    /// When a socket cannot be had or the authority's certificate is none.
    pub(super) fn new(server: SocketAddr, authority_pem: &str, players: usize) -> Outcome<Self> {
        let provider = CryptoProvider {
            cipher_suites: vec![TLS13_AES_128_GCM_SHA256],
            ..rustls::crypto::ring::default_provider()
        };
        let provider = Arc::new(provider);
        let mut roots = RootCertStore::empty();
        for authority in CertificateDer::pem_slice_iter(authority_pem.as_bytes()) {
            roots.add(authority?)?;
        }
        let authority = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider)).build()?;
        let endpoints = (0..players.div_ceil(PLAYERS_OF_SOCKET).max(2)).map(|_| endpoint()).collect::<Outcome<_>>()?;
        Ok(Self { endpoints, provider, authority, transport: Arc::new(transport()), server })
    }

    /// Dials for the `n`th player.
    ///
    /// # Errors
    /// When its certificate or key is none.
    pub(super) fn dial(&self, n: usize, identity: &Identity) -> Outcome<Connecting> {
        let endpoint = self.endpoints.get(n % self.endpoints.len().max(1)).context("a fleet without a socket")?;
        let pem = identity.certificate_pem.as_bytes();
        let chain = CertificateDer::pem_slice_iter(pem).collect::<Result<Vec<_>, _>>()?;
        let key = PrivateKeyDer::from_pem_slice(identity.key_pem.as_bytes())?;
        let mut tls = rustls::ClientConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_protocol_versions(&[&rustls::version::TLS13])?
            .with_webpki_verifier(Arc::clone(&self.authority))
            .with_client_auth_cert(chain, key)?;
        tls.alpn_protocols = vec![ALPN_CONTROL.to_vec()];
        tls.resumption = rustls::client::Resumption::disabled();
        let mut config = ClientConfig::new(Arc::new(QuicClientConfig::try_from(tls)?));
        config.transport_config(Arc::clone(&self.transport));
        Ok(endpoint.connect_with(config, self.server, SERVER_NAME)?)
    }

    /// The ports of the fleet's own sockets.
    pub(super) fn ports(&self) -> Vec<u16> {
        self.endpoints.iter().filter_map(|endpoint| Some(endpoint.local_addr().ok()?.port())).collect()
    }

    /// Hangs up on every connection at once, and waits until the server must have heard it.
    pub(super) async fn hang_up(&self) {
        for endpoint in &self.endpoints {
            endpoint.close(VarInt::from_u32(0), b"the rehearsal is over");
        }
        for endpoint in &self.endpoints {
            let _ = tokio::time::timeout(Duration::from_secs(5), endpoint.wait_idle()).await;
        }
    }
}

fn endpoint() -> Outcome<Endpoint> {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
    // What the kernel gives is what there is; lost packets are counted.
    if set_socket_recv_buffer_size_force(&socket, SOCKET_BYTES).is_err() {
        let _ = set_socket_recv_buffer_size(&socket, SOCKET_BYTES);
    }
    let runtime = Arc::new(TokioRuntime);
    let mut config = EndpointConfig::default();
    config.max_udp_payload_size(PACKET_BYTES_MAX)?;
    Ok(Endpoint::new(config, None, socket, runtime)?)
}

/// A player's transport, with the wide windows that keep a push to thousands from stalling.
fn transport() -> TransportConfig {
    let mut transport = TransportConfig::default();
    let idle_ms = u32::try_from(IDLE_SECS * 1_000).unwrap_or(60_000);
    transport
        .mtu_discovery_config(None)
        .keep_alive_interval(Some(Duration::from_secs(KEEP_ALIVE_SECS)))
        .max_idle_timeout(Some(VarInt::from_u32(idle_ms).into()));
    transport
}
