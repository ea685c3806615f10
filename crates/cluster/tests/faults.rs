//! What the sites do when one dies, stands still or is cut off, and that no acknowledged row is ever lost.

mod support;

use cluster::LeaseTimes;
use std::time::Duration;
use support::Trio;
use support::hastening;
use support::writer::Writers;
use tokio::time::Instant;

const LIMIT: Duration = Duration::from_secs(60);

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

/// Waits until `site` is primary and a row begun after that is acknowledged there.
async fn taken_over_by(site: &str, trio: &Trio, writers: &Writers) {
    let taken = cluster::until("a takeover", LIMIT, async || {
        trio.patroni
            .primary()
            .await
            .filter(|primary| primary.name == site)
            .map(drop)
    });
    taken.await.expect("taken over");
    let ack = writers.wait_for_ack_after(Instant::now(), LIMIT).await;
    assert_eq!(ack.site, site);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_primary_is_replaced_and_comes_back_by_rewinding() {
    let Some((trio, writers, first, second)) = ready().await else {
        return;
    };
    trio.site(first).kill().await.expect("killed");
    taken_over_by(second, &trio, &writers).await;
    trio.site(first).start().await.expect("started");
    trio.patroni.wait_ready(LIMIT).await.expect("back in step");
    let log = std::fs::read_to_string(trio.site(first).spec().data_dir.join("patroni.log"));
    let log = log.expect("a log");
    assert!(
        log.contains("pg_rewind exit code=0"),
        "it did not come back by rewinding"
    );
    writers.stop_and_check(&trio).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn any_one_other_site_may_die_but_not_both() {
    let Some((trio, writers, first, second)) = ready().await else {
        return;
    };
    for (dead, left) in [("w", second), (second, "w")] {
        trio.site(dead).kill().await.expect("killed");
        trio.patroni
            .wait_synchronous(&[left], LIMIT)
            .await
            .expect("one copy left in step");
        let ack = writers.wait_for_ack_after(Instant::now(), LIMIT).await;
        assert_eq!(ack.site, first);
        trio.site(dead).start().await.expect("started");
        trio.patroni.wait_ready(LIMIT).await.expect("in step again");
    }
    for dead in [second, "w"] {
        trio.site(dead).kill().await.expect("killed");
    }
    let deposed = cluster::until("the lone site steps down", LIMIT, async || {
        trio.patroni.primary().await.is_none().then_some(())
    });
    deposed.await.expect("stepped down");
    let alone = Instant::now();
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert!(
        !writers.acks().iter().any(|ack| ack.begun > alone),
        "acknowledged by one copy alone"
    );
    for dead in [second, "w"] {
        trio.site(dead).start().await.expect("started");
    }
    writers.wait_for_ack_after(Instant::now(), LIMIT).await;
    writers.stop_and_check(&trio).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_off_primary_is_replaced_and_one_way_cuts_lose_nothing() {
    let Some((trio, writers, first, second)) = ready().await else {
        return;
    };
    trio.lab().isolate(first).expect("cut off");
    taken_over_by(second, &trio, &writers).await;
    trio.lab().heal();
    trio.patroni.wait_ready(LIMIT).await.expect("in step again");
    for (from, to) in [(first, second), (second, first)] {
        trio.lab().oneway(from, to).expect("cut");
        trio.patroni
            .wait_synchronous(&["w"], LIMIT)
            .await
            .expect("goes on with the witness");
        writers.wait_for_ack_after(Instant::now(), LIMIT).await;
        trio.lab().heal();
        trio.patroni.wait_ready(LIMIT).await.expect("in step again");
    }
    writers.stop_and_check(&trio).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_primary_that_stood_still_steps_back_and_a_lone_postgresql_is_taken_in_hand() {
    let Some((trio, writers, first, second)) = ready().await else {
        return;
    };
    trio.site(first).pause().await;
    taken_over_by(second, &trio, &writers).await;
    trio.site(first).resume().await;
    trio.patroni.wait_ready(LIMIT).await.expect("in step again");

    let sql = "SELECT current_setting('synchronous_standby_names')";
    let waited_for = trio.query(second, sql).await.expect("asked");
    assert!(waited_for.starts_with("2 ("), "{waited_for}");
    let before = trio.site(second).status().children[1].clone();
    assert_eq!(before.name, "patroni");
    trio.site(second).kill_child("patroni").expect("killed");
    let back = cluster::until("Patroni is started again", LIMIT, async || {
        let now = trio.site(second).status().children[1].clone();
        (now.restarts > before.restarts && now.pid.is_some()).then_some(now)
    });
    assert_eq!(
        back.await
            .expect("supervised")
            .reasons
            .back()
            .expect("a reason"),
        "signal 9"
    );
    let primary = trio.patroni.wait_ready(LIMIT).await.expect("in step again");
    assert_eq!(
        primary.name, second,
        "a restart of Patroni alone must not move the primary"
    );
    writers.stop_and_check(&trio).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hastening_loses_nothing_when_the_primary_dies_is_cut_off_or_stands_still() {
    let Some((trio, writers, first, second)) = ready().await else {
        return;
    };
    let seen = hastening::at_the_witness(&trio).await;
    trio.site(first).kill().await.expect("killed");
    taken_over_by(second, &trio, &writers).await;
    assert_eq!(seen.hastened(), 1, "{:?}", seen.all());
    trio.site(first).start().await.expect("started");
    trio.patroni.wait_ready(LIMIT).await.expect("in step again");

    trio.site(second).kill_child("patroni").expect("killed");
    trio.patroni.wait_ready(LIMIT).await.expect("in step again");
    assert_eq!(
        seen.hastened(),
        1,
        "a lone PostgreSQL that streams is not dead: {:?}",
        seen.all()
    );

    trio.site(second).pause().await;
    taken_over_by(first, &trio, &writers).await;
    trio.site(second).resume().await;
    trio.patroni.wait_ready(LIMIT).await.expect("in step again");

    trio.lab().isolate(first).expect("cut off");
    taken_over_by(second, &trio, &writers).await;
    trio.lab().heal();
    writers.stop_and_check(&trio).await;
}
