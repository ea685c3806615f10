//! What somebody who took over a site can do with its token: add, and nothing else.

use crate::running::Running;
use bytes::Bytes;
use kernel::Clock;
use vault::store::{ObjectName, Put, Store, StoreError};
use vault_server::Role;

fn name(text: &str) -> ObjectName {
    ObjectName::new(text).unwrap()
}

const SEGMENT: &str = "w/messaging/segments/1";
const LINK: &str = "w/messaging/manifests/1";

#[tokio::test]
async fn a_site_adds_and_reads_its_manifests() {
    let running = Running::new();
    let site = running
        .serve()
        .await
        .store(&running.token("a", &[Role::Site]));
    for object in [SEGMENT, LINK] {
        let put = site.put(&name(object), Bytes::from("sealed"), None).await;
        assert_eq!(put.unwrap(), Put::Created);
    }
    assert!(site.get(&name(LINK)).await.unwrap().is_some());
    assert_eq!(site.list("w/", None, 10).await.unwrap().len(), 2);
    assert!(site.stat(&name(SEGMENT)).await.unwrap().is_some());
    // What is sealed is not for a site to carry away.
    let read = site.get(&name(SEGMENT)).await;
    assert!(matches!(read, Err(StoreError::Denied(_))), "{read:?}");
}

#[tokio::test]
async fn a_site_neither_overwrites_shortens_nor_deletes() {
    let running = Running::new();
    let site = running
        .serve()
        .await
        .store(&running.token("a", &[Role::Site]));
    let link = name(LINK);
    site.put(&link, Bytes::from("one"), None).await.unwrap();
    let again = site.put(&link, Bytes::from("two"), None).await;
    assert!(matches!(again, Err(StoreError::Exists(_))), "{again:?}");
    let kept = site.stat(&link).await.unwrap().unwrap().retain_until;
    site.retain(&link, running.clock.now()).await.unwrap();
    assert_eq!(site.stat(&link).await.unwrap().unwrap().retain_until, kept);
    for _ in 0..2 {
        let deleted = site.delete(&link).await;
        assert!(matches!(deleted, Err(StoreError::Denied(_))), "{deleted:?}");
        // Not even when its time has passed.
        running.clock.advance_ms(10 * crate::running::AT_MOST_MS);
    }
    assert_eq!(site.get(&link).await.unwrap().unwrap(), "one");
}

#[tokio::test]
async fn a_site_cannot_fill_the_future_or_the_disk() {
    let mut running = Running::new();
    running.daily_bytes = 10;
    let site = running
        .serve()
        .await
        .store(&running.token("a", &[Role::Site]));
    let far = running.clock.now().plus_ms(crate::running::AT_MOST_MS + 1);
    let put = site.put(&name(LINK), Bytes::from("x"), Some(far)).await;
    assert!(matches!(put, Err(StoreError::Refused(_))), "{put:?}");
    site.put(&name(LINK), Bytes::from("x"), None).await.unwrap();
    let retained = site.retain(&name(LINK), far).await;
    assert!(
        matches!(retained, Err(StoreError::Refused(_))),
        "{retained:?}"
    );
    let segment = name(SEGMENT);
    let flood = site.put(&segment, Bytes::from("0123456789"), None).await;
    let error = flood.unwrap_err();
    assert!(error.is_transient(), "{error:?}");
    assert!(error.to_string().contains("at most 10"), "{error}");
    // Tomorrow is another day.
    running.clock.advance_ms(24 * 3_600_000);
    let put = site
        .put(&name(SEGMENT), Bytes::from("01234567"), None)
        .await;
    assert_eq!(put.unwrap(), Put::Created);
}

#[tokio::test]
async fn a_site_does_not_write_what_people_put() {
    let running = Running::new();
    let site = running
        .serve()
        .await
        .store(&running.token("a", &[Role::Site]));
    for forbidden in ["trust/1", "identities/1"] {
        let put = site.put(&name(forbidden), Bytes::from("x"), None).await;
        assert!(
            matches!(put, Err(StoreError::Denied(_))),
            "{forbidden}: {put:?}"
        );
    }
}

#[tokio::test]
async fn a_vault_that_is_nearly_full_says_so_and_takes_nothing() {
    let mut running = Running::new();
    let token = running.token("a", &[Role::Site]);
    running.reserve_bytes = u64::MAX;
    let site = running.serve().await.store(&token);
    let put = site.put(&name(LINK), Bytes::from("x"), None).await;
    let error = put.unwrap_err();
    assert!(matches!(error, StoreError::Full(_)), "{error:?}");
    assert!(error.is_transient());
    assert_eq!(site.stat(&name(LINK)).await.unwrap(), None);
    // There is room again.
    running.reserve_bytes = 0;
    let site = running.serve().await.store(&token);
    let put = site.put(&name(LINK), Bytes::from("x"), None).await;
    assert_eq!(put.unwrap(), Put::Created);
}

#[tokio::test]
async fn strangers_and_former_holders_see_nothing() {
    let running = Running::new();
    let address = running.serve().await;
    let token = running.token("a", &[Role::Site, Role::Reader]);
    let site = address.store(&token);
    site.put(&name(LINK), Bytes::from("x"), None).await.unwrap();
    running.tokens().revoke("a").unwrap();
    for token in [token.as_str(), "skv_guess", ""] {
        let stranger = address.store(token);
        let listed = stranger.list("", None, 1).await;
        assert!(matches!(listed, Err(StoreError::Denied(_))), "{listed:?}");
        let got = stranger.get(&name(LINK)).await;
        assert!(matches!(got, Err(StoreError::Denied(_))), "{got:?}");
    }
    // Guessing on is slowed down.
    let mut slowed = false;
    for _ in 0..40 {
        let listed = address.store("skv_guess").list("", None, 1).await;
        slowed |= matches!(listed, Err(StoreError::Unavailable(_)));
    }
    assert!(slowed);
    // Whoever holds a token is not hindered by those who guess.
    let reader = address.store(&running.token("r", &[Role::Reader]));
    assert!(reader.get(&name(LINK)).await.unwrap().is_some());
}

#[tokio::test]
async fn a_reader_only_reads() {
    let running = Running::new();
    let address = running.serve().await;
    let site = address.store(&running.token("a", &[Role::Site]));
    site.put(&name(SEGMENT), Bytes::from("x"), None)
        .await
        .unwrap();
    let reader = address.store(&running.token("r", &[Role::Reader]));
    assert!(reader.get(&name(SEGMENT)).await.unwrap().is_some());
    let put = reader.put(&name(LINK), Bytes::from("x"), None).await;
    assert!(matches!(put, Err(StoreError::Denied(_))), "{put:?}");
    let kept = reader.retain(&name(SEGMENT), running.clock.now()).await;
    assert!(matches!(kept, Err(StoreError::Denied(_))), "{kept:?}");
    let deleted = reader.delete(&name(SEGMENT)).await;
    assert!(matches!(deleted, Err(StoreError::Denied(_))), "{deleted:?}");
}
