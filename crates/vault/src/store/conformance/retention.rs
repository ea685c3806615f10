//! Retention only grows, by the store's own clock.

use super::{Fixture, name};
use crate::store::{Store, StoreError};
use bytes::Bytes;
use kernel::Timestamp;

async fn put(store: &dyn Store, until: Option<Timestamp>) {
    let bytes = Bytes::from_static(b"kept");
    store.put(&name("a"), bytes, until).await.unwrap();
}

async fn until(store: &dyn Store) -> Timestamp {
    store.stat(&name("a")).await.unwrap().unwrap().retain_until
}

/// Without a wish, and with one that is too short, the policy holds.
pub async fn keeps_at_least_the_policy<F: Fixture>(fixture: &F) {
    let store = fixture.open().await;
    let policy = fixture.now().plus_ms(F::AT_LEAST_MS);
    put(&*store, Some(fixture.now().plus_ms(-5))).await;
    assert!(until(&*store).await >= policy);
}

/// A later moment is taken, an earlier one changes nothing.
pub async fn grows_and_never_shrinks<F: Fixture>(fixture: &F) {
    let store = fixture.open().await;
    put(&*store, None).await;
    let later = fixture.now().plus_ms(F::AT_LEAST_MS * 2);
    store.retain(&name("a"), later).await.unwrap();
    assert_eq!(until(&*store).await, later);
    let earlier = fixture.now().plus_ms(1);
    store.retain(&name("a"), earlier).await.unwrap();
    assert_eq!(until(&*fixture.open().await).await, later);
}

/// Deleting before the time is refused with the time, also after retention has grown.
pub async fn refuses_to_delete_early<F: Fixture>(fixture: &F) {
    let store = fixture.open().await;
    put(&*store, None).await;
    let later = fixture.now().plus_ms(F::AT_LEAST_MS * 2);
    store.retain(&name("a"), later).await.unwrap();
    fixture.advance(F::AT_LEAST_MS * 2 - 1);
    let error = store.delete(&name("a")).await.unwrap_err();
    assert!(
        matches!(&error, StoreError::Retained { until, .. } if *until == later),
        "{error}"
    );
    assert!(store.get(&name("a")).await.unwrap().is_some());
}

/// When the time has passed, the object can go.
pub async fn deletes_when_it_has_passed<F: Fixture>(fixture: &F) {
    let store = fixture.open().await;
    put(&*store, None).await;
    fixture.advance(F::AT_LEAST_MS + 1);
    store.delete(&name("a")).await.unwrap();
    assert_eq!(store.get(&name("a")).await.unwrap(), None);
    assert!(store.list("", None, 10).await.unwrap().is_empty());
}

/// A wish beyond the store's limit is refused, in `put` and in `retain`, and nothing changes.
pub async fn refuses_the_far_future<F: Fixture>(fixture: &F) {
    let store = fixture.open().await;
    let far = fixture.now().plus_ms(F::AT_MOST_MS + 60_000);
    let bytes = Bytes::from_static(b"kept");
    let refused = store.put(&name("a"), bytes, Some(far)).await.unwrap_err();
    assert!(matches!(refused, StoreError::Refused(_)), "{refused}");
    assert_eq!(store.stat(&name("a")).await.unwrap(), None);
    put(&*store, None).await;
    let before = until(&*store).await;
    let refused = store.retain(&name("a"), far).await.unwrap_err();
    assert!(matches!(refused, StoreError::Refused(_)), "{refused}");
    assert_eq!(until(&*store).await, before);
}

/// Retaining or deleting what is not there says so.
pub async fn knows_nothing_of_what_is_missing<F: Fixture>(fixture: &F) {
    let store = fixture.open().await;
    let soon = fixture.now().plus_ms(1);
    let error = store.retain(&name("a"), soon).await.unwrap_err();
    assert!(matches!(error, StoreError::Missing(_)), "{error}");
    let error = store.delete(&name("a")).await.unwrap_err();
    assert!(matches!(error, StoreError::Missing(_)), "{error}");
    assert_eq!(store.stat(&name("a")).await.unwrap(), None);
}
