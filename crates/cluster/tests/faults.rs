//! What the sites do when one dies, stands still or is cut off, and that no acknowledged row is ever lost.

mod support;

use cluster::LeaseTimes;
use std::time::Duration;
use support::Trio;
use support::writer::Writers;
use tokio::time::Instant;

const LIMIT: Duration = Duration::from_secs(40);

/// Ready sites with writers at work, and which candidate is the primary and which the other.
async fn ready() -> Option<(Trio, Writers, &'static str, &'static str)> {
    if let Some(reason) = support::no_lab() {
        eprintln!("skipped: {reason}");
        return None;
    }
    let trio = Trio::in_lab(LeaseTimes::default());
    let (primary, other) = trio.start().await;
    let writers = Writers::start(&trio).await;
    Some((trio, writers, primary, other))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_primary_is_replaced_and_comes_back_by_rewinding() {
    let Some((trio, writers, first, second)) = ready().await else {
        return;
    };
    let fault = Instant::now();
    trio.site(first).kill().await.expect("killed");
    let ack = writers.wait_for_ack_after(fault, LIMIT).await;
    eprintln!("writable {:?} after the kill", ack.at - fault);
    assert_eq!(ack.site, second);
    trio.site(first).start().await.expect("started");
    let log = std::fs::read_to_string(trio.site(first).spec().data_dir.join("patroni.log"));
    writers.stop_and_check(&trio).await;
    assert!(
        !log.expect("a log").contains("remove_data_directory"),
        "it was copied anew"
    );
}
