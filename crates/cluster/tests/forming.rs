//! Three sites on one machine form a cluster, and a killed site comes back to it.

mod support;

use std::time::Duration;
use support::Trio;

#[tokio::test(flavor = "multi_thread")]
async fn both_other_copies_are_synchronous_and_a_killed_primary_comes_back() {
    if let Some(reason) = support::unavailable() {
        return eprintln!("skipped: {reason}");
    }
    let limit = Duration::from_secs(60);
    let trio = Trio::on_loopback();
    let (first, second) = trio.start().await;
    let sql = "SELECT current_user || ' ' || current_setting('synchronous_commit')";
    assert_eq!(
        trio.query(first, sql).await.expect("connected as sekoci"),
        "sekoci on"
    );
    let refused = trio.query(first, "SELECT pg_cancel_backend(1)::text").await;
    assert!(
        refused.is_err(),
        "the journal's role must not cancel anybody's wait"
    );

    trio.site(first).kill().await.expect("killed");
    assert!(
        !trio.site(first).status().postgres,
        "PostgreSQL outlived the kill"
    );
    let primary = trio
        .patroni
        .wait_synchronous(&["w"], limit)
        .await
        .expect("taken over");
    assert_eq!(primary.name, second);
    trio.site(first).start().await.expect("started again");
    let primary = trio.patroni.wait_ready(limit).await.expect("back in step");
    assert_eq!(primary.name, second);
    for site in &trio.sites {
        site.stop().await.expect("stopped");
        assert!(!site.status().postgres);
    }
}
