//! Which way leads to the server: QUIC, as it should be, or TCP where a firewall swallows UDP. From there the box looks
//! again and again whether UDP has come back.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use super::connect::over_udp;
use super::line::Line;
use super::run::Link;
use super::tls::{Purpose, when_paired};
use crate::agent::chance;
use crate::agent::limits::{UDP_LOOK_BASE, UDP_LOOK_CAP};
use crate::agent::store::Identity;

/// What is known of the way; what is not known is hoped for.
#[derive(Debug, Default)]
pub struct Way {
    is_udp_blocked: AtomicBool,
    /// Looks since a conversation over UDP lasted.
    looks: AtomicU32,
}

impl Way {
    /// The server answered over TCP while it did not over UDP.
    pub fn is_udp_blocked(&self) -> bool {
        self.is_udp_blocked.load(Ordering::Relaxed)
    }

    /// Notes what was found out.
    pub fn note(&self, is_udp_blocked: bool) {
        self.is_udp_blocked.store(is_udp_blocked, Ordering::Relaxed);
    }

    /// A conversation over UDP lasted: the next time it is blocked, it may soon come back.
    pub fn note_lasting(&self) {
        self.looks.store(0, Ordering::Relaxed);
    }

    /// How long to wait before the next look: soon at first, for a server that was just starting looks like a firewall;
    /// then seldom. A firewall that lets a handshake through and nothing else is not run against all day.
    fn next_look(&self, chance: u64) -> Duration {
        let looks = self.looks.fetch_add(1, Ordering::Relaxed).min(16);
        let wait = UDP_LOOK_BASE.saturating_mul(1 << looks).min(UDP_LOOK_CAP);
        let wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
        // Up to half longer, so that a hospital's boxes do not come back together.
        wait + Duration::from_millis(chance % (wait_ms / 2 + 1))
    }
}

/// Looks until the server answers over UDP, and hands that line over.
pub async fn look_for_udp(link: &Link, identity: &Identity) -> Line {
    loop {
        tokio::time::sleep(link.way.next_look(chance::number())).await;
        let Ok(pass) = when_paired(identity, &link.clock, Purpose::Control) else { continue };
        match over_udp(&link.server, &pass).await {
            Ok(found) => return found,
            Err(error) => tracing::info!(reason = %error, "UDP is still blocked; the link stays on TCP"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_are_soon_at_first_then_seldom_and_never_all_at_once() {
        let way = Way::default();
        let waits: Vec<_> = (0..7).map(|_| way.next_look(0)).collect();
        assert_eq!(waits.first(), Some(&UDP_LOOK_BASE));
        assert!(waits.windows(2).all(|pair| pair[1] == (pair[0] * 2).min(UDP_LOOK_CAP)), "{waits:?}");
        assert_eq!(waits.last(), Some(&UDP_LOOK_CAP));
        assert!((0..1_000).all(|n| way.next_look(n * 7_919) <= UDP_LOOK_CAP * 3 / 2));
        way.note_lasting();
        assert!(way.next_look(u64::MAX) <= UDP_LOOK_BASE * 3 / 2);
    }
}
