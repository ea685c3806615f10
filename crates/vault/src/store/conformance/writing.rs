//! Write once, whole, durable.

use super::{Fixture, name};
use crate::store::{NAME_MAX, OBJECT_MAX, Put, StoreError};
use bytes::Bytes;

/// `get` and `stat` show what was put.
pub async fn gives_back_what_was_put(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let bytes = Bytes::from_static(b"sealed bytes");
    assert_eq!(store.get(&name("a/b")).await.unwrap(), None);
    let put = store.put(&name("a/b"), bytes.clone(), None).await.unwrap();
    assert_eq!(put, Put::Created);
    let other = fixture.open().await;
    assert_eq!(other.get(&name("a/b")).await.unwrap(), Some(bytes));
    let stored = other.stat(&name("a/b")).await.unwrap().unwrap();
    assert_eq!((stored.name, stored.size), (name("a/b"), 12));
    assert_eq!(other.get(&name("a")).await.unwrap(), None);
    assert_eq!(other.get(&name("a/b/c")).await.unwrap(), None);
}

/// Sending again is harmless and says so; retention stays as it was.
pub async fn takes_the_same_again(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let bytes = Bytes::from_static(b"same");
    store.put(&name("a"), bytes.clone(), None).await.unwrap();
    let before = store.stat(&name("a")).await.unwrap();
    fixture.advance(1_000);
    let put = store.put(&name("a"), bytes, None).await.unwrap();
    assert_eq!(put, Put::AlreadyThere);
    assert_eq!(store.stat(&name("a")).await.unwrap(), before);
}

/// Other bytes under a taken name are refused and change nothing.
pub async fn never_overwrites(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let first = Bytes::from_static(b"first");
    store.put(&name("a"), first.clone(), None).await.unwrap();
    let second = Bytes::from_static(b"other");
    let error = store.put(&name("a"), second, None).await.unwrap_err();
    assert!(
        matches!(&error, StoreError::Exists(taken) if *taken == name("a")),
        "{error}"
    );
    assert_eq!(store.get(&name("a")).await.unwrap(), Some(first));
}

/// Of writers that race for a name, one is told that it won, and its bytes stay.
pub async fn lets_one_of_many_writers_win(fixture: &impl Fixture) {
    for round in 0..8 {
        let object = name(&format!("race/{round}"));
        let mut writers = tokio::task::JoinSet::new();
        for writer in 0..6_u8 {
            let (store, object) = (fixture.open().await, object.clone());
            writers.spawn(async move {
                let bytes = Bytes::from(vec![writer; 10_000]);
                (writer, store.put(&object, bytes, None).await)
            });
        }
        let mut winners = Vec::new();
        for (writer, put) in writers.join_all().await {
            match put {
                Ok(Put::Created) => winners.push(writer),
                Ok(Put::AlreadyThere) => panic!("writer {writer} saw its bytes, which are its own"),
                Err(error) => assert!(matches!(error, StoreError::Exists(_)), "{error}"),
            }
        }
        assert_eq!(winners.len(), 1, "winners: {winners:?}");
        let stored = fixture.open().await.get(&object).await.unwrap().unwrap();
        assert_eq!(stored, vec![winners[0]; 10_000]);
    }
}

/// Nothing, and 8 MiB.
pub async fn takes_empty_and_large_objects(fixture: &impl Fixture) {
    let store = fixture.open().await;
    for (object, size) in [("empty", 0), ("large", 8 << 20)] {
        let bytes = Bytes::from(vec![7; size]);
        store.put(&name(object), bytes.clone(), None).await.unwrap();
        assert_eq!(store.get(&name(object)).await.unwrap(), Some(bytes));
    }
}

/// Names of [`NAME_MAX`] bytes, in one part and in many, with all that can be done to an object.
pub async fn takes_the_longest_names<F: Fixture>(fixture: &F) {
    let store = fixture.open().await;
    let until = fixture.now().plus_ms(F::AT_LEAST_MS * 2);
    for text in ["n".repeat(NAME_MAX), "n/".repeat(NAME_MAX / 2 - 1) + "nn"] {
        assert_eq!(text.len(), NAME_MAX);
        let object = name(&text);
        let bytes = Bytes::from_static(b"long");
        store.put(&object, bytes.clone(), None).await.unwrap();
        store.retain(&object, until).await.unwrap();
        assert_eq!(store.get(&object).await.unwrap(), Some(bytes));
    }
    let listed = store.list("", None, 10).await.unwrap();
    assert!(listed.iter().all(|stored| stored.retain_until == until));
    assert_eq!(listed.len(), 2);
}

/// More than [`OBJECT_MAX`] bytes are refused before they are written.
pub async fn refuses_what_is_too_large(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let bytes = Bytes::from(vec![0; OBJECT_MAX + 1]);
    let error = store.put(&name("huge"), bytes, None).await.unwrap_err();
    assert!(matches!(error, StoreError::Refused(_)), "{error}");
    assert_eq!(store.get(&name("huge")).await.unwrap(), None);
}

/// What was put is there after everything was closed.
pub async fn survives_being_opened_again(fixture: &impl Fixture) {
    let bytes = Bytes::from_static(b"kept");
    let store = fixture.open().await;
    store
        .put(&name("a/b/c"), bytes.clone(), None)
        .await
        .unwrap();
    drop(store);
    let store = fixture.open().await;
    assert_eq!(store.get(&name("a/b/c")).await.unwrap(), Some(bytes));
}
