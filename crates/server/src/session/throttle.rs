//! Throttles: how often a key (a user, an address, a session) may do something.

use governor::clock::{Clock as GovernorClock, Reference};
use governor::nanos::Nanos;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use kernel::Clock;
use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};

/// The most keys remembered before those that may act at will are forgotten.
const KEYS_MAX: usize = 100_000;

/// How often something may happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How often at once.
    pub burst: u32,
    /// How often per minute on average.
    pub per_minute: u32,
}

/// [`Clock`] as governor wants it.
#[derive(Clone)]
struct Time(Arc<dyn Clock>);

/// A moment of [`Time`], in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Moment(u64);

impl std::ops::Add<Nanos> for Moment {
    type Output = Self;
    fn add(self, other: Nanos) -> Self {
        Self(self.0.saturating_add(other.as_u64()))
    }
}

impl Reference for Moment {
    fn duration_since(&self, earlier: Self) -> Nanos {
        Nanos::new(self.0.saturating_sub(earlier.0))
    }

    fn saturating_sub(&self, duration: Nanos) -> Self {
        self.0.checked_sub(duration.as_u64()).map_or(*self, Self)
    }
}

impl GovernorClock for Time {
    type Instant = Moment;
    fn now(&self) -> Moment {
        let millis = u64::try_from(self.0.now().millis()).unwrap_or(0);
        Moment(millis.saturating_mul(1_000_000))
    }
}

type Limiter =
    RateLimiter<u64, DashMapStateStore<u64>, Time, governor::middleware::NoOpMiddleware<Moment>>;

/// Lets each key act at a [`Rate`]. Keys are kept as hashes, so that strangers cannot fill memory
/// with long names.
pub struct Throttle {
    limiter: Limiter,
    hasher: RandomState,
    time: Time,
    /// Keys whose failures used up their rate, and until when.
    blocked: Mutex<HashMap<u64, Moment>>,
}

/// Too often: ask again after so many milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too often; again in {retry_after_ms} ms")]
pub struct TooOften {
    /// How long to wait.
    pub retry_after_ms: u64,
}

impl Throttle {
    /// A throttle for the given rate.
    #[must_use]
    pub fn new(rate: Rate, clock: Arc<dyn Clock>) -> Self {
        let positive = |n: u32| NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::per_minute(positive(rate.per_minute)).allow_burst(positive(rate.burst));
        let time = Time(clock);
        Self {
            limiter: RateLimiter::new(quota, DashMapStateStore::default(), time.clone()),
            hasher: RandomState::new(),
            time,
            blocked: Mutex::default(),
        }
    }

    /// Takes one turn for `key`.
    ///
    /// # Errors
    /// When the key has to wait.
    pub fn take(&self, key: impl Hash) -> Result<(), TooOften> {
        self.forget_old();
        let wait = match self.limiter.check_key(&self.hasher.hash_one(key)) {
            Ok(()) => return Ok(()),
            Err(not_until) => not_until.wait_time_from(self.time.now()),
        };
        Err(TooOften {
            retry_after_ms: u64::try_from(wait.as_millis()).unwrap_or(u64::MAX).max(1),
        })
    }

    /// Whether `key` may try; counts nothing. See [`Throttle::failed`].
    ///
    /// # Errors
    /// When the key's failures used up its rate.
    pub fn admit(&self, key: impl Hash) -> Result<(), TooOften> {
        let key = self.hasher.hash_one(key);
        let now = self.time.now();
        let mut blocked = self.blocked.lock().unwrap_or_else(PoisonError::into_inner);
        match blocked.get(&key) {
            Some(until) if *until > now => Err(TooOften {
                retry_after_ms: (until.0 - now.0).div_ceil(1_000_000).max(1),
            }),
            Some(_) => {
                blocked.remove(&key);
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// Counts a failure of `key`; once its rate is used up, [`Throttle::admit`] refuses it for as
    /// long as the rate says.
    pub fn failed(&self, key: impl Hash) {
        let hash = self.hasher.hash_one(&key);
        if let Err(wait) = self.take(key) {
            let until = self.time.now() + Nanos::new(wait.retry_after_ms.saturating_mul(1_000_000));
            let mut blocked = self.blocked.lock().unwrap_or_else(PoisonError::into_inner);
            if blocked.len() >= KEYS_MAX {
                let now = self.time.now();
                blocked.retain(|_, until| *until > now);
            }
            blocked.insert(hash, until);
        }
    }

    fn forget_old(&self) {
        if self.limiter.len() > KEYS_MAX {
            self.limiter.retain_recent();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Timestamp;
    use kernel::clock::ManualClock;

    fn throttle(burst: u32, per_minute: u32) -> (Throttle, Arc<ManualClock>) {
        let clock = Arc::new(ManualClock::at(Timestamp(1_000_000)));
        (
            Throttle::new(Rate { burst, per_minute }, Arc::clone(&clock) as _),
            clock,
        )
    }

    #[test]
    fn a_burst_passes_and_then_the_rate_counts() {
        let (throttle, clock) = throttle(3, 60);
        for _ in 0..3 {
            throttle.take("a").unwrap();
        }
        assert_eq!(
            throttle.take("a"),
            Err(TooOften {
                retry_after_ms: 1_000
            })
        );
        assert!(throttle.take("b").is_ok(), "keys do not share");
        clock.advance_ms(1_000);
        throttle.take("a").unwrap();
        assert!(throttle.take("a").is_err());
    }

    #[test]
    fn only_failures_use_up_what_admit_grants() {
        let (throttle, clock) = throttle(2, 6);
        for _ in 0..100 {
            throttle.admit("a").unwrap();
        }
        throttle.failed("a");
        throttle.failed("a");
        throttle.admit("a").unwrap();
        throttle.failed("a");
        let wait = throttle.admit("a").unwrap_err().retry_after_ms;
        assert!((1..=10_000).contains(&wait), "{wait}");
        clock.advance_ms(i64::try_from(wait).unwrap());
        throttle.admit("a").unwrap();
        throttle.admit("b").unwrap();
    }
}
