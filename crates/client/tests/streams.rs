//! The event stream through the loss of a site: nothing twice, nothing left out.

mod installation;

use client::{EventStream, Notice, Subscription};
use installation::Installation;
use kernel::{PartitionId, WorkspaceId};
use serde_json::{Value, json};

fn partition() -> PartitionId {
    PartitionId::new(WorkspaceId(installation::uuid(2)), "messaging")
}

fn event(seq: u64) -> Value {
    json!({ "partition": partition(), "seq": seq, "time": 1, "events": [] })
}

async fn until<T>(stream: &mut EventStream, wanted: impl Fn(&Notice) -> Option<T>) -> T {
    let search = async {
        loop {
            if let Some(found) = wanted(&stream.next().await.unwrap()) {
                return found;
            }
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), search)
        .await
        .expect("the notice comes")
}

async fn next_seq(stream: &mut EventStream) -> u64 {
    until(stream, |notice| match notice {
        Notice::Event(event) => Some(event.seq),
        _ => None,
    })
    .await
}

async fn connected(stream: &mut EventStream) -> usize {
    until(stream, |notice| match notice {
        Notice::Connected { site } => Some(*site),
        _ => None,
    })
    .await
}

fn stream(installation: &Installation, after: u64) -> EventStream {
    installation.client().events([Subscription {
        partition: partition(),
        after,
    }])
}

#[tokio::test]
async fn a_stream_goes_on_at_the_other_site_from_the_last_seq_seen() {
    let mut installation = Installation::start().await;
    let mut stream = stream(&installation, 4);
    assert_eq!(connected(&mut stream).await, 0);
    installation.sites[0].stream.connected.notified().await;
    installation.sites[0].stream.push(&event(7));
    assert_eq!(next_seq(&mut stream).await, 7);

    installation.sites[0].kill().await;
    assert_eq!(connected(&mut stream).await, 1);
    let at_b = &installation.sites[1].stream;
    at_b.connected.notified().await;
    let asked = at_b.subscribed.lock().await[0].clone();
    assert_eq!(asked["subscribe"][0]["after"], 7);
    // A site that sends something again does not make it happen twice.
    for seq in [7, 8] {
        at_b.push(&event(seq));
    }
    assert_eq!(next_seq(&mut stream).await, 8);
}

#[tokio::test]
async fn a_silent_site_is_left() {
    let installation = Installation::start().await;
    let mut stream = stream(&installation, 0);
    assert_eq!(connected(&mut stream).await, 0);
    let cause = until(&mut stream, |notice| match notice {
        Notice::Disconnected { site: 0, cause } => Some(cause.clone()),
        _ => None,
    })
    .await;
    assert!(cause.starts_with("silent"), "{cause}");
    assert_eq!(connected(&mut stream).await, 1);
}

#[tokio::test]
async fn a_reset_and_the_position_after_it_are_passed_on() {
    let installation = Installation::start().await;
    let mut stream = stream(&installation, 0);
    connected(&mut stream).await;
    let at_a = &installation.sites[0].stream;
    at_a.connected.notified().await;
    at_a.push(&json!({ "partition": partition(), "reset": true }));
    at_a.push(&json!({ "partition": partition(), "at": 500 }));
    until(&mut stream, |n| {
        matches!(n, Notice::Reset { .. }).then_some(())
    })
    .await;
    until(&mut stream, |n| {
        matches!(n, Notice::CaughtUp { at: 500, .. }).then_some(())
    })
    .await;
    assert_eq!(stream.cursors()[&partition()], 500);
}

#[tokio::test]
async fn a_goodbye_moves_the_stream_after_the_wait_it_names() {
    let installation = Installation::start().await;
    let mut stream = stream(&installation, 0);
    connected(&mut stream).await;
    let at_a = &installation.sites[0].stream;
    at_a.connected.notified().await;
    at_a.push(&json!({ "goodbye": { "reason": "draining", "retry_after_ms": 10 } }));
    let cause = until(&mut stream, |n| match n {
        Notice::Disconnected { cause, .. } => Some(cause.clone()),
        _ => None,
    })
    .await;
    assert_eq!(cause, "goodbye: draining");
    assert_eq!(connected(&mut stream).await, 1);
}
