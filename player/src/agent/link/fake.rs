//! A small server for tests: the same wire, everything in memory, and the test holds the strings.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use anteroom_content::clock::Instant;
use anteroom_content::id::{BoxId, ContentHash, PairCode};
use anteroom_content::manifest::{Envelope, to_hex};
use anteroom_content::play::LogMark;
use anteroom_content::wire::enrol::{Challenge, Commit, Reveal, Verdict, code};
use anteroom_content::wire::{
    ALPN_BULK, ALPN_CONTROL, ALPN_ENROL, Fetch, Found, Hello, PictureHead, SERVER_NAME, ToPlayer, ToServer,
};
use ed25519_dalek::{SigningKey, VerifyingKey};
use quinn::crypto::rustls::{HandshakeData, QuicServerConfig};
use quinn::{Connection, Endpoint, RecvStream, SendStream};
use rcgen::{BasicConstraints, CertificateParams, CertificateSigningRequestParams, IsCa, Issuer, KeyPair};
use rustls::RootCertStore;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use tokio::sync::{mpsc, oneshot};

use super::frames::{FrameReader, say};

/// A box that waits for its code to be typed.
pub struct Pairing {
    /// The code as the server computed it.
    pub code: PairCode,
    /// What the box revealed.
    pub reveal: Reveal,
    /// How the test decides; dropped means expired.
    pub decide: oneshot::Sender<BoxId>,
}

/// A conversation that was welcomed.
pub struct Talk {
    pub hello: Hello,
    pub connection: Connection,
    pub speak: SendStream,
    pub hear: FrameReader,
}

impl Talk {
    pub async fn say(&mut self, message: ToPlayer) {
        say(&mut self.speak, &message).await.unwrap();
    }

    /// The next word that is not a heartbeat.
    pub async fn next(&mut self) -> ToServer {
        loop {
            match self.hear.next::<ToServer>().await.unwrap() {
                ToServer::Beat(_) => {}
                other => return other,
            }
        }
    }

    /// The next picture.
    pub async fn picture(&mut self) -> (PictureHead, Vec<u8>) {
        let mut stream = FrameReader::of(self.connection.accept_uni().await.unwrap());
        let head: PictureHead = stream.next().await.unwrap();
        let (mut bytes, mut rest) = stream.into_rest();
        bytes.extend(rest.read_to_end(1 << 20).await.unwrap());
        (head, bytes)
    }
}

/// What a fake server knows.
pub struct FakeServer {
    pub address: SocketAddr,
    pub endpoint: Endpoint,
    pub publish: SigningKey,
    pub pairings: mpsc::Receiver<Pairing>,
    pub talks: mpsc::Receiver<Talk>,
    shared: Arc<Shared>,
}

struct Shared {
    authority: Issuer<'static, KeyPair>,
    authority_pem: String,
    certificate: Vec<u8>,
    publish: VerifyingKey,
    files: Mutex<HashMap<ContentHash, Vec<u8>>>,
    /// Every fetch that was asked for.
    fetches: Mutex<Vec<Fetch>>,
    /// The next answer breaks off after so many bytes.
    cut_after: Mutex<Option<usize>>,
    server_time: Mutex<Instant>,
    acked: Mutex<Option<LogMark>>,
    pairings: mpsc::Sender<Pairing>,
    talks: mpsc::Sender<Talk>,
}

impl FakeServer {
    pub fn start() -> Self {
        let authority_key = KeyPair::generate().unwrap();
        let mut parameters = CertificateParams::default();
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority_certificate = parameters.self_signed(&authority_key).unwrap();
        let authority = Issuer::new(parameters, authority_key);
        let key = KeyPair::generate().unwrap();
        let certificate =
            CertificateParams::new(vec![SERVER_NAME.to_owned()]).unwrap().signed_by(&key, &authority).unwrap();

        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut roots = RootCertStore::empty();
        roots.add(authority_certificate.der().clone()).unwrap();
        let clients = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
            .allow_unauthenticated()
            .build()
            .unwrap();
        let mut tls = rustls::ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13])
            .unwrap()
            .with_client_cert_verifier(clients)
            .with_single_cert(vec![certificate.der().clone()], PrivateKeyDer::try_from(key.serialize_der()).unwrap())
            .unwrap();
        tls.alpn_protocols = [ALPN_CONTROL, ALPN_BULK, ALPN_ENROL].map(<[u8]>::to_vec).to_vec();
        let config = quinn::ServerConfig::with_crypto(Arc::new(QuicServerConfig::try_from(tls).unwrap()));
        let endpoint = Endpoint::server(config, (Ipv4Addr::LOCALHOST, 0).into()).unwrap();

        let publish = SigningKey::from_bytes(&[9; 32]);
        let (pairings_in, pairings) = mpsc::channel(4);
        let (talks_in, talks) = mpsc::channel(4);
        let shared = Arc::new(Shared {
            authority,
            authority_pem: authority_certificate.pem(),
            certificate: certificate.der().to_vec(),
            publish: publish.verifying_key(),
            files: Mutex::default(),
            fetches: Mutex::default(),
            cut_after: Mutex::default(),
            server_time: Mutex::new(Instant(1_800_000_000_000)),
            acked: Mutex::default(),
            pairings: pairings_in,
            talks: talks_in,
        });
        tokio::spawn(accept(endpoint.clone(), Arc::clone(&shared)));
        Self { address: endpoint.local_addr().unwrap(), endpoint, publish, pairings, talks, shared }
    }

    pub fn seal<T: serde::Serialize>(&self, document: &T) -> Envelope {
        Envelope::seal(document, &self.publish).unwrap()
    }

    pub fn keep(&self, bytes: &[u8]) -> (ContentHash, u64) {
        let hash = ContentHash::of(bytes);
        self.shared.files.lock().unwrap().insert(hash, bytes.to_vec());
        (hash, bytes.len() as u64)
    }

    pub fn cut_next_after(&self, bytes: usize) {
        *self.shared.cut_after.lock().unwrap() = Some(bytes);
    }

    pub fn fetches(&self) -> Vec<Fetch> {
        self.shared.fetches.lock().unwrap().clone()
    }

    pub fn set_time(&self, at: Instant) {
        *self.shared.server_time.lock().unwrap() = at;
    }

    /// What the next welcome says the server holds; none answers what the box itself says, from nothing.
    pub fn set_acked(&self, mark: LogMark) {
        *self.shared.acked.lock().unwrap() = Some(mark);
    }

    /// Types the code that the next box shows.
    pub async fn pair(&mut self, name: &str) -> PairCode {
        let pairing = self.pairings.recv().await.unwrap();
        pairing.decide.send(BoxId::parse(name).unwrap()).unwrap();
        pairing.code
    }
}

async fn accept(endpoint: Endpoint, shared: Arc<Shared>) {
    while let Some(incoming) = endpoint.accept().await {
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            let Ok(connection) = incoming.await else { return };
            let data = connection.handshake_data().unwrap().downcast::<HandshakeData>().unwrap();
            match data.protocol.as_deref() {
                Some(ALPN_ENROL) => enrol(connection, &shared).await,
                Some(ALPN_CONTROL) => control(connection, &shared).await,
                _ => serve_files(connection, &shared).await,
            }
        });
    }
}

async fn enrol(connection: Connection, shared: &Shared) {
    let Ok((mut speak, hear)) = connection.accept_bi().await else { return };
    let mut hear = FrameReader::of(hear);
    let commit: Commit = hear.next().await.unwrap();
    let challenge = Challenge {
        nonce: ContentHash::of(b"a nonce"),
        authority_pem: shared.authority_pem.clone(),
        publish_key: to_hex(shared.publish.as_bytes()),
    };
    say(&mut speak, &challenge).await.unwrap();
    let reveal: Reveal = hear.next().await.unwrap();
    assert_eq!(reveal.commitment(), commit.commitment, "the box keeps to what it committed to");
    let (decide, decided) = oneshot::channel();
    let code = code(&shared.certificate, &challenge, &reveal);
    let request = CertificateSigningRequestParams::from_pem(&reveal.request_pem).unwrap();
    shared.pairings.send(Pairing { code, reveal, decide }).await.ok();
    let verdict = match decided.await {
        Ok(box_id) => {
            Verdict::Accepted { box_id, certificate_pem: request.signed_by(&shared.authority).unwrap().pem() }
        }
        Err(_) => Verdict::Expired,
    };
    if say(&mut speak, &verdict).await.is_ok() {
        let _ = speak.finish();
        connection.closed().await;
    }
}

async fn control(connection: Connection, shared: &Arc<Shared>) {
    let certificates = connection.peer_identity().and_then(|found| found.downcast::<Vec<CertificateDer<'_>>>().ok());
    assert!(certificates.is_some_and(|found| !found.is_empty()), "a paired box shows its certificate");
    let Ok((mut speak, hear)) = connection.accept_bi().await else { return };
    let mut hear = FrameReader::of(hear);
    let ToServer::Hello(hello) = hear.next().await.unwrap() else { panic!("no hello") };
    let server_time = *shared.server_time.lock().unwrap();
    let none = LogMark { log_epoch: hello.log.log_epoch, seq: 0 };
    let acked = shared.acked.lock().unwrap().take().unwrap_or(none);
    say(&mut speak, &ToPlayer::Welcome { server_time, acked }).await.unwrap();
    let files = (connection.clone(), Arc::clone(shared));
    tokio::spawn(async move { serve_files(files.0, &files.1).await });
    shared.talks.send(Talk { hello, connection, speak, hear }).await.ok();
}

async fn serve_files(connection: Connection, shared: &Shared) {
    while let Ok((speak, hear)) = connection.accept_bi().await {
        serve_file(speak, hear, shared).await;
    }
}

async fn serve_file(mut speak: SendStream, hear: RecvStream, shared: &Shared) {
    let fetch: Fetch = FrameReader::of(hear).next().await.unwrap();
    shared.fetches.lock().unwrap().push(fetch);
    let bytes = shared.files.lock().unwrap().get(&fetch.hash).cloned();
    let size_bytes = bytes.as_ref().map(|bytes| bytes.len() as u64);
    say(&mut speak, &Found { size_bytes }).await.unwrap();
    let Some(bytes) = bytes else { return };
    let rest = &bytes[usize::try_from(fetch.from_byte).unwrap()..];
    let cut = shared.cut_after.lock().unwrap().take();
    let _ = speak.write_all(&rest[..cut.unwrap_or(rest.len()).min(rest.len())]).await;
    let _ = speak.finish();
}
