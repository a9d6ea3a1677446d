//! A small server for tests: the same wire, everything in memory, and the test holds the strings.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use anteroom_content::clock::Instant;
use anteroom_content::id::{BoxId, ContentHash, PairCode};
use anteroom_content::manifest::Envelope;
use anteroom_content::play::LogMark;
use anteroom_content::trust::{Charter, Document, SignedCharter};
use anteroom_content::wire::enrol::{Challenge, Commit, Reveal, Verdict, code};
use anteroom_content::wire::{
    ALPN_BULK, ALPN_CONTROL, ALPN_ENROL, EMPTY_FRAME, Errand, Fetch, Found, Hello, LINK_VERSION, PictureHead, Refusal,
    SERVER_NAME, ToPlayer, ToServer, decode, encode, frame_length,
};
use ed25519_dalek::SigningKey;
use quinn::crypto::rustls::{HandshakeData, QuicServerConfig};
use quinn::{Connection, Endpoint};
use rcgen::{BasicConstraints, CertificateParams, CertificateSigningRequestParams, IsCa, Issuer, KeyPair};
use rustls::RootCertStore;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::{mpsc, oneshot, watch};
use tokio_rustls::TlsAcceptor;

use super::frames::{FrameReader, say};
use super::line::{Hear, Speak};
use crate::agent::store::a_charter;

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
    pub speak: Speak,
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
        while rest.read_into(&mut bytes, 1 << 20).await.unwrap() {}
        (head, bytes)
    }
}

/// What a fake server knows.
pub struct FakeServer {
    pub address: SocketAddr,
    pub endpoint: Endpoint,
    pub root: SigningKey,
    pub publish: SigningKey,
    pub charter: Charter,
    pub pairings: mpsc::Receiver<Pairing>,
    pub talks: mpsc::Receiver<Talk>,
    /// The same server over TCP: conversations are held open in silence, files and pictures go as they should.
    pub address_tcp: SocketAddr,
    /// Pictures that came over TCP.
    pub pictures: mpsc::Receiver<(PictureHead, Vec<u8>)>,
    shared: Arc<Shared>,
}

struct Shared {
    authority: Issuer<'static, KeyPair>,
    charter: SignedCharter,
    certificate: Vec<u8>,
    files: Mutex<HashMap<ContentHash, Vec<u8>>>,
    /// Every fetch that was asked for.
    fetches: Mutex<Vec<Fetch>>,
    /// Half of this file is sent, and the rest when it is no longer held.
    held: watch::Sender<Option<ContentHash>>,
    /// The next answer breaks off after so many bytes.
    cut_after: Mutex<Option<usize>>,
    server_time: Mutex<Instant>,
    /// Certificates of newly paired boxes run out soon.
    are_short_lived: Mutex<bool>,
    /// The next conversation begins with the word that the certificate ran out.
    expires_next: Mutex<bool>,
    acked: Mutex<Option<LogMark>>,
    pairings: mpsc::Sender<Pairing>,
    talks: mpsc::Sender<Talk>,
}

impl Shared {
    fn sign(&self, request_pem: &str, is_short_lived: bool) -> String {
        let mut request = CertificateSigningRequestParams::from_pem(request_pem).unwrap();
        if is_short_lived {
            request.params.not_after = rcgen::date_time_ymd(2027, 2, 15);
        }
        request.signed_by(&self.authority).unwrap().pem()
    }
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
        let acceptor = TlsAcceptor::from(Arc::new(tls.clone()));
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let address_tcp = listener.local_addr().unwrap();
        let config = quinn::ServerConfig::with_crypto(Arc::new(QuicServerConfig::try_from(tls).unwrap()));
        let endpoint = Endpoint::server(config, (Ipv4Addr::LOCALHOST, 0).into()).unwrap();

        let (root, publish) = (SigningKey::from_bytes(&[8; 32]), SigningKey::from_bytes(&[9; 32]));
        let charter = a_charter(&root, &publish, &authority_certificate.pem());
        let (pairings_in, pairings) = mpsc::channel(4);
        let (talks_in, talks) = mpsc::channel(4);
        let shared = Arc::new(Shared {
            authority,
            charter: SignedCharter::seal(&charter, &[&root]).unwrap(),
            certificate: certificate.der().to_vec(),
            files: Mutex::default(),
            fetches: Mutex::default(),
            held: watch::Sender::new(None),
            cut_after: Mutex::default(),
            server_time: Mutex::new(Instant(1_800_000_000_000)),
            are_short_lived: Mutex::default(),
            expires_next: Mutex::default(),
            acked: Mutex::default(),
            pairings: pairings_in,
            talks: talks_in,
        });
        tokio::spawn(accept(endpoint.clone(), Arc::clone(&shared)));
        let (pictures_in, pictures) = mpsc::channel(4);
        let listener = tokio::net::TcpListener::from_std(listener).unwrap();
        tokio::spawn(accept_over_tcp(listener, acceptor, Arc::clone(&shared), pictures_in));
        let address = endpoint.local_addr().unwrap();
        Self { address, endpoint, root, publish, charter, pairings, talks, address_tcp, pictures, shared }
    }

    pub fn seal<T: Document>(&self, document: &T) -> Envelope {
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

    /// Holds a file up in its middle, or none any longer.
    pub fn hold(&self, hash: Option<ContentHash>) {
        self.shared.held.send_replace(hash);
    }

    pub fn fetches(&self) -> Vec<Fetch> {
        self.shared.fetches.lock().unwrap().clone()
    }

    /// Boxes that are paired from now on get a certificate that holds for a month of the bench's clock.
    pub fn shorten_certificates(&self) {
        *self.shared.are_short_lived.lock().unwrap() = true;
    }

    /// Says in the next conversation that the certificate ran out, and renews it.
    pub fn expire_next(&self) {
        *self.shared.expires_next.lock().unwrap() = true;
    }

    /// Signs a request as the authority does.
    pub fn sign(&self, request_pem: &str) -> String {
        self.shared.sign(request_pem, false)
    }

    /// A charter in the place of the one before it; the keys of the test go with it.
    pub fn rotate_publish(&mut self) -> SignedCharter {
        self.publish = SigningKey::from_bytes(&[10; 32]);
        self.charter.version += 1;
        self.charter.epoch += 1;
        self.charter.publish = vec![self.publish.verifying_key().into()];
        SignedCharter::seal(&self.charter, &[&self.root]).unwrap()
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
    let Ok((speak, hear)) = connection.accept_bi().await else { return };
    let (mut speak, mut hear) = (Speak::from(speak), FrameReader::of(hear));
    let commit: Commit = hear.next().await.unwrap();
    let challenge = Challenge { nonce: ContentHash::of(b"a nonce"), charter: shared.charter.clone() };
    say(&mut speak, &challenge).await.unwrap();
    let reveal: Reveal = hear.next().await.unwrap();
    assert_eq!(reveal.commitment(), commit.commitment, "the box keeps to what it committed to");
    let (decide, decided) = oneshot::channel();
    let code = code(&shared.certificate, &challenge, &reveal);
    let request_pem = reveal.request_pem.clone();
    shared.pairings.send(Pairing { code, reveal, decide }).await.ok();
    let verdict = match decided.await {
        Ok(box_id) => {
            let is_short_lived = *shared.are_short_lived.lock().unwrap();
            Verdict::Accepted { box_id, certificate_pem: shared.sign(&request_pem, is_short_lived), proof: None }
        }
        Err(_) => Verdict::Expired,
    };
    if say(&mut speak, &verdict).await.is_ok() {
        speak.finish();
        connection.closed().await;
    }
}

async fn control(connection: Connection, shared: &Arc<Shared>) {
    let certificates = connection.peer_identity().and_then(|found| found.downcast::<Vec<CertificateDer<'_>>>().ok());
    assert!(certificates.is_some_and(|found| !found.is_empty()), "a paired box shows its certificate");
    let Ok((speak, hear)) = connection.accept_bi().await else { return };
    let (mut speak, mut hear) = (Speak::from(speak), FrameReader::of(hear));
    let ToServer::Hello(hello) = hear.next().await.unwrap() else { panic!("no hello") };
    if std::mem::take(&mut *shared.expires_next.lock().unwrap()) {
        say(&mut speak, &ToPlayer::Refused(Refusal::Expired)).await.unwrap();
        let ToServer::Renew { request_pem } = hear.next().await.unwrap() else { panic!("no renewal") };
        say(&mut speak, &ToPlayer::Certificate { pem: shared.sign(&request_pem, false) }).await.unwrap();
        connection.closed().await;
        return;
    }
    let server_time = *shared.server_time.lock().unwrap();
    let none = LogMark { log_epoch: hello.log.log_epoch, seq: 0 };
    let acked = shared.acked.lock().unwrap().take().unwrap_or(none);
    let (link_version, return_within_ms, hold_plays_ms) = (LINK_VERSION, 0, 0);
    let welcome = ToPlayer::Welcome { server_time, acked, link_version, return_within_ms, hold_plays_ms };
    say(&mut speak, &welcome).await.unwrap();
    let files = (connection.clone(), Arc::clone(shared));
    tokio::spawn(async move { serve_files(files.0, &files.1).await });
    shared.talks.send(Talk { hello, connection, speak, hear }).await.ok();
}

async fn serve_files(connection: Connection, shared: &Shared) {
    while let Ok((speak, hear)) = connection.accept_bi().await {
        serve_file(speak.into(), hear.into(), shared).await;
    }
}

async fn serve_file(mut speak: Speak, hear: Hear, shared: &Shared) {
    let fetch: Fetch = FrameReader::of(hear).next().await.unwrap();
    shared.fetches.lock().unwrap().push(fetch);
    let bytes = shared.files.lock().unwrap().get(&fetch.hash).cloned();
    let size_bytes = bytes.as_ref().map(|bytes| bytes.len() as u64);
    say(&mut speak, &Found { size_bytes }).await.unwrap();
    let Some(bytes) = bytes else { return };
    let rest = &bytes[usize::try_from(fetch.from_byte).unwrap()..];
    let mut held = shared.held.subscribe();
    let half = if *held.borrow() == Some(fetch.hash) { rest.len() / 2 } else { 0 };
    let (first, rest) = rest.split_at(half);
    let _ = speak.write_all(first).await;
    let _ = held.wait_for(|held| *held != Some(fetch.hash)).await;
    let cut = shared.cut_after.lock().unwrap().take();
    let _ = speak.write_all(&rest[..cut.unwrap_or(rest.len()).min(rest.len())]).await;
    speak.finish();
}

async fn accept_over_tcp(
    listener: tokio::net::TcpListener,
    acceptor: TlsAcceptor,
    shared: Arc<Shared>,
    pictures: mpsc::Sender<(PictureHead, Vec<u8>)>,
) {
    while let Ok((socket, _)) = listener.accept().await {
        let (acceptor, shared, pictures) = (acceptor.clone(), Arc::clone(&shared), pictures.clone());
        tokio::spawn(async move {
            let Ok(mut stream) = acceptor.accept(socket).await else { return };
            if stream.get_ref().1.alpn_protocol() != Some(ALPN_BULK) {
                // It says that it is there, and nothing else.
                let _ = stream.write_all(&EMPTY_FRAME).await;
                let _ = stream.flush().await;
                let _ = stream.read_to_end(&mut Vec::new()).await;
                return;
            }
            let mut head = [0; 4];
            while stream.read_exact(&mut head).await.is_ok() {
                let mut body = vec![0; frame_length(head).unwrap()];
                stream.read_exact(&mut body).await.unwrap();
                match decode::<Errand>(&body).unwrap() {
                    Errand::Fetch(fetch) => {
                        let bytes = shared.files.lock().unwrap().get(&fetch.hash).cloned();
                        let size_bytes = bytes.as_ref().map(|bytes| bytes.len() as u64);
                        let mut answer = encode(&Found { size_bytes }).unwrap();
                        let from = usize::try_from(fetch.from_byte).unwrap();
                        answer.extend(bytes.unwrap_or_default().get(from..).unwrap_or_default());
                        let _ = (stream.write_all(&answer).await, stream.flush().await);
                    }
                    Errand::Picture(head) => {
                        let mut bytes = vec![0; usize::try_from(head.size_bytes).unwrap()];
                        stream.read_exact(&mut bytes).await.unwrap();
                        pictures.send((head, bytes)).await.unwrap();
                    }
                }
            }
        });
    }
}
