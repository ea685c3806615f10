//! Waiting for a condition, with a limit.

use std::future::Future;
use std::time::Duration;

/// The condition did not come true in time.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{what} did not happen within {limit:?}")]
pub struct TimedOut {
    /// What was waited for.
    pub what: String,
    /// For how long.
    pub limit: Duration,
}

/// Asks `probe` every 50 ms until it gives a value, for at most `limit`.
pub async fn until<T, F>(
    what: &str,
    limit: Duration,
    mut probe: impl FnMut() -> F,
) -> Result<T, TimedOut>
where
    F: Future<Output = Option<T>>,
{
    let asking = async {
        loop {
            if let Some(value) = probe().await {
                return value;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(limit, asking)
        .await
        .map_err(|_| TimedOut {
            what: what.into(),
            limit,
        })
}
