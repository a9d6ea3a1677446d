//! A box as the tests play it: its keys, how it dials, how it talks.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anteroom_content::id::{BoxId, ContentHash};
use anteroom_content::manifest::{Assignment, Envelope, Manifest};
use anteroom_content::play::{LogMark, chain_start};
use anteroom_content::trust::Document;
use anteroom_content::wire::{
    ALPN_CONTROL, FRAME_BYTES_MAX, Fetch, Found, Held, Hello, LINK_OLDEST, LINK_VERSION, SERVER_NAME, ToPlayer,
    ToServer,
};
use ed25519_dalek::{SigningKey, VerifyingKey};
use quinn::crypto::rustls::QuicClientConfig;
use quinn::{Connection, ConnectionError, Endpoint, SendStream};
use rustls::DigitallySignedStruct;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use serde::de::DeserializeOwned;

use super::frames::{Frames, say};
use super::house::House;
use crate::state::State;
use crate::state::tests::NOW;

/// Nothing the tests wait for takes longer on a machine that works.
const PATIENCE: Duration = Duration::from_secs(20);

/// Waits for a fact, not for a time.
pub(super) async fn soon<T>(what: &str, fact: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, fact).await.unwrap_or_else(|_| panic!("waited in vain: {what}"))
}

/// Asks again whenever the fleet changed, until there is an answer.
pub(super) async fn once<T>(what: &str, state: &State, mut ask: impl FnMut(&State) -> Option<T>) -> T {
    let mut changes = state.fleet.changes();
    soon(what, async {
        loop {
            changes.borrow_and_update();
            if let Some(answer) = ask(state) {
                return answer;
            }
            changes.changed().await.expect("the fleet stays");
        }
    })
    .await
}

pub(super) struct TestBox {
    pub(super) id: BoxId,
    pub(super) key: rcgen::KeyPair,
    pub(super) signing_key: SigningKey,
    pub(super) certificate_pem: Option<String>,
    pub(super) boot: u64,
}

impl TestBox {
    pub(super) fn new(id: BoxId) -> Self {
        let key = rcgen::KeyPair::generate().expect("a key");
        let signing_key = SigningKey::from_bytes(ContentHash::of(id.as_str().as_bytes()).as_bytes());
        Self { id, key, signing_key, certificate_pem: None, boot: 1 }
    }

    pub(super) fn request_pem(&self) -> String {
        let parameters = rcgen::CertificateParams::new(Vec::new()).expect("parameters");
        parameters.serialize_request(&self.key).expect("a request").pem().expect("pem")
    }

    pub(super) async fn dial(&self, at: SocketAddr, alpn: &[u8]) -> Result<Connection, ConnectionError> {
        dial(at, alpn, self.identity()).await
    }

    /// Its certificate and key.
    pub(super) fn identity(&self) -> Option<(&str, &rcgen::KeyPair)> {
        self.certificate_pem.as_ref().map(|pem| (pem.as_str(), &self.key))
    }

    pub(super) fn hello(&self) -> Hello {
        Hello {
            link_version: LINK_VERSION,
            link_oldest: LINK_OLDEST,
            player_version: "0.1.0-test".into(),
            boot: self.boot,
            log: LogMark { log_epoch: 9, seq: 0 },
            oldest_seq: 1,
            clock: NOW,
            manifest_version: 0,
            held: Held { charter_version: 1, epoch: 1, ..Held::default() },
            holds_taken_down: false,
        }
    }

    /// Opens the conversation and says hello; what comes back is not read yet.
    pub(super) async fn greet(&self, house: &House, hello: Hello) -> Talk {
        let connection = soon("a connection", self.dial(house.address, ALPN_CONTROL)).await.expect("connected");
        let (speak, hear) = connection.open_bi().await.expect("a stream");
        let mut talk = Talk { connection, speak, hear: Frames::of(hear) };
        talk.say(&ToServer::Hello(hello)).await;
        talk
    }

    /// A conversation in which the box was welcomed and told its screens.
    pub(super) async fn talk(&self, house: &House) -> (Talk, Assignment) {
        let mut talk = self.greet(house, self.hello()).await;
        let welcome = talk.next().await;
        assert!(matches!(welcome, ToPlayer::Welcome { .. }), "{welcome:?}");
        let assignment = talk.assigned(house).await;
        assert_eq!(assignment.box_id, self.id);
        (talk, assignment)
    }

    pub(super) fn chain_start(&self) -> ContentHash {
        chain_start(&self.id, 9)
    }
}

/// A conversation.
pub(super) struct Talk {
    pub(super) connection: Connection,
    pub(super) speak: SendStream,
    pub(super) hear: Frames,
}

impl Talk {
    pub(super) async fn say(&mut self, word: &ToServer) {
        say(&mut self.speak, word).await.expect("said");
    }

    pub(super) async fn next(&mut self) -> ToPlayer {
        self.heard().await
    }

    pub(super) async fn heard<T: DeserializeOwned>(&mut self) -> T {
        soon("a word", self.hear.next(FRAME_BYTES_MAX)).await.expect("a frame").expect("not the end")
    }

    pub(super) async fn assigned(&mut self, house: &House) -> Assignment {
        match self.next().await {
            ToPlayer::Assigned(envelope) => open(house, &envelope),
            word => panic!("an assignment was due: {word:?}"),
        }
    }

    pub(super) async fn manifest(&mut self, house: &House) -> Manifest {
        match self.next().await {
            ToPlayer::Manifest(envelope) => open(house, &envelope),
            word => panic!("a manifest was due: {word:?}"),
        }
    }

    /// The code and words the server closes with.
    pub(super) async fn closed(&self) -> (u64, String) {
        match soon("the end", self.connection.closed()).await {
            ConnectionError::ApplicationClosed(closed) => {
                (closed.error_code.into_inner(), String::from_utf8_lossy(&closed.reason).into_owned())
            }
            error => panic!("closed in another way: {error}"),
        }
    }
}

pub(super) fn open<T: Document>(house: &House, envelope: &Envelope) -> T {
    let key: VerifyingKey = house.state.keys.publish.verifying_key();
    envelope.open(&key).expect("signed by the publish key")
}

/// Fetches a thing from a byte on: its whole size, and the bytes that came.
pub(super) async fn fetch(connection: &Connection, hash: ContentHash, from_byte: u64) -> (Option<u64>, Vec<u8>) {
    let (mut speak, hear) = connection.open_bi().await.expect("a stream");
    say(&mut speak, &Fetch { hash, from_byte }).await.expect("asked");
    speak.finish().expect("finished");
    let mut hear = Frames::of(hear);
    let found: Found = soon("found", hear.due(1_024)).await.expect("an answer");
    let (mut bytes, mut stream) = hear.into_rest();
    bytes.extend(soon("the bytes", stream.read_to_end(1 << 24)).await.expect("all of it"));
    (found.size_bytes, bytes)
}

/// Connects with any certificate, or none.
pub(super) async fn dial(
    at: SocketAddr,
    alpn: &[u8],
    identity: Option<(&str, &rcgen::KeyPair)>,
) -> Result<Connection, ConnectionError> {
    let config = QuicClientConfig::try_from(tls(alpn, identity)).expect("QUIC");
    let endpoint = Endpoint::client("127.0.0.1:0".parse().expect("an address")).expect("a port");
    endpoint.connect_with(quinn::ClientConfig::new(Arc::new(config)), at, SERVER_NAME).expect("dialled").await
}

/// What a box shows and believes. The server's certificate is not judged here: the player's own tests do that.
pub(super) fn tls(alpn: &[u8], identity: Option<(&str, &rcgen::KeyPair)>) -> rustls::ClientConfig {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(provider.clone())
        .with_protocol_versions(&[&rustls::version::TLS13])
        .expect("TLS 1.3")
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Anybody(provider)));
    let mut config = match identity {
        None => builder.with_no_client_auth(),
        Some((pem, key)) => {
            let chain = vec![CertificateDer::from_pem_slice(pem.as_bytes()).expect("a certificate")];
            let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
            builder.with_client_auth_cert(chain, key).expect("they fit")
        }
    };
    config.alpn_protocols = vec![alpn.to_vec()];
    config
}

#[derive(Debug)]
struct Anybody(Arc<CryptoProvider>);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Err(rustls::Error::General("TLS 1.2".into()))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<rustls::SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
