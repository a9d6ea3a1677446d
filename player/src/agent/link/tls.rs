//! Whom the box believes: anybody while it is being paired (the code binds what it saw), afterwards only servers whose
//! certificate comes from the authority it got then.

use std::sync::Arc;
use std::time::Duration;

use anteroom_content::wire::{ALPN_BULK, ALPN_CONTROL, ALPN_ENROL, IDLE_SECS, KEEP_ALIVE_SECS};
use quinn::crypto::rustls::QuicClientConfig;
use quinn::{ClientConfig, TransportConfig, VarInt};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, RootCertStore, SignatureScheme};

use crate::agent::limits::{
    BULK_WINDOW_BYTES, CONTROL_WINDOW_BYTES, PACKET_BYTES_MAX, STREAM_WINDOW_BYTES, STREAMS_MAX,
};
use crate::agent::store::Identity;
use crate::agent::time::{BoxClock, CertificateTime};

/// Why no connection can be prepared.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// Keys or certificates do not fit.
    #[error("the box's certificate cannot be used: {0}")]
    Rustls(#[from] rustls::Error),
    /// Not PEM.
    #[error("a certificate or key of the box cannot be read: {0}")]
    Pem(#[from] rustls::pki_types::pem::Error),
    /// The authority cannot be used.
    #[error("the authority's certificate cannot be used: {0}")]
    Authority(#[from] rustls::client::VerifierBuilderError),
    /// QUIC needs a cipher that is not there.
    #[error("QUIC cannot use this TLS: {0}")]
    Cipher(#[from] quinn::crypto::rustls::NoInitialCipherSuite),
}

/// What a connection is made with, whichever way it goes.
#[derive(Debug, Clone)]
pub struct Pass {
    /// Over QUIC.
    pub quic: ClientConfig,
    /// Over TCP.
    pub tls: Arc<rustls::ClientConfig>,
    /// The largest packet taken over QUIC, in bytes: where nothing large comes, the server need not look for a larger one.
    pub packet_bytes_max: Option<u16>,
}

/// The two connections of a paired box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The conversation.
    Control,
    /// Files.
    Bulk,
}

/// How to connect for enrolment: any server certificate, no client certificate.
///
/// # Errors
/// [`TlsError`].
pub fn to_enrol(clock: &Arc<BoxClock>) -> Result<Pass, TlsError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = Arc::new(Verifier { provider: Arc::clone(&provider), belief: Belief::Anybody });
    let mut tls =
        builder(provider, clock)?.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth();
    tls.alpn_protocols = vec![ALPN_ENROL.to_vec()];
    Pass::of(tls, Purpose::Control)
}

/// How a paired box connects.
///
/// # Errors
/// [`TlsError`].
pub fn when_paired(identity: &Identity, clock: &Arc<BoxClock>, purpose: Purpose) -> Result<Pass, TlsError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut roots = RootCertStore::empty();
    for authority in CertificateDer::pem_slice_iter(identity.authority_pem.as_bytes()) {
        roots.add(authority?)?;
    }
    let chain = CertificateDer::pem_slice_iter(identity.certificate_pem.as_bytes()).collect::<Result<Vec<_>, _>>()?;
    let key = PrivateKeyDer::from_pem_slice(identity.key_pem.as_bytes())?;
    let authority = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider)).build()?;
    let belief = Belief::Authority { authority, clock: Arc::clone(clock) };
    let verifier = Arc::new(Verifier { provider: Arc::clone(&provider), belief });
    let mut tls = builder(provider, clock)?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_client_auth_cert(chain, key)?;
    let alpn = match purpose {
        Purpose::Control => ALPN_CONTROL,
        Purpose::Bulk => ALPN_BULK,
    };
    tls.alpn_protocols = vec![alpn.to_vec()];
    Pass::of(tls, purpose)
}

impl Pass {
    /// For a box that has no certificate yet.
    ///
    /// # Errors
    /// [`TlsError`].
    pub fn to_enrol(clock: &Arc<BoxClock>) -> Result<Self, TlsError> {
        to_enrol(clock)
    }

    /// For the files of a paired box.
    ///
    /// # Errors
    /// [`TlsError`].
    pub fn for_files(identity: &Identity, clock: &Arc<BoxClock>) -> Result<Self, TlsError> {
        when_paired(identity, clock, Purpose::Bulk)
    }

    fn of(tls: rustls::ClientConfig, purpose: Purpose) -> Result<Self, TlsError> {
        let quic = with_transport(QuicClientConfig::try_from(tls.clone())?, purpose);
        let packet_bytes_max = match purpose {
            Purpose::Control => Some(PACKET_BYTES_MAX),
            Purpose::Bulk => None,
        };
        Ok(Self { quic, tls: Arc::new(tls), packet_bytes_max })
    }
}

fn builder(
    provider: Arc<CryptoProvider>,
    clock: &Arc<BoxClock>,
) -> Result<rustls::ConfigBuilder<rustls::ClientConfig, rustls::WantsVerifier>, TlsError> {
    let time = Arc::new(CertificateTime(Arc::clone(clock)));
    Ok(rustls::ClientConfig::builder_with_details(provider, time).with_protocol_versions(&[&rustls::version::TLS13])?)
}

fn with_transport(tls: QuicClientConfig, purpose: Purpose) -> ClientConfig {
    let mut transport = TransportConfig::default();
    transport
        .max_concurrent_bidi_streams(VarInt::from_u32(STREAMS_MAX))
        .max_concurrent_uni_streams(VarInt::from_u32(STREAMS_MAX))
        .keep_alive_interval(Some(Duration::from_secs(KEEP_ALIVE_SECS)))
        .max_idle_timeout(Some(VarInt::from_u32(u32::try_from(IDLE_SECS * 1_000).unwrap_or(60_000)).into()));
    match purpose {
        // Thousands of quiet conversations at one server: every byte kept for one of them counts.
        Purpose::Control => transport
            .mtu_discovery_config(None)
            .stream_receive_window(VarInt::from_u32(STREAM_WINDOW_BYTES))
            .receive_window(VarInt::from_u32(CONTROL_WINDOW_BYTES))
            .send_window(u64::from(CONTROL_WINDOW_BYTES)),
        Purpose::Bulk => transport
            .stream_receive_window(VarInt::from_u32(BULK_WINDOW_BYTES))
            .receive_window(VarInt::from_u32(BULK_WINDOW_BYTES)),
    };
    let mut config = ClientConfig::new(Arc::new(tls));
    config.transport_config(Arc::new(transport));
    config
}

/// Whose certificate is believed.
#[derive(Debug)]
enum Belief {
    /// Anybody's.
    Anybody,
    /// One the authority signed. A box that can only guess the time does not hold "not valid yet" against it.
    Authority { authority: Arc<WebPkiServerVerifier>, clock: Arc<BoxClock> },
}

/// Judges the certificate as its belief says; in any case the server must prove that the certificate's key is its own.
#[derive(Debug)]
struct Verifier {
    provider: Arc<CryptoProvider>,
    belief: Belief,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let (authority, clock) = match &self.belief {
            Belief::Anybody => return Ok(ServerCertVerified::assertion()),
            Belief::Authority { authority, clock } => (authority, clock),
        };
        let verify = |at| authority.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, at);
        match verify(now) {
            Err(rustls::Error::InvalidCertificate(CertificateError::NotValidYetContext { not_before, .. }))
                if clock.is_guessing() =>
            {
                verify(not_before)
            }
            verdict => verdict,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
