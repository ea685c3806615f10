//! The state of one direction between two sites, changed by tests and read by the hub for each packet.

use kernel::random::Random;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// One direction of a link.
#[derive(Debug, Default)]
pub struct Link {
    delay_us: AtomicU32,
    jitter_us: AtomicU32,
    loss_per_mille: AtomicU32,
    is_cut: AtomicBool,
    passed: AtomicU64,
    dropped: AtomicU64,
}

/// How one direction of a link is, and what went over it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LinkState {
    /// How long a packet takes, at least.
    pub delay: Duration,
    /// How much longer it may take.
    pub jitter: Duration,
    /// Of 1000 packets, how many are lost.
    pub loss_per_mille: u32,
    /// Whether nothing passes.
    pub is_cut: bool,
    /// Packets that passed.
    pub passed: u64,
    /// Packets that did not.
    pub dropped: u64,
}

fn micros(time: Duration) -> u32 {
    u32::try_from(time.as_micros()).unwrap_or(u32::MAX)
}

impl Link {
    pub fn set_delay(&self, delay: Duration) {
        self.delay_us.store(micros(delay), Relaxed);
    }

    pub fn set_jitter(&self, jitter: Duration) {
        self.jitter_us.store(micros(jitter), Relaxed);
    }

    pub fn set_loss(&self, per_mille: u32) {
        self.loss_per_mille.store(per_mille, Relaxed);
    }

    pub fn set_cut(&self, is_cut: bool) {
        self.is_cut.store(is_cut, Relaxed);
    }

    /// How long the next packet takes, or `None` if it is lost.
    pub fn fate(&self, random: &dyn Random) -> Option<Duration> {
        let (loss, jitter) = (
            self.loss_per_mille.load(Relaxed),
            self.jitter_us.load(Relaxed),
        );
        let drawn = if loss == 0 && jitter == 0 {
            0
        } else {
            random.next_u64()
        };
        if self.is_cut.load(Relaxed) || drawn % 1000 < u64::from(loss) {
            self.dropped.fetch_add(1, Relaxed);
            return None;
        }
        self.passed.fetch_add(1, Relaxed);
        let more = (drawn >> 32) % (u64::from(jitter) + 1);
        Some(Duration::from_micros(
            u64::from(self.delay_us.load(Relaxed)) + more,
        ))
    }

    pub fn state(&self) -> LinkState {
        let micros = |value: &AtomicU32| Duration::from_micros(value.load(Relaxed).into());
        LinkState {
            delay: micros(&self.delay_us),
            jitter: micros(&self.jitter_us),
            loss_per_mille: self.loss_per_mille.load(Relaxed),
            is_cut: self.is_cut.load(Relaxed),
            passed: self.passed.load(Relaxed),
            dropped: self.dropped.load(Relaxed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::random::SeededRandom;

    #[test]
    fn a_cut_link_passes_nothing_and_a_healed_one_everything() {
        let (link, random) = (Link::default(), SeededRandom::new(1));
        link.set_cut(true);
        assert_eq!(link.fate(&random), None);
        link.set_cut(false);
        assert_eq!(link.fate(&random), Some(Duration::ZERO));
        assert_eq!((link.state().passed, link.state().dropped), (1, 1));
    }

    #[test]
    fn loss_is_close_to_what_was_asked_for() {
        let (link, random) = (Link::default(), SeededRandom::new(1));
        link.set_loss(100);
        let lost = (0..10_000).filter(|_| link.fate(&random).is_none()).count();
        assert!((800..1200).contains(&lost), "{lost} of 10,000");
    }

    #[test]
    fn jitter_is_added_to_the_delay() {
        let (link, random) = (Link::default(), SeededRandom::new(1));
        link.set_delay(Duration::from_millis(10));
        link.set_jitter(Duration::from_millis(5));
        let delays: Vec<_> = (0..1000).filter_map(|_| link.fate(&random)).collect();
        assert!(
            delays
                .iter()
                .all(|d| (10_000..=15_000).contains(&d.as_micros()))
        );
        assert!(delays.iter().any(|d| d.as_micros() > 14_000));
    }
}
