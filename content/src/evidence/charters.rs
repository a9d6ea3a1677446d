//! From the root's public key to everybody else, charter by charter.

use super::fault::Fault;
use crate::manifest::{Envelope, Manifest};
use crate::trust::{Charter, Heard, PublicKey, Purpose, SignedCharter, Trust};

/// The charters the root vouches for, one by one.
#[derive(Debug)]
pub(super) struct Charters {
    root: PublicKey,
    trust: Option<Trust>,
    /// Those that are believed, the newest last.
    known: Vec<Charter>,
}

impl Charters {
    pub(super) const fn under(root: PublicKey) -> Self {
        Self { root, trust: None, known: Vec::new() }
    }

    /// Takes the next charter: the first that names the root begins, and each after it must be signed by the root before.
    pub(super) fn take(&mut self, signed: &SignedCharter) -> Result<(), Fault> {
        let Some(trust) = &mut self.trust else {
            let charter = signed.read().map_err(|why| Fault::Charter { held: 0, why })?;
            // A charter of a root before this one: this one does not vouch for it.
            if charter.root == self.root {
                self.trust = Some(Trust::under(charter.clone()));
                self.known.push(charter);
            }
            return Ok(());
        };
        let held = trust.charter().map_or(0, |charter| charter.version);
        match trust.accept_charter(signed).map_err(|why| Fault::Charter { held, why })? {
            Heard::New(charter) => {
                trust.raise_charter(charter.clone());
                self.known.push(charter);
            }
            Heard::Again(_) => {}
        }
        Ok(())
    }

    /// The newest charter.
    pub(super) fn newest(&self) -> Result<&Charter, Fault> {
        self.known.last().ok_or_else(|| Fault::Root { root: self.root.short() })
    }

    /// How many are believed.
    pub(super) fn count(&self) -> usize {
        self.known.len()
    }

    /// Every device authority, PEM, with whether the newest charter still names it.
    pub(super) fn authorities(&self) -> impl Iterator<Item = (&str, bool)> {
        let current = self.known.last().map_or(&[][..], |charter| charter.authorities.as_slice());
        let named = self.known.iter().rev().flat_map(|charter| &charter.authorities);
        named.map(move |pem| (pem.as_str(), current.contains(pem)))
    }

    /// Believes a manifest that was signed by a publish key of its epoch.
    pub(super) fn open_manifest(&self, envelope: &Envelope) -> Option<Manifest> {
        let manifest: Manifest = serde_json::from_str(&envelope.body).ok()?;
        let of_epoch = self.known.iter().filter(|charter| charter.epoch == manifest.epoch);
        let mut keys = of_epoch.flat_map(|charter| &charter.publish);
        keys.any(|key| key.has_signed(Purpose::Manifest, &envelope.body, &envelope.signature)).then_some(manifest)
    }
}
