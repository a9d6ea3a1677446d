//! Pairing: a box without a certificate shows a code and waits until an operator types it.

use std::time::Duration;

use anteroom_content::clock::{Clock as _, Instant};
use anteroom_content::id::ContentHash;
use anteroom_content::manifest::to_hex;
use anteroom_content::trust::{Charter, SignedCharter};
use anteroom_content::wire::enrol::{CODE_SECS, Challenge, Commit, Reveal, Verdict, code, transcript};
use anteroom_content::wire::{Side, VoucherWord};
use ed25519_dalek::SigningKey;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use super::connect::{Unreached, connect};
use super::frames::{Broken, FrameReader, say};
use super::line::Line;
use super::run::{FAREWELL, Link};
use super::tls;
use crate::agent::chance;
use crate::agent::events::{Event, LinkEvent};
use crate::agent::limits::VERDICT_GRACE;
use crate::agent::store::{Identity, StoreError};

/// How an attempt ended.
#[derive(Debug)]
pub enum Attempt {
    /// Paired.
    Paired(Box<Identity>),
    /// The code ran out: draw a new one.
    Expired,
    /// The server does not want to, in its words.
    Refused(String),
}

/// Why an attempt came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// No connection.
    #[error(transparent)]
    Unreached(#[from] Unreached),
    /// The conversation broke.
    #[error(transparent)]
    Broken(#[from] Broken),
    /// No keys could be made.
    #[error("no keys can be made: {0}")]
    Keys(String),
    /// What the server sent cannot be used.
    #[error("the server sent {0} that cannot be used")]
    Unusable(&'static str),
    /// The identity could not be kept.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The keys of a box that is being paired.
struct Keys {
    key_pem: String,
    request_pem: String,
    signing_key: SigningKey,
    nonce: ContentHash,
}

impl Keys {
    fn draw() -> Result<Self, Failed> {
        let refuse = |error: &dyn std::fmt::Display| Failed::Keys(error.to_string());
        let key = rcgen::KeyPair::generate().map_err(|error| refuse(&error))?;
        let mut parameters = rcgen::CertificateParams::default();
        parameters.distinguished_name = rcgen::DistinguishedName::new();
        parameters.distinguished_name.push(rcgen::DnType::CommonName, "anteroom box");
        let request = parameters.serialize_request(&key).map_err(|error| refuse(&error))?;
        Ok(Self {
            key_pem: key.serialize_pem(),
            request_pem: request.pem().map_err(|error| refuse(&error))?,
            signing_key: SigningKey::from_bytes(&chance::bytes().map_err(|error| refuse(&error))?),
            nonce: ContentHash::from_bytes(chance::bytes().map_err(|error| refuse(&error))?),
        })
    }
}

/// One attempt, from the connection to the verdict.
///
/// # Errors
/// [`Failed`].
pub async fn attempt(link: &Link) -> Result<Attempt, Failed> {
    let pass = tls::to_enrol(&link.clock).map_err(Unreached::from)?;
    let connection = connect(&link.server, &link.way, &pass).await?;
    let outcome = converse(link, &connection).await;
    connection.end(b"done", FAREWELL).await;
    outcome
}

async fn converse(link: &Link, connection: &Line) -> Result<Attempt, Failed> {
    let keys = Keys::draw()?;
    let reveal = Reveal {
        nonce: keys.nonce,
        request_pem: keys.request_pem.clone(),
        signing_key: to_hex(keys.signing_key.verifying_key().as_bytes()),
        description: link.description(connection.local_ip()),
        voucher: None,
    };
    let (mut speak, hear) = connection.open_bi().await.map_err(Broken::from)?;
    let mut hear = FrameReader::of(hear);
    say(&mut speak, &Commit { commitment: reveal.commitment() }).await?;
    let challenge: Challenge = hear.answer().await?;
    // The root it names has signed it; that it is the right root is what the code is for.
    let charter = challenge.charter.read().map_err(|_| Failed::Unusable("a charter"))?;
    let publish_key = *charter.publish.first().ok_or(Failed::Unusable("a charter"))?;
    let certificate = connection.server_certificate().ok_or(Failed::Unusable("no certificate"))?;
    let transcript = transcript(&certificate, &challenge, &reveal);
    let voucher = link.voucher.as_ref();
    let word = voucher.map(|voucher| VoucherWord { id: voucher.id, proof: voucher.proof(Side::Box, &transcript) });
    say(&mut speak, &Reveal { voucher: word, ..reveal.clone() }).await?;

    let shown = code(&certificate, &challenge, &reveal);
    tracing::info!(code = %shown.grouped(), server = %link.server, "type this code in the console to pair the box");
    link.events.send(Event::Link(LinkEvent::Code(shown, connection.carrier()))).await;

    let patience = Duration::from_secs(CODE_SECS) + VERDICT_GRACE;
    match tokio::time::timeout(patience, hear.next::<Verdict>()).await {
        Err(_) | Ok(Ok(Verdict::Expired)) => Ok(Attempt::Expired),
        Ok(Ok(Verdict::Refused { text })) => Ok(Attempt::Refused(text)),
        Ok(Ok(Verdict::Accepted { box_id, certificate_pem, proof })) => {
            // Without a proof a person typed the code, which vouches for the server.
            if let (Some(voucher), Some(proof)) = (voucher, proof) {
                if !voucher.is_proven(Side::Server, &transcript, &proof) {
                    return Err(Failed::Unusable("a proof of the provisioning file"));
                }
                tracing::info!(voucher.id = %voucher.id, "the provisioning file paired the box");
            }
            let identity = Identity {
                box_id,
                publish_key,
                key_pem: keys.key_pem,
                certificate_pem,
                authority_pem: charter.authorities_pem(),
                signing_key: keys.signing_key,
            };
            keep(link, &identity, &charter, &challenge.charter).await?;
            Ok(Attempt::Paired(Box::new(identity)))
        }
        Ok(Err(error)) => Err(error.into()),
    }
}

async fn keep(link: &Link, identity: &Identity, charter: &Charter, signed: &SignedCharter) -> Result<(), Failed> {
    // A certificate that no connection can be made with would lock the box out: better refuse it now.
    tls::when_paired(identity, &link.clock, tls::Purpose::Control).map_err(|_| Failed::Unusable("a certificate"))?;
    link.store.keep_paired(identity, charter, signed).await?;
    if let Some(at) = begins_at(&identity.certificate_pem) {
        // It was signed just now by whom the code vouched for: no moment before it can be the present.
        link.clock.raise_floor(at);
        link.store.raise_time_floor(link.clock.now().min(at)).await?;
    }
    Ok(())
}

fn begins_at(certificate_pem: &str) -> Option<Instant> {
    let der = CertificateDer::from_pem_slice(certificate_pem.as_bytes()).ok()?;
    let (_, certificate) = x509_parser::parse_x509_certificate(&der).ok()?;
    Some(Instant(certificate.validity().not_before.timestamp().saturating_mul(1_000)))
}
