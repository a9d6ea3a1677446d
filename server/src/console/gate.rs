//! Bounds on guessing: a soft lock for each account name, a bucket for each address. Names that do not exist are locked
//! the same way, so that a lock tells nothing.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use anteroom_content::clock::{Instant, MINUTE_MS};

/// Wrong passwords for one name before it rests.
const NAME_TRIES_MAX: u32 = 5;
/// Tries from one address before it rests: a ward's people may share one.
const ADDRESS_TRIES_MAX: u32 = 30;
/// How long a name or address rests.
const REST_MS: i64 = 5 * MINUTE_MS;
/// Names and addresses remembered at once; when there are more, everybody new waits.
const REMEMBERED_MAX: usize = 10_000;

/// Counts of wrong tries.
#[derive(Debug, Default)]
pub(super) struct Gate {
    names: Mutex<HashMap<String, Tries>>,
    addresses: Mutex<HashMap<IpAddr, Tries>>,
}

#[derive(Debug, Clone, Copy)]
struct Tries {
    count: u32,
    forgotten_at: Instant,
}

impl Gate {
    /// Another try may be made for this name from this address. It counts as failed until [`Gate::passed`].
    pub(super) fn may_try(&self, name: &str, address: IpAddr, now: Instant) -> bool {
        let by_address = count(&self.addresses, address, ADDRESS_TRIES_MAX, now);
        let by_name = count(&self.names, name.to_lowercase(), NAME_TRIES_MAX, now);
        by_address && by_name
    }

    /// The try was right.
    pub(super) fn passed(&self, name: &str, address: IpAddr) {
        self.names.lock().unwrap_or_else(PoisonError::into_inner).remove(&name.to_lowercase());
        self.addresses.lock().unwrap_or_else(PoisonError::into_inner).remove(&address);
    }
}

fn count<K: Eq + Hash>(tries: &Mutex<HashMap<K, Tries>>, key: K, tries_max: u32, now: Instant) -> bool {
    let mut tries = tries.lock().unwrap_or_else(PoisonError::into_inner);
    if tries.len() >= REMEMBERED_MAX {
        tries.retain(|_, one| one.forgotten_at > now);
        if tries.len() >= REMEMBERED_MAX {
            return false;
        }
    }
    let one = tries.entry(key).or_insert(Tries { count: 0, forgotten_at: now });
    if one.forgotten_at <= now {
        one.count = 0;
    }
    if one.count >= tries_max {
        return false;
    }
    one.count += 1;
    one.forgotten_at = now.plus_ms(REST_MS);
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_rests_after_five_wrong_tries_and_an_address_after_thirty() {
        let gate = Gate::default();
        let (here, now) = (IpAddr::from([10, 0, 0, 9]), Instant(0));
        for _ in 0..NAME_TRIES_MAX {
            assert!(gate.may_try("Ann", here, now));
        }
        assert!(!gate.may_try("ann", here, now), "case does not make another name");
        assert!(gate.may_try("bob", here, now));
        assert!(gate.may_try("ann", here, now.plus_ms(REST_MS)));
        gate.passed("ann", here);
        for n in 0..ADDRESS_TRIES_MAX {
            assert!(gate.may_try(&format!("n{n}"), here, now));
        }
        assert!(!gate.may_try("one-more", here, now));
        assert!(gate.may_try("one-more", IpAddr::from([10, 0, 0, 10]), now));
    }
}
