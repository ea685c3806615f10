//! Listing is complete and in order.

use super::{Fixture, name};
use crate::store::Store;
use bytes::Bytes;

/// In the order of bytes, in which `-` and `.` come before `/` and digits after it.
const NAMES: [&str; 9] = [
    "a", "a-b", "a-b/c", "a.b", "a/b", "a/b/c", "a/c", "a0", "b/0",
];

async fn fill(store: &dyn Store) {
    for object in NAMES.iter().rev() {
        let bytes = Bytes::copy_from_slice(object.as_bytes());
        store.put(&name(object), bytes, None).await.unwrap();
    }
}

async fn names(store: &dyn Store, prefix: &str) -> Vec<String> {
    let listed = store.list(prefix, None, 100).await.unwrap();
    listed.into_iter().map(|s| s.name.to_string()).collect()
}

/// Pages of every size, joined, are the whole.
pub async fn gives_all_in_order_page_by_page(fixture: &impl Fixture) {
    let store = fixture.open().await;
    fill(&*store).await;
    for page in 1..=NAMES.len() + 1 {
        let mut seen = Vec::new();
        let mut after = None;
        loop {
            let listed = store.list("", after.as_ref(), page).await.unwrap();
            assert!(listed.len() <= page);
            let Some(last) = listed.last() else { break };
            after = Some(last.name.clone());
            seen.extend(listed.iter().map(|s| s.name.to_string()));
        }
        assert_eq!(seen, NAMES, "pages of {page}");
    }
}

/// A prefix is text, not a folder.
pub async fn keeps_to_the_prefix(fixture: &impl Fixture) {
    let store = fixture.open().await;
    fill(&*store).await;
    assert_eq!(names(&*store, "a/").await, ["a/b", "a/b/c", "a/c"]);
    assert_eq!(names(&*store, "a/b").await, ["a/b", "a/b/c"]);
    assert_eq!(names(&*store, "a-").await, ["a-b", "a-b/c"]);
    assert!(names(&*store, "c").await.is_empty());
    let after = store.list("a/", Some(&name("a/b")), 100).await.unwrap();
    assert_eq!(after.len(), 2);
    assert_eq!(after[0].size, 5);
}

/// The order is that of the names, however they are kept.
pub async fn orders_by_name_and_not_by_folder(fixture: &impl Fixture) {
    let store = fixture.open().await;
    fill(&*store).await;
    assert_eq!(names(&*store, "").await, NAMES);
}
