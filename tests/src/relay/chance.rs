//! Chance from a seed: the same seed, the same weather for the same packets.

/// A small generator (SplitMix64).
#[derive(Debug, Clone)]
pub(super) struct Chance(u64);

impl Chance {
    /// From a seed and what it is for.
    pub(super) const fn of(seed: u64, direction: u64) -> Self {
        Self(seed ^ direction.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// True so many times in a hundred.
    pub(super) fn happens(&mut self, percent: u32) -> bool {
        self.next() % 100 < u64::from(percent)
    }

    /// Anything from nothing up to a time.
    pub(super) fn up_to(&mut self, longest: std::time::Duration) -> std::time::Duration {
        let micros = u64::try_from(longest.as_micros()).unwrap_or(u64::MAX);
        std::time::Duration::from_micros(self.next() % micros.saturating_add(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_has_the_same_weather_and_chance_keeps_its_share() {
        let draw = |seed| {
            let mut chance = Chance::of(seed, 1);
            (0..10_000).filter(|_| chance.happens(20)).count()
        };
        assert_eq!(draw(7), draw(7));
        assert!((1_800..2_200).contains(&draw(7)) && (1_800..2_200).contains(&draw(8)), "{} {}", draw(7), draw(8));
        assert_eq!((Chance::of(1, 1).happens(0), Chance::of(1, 1).happens(100)), (false, true));
    }
}
