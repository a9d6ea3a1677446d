//! What arithmetic alone costs a server for one handshake with certificates on both sides: the floor under every figure.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use rcgen::{KeyPair, PublicKeyData as _};
use rustls::SignatureScheme::ECDSA_NISTP256_SHA256;
use rustls::crypto::ring::{default_provider, kx_group};
use rustls::pki_types::PrivatePkcs8KeyDer;

use crate::harness::Outcome;

/// How often it is measured; the quickest counts, because a floor is what nobody disturbed.
const BATCHES: u32 = 20;
/// Handshakes of one measurement.
const BATCH: u32 = 50;
/// What a side signs: 64 spaces, a name of 33 bytes, a zero and a hash (RFC 8446 §4.4.3), in bytes.
const SIGNED_BYTES: usize = 130;

/// Time of one signature, two signatures verified (the client's certificate and its proof), and one key exchange.
///
/// # Errors
/// When the arithmetic fails.
pub(super) fn handshake_floor() -> Outcome<Duration> {
    let provider = default_provider();
    let pair = KeyPair::generate()?;
    let key = provider.key_provider.load_private_key(PrivatePkcs8KeyDer::from(pair.serialize_der()).into())?;
    let signer = key.choose_scheme(&[ECDSA_NISTP256_SHA256]).context("a key of another kind")?;
    let mapping = provider.signature_verification_algorithms.mapping;
    let of_scheme = mapping.iter().find(|(scheme, _)| *scheme == ECDSA_NISTP256_SHA256);
    let verifier = of_scheme.and_then(|(_, all)| all.first()).context("no P-256 to verify with")?;
    let message = [0x20; SIGNED_BYTES];
    let signature = signer.sign(&message)?;
    let client_share = kx_group::X25519.start()?.pub_key().to_vec();
    let mut quickest = Duration::MAX;
    for _ in 0..BATCHES {
        let began = Instant::now();
        for _ in 0..BATCH {
            signer.sign(&message)?;
            for _ in 0..2 {
                let judged = verifier.verify_signature(pair.der_bytes(), &message, &signature);
                judged.map_err(|_| anyhow::anyhow!("a signature that does not verify"))?;
            }
            kx_group::X25519.start_and_complete(&client_share)?;
        }
        quickest = quickest.min(began.elapsed() / BATCH);
    }
    Ok(quickest)
}
