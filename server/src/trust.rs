//! The server's keys, made at the first run, kept in the data folder, readable by its user alone: the publish key that
//! signs manifests and assignments, and the device authority that signs certificates of boxes and of this server.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use anteroom_content::wire::SERVER_NAME;
use ed25519_dalek::SigningKey;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateSigningRequestParams, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose,
};

/// How long the authority's own certificate holds, in years.
const AUTHORITY_YEARS: i32 = 20;
/// How long a box's certificate holds, in years: boxes sleep for months, and unpairing is checked at every connection.
const BOX_YEARS: i32 = 5;

/// Why keys cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum BadKeys {
    /// A file cannot be read or written.
    #[error("cannot keep keys in {file}: {why}")]
    File {
        /// Which.
        file: String,
        /// Why not.
        why: String,
    },
    /// A key or certificate is not one.
    #[error("the keys in {file} are damaged ({why}): restore them from a backup; new ones would unpair every box")]
    Damaged {
        /// Which.
        file: String,
        /// In what way.
        why: String,
    },
    /// A request for a certificate is not one.
    #[error("the box's certificate request is not acceptable: {0}")]
    Request(String),
}

/// The keys of this server.
pub struct Keys {
    /// Signs manifests and assignments.
    pub publish: SigningKey,
    /// The device authority's certificate, PEM.
    pub authority_pem: String,
    authority: Issuer<'static, KeyPair>,
    /// This server's certificate for players, DER.
    pub server_certificate: Vec<u8>,
    /// Its key, PKCS#8 DER.
    pub server_key: Vec<u8>,
}

/// A certificate for a box.
#[derive(Debug, Clone)]
pub struct BoxCertificate {
    /// PEM, for the box.
    pub pem: String,
    /// SHA-256 of the DER, hexadecimal: how the server knows the box again.
    pub fingerprint: String,
}

impl Keys {
    /// Loads the keys, or makes them at the first run.
    ///
    /// # Errors
    /// [`BadKeys`] when the folder cannot be used or the keys in it are damaged.
    pub fn load_or_make(data: &Path, now: anteroom_content::clock::Instant) -> Result<Self, BadKeys> {
        let folder = data.join("keys");
        std::fs::create_dir_all(&folder).map_err(|error| file_error(&folder, &error))?;
        let publish = publish_key(&folder.join("publish.key"))?;
        let key_file = folder.join("authority.key");
        let certificate_file = folder.join("authority.pem");
        let damaged =
            |why: rcgen::Error| BadKeys::Damaged { file: key_file.display().to_string(), why: why.to_string() };
        let year = year_of(now);
        let key_pem = secret(&key_file, || KeyPair::generate().map(|key| key.serialize_pem()).map_err(damaged))?;
        let key = KeyPair::from_pem(&key_pem).map_err(damaged)?;
        let authority_pem = secret(&certificate_file, || {
            let certificate = authority_params(year).map_err(damaged)?.self_signed(&key).map_err(damaged)?;
            Ok(certificate.pem())
        })?;
        let authority = Issuer::from_ca_cert_pem(&authority_pem, key).map_err(damaged)?;
        let server_key = KeyPair::generate().map_err(damaged)?;
        let mut params = CertificateParams::new(vec![SERVER_NAME.to_owned()]).map_err(damaged)?;
        params.distinguished_name.push(DnType::CommonName, SERVER_NAME);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.not_before = rcgen::date_time_ymd(1970, 1, 1);
        params.not_after = rcgen::date_time_ymd(year + AUTHORITY_YEARS, 1, 1);
        let server = params.signed_by(&server_key, &authority).map_err(damaged)?;
        Ok(Self {
            publish,
            authority_pem,
            authority,
            server_certificate: server.der().to_vec(),
            server_key: server_key.serialize_der(),
        })
    }

    /// Signs a box's certificate request.
    ///
    /// # Errors
    /// [`BadKeys::Request`] when the request is not one or its own signature is wrong.
    pub fn sign_box(
        &self,
        request_pem: &str,
        box_id: &anteroom_content::id::BoxId,
        now: anteroom_content::clock::Instant,
    ) -> Result<BoxCertificate, BadKeys> {
        let bad = |error: rcgen::Error| BadKeys::Request(error.to_string());
        let mut request = CertificateSigningRequestParams::from_pem(request_pem).map_err(bad)?;
        // Nothing the box asked for is taken over but its key.
        let mut params = CertificateParams::new(vec![box_id.as_str().to_owned()]).map_err(bad)?;
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, box_id.as_str());
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        // A box with a dead clock battery believes that it is 1970.
        params.not_before = rcgen::date_time_ymd(1970, 1, 1);
        params.not_after = rcgen::date_time_ymd(year_of(now) + BOX_YEARS, 12, 31);
        request.params = params;
        let certificate = request.signed_by(&self.authority).map_err(bad)?;
        Ok(BoxCertificate { pem: certificate.pem(), fingerprint: fingerprint(certificate.der()) })
    }
}

/// SHA-256 of a certificate's DER, hexadecimal.
#[must_use]
pub fn fingerprint(der: &[u8]) -> String {
    use sha2::Digest as _;
    anteroom_content::manifest::to_hex(&sha2::Sha256::digest(der))
}

fn authority_params(year: i32) -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.distinguished_name.push(DnType::CommonName, "Anteroom device authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.not_before = rcgen::date_time_ymd(1970, 1, 1);
    params.not_after = rcgen::date_time_ymd(year + AUTHORITY_YEARS, 1, 1);
    Ok(params)
}

fn year_of(now: anteroom_content::clock::Instant) -> i32 {
    let year = jiff::Timestamp::from_millisecond(now.0).map_or(1970, |at| at.to_zoned(jiff::tz::TimeZone::UTC).year());
    i32::from(year)
}

fn publish_key(file: &Path) -> Result<SigningKey, BadKeys> {
    let made = || {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)
            .map_err(|error| BadKeys::File { file: file.display().to_string(), why: error.to_string() })?;
        Ok(anteroom_content::manifest::to_hex(&bytes))
    };
    let text = secret(file, made)?;
    let bytes = anteroom_content::manifest::from_hex::<32>(text.trim()).ok_or_else(|| BadKeys::Damaged {
        file: file.display().to_string(),
        why: "not 64 hexadecimal digits".into(),
    })?;
    Ok(SigningKey::from_bytes(&bytes))
}

/// Reads a secret, or makes it and keeps it on disk before it is used.
fn secret(file: &Path, make: impl FnOnce() -> Result<String, BadKeys>) -> Result<String, BadKeys> {
    match std::fs::read_to_string(file) {
        Ok(text) => return Ok(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(file_error(file, &error)),
    }
    let text = make()?;
    let temporary = file.with_extension("new");
    let written = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&temporary)
        .and_then(|mut open| open.write_all(text.as_bytes()).and_then(|()| open.sync_all()))
        .and_then(|()| std::fs::rename(&temporary, file));
    written.map_err(|error| file_error(file, &error))?;
    Ok(text)
}

fn file_error(file: &Path, error: &std::io::Error) -> BadKeys {
    BadKeys::File { file: file.display().to_string(), why: error.to_string() }
}

#[cfg(test)]
mod tests {
    use anteroom_content::clock::Instant;
    use anteroom_content::id::BoxId;

    use super::*;

    #[test]
    fn keys_are_the_same_after_a_restart_and_sign_a_request() {
        let folder = tempfile::tempdir().expect("a folder");
        let now = Instant(1_795_000_000_000);
        let first = Keys::load_or_make(folder.path(), now).expect("made");
        let again = Keys::load_or_make(folder.path(), now).expect("loaded");
        assert_eq!(first.publish.to_bytes(), again.publish.to_bytes());
        assert_eq!(first.authority_pem, again.authority_pem);

        let key = KeyPair::generate().expect("key");
        let request = CertificateParams::new(vec![]).expect("params").serialize_request(&key).expect("request");
        let box_id = BoxId::parse("b1").expect("name");
        let signed = again.sign_box(&request.pem().expect("pem"), &box_id, now).expect("signed");
        assert_eq!(signed.fingerprint.len(), 64);
        assert!(again.sign_box("-----BEGIN", &box_id, now).is_err());
    }
}
