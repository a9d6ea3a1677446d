//! A small authority for one run: it signs the peers' server certificate and one for each client, P-256 like ours.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
};
use rustls::client::WebPkiServerVerifier;
use rustls::crypto::CryptoProvider;
use rustls::crypto::ring::cipher_suite::TLS13_AES_128_GCM_SHA256;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};

use crate::harness::Outcome;

/// The name of the peers' server certificate.
const SERVER: &str = "localhost";
/// The authority's certificate.
pub(super) const AUTHORITY_FILE: &str = "authority.pem";
/// The authority's key.
const AUTHORITY_KEY_FILE: &str = "authority.key";
/// The peers' certificate.
pub(super) const SERVER_FILE: &str = "server.pem";
/// Its key.
pub(super) const SERVER_KEY_FILE: &str = "server.key";

/// An authority that can sign.
pub(super) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    verifier: Arc<WebPkiServerVerifier>,
    provider: Arc<CryptoProvider>,
}

/// What a client connects with.
pub(super) struct Badge {
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
}

impl Authority {
    /// Makes one, and the peers' certificate, in a folder that the run throws away.
    ///
    /// # Errors
    /// When a key cannot be made or a file not be written.
    pub(super) fn make(folder: &Path) -> Outcome<Self> {
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::new(Vec::new())?;
        params.distinguished_name.push(DnType::CommonName, "Authority of one comparison");
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        std::fs::write(folder.join(AUTHORITY_FILE), params.self_signed(&key)?.pem())?;
        std::fs::write(folder.join(AUTHORITY_KEY_FILE), key.serialize_pem())?;
        let authority = Self::open(folder)?;
        let key = KeyPair::generate()?;
        let certificate = leaf(SERVER, ExtendedKeyUsagePurpose::ServerAuth)?.signed_by(&key, &authority.issuer)?;
        std::fs::write(folder.join(SERVER_FILE), certificate.pem())?;
        std::fs::write(folder.join(SERVER_KEY_FILE), key.serialize_pem())?;
        Ok(authority)
    }

    /// The one that was made in a folder.
    ///
    /// # Errors
    /// When there is none.
    pub(super) fn open(folder: &Path) -> Outcome<Self> {
        let certificate = std::fs::read_to_string(folder.join(AUTHORITY_FILE)).context("no authority")?;
        let key = KeyPair::from_pem(&std::fs::read_to_string(folder.join(AUTHORITY_KEY_FILE))?)?;
        // The suite and the exchange our boxes use, so that every server does the same arithmetic.
        let provider = Arc::new(CryptoProvider {
            cipher_suites: vec![TLS13_AES_128_GCM_SHA256],
            ..rustls::crypto::ring::default_provider()
        });
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(certificate.as_bytes())?)?;
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider)).build()?;
        Ok(Self { issuer: Issuer::from_ca_cert_pem(&certificate, key)?, verifier, provider })
    }

    /// A certificate for a client.
    ///
    /// # Errors
    /// When a key cannot be made.
    pub(super) fn badge(&self, name: &str) -> Outcome<Badge> {
        let key = KeyPair::generate()?;
        let certificate = leaf(name, ExtendedKeyUsagePurpose::ClientAuth)?.signed_by(&key, &self.issuer)?;
        let chain = vec![certificate.der().clone()];
        Ok(Badge { chain, key: PrivatePkcs8KeyDer::from(key.serialize_der()).into() })
    }

    /// How a client connects: TLS 1.3, nothing resumed.
    ///
    /// # Errors
    /// When the certificate cannot be used.
    pub(super) fn config(&self, badge: &Badge) -> Outcome<Arc<ClientConfig>> {
        let mut config = ClientConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_protocol_versions(&[&rustls::version::TLS13])?
            .with_webpki_verifier(Arc::clone(&self.verifier))
            .with_client_auth_cert(badge.chain.clone(), badge.key.clone_key())?;
        config.resumption = rustls::client::Resumption::disabled();
        Ok(Arc::new(config))
    }
}

/// Whom clients expect.
///
/// # Errors
/// Never for the name of this room.
pub(super) fn server_name() -> Outcome<ServerName<'static>> {
    Ok(ServerName::try_from(SERVER)?)
}

fn leaf(name: &str, purpose: ExtendedKeyUsagePurpose) -> Outcome<CertificateParams> {
    let mut params = CertificateParams::new(vec![name.to_owned()])?;
    params.distinguished_name.push(DnType::CommonName, name);
    params.extended_key_usages = vec![purpose];
    Ok(params)
}
