//! Waiting for a condition, never for a fixed time.

use std::time::Duration;
use tokio::time::Instant;

const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Looks until `look` finds something; gives it and the time it took.
///
/// # Panics
/// When nothing was found within `patience`.
pub async fn until<T>(
    what: &str,
    patience: Duration,
    mut look: impl AsyncFnMut() -> Option<T>,
) -> (T, Duration) {
    let began = Instant::now();
    loop {
        if let Some(found) = look().await {
            return (found, began.elapsed());
        }
        assert!(
            began.elapsed() < patience,
            "not within {patience:?}: {what}"
        );
        tokio::time::sleep(LOOK_EVERY).await;
    }
}
