//! An endpoint of ours on a loopback port, and clients of quinn.

use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use quinn_proto::crypto::rustls::{QuicClientConfig, QuicServerConfig};
use quinn_proto::{ClientConfig, EndpointConfig, ServerConfig, TransportConfig};
use rustls::RootCertStore;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::quic::{Caller, Connection, Doorkeeper, Endpoint, Settings, Verdict};

/// Nothing the tests wait for takes longer on a machine that works.
const PATIENCE: Duration = Duration::from_mins(1);
const ALPN: &[u8] = b"pond/1";

/// Waits for a fact, not for a time.
pub(super) async fn soon<T>(what: &str, fact: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, fact).await.unwrap_or_else(|_| panic!("waited in vain: {what}"))
}

/// Judges as it was told, and remembers whom.
#[derive(Clone, Default)]
pub(super) struct Keeper {
    pub(super) callers: Arc<Mutex<Vec<Caller>>>,
    /// So many callers who have proven nothing are asked to.
    pub(super) retries: Arc<AtomicUsize>,
    /// So many are sent away.
    pub(super) refusals: Arc<AtomicUsize>,
}

fn take_one(count: &AtomicUsize) -> bool {
    count.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok()
}

impl Doorkeeper for Keeper {
    fn judge(&mut self, caller: &Caller) -> Verdict {
        self.callers.lock().unwrap_or_else(PoisonError::into_inner).push(*caller);
        if !caller.is_proven && take_one(&self.retries) {
            return Verdict::Retry;
        }
        if take_one(&self.refusals) { Verdict::Refuse } else { Verdict::Accept }
    }

    fn answer(&mut self, datagram: &[u8], _: std::time::Instant) -> Option<Vec<u8>> {
        datagram.strip_prefix(b"echo ").map(<[u8]>::to_vec)
    }
}

pub(super) struct Pond {
    pub(super) endpoint: Endpoint,
    pub(super) address: SocketAddr,
    pub(super) keeper: Keeper,
    certificate: CertificateDer<'static>,
}

/// How a pond is filled.
pub(super) struct Filling {
    pub(super) transport: TransportConfig,
    pub(super) handshake_max: Duration,
    pub(super) socket: UdpSocket,
}

impl Default for Filling {
    fn default() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
        Self { transport: TransportConfig::default(), handshake_max: Duration::from_secs(10), socket }
    }
}

impl Pond {
    pub(super) fn fill(Filling { transport, handshake_max, socket }: Filling) -> Self {
        let made = rcgen::generate_simple_self_signed(vec!["pond".to_owned()]).expect("a certificate");
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
        let certificate = made.cert.der().clone();
        let mut tls = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_protocol_versions(&[&rustls::version::TLS13])
            .expect("TLS 1.3")
            .with_no_client_auth()
            .with_single_cert(vec![certificate.clone()], key)
            .expect("they fit");
        tls.alpn_protocols = vec![ALPN.to_vec()];
        let crypto = QuicServerConfig::try_from(tls).expect("QUIC");
        let mut server = ServerConfig::with_crypto(Arc::new(crypto));
        server.transport_config(Arc::new(transport));
        let keeper = Keeper::default();
        let settings = Settings { endpoint: EndpointConfig::default(), server, handshake_max };
        let endpoint = Endpoint::open(settings, socket, keeper.clone()).expect("open");
        Self { address: endpoint.local_addr(), endpoint, keeper, certificate }
    }

    /// How a client dials.
    pub(super) fn client(&self) -> ClientConfig {
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.clone()).expect("a root");
        let mut tls = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_protocol_versions(&[&rustls::version::TLS13])
            .expect("TLS 1.3")
            .with_root_certificates(roots)
            .with_no_client_auth();
        tls.alpn_protocols = vec![ALPN.to_vec()];
        ClientConfig::new(Arc::new(QuicClientConfig::try_from(tls).expect("QUIC")))
    }

    /// Begins to dial from a socket of its own.
    pub(super) fn dial(&self) -> (quinn::Endpoint, quinn::Connecting) {
        let endpoint = quinn::Endpoint::client("127.0.0.1:0".parse().expect("an address")).expect("a port");
        let connecting = endpoint.connect_with(self.client(), self.address, "pond").expect("dialled");
        (endpoint, connecting)
    }

    /// A connection, from both sides; the client's endpoint goes with it.
    pub(super) async fn pair(&mut self) -> (Connection, quinn::Connection, quinn::Endpoint) {
        let (endpoint, connecting) = self.dial();
        let ours = async { self.endpoint.accept().await.expect("somebody") };
        let (ours, theirs) = soon("a pair", async { tokio::join!(ours, connecting) }).await;
        (ours, theirs.expect("connected"), endpoint)
    }

    pub(super) fn callers(&self) -> Vec<Caller> {
        self.keeper.callers.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
