//! Certificates: the device authority's own, and those it signs for boxes and for this server.

use anteroom_content::clock::Instant;
use anteroom_content::evidence::plays_key_uri;
use anteroom_content::id::BoxId;
use anteroom_content::manifest::to_hex;
use anteroom_content::wire::SERVER_NAME;
use ed25519_dalek::VerifyingKey;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateSigningRequestParams, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, SanType,
};

use super::keys::BadKeys;

/// How long the authority's own certificate holds, in years.
const AUTHORITY_YEARS: i32 = 20;
/// How long a box's certificate holds, in years: boxes sleep for months, and unpairing is checked at every connection.
const BOX_YEARS: i32 = 5;

/// A certificate for a box.
#[derive(Debug, Clone)]
pub struct BoxCertificate {
    /// PEM, for the box.
    pub pem: String,
    /// SHA-256 of the DER, hexadecimal: how the server knows the box again.
    pub fingerprint: String,
    /// When it runs out.
    pub until: Instant,
}

/// A device authority that can sign.
pub(super) struct AuthorityKey {
    issuer: Issuer<'static, KeyPair>,
}

/// The certificate of this server, and its key.
#[derive(Clone)]
pub(super) struct ServerCertificate {
    pub(super) der: Vec<u8>,
    pub(super) key_der: Vec<u8>,
}

impl AuthorityKey {
    /// Makes an authority: its key and its certificate, PEM both. Its name is its own, so that boxes see which one signed.
    pub(super) fn draw(now: Instant) -> Result<(String, String), rcgen::Error> {
        let key = KeyPair::generate()?;
        let name = to_hex(key.public_key_raw().get(1..5).unwrap_or_default());
        let mut params = CertificateParams::new(Vec::new())?;
        params.distinguished_name.push(DnType::CommonName, format!("Anteroom device authority {name}"));
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.not_before = rcgen::date_time_ymd(1970, 1, 1);
        params.not_after = rcgen::date_time_ymd(year_of(now) + AUTHORITY_YEARS, 1, 1);
        Ok((key.serialize_pem(), params.self_signed(&key)?.pem()))
    }

    /// The authority of a certificate and its key.
    pub(super) fn of(certificate_pem: &str, key_pem: &str) -> Result<Self, rcgen::Error> {
        Ok(Self { issuer: Issuer::from_ca_cert_pem(certificate_pem, KeyPair::from_pem(key_pem)?)? })
    }

    /// Signs a box's certificate request. The key the box signs plays with stands among its names, so that its plays can be
    /// believed by strangers.
    ///
    /// # Errors
    /// [`BadKeys::Request`] when the request is not one or its own signature is wrong.
    pub(super) fn sign_box(
        &self,
        request_pem: &str,
        (id, plays_key): (&BoxId, &VerifyingKey),
        now: Instant,
    ) -> Result<BoxCertificate, BadKeys> {
        let bad = |error: rcgen::Error| BadKeys::Request(error.to_string());
        let mut request = CertificateSigningRequestParams::from_pem(request_pem).map_err(bad)?;
        // Nothing the box asked for is taken over but its key.
        let mut params = CertificateParams::new(vec![id.as_str().to_owned()]).map_err(bad)?;
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, id.as_str());
        let name = plays_key_uri(plays_key).try_into().map_err(bad)?;
        params.subject_alt_names.push(SanType::URI(name));
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        // A box with a dead clock battery believes that it is 1970.
        params.not_before = rcgen::date_time_ymd(1970, 1, 1);
        params.not_after = rcgen::date_time_ymd(year_of(now) + BOX_YEARS, 12, 31);
        let until = Instant(params.not_after.unix_timestamp().saturating_mul(1_000));
        request.params = params;
        let certificate = request.signed_by(&self.issuer).map_err(bad)?;
        Ok(BoxCertificate { pem: certificate.pem(), fingerprint: fingerprint(certificate.der()), until })
    }

    /// A certificate for this server, made anew at every start.
    pub(super) fn sign_server(&self, now: Instant) -> Result<ServerCertificate, rcgen::Error> {
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::new(vec![SERVER_NAME.to_owned()])?;
        params.distinguished_name.push(DnType::CommonName, SERVER_NAME);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.not_before = rcgen::date_time_ymd(1970, 1, 1);
        params.not_after = rcgen::date_time_ymd(year_of(now) + AUTHORITY_YEARS, 1, 1);
        let certificate = params.signed_by(&key, &self.issuer)?;
        Ok(ServerCertificate { der: certificate.der().to_vec(), key_der: key.serialize_der() })
    }
}

/// SHA-256 of a certificate's DER, hexadecimal.
#[must_use]
pub fn fingerprint(der: &[u8]) -> String {
    use sha2::Digest as _;
    to_hex(&sha2::Sha256::digest(der))
}

fn year_of(now: Instant) -> i32 {
    let year = jiff::Timestamp::from_millisecond(now.0).map_or(1970, |at| at.to_zoned(jiff::tz::TimeZone::UTC).year());
    i32::from(year)
}
