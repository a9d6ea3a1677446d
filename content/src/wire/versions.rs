//! Which versions of the messages two sides may speak with each other. Unknown words and fields are skipped, so neighbours
//! understand each other without translating; a range ends where one side would go without words the other needs.

use serde::{Deserialize, Serialize};

/// The version of the messages this release speaks; the ALPN changes only when an old box could not even be told so.
/// - 1: the first.
/// - 2: a box tells how far it is ([`super::Delivery`]), hears that the server stops ([`super::ToPlayer::Stopping`]), and
///   both say which versions they speak.
/// - 3: remote hands: a box obeys an [`super::Order`], and hears which of its screens were taken down.
pub const LINK_VERSION: u32 = 3;
/// The version from which on a box has hands.
pub const HANDS_SINCE: u32 = 3;
/// The version from which on a box may know queue calls; one that does not skips them.
pub const CALLS_SINCE: u32 = 3;
/// The oldest version of the messages this release still speaks.
pub const LINK_OLDEST: u32 = 1;

/// The versions one side speaks: from the oldest to its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Versions {
    /// The oldest it still speaks.
    pub oldest: u32,
    /// Its own.
    pub newest: u32,
}

impl Versions {
    /// Those of this release.
    pub const OURS: Self = Self { oldest: LINK_OLDEST, newest: LINK_VERSION };

    /// The version both sides speak: the newest in both ranges. None where the ranges do not meet.
    #[must_use]
    pub fn agree(self, other: Self) -> Option<u32> {
        let newest = self.newest.min(other.newest);
        (newest >= self.oldest.max(other.oldest)).then_some(newest)
    }
}

/// What a side speaks that says nothing of it: the first version knew no range.
pub(super) const fn first() -> u32 {
    1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(oldest: u32, newest: u32) -> Versions {
        Versions { oldest, newest }
    }

    /// The releases before, of and after this one, as boxes and as servers.
    #[test]
    fn skew_matrix() {
        let releases = [range(1, 1), Versions::OURS, range(2, 4)];
        let spoken = releases.map(|the_box| releases.map(|server| server.agree(the_box)));
        assert_eq!(
            spoken,
            [[Some(1), Some(1), None], [Some(1), Some(3), Some(3)], [None, Some(3), Some(4)]],
            "neighbours speak the older one's version; who is two apart is told so"
        );
    }

    #[test]
    fn a_range_that_is_none_agrees_with_nobody() {
        assert_eq!(Versions::OURS.agree(range(9, 2)), None);
        assert_eq!(Versions::OURS.agree(range(0, 0)), None);
        assert_eq!(Versions::OURS.agree(range(0, u32::MAX)), Some(LINK_VERSION));
    }
}
