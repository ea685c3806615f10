//! What somebody does who holds a key of the bucket, without going through this store.

use super::provider::Bucket;
use super::{name, *};
use crate::store::conformance::Fixture as _;

const SEALED: Bytes = Bytes::from_static(b"sealed");

/// A bucket with the object `a`, and the key under which it is.
async fn with_object() -> (Bucket, S3Store, String) {
    let bucket = Bucket::named();
    let store = bucket.make(true).await;
    store.put(&name("a"), SEALED, None).await.unwrap();
    let key = store.key(&name("a"));
    (bucket, store, key)
}

async fn overwrite(store: &S3Store, key: &str, bytes: &'static [u8]) {
    let request = store.client.put_object().bucket(&store.address.bucket);
    let request = request.key(key).body(Bytes::from_static(bytes).into());
    request.send().await.unwrap();
}

async fn hide(store: &S3Store, key: &str) {
    let request = store.client.delete_object().bucket(&store.address.bucket);
    request.key(key).send().await.unwrap();
}

/// Every way to read gives what was put first, and putting it again changes nothing.
async fn is_as_it_was(store: &S3Store) {
    assert_eq!(store.get(&name("a")).await.unwrap(), Some(SEALED));
    let stored = store.stat(&name("a")).await.unwrap().unwrap();
    assert_eq!(stored.size, 6);
    assert_eq!(
        store.list("", None, 10).await.unwrap(),
        std::slice::from_ref(&stored)
    );
    let again = store.put(&name("a"), SEALED, None).await.unwrap();
    assert_eq!(again, Put::AlreadyThere);
    let other = Bytes::from_static(b"other!");
    let error = store.put(&name("a"), other, None).await.unwrap_err();
    assert!(matches!(error, StoreError::Exists(_)), "{error}");
    assert_eq!(store.stat(&name("a")).await.unwrap(), Some(stored));
}

#[tokio::test]
async fn later_versions_change_nothing_however_many() {
    let (_bucket, store, key) = with_object().await;
    for _ in 0..8 {
        overwrite(&store, &key, b"forged").await;
    }
    is_as_it_was(&store).await;
}

#[tokio::test]
async fn a_delete_marker_hides_nothing() {
    let (_bucket, store, key) = with_object().await;
    store.put(&name("a/b"), SEALED, None).await.unwrap();
    hide(&store, &key).await;
    hide(&store, &store.key(&name("a/b"))).await;
    assert_eq!(store.list("", None, 10).await.unwrap().len(), 2);
    assert_eq!(store.list("a/", None, 10).await.unwrap().len(), 1);
    let (_bucket, store, key) = with_object().await;
    for _ in 0..4 {
        hide(&store, &key).await;
    }
    is_as_it_was(&store).await;
}

#[tokio::test]
async fn after_a_delete_marker_the_name_is_still_taken() {
    let (_bucket, store, key) = with_object().await;
    hide(&store, &key).await;
    // The provider would take it: to its mind there is no object any more.
    let other = Bytes::from_static(b"other!");
    let error = store.put(&name("a"), other, None).await.unwrap_err();
    assert!(matches!(error, StoreError::Exists(_)), "{error}");
    hide(&store, &key).await;
    overwrite(&store, &key, b"forged").await;
    is_as_it_was(&store).await;
}

#[tokio::test]
async fn a_locked_version_is_neither_deleted_nor_unlocked_by_any_key() {
    let (bucket, store, key) = with_object().await;
    let first = store.first(&name("a")).await.unwrap().unwrap();
    let request = store.client.delete_object().bucket(&bucket.name).key(&key);
    let request = request.version_id(&first.version);
    let refused = request.bypass_governance_retention(true).send().await;
    assert_eq!(refused.unwrap_err().code(), Some("AccessDenied"));
    for (mode, until) in [
        (
            ObjectLockRetentionMode::Compliance,
            bucket.now().plus_ms(1_000),
        ),
        (
            ObjectLockRetentionMode::Governance,
            bucket.now().plus_ms(Bucket::AT_MOST_MS),
        ),
    ] {
        let retention = ObjectLockRetention::builder()
            .mode(mode)
            .retain_until_date(date(until))
            .build();
        let request = store.client.put_object_retention().bucket(&bucket.name);
        let request = request.key(&key).version_id(&first.version);
        let refused = request.retention(retention).send().await;
        assert_eq!(refused.unwrap_err().code(), Some("AccessDenied"));
    }
    is_as_it_was(&store).await;
}

#[tokio::test]
async fn retaining_keeps_the_first_version_and_not_the_one_on_top() {
    let (bucket, store, key) = with_object().await;
    overwrite(&store, &key, b"forged").await;
    let until = bucket.now().plus_ms(2 * Bucket::AT_LEAST_MS);
    store.retain(&name("a"), until).await.unwrap();
    let all = store.all(&name("a")).await.unwrap().versions;
    assert_eq!(store.locked_until(&all[1]).await.unwrap(), Some(until));
    assert_eq!(store.locked_until(&all[0]).await.unwrap(), None);
}

#[tokio::test]
async fn the_same_bytes_without_a_lock_are_locked_before_anybody_relies_on_them() {
    let bucket = Bucket::named();
    let store = bucket.make(true).await;
    overwrite(&store, &store.key(&name("a")), b"sealed").await;
    let stored = store.stat(&name("a")).await.unwrap().unwrap();
    assert_eq!(stored.retain_until, Timestamp(0));
    let put = store.put(&name("a"), SEALED, None).await.unwrap();
    assert_eq!(put, Put::AlreadyThere);
    let stored = store.stat(&name("a")).await.unwrap().unwrap();
    assert!(stored.retain_until >= bucket.now().plus_ms(Bucket::AT_LEAST_MS));
}

#[tokio::test]
async fn a_name_that_is_told_to_be_taken_stays_taken() {
    let bucket = Bucket::named();
    let store = bucket.make(true).await;
    overwrite(&store, &store.key(&name("a")), b"other!").await;
    let error = store.put(&name("a"), SEALED, None).await.unwrap_err();
    assert!(matches!(error, StoreError::Exists(_)), "{error}");
    let stored = store.stat(&name("a")).await.unwrap().unwrap();
    assert!(stored.retain_until >= bucket.now().plus_ms(Bucket::AT_LEAST_MS));
}

#[tokio::test]
async fn a_lock_that_has_ended_is_set_anew_when_the_same_is_put() {
    let (bucket, store, _) = with_object().await;
    bucket.advance(Bucket::AT_LEAST_MS + 1_000);
    // The provider tells whole seconds, with every answer.
    store.stat(&name("a")).await.unwrap();
    let put = store.put(&name("a"), SEALED, None).await.unwrap();
    assert_eq!(put, Put::AlreadyThere);
    let stored = store.stat(&name("a")).await.unwrap().unwrap();
    assert!(stored.retain_until >= bucket.now().plus_ms(Bucket::AT_LEAST_MS));
}

#[tokio::test]
async fn what_is_deleted_in_time_leaves_no_forgery_behind() {
    let (bucket, store, key) = with_object().await;
    overwrite(&store, &key, b"forged").await;
    hide(&store, &key).await;
    bucket.advance(Bucket::AT_LEAST_MS + 1);
    store.delete(&name("a")).await.unwrap();
    assert_eq!(store.get(&name("a")).await.unwrap(), None);
    assert!(store.list("", None, 10).await.unwrap().is_empty());
    assert_eq!(
        store.put(&name("a"), SEALED, None).await.unwrap(),
        Put::Created
    );
}

#[tokio::test]
async fn a_clock_that_was_wrong_while_writing_shortens_nothing() {
    let (bucket, store, _) = with_object().await;
    // The store last heard of the provider's time before this.
    bucket.advance(Bucket::AT_LEAST_MS);
    store.put(&name("b"), SEALED, None).await.unwrap();
    let stored = store.stat(&name("b")).await.unwrap().unwrap();
    assert!(stored.retain_until >= bucket.now().plus_ms(Bucket::AT_LEAST_MS));
}

#[tokio::test]
async fn what_is_no_name_is_not_the_vaults() {
    let (_bucket, store, _) = with_object().await;
    for key in [
        "harbour/",
        "harbour/A",
        "harbour/a b",
        "harbour/.hidden",
        "harbour",
        "other/a",
    ] {
        overwrite(&store, key, b"litter").await;
    }
    is_as_it_was(&store).await;
}
