//! Renewal: a new certificate before the old one runs out, or from the authority that takes the place of another. A box that
//! comes too late still gets one, and may do nothing else before it has it.

use anteroom_content::clock::{Clock as _, Instant};
use anteroom_content::wire::{ToPlayer, ToServer};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use super::frames::{Broken, FrameReader, say};
use super::line::Speak;
use super::run::Link;
use super::tls;
use crate::agent::limits::RENEW_BEFORE_MS;
use crate::agent::store::{Identity, StoreError};

/// Why a box goes on with the certificate it has.
#[derive(Debug, thiserror::Error)]
pub enum NotRenewed {
    /// No key could be made.
    #[error("no key can be made: {0}")]
    Key(#[from] rcgen::Error),
    /// What came is of no use.
    #[error("the server sent a certificate that cannot be used: {0}")]
    Unusable(#[from] tls::TlsError),
    /// It could not be kept.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A key for which a certificate was asked.
pub struct Asked {
    key_pem: String,
}

/// The certificate should be renewed: it runs out soon, or the authority that signed it is not the one in use.
pub fn is_due(identity: &Identity, now: Instant) -> bool {
    let first = |pem: &str| CertificateDer::from_pem_slice(pem.as_bytes()).ok();
    let (Some(own), Some(authority)) = (first(&identity.certificate_pem), first(&identity.authority_pem)) else {
        return false;
    };
    let (Ok((_, own)), Ok((_, authority))) =
        (x509_parser::parse_x509_certificate(&own), x509_parser::parse_x509_certificate(&authority))
    else {
        return false;
    };
    until_of(&own).ms_since(now) < RENEW_BEFORE_MS || own.issuer().as_raw() != authority.subject().as_raw()
}

/// Until when the box's certificate holds; none when it cannot be read.
pub fn certificate_until(identity: &Identity) -> Option<Instant> {
    let der = CertificateDer::from_pem_slice(identity.certificate_pem.as_bytes()).ok()?;
    let (_, certificate) = x509_parser::parse_x509_certificate(&der).ok()?;
    Some(until_of(&certificate))
}

fn until_of(certificate: &x509_parser::certificate::X509Certificate<'_>) -> Instant {
    Instant(certificate.validity().not_after.timestamp().saturating_mul(1_000))
}

/// A new key, and the word that asks for its certificate.
///
/// # Errors
/// [`NotRenewed::Key`].
pub fn ask() -> Result<(Asked, ToServer), NotRenewed> {
    let key = rcgen::KeyPair::generate()?;
    let mut parameters = rcgen::CertificateParams::default();
    parameters.distinguished_name = rcgen::DistinguishedName::new();
    parameters.distinguished_name.push(rcgen::DnType::CommonName, "anteroom box");
    let request_pem = parameters.serialize_request(&key)?.pem()?;
    Ok((Asked { key_pem: key.serialize_pem() }, ToServer::Renew { request_pem }))
}

/// Keeps the certificate that came; the next connection is made with it.
///
/// # Errors
/// [`NotRenewed`]; the old certificate is still in use then.
pub async fn take(link: &Link, identity: &Identity, asked: Asked, pem: &str) -> Result<(), NotRenewed> {
    let renewed = Identity { key_pem: asked.key_pem, certificate_pem: pem.to_owned(), ..identity.clone() };
    // A certificate that no connection can be made with would lock the box out.
    tls::when_paired(&renewed, &link.clock, tls::Purpose::Control)?;
    link.store.keep_certificate(&renewed.key_pem, &renewed.certificate_pem).await?;
    tracing::info!("the box has a new certificate");
    Ok(())
}

/// The server said that the certificate ran out: asks for another one, and waits for it.
///
/// # Errors
/// [`Broken`].
pub async fn when_expired(
    link: &Link,
    identity: &Identity,
    speak: &mut Speak,
    hear: &mut FrameReader,
) -> Result<(), Broken> {
    tracing::warn!(now = link.clock.now().0, "the box's certificate ran out; it asks for another one");
    let (asked, word) = ask().map_err(|error| Broken::Certificate(error.to_string()))?;
    say(speak, &word).await?;
    match hear.answer().await? {
        ToPlayer::Certificate { pem } => {
            take(link, identity, asked, &pem).await.map_err(|error| Broken::Certificate(error.to_string()))
        }
        ToPlayer::Welcome { .. }
        | ToPlayer::Stopping { .. }
        | ToPlayer::Charter(_)
        | ToPlayer::Assigned(_)
        | ToPlayer::Manifest(_)
        | ToPlayer::Acked(_)
        | ToPlayer::Look { .. }
        | ToPlayer::Refused(_)
        | ToPlayer::TakenDown { .. }
        | ToPlayer::Order(_)
        | ToPlayer::Called { .. }
        | ToPlayer::Unknown => Err(Broken::OutOfTurn("a certificate was due")),
    }
}
