//! How long to wait before asking again.

use kernel::Random;
use std::time::Duration;

/// Exponential back-off with a cap and jitter: round `n` waits between half and the whole of
/// `first * 2^n`, at most `cap`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// The wait after the first round in which every site failed.
    pub first: Duration,
    /// The longest wait.
    pub cap: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self {
            first: Duration::from_millis(50),
            cap: Duration::from_secs(2),
        }
    }
}

impl Backoff {
    /// The wait after round `round` (0, 1, 2 …) failed.
    #[must_use]
    pub fn wait(&self, round: u32, random: &dyn Random) -> Duration {
        let full = self
            .first
            .saturating_mul(1_u32.checked_shl(round.min(20)).unwrap_or(u32::MAX))
            .min(self.cap);
        let micros = u64::try_from(full.as_micros()).unwrap_or(u64::MAX);
        let half = micros / 2;
        Duration::from_micros(half + random.next_u64() % (micros - half + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::random::SeededRandom;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn waits_stay_between_half_and_whole(round in 0_u32..200, seed: u64) {
            let backoff = Backoff::default();
            let wait = backoff.wait(round, &SeededRandom::new(seed));
            let whole = backoff.first.saturating_mul(1 << round.min(20)).min(backoff.cap);
            prop_assert!(wait >= whole / 2 && wait <= whole, "{wait:?} of {whole:?}");
        }
    }

    #[test]
    fn waits_differ_between_clients() {
        let backoff = Backoff::default();
        let waits: std::collections::BTreeSet<_> = (0..20)
            .map(|seed| backoff.wait(3, &SeededRandom::new(seed)))
            .collect();
        assert!(waits.len() > 10);
    }
}
