//! A box's certificate as evidence: signed by a device authority the charter names, it says which key the box signs with.

use ed25519_dalek::VerifyingKey;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::pem::parse_x509_pem;

use crate::clock::Instant;
use crate::id::BoxId;
use crate::trust::PublicKey;

/// What stands before the key in the certificate's name for it.
const PLAYS_KEY: &str = "urn:anteroom:plays-key:";
/// The largest certificate of a box, in bytes of PEM; ours have less than a thousand.
const CERTIFICATE_BYTES_MAX: usize = 8 * 1024;

/// How a certificate names the key its box signs plays with: a URI among its alternative names.
#[must_use]
pub fn plays_key_uri(key: &VerifyingKey) -> String {
    format!("{PLAYS_KEY}{}", PublicKey::from(*key))
}

/// Why a certificate proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadCertificate {
    /// It is no certificate.
    Unreadable,
    /// No device authority the charters name has signed it.
    Authority,
    /// It is another box's.
    OtherBox,
    /// It names no key, or another one.
    OtherKey,
}

/// What a certificate proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Certified {
    /// The key its box signs plays with.
    pub signing_key: PublicKey,
    /// When it runs out.
    pub until: Instant,
    /// The newest charter still names the authority that signed it.
    pub is_authority_current: bool,
}

/// Believes a certificate of a box, or says why not. Authorities are certificates, PEM, with whether they are in force.
///
/// # Errors
/// [`BadCertificate`].
pub fn certified<'a>(
    pem: &str,
    box_id: &BoxId,
    authorities: impl Iterator<Item = (&'a str, bool)>,
) -> Result<Certified, BadCertificate> {
    if pem.len() > CERTIFICATE_BYTES_MAX {
        return Err(BadCertificate::Unreadable);
    }
    let (_, pem) = parse_x509_pem(pem.as_bytes()).map_err(|_| BadCertificate::Unreadable)?;
    let certificate = pem.parse_x509().map_err(|_| BadCertificate::Unreadable)?;
    let mut authorities = authorities;
    let signer = authorities.find(|(authority, _)| has_signed(authority, &certificate));
    let (_, is_authority_current) = signer.ok_or(BadCertificate::Authority)?;
    let mut names = certificate.subject().iter_common_name().filter_map(|name| name.as_str().ok());
    if names.next() != Some(box_id.as_str()) || names.next().is_some() {
        return Err(BadCertificate::OtherBox);
    }
    Ok(Certified {
        signing_key: plays_key(&certificate).ok_or(BadCertificate::OtherKey)?,
        until: Instant(certificate.validity().not_after.timestamp().saturating_mul(1_000)),
        is_authority_current,
    })
}

fn has_signed(authority_pem: &str, certificate: &X509Certificate<'_>) -> bool {
    let Ok((_, pem)) = parse_x509_pem(authority_pem.as_bytes()) else { return false };
    let Ok(authority) = pem.parse_x509() else { return false };
    authority.is_ca()
        && authority.subject() == certificate.issuer()
        && certificate.verify_signature(Some(authority.public_key())).is_ok()
}

/// The one key a certificate names; none when it names several.
fn plays_key(certificate: &X509Certificate<'_>) -> Option<PublicKey> {
    let names = certificate.subject_alternative_name().ok()??;
    let mut keys = names.value.general_names.iter().filter_map(|name| match name {
        GeneralName::URI(uri) => uri.strip_prefix(PLAYS_KEY),
        _ => None,
    });
    let key = keys.next()?;
    if keys.next().is_some() { None } else { PublicKey::parse(key).ok() }
}
