//! When a box comes back to a server it lost. All boxes lose a server at one moment; they come back spread by chance, over a
//! window as wide as the network is large, so that each finds the server with time for it. Pure: chance is handed in.

/// How long the largest network planned for takes to come back, in milliseconds, and how many boxes that is.
const WHOLE_NETWORK: (u64, u64) = (120_000, 32_800);
/// The narrowest window, in milliseconds: a few boxes are back as soon as a server is up again.
pub const WINDOW_MS_MIN: u64 = 1_000;
/// The widest window a box believes, in milliseconds: whatever a server says, a box asks again after so long.
pub const WINDOW_MS_MAX: u64 = 600_000;
/// The longest wait after a first failure, in milliseconds; it doubles with each further one.
pub const BASE_MS: u64 = 2_000;
/// The longest wait of all, in milliseconds, in the largest network.
pub const CAP_MS: u64 = 300_000;
/// The longest wait of all in a small one: a hospital is back within half a minute of its server.
pub const CAP_MS_SMALL: u64 = 30_000;
/// How often the wait doubles: beyond it the cap holds anyway.
const DOUBLINGS_MAX: u32 = 16;

/// The window over which a network of so many boxes comes back, in milliseconds.
#[must_use]
pub fn window_ms(boxes: usize) -> u64 {
    let boxes = u64::try_from(boxes).unwrap_or(u64::MAX);
    let (whole_ms, whole_boxes) = WHOLE_NETWORK;
    boxes.saturating_mul(whole_ms).div_ceil(whole_boxes).clamp(WINDOW_MS_MIN, WINDOW_MS_MAX)
}

/// A moment of a window, every one as likely as every other: from 0 to `window_ms` for `chance` from 0 to the highest number.
#[must_use]
pub fn moment_ms(window_ms: u64, chance: u64) -> u64 {
    // The high half of the product: unlike a remainder it prefers no moment.
    let product = u128::from(chance) * (u128::from(window_ms) + 1);
    u64::try_from(product >> 64).unwrap_or(window_ms)
}

/// How long a box waits before it tries again, in milliseconds: at first any moment of the window the server named, and after
/// `failures` tries that came to nothing any moment of a wait that doubles each time, up to a cap (full jitter).
#[must_use]
pub fn wait_ms(window_ms: u64, failures: u32, chance: u64) -> u64 {
    let window_ms = believed(window_ms);
    moment_ms(longest_ms(window_ms, failures), chance)
}

/// How long a box waits that was let in and lost the server again, for the `failures`th time in a row: never a narrower
/// window than the server named, for all others lost it too.
#[must_use]
pub fn lost_again_ms(window_ms: u64, failures: u32, chance: u64) -> u64 {
    let window_ms = believed(window_ms);
    moment_ms(window_ms.max(longest_ms(window_ms, failures)), chance)
}

fn believed(window_ms: u64) -> u64 {
    window_ms.clamp(WINDOW_MS_MIN, WINDOW_MS_MAX)
}

/// The longest wait after so many failures: the window after none.
fn longest_ms(window_ms: u64, failures: u32) -> u64 {
    let Some(doublings) = failures.checked_sub(1) else { return window_ms };
    let (whole_ms, _) = WHOLE_NETWORK;
    let cap_ms = (window_ms * CAP_MS / whole_ms).clamp(CAP_MS_SMALL, CAP_MS);
    (BASE_MS << doublings.min(DOUBLINGS_MAX)).min(cap_ms)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Chances drawn from a seed: what a hash makes of it and a number.
    fn chances(seed: u64, count: u64) -> impl Iterator<Item = u64> {
        (0..count).map(move |n| {
            let drawn = blake3::hash(&[seed.to_le_bytes(), n.to_le_bytes()].concat());
            u64::from_le_bytes(drawn.as_bytes()[..8].try_into().unwrap())
        })
    }

    #[test]
    fn a_small_network_comes_back_at_once_and_the_largest_within_two_minutes() {
        for (boxes, window) in [(0, 1_000), (3, 1_000), (1_000, 3_659), (32_800, 120_000), (usize::MAX, WINDOW_MS_MAX)]
        {
            assert_eq!(window_ms(boxes), window, "{boxes} boxes");
        }
        for (window, failures, longest) in [
            (1_000, 0, 1_000),
            (1_000, 1, 2_000),
            (1_000, 2, 4_000),
            (1_000, 5, CAP_MS_SMALL),
            (120_000, 0, 120_000),
            (120_000, 1, 2_000),
            (120_000, 9, CAP_MS),
            (120_000, u32::MAX, CAP_MS),
            (u64::MAX, 0, WINDOW_MS_MAX),
            (0, 0, WINDOW_MS_MIN),
        ] {
            assert_eq!(wait_ms(window, failures, u64::MAX), longest, "{window} ms, {failures} failures");
            assert_eq!(wait_ms(window, failures, 0), 0);
        }
        assert_eq!(lost_again_ms(120_000, 1, u64::MAX), 120_000, "whoever was let in and lost it again is not alone");
        assert_eq!(lost_again_ms(1_000, 3, u64::MAX), 8_000);
        assert_eq!(lost_again_ms(0, 0, u64::MAX), WINDOW_MS_MIN, "a first loss waits for the window alone");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        /// 32,800 boxes over a window in twenty slices: each slice gets its twentieth, give or take six times the spread
        /// that chance alone has.
        #[test]
        fn boxes_come_back_evenly_over_the_window(seed in any::<u64>(), boxes in 2_000_u64..32_800, failures in 0_u32..12) {
            const SLICES: usize = 20;
            let window = window_ms(usize::try_from(boxes).unwrap());
            let longest = wait_ms(window, failures, u64::MAX);
            let mut slices = [0_u64; SLICES];
            for chance in chances(seed, boxes) {
                let wait = wait_ms(window, failures, chance);
                prop_assert!(wait <= longest);
                slices[usize::try_from(wait * 20 / (longest + 1)).unwrap()] += 1;
            }
            for (n, slice) in slices.iter().enumerate() {
                // Twenty times how far off it is; chance alone is off by the root of 19 times the boxes.
                let off = (slice * 20).abs_diff(boxes);
                prop_assert!(off * off < 36 * 19 * boxes + 400, "slice {n} of {longest} ms: {slices:?}");
            }
        }

        #[test]
        fn more_boxes_never_make_a_narrower_window(one in any::<usize>(), other in any::<usize>()) {
            prop_assert!(window_ms(one.min(other)) <= window_ms(one.max(other)));
        }
    }
}
