//! How often one session, or one address without a session, may ask.

use super::ClientAddress;
use crate::config::Limits;
use crate::problem::Problem;
use crate::session::throttle::{Rate, Throttle, TooOften};
use installation::SessionId;
use kernel::Clock;
use std::sync::Arc;

/// Request rates. A signed-in client is limited by its session and not by its address, so that an
/// office behind one address is not throttled as one person.
pub struct Requests {
    by_session: Throttle,
    by_address: Throttle,
}

impl Requests {
    /// The rates of the configuration.
    #[must_use]
    pub fn new(limits: &Limits, clock: &Arc<dyn Clock>) -> Self {
        let rate = Rate {
            burst: limits.requests_burst,
            per_minute: limits.requests_per_second.saturating_mul(60),
        };
        Self {
            by_session: Throttle::new(rate, Arc::clone(clock)),
            by_address: Throttle::new(rate, Arc::clone(clock)),
        }
    }

    /// Counts a request of a session.
    ///
    /// # Errors
    /// 429 with the time to wait.
    pub fn of_session(&self, session: SessionId) -> Result<(), Problem> {
        self.by_session.take(session).map_err(too_many)
    }

    /// Counts a request without a session.
    ///
    /// # Errors
    /// 429 with the time to wait.
    pub fn of_address(&self, address: ClientAddress) -> Result<(), Problem> {
        self.by_address.take(address).map_err(too_many)
    }
}

fn too_many(wait: TooOften) -> Problem {
    Problem::too_many_requests(wait.retry_after_ms)
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Timestamp;
    use kernel::clock::ManualClock;
    use kernel::id::Uuid;

    #[test]
    fn sessions_behind_one_address_do_not_share_a_rate() {
        let clock: Arc<dyn Clock> = Arc::new(ManualClock::at(Timestamp(1)));
        let limits = Limits {
            requests_per_second: 1,
            requests_burst: 1,
            ..Limits::default()
        };
        let requests = Requests::new(&limits, &clock);
        let session = |n| SessionId(Uuid::from_u128(n));
        requests.of_session(session(1)).unwrap();
        requests.of_session(session(2)).unwrap();
        let problem = requests.of_session(session(1)).unwrap_err();
        assert_eq!(
            (problem.status.as_u16(), problem.retry_after_ms),
            (429, Some(1_000))
        );
        let address = ClientAddress::of("192.0.2.1".parse().unwrap());
        requests.of_address(address).unwrap();
        assert!(requests.of_address(address).is_err());
    }
}
