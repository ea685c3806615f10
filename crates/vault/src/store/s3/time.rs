//! The provider's time, as each of its answers tells it.

use crate::store::StoreError;
use aws_sdk_s3::primitives::{DateTime, DateTimeFormat};
use kernel::{Clock, Timestamp};
use std::sync::{Arc, Mutex};

/// What the provider's clock shows, by how far the machine's is from it.
pub(super) struct ProviderTime {
    here: Arc<dyn Clock>,
    ahead_ms: Mutex<Option<i64>>,
}

impl std::fmt::Debug for ProviderTime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ProviderTime")
    }
}

impl ProviderTime {
    pub(super) fn new(here: Arc<dyn Clock>) -> Self {
        let ahead_ms = Mutex::new(None);
        Self { here, ahead_ms }
    }

    /// Takes note of the `Date` of an answer.
    pub(super) fn told(&self, date: &str) {
        let Ok(date) = DateTime::from_str(date, DateTimeFormat::HttpDate) else {
            return;
        };
        let ahead = date.secs().saturating_mul(1_000) - self.here.now().millis();
        *self.held() = Some(ahead);
    }

    /// Now, by the provider's clock.
    pub(super) fn now(&self) -> Result<Timestamp, StoreError> {
        match *self.held() {
            Some(ahead) => Ok(self.here.now().plus_ms(ahead)),
            None => Err(StoreError::Refused(
                "the provider's answers do not tell its time (Date)".into(),
            )),
        }
    }

    fn held(&self) -> std::sync::MutexGuard<'_, Option<i64>> {
        let held = self.ahead_ms.lock();
        held.unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// In the provider's words, in whole seconds: some cut off what is less, which would be too early.
pub(super) fn date(until: Timestamp) -> DateTime {
    DateTime::from_secs(until.millis().div_euclid(1_000) + i64::from(until.millis() % 1_000 != 0))
}

pub(super) fn timestamp(date: &DateTime) -> Timestamp {
    Timestamp(date.to_millis().unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::clock::ManualClock;

    #[test]
    fn the_machines_own_time_plays_no_part() {
        let here = Arc::new(ManualClock::at(Timestamp(5_000)));
        let time = ProviderTime::new(here.clone());
        assert!(time.now().is_err());
        time.told("Tue, 24 Nov 2026 14:00:00 GMT");
        here.advance_ms(2_000);
        assert_eq!(time.now().unwrap(), Timestamp(1_795_528_802_000));
        time.told("not a date");
        assert_eq!(time.now().unwrap(), Timestamp(1_795_528_802_000));
    }

    #[test]
    fn a_part_of_a_second_is_a_second_more() {
        assert_eq!(date(Timestamp(1_000)).secs(), 1);
        assert_eq!(date(Timestamp(1_001)).secs(), 2);
    }
}
