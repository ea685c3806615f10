//! The load generator through the loss of a site: what is counted is what is there.

mod installation;

use client::load::{LoadPlan, Outcome, longest_gap_ms, run, verify};
use installation::{Fault, Installation, uuid};
use kernel::WorkspaceId;
use std::time::Duration;

fn plan(rate: Option<f64>, lasts: Duration) -> LoadPlan {
    LoadPlan {
        workspace: WorkspaceId(uuid(2)),
        conversation: uuid(5),
        senders: 4,
        rate,
        lasts,
        patience: Duration::from_secs(5),
        tag: "drill".into(),
    }
}

#[tokio::test]
async fn a_load_through_a_dying_site_loses_and_doubles_nothing() {
    let mut installation = Installation::start().await;
    let client = installation.client();
    client.sign_in().await.unwrap();
    let (_keep, stop) = tokio::sync::watch::channel(false);
    let under_load = tokio::spawn({
        let client = client.clone();
        let plan = plan(Some(200.0), Duration::from_millis(1500));
        async move { run(&[client], &plan, stop).await }
    });
    let facts = std::sync::Arc::clone(&installation.facts);
    while facts.lock().unwrap().messages.len() < 60 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    // Some are applied and never answered, then the site is gone.
    installation.sites[0].fail([Fault::ApplyAndHang, Fault::ApplyAndBreak]);
    while !installation.sites[0].faults.lock().unwrap().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    installation.sites[0].kill().await;
    let records = under_load.await.unwrap();
    assert_eq!(records.len(), 300);
    assert!(records.iter().all(client::load::Record::is_acknowledged));
    let by = |index| {
        let is_by = |r: &&client::load::Record| matches!(r.outcome, Outcome::Acknowledged { site_index, .. } if site_index == index);
        records.iter().filter(is_by).count()
    };
    assert!(by(0) >= 20 && by(1) >= 200, "{} and {}", by(0), by(1));
    let (gap_ms, _) = longest_gap_ms(&records, records[0].sent_us, records[299].ended_us);
    assert!(gap_ms < 1000.0);

    let found = verify(
        &client,
        WorkspaceId(uuid(2)),
        uuid(5),
        0,
        &records,
        &[1],
        Duration::from_secs(5),
    )
    .await
    .unwrap();
    assert_eq!((found.acknowledged, found.present), (300, 300));
    assert_eq!((found.lost, found.duplicated), (0, 0));

    // The count bites: one message taken away, one doubled.
    {
        let mut facts = installation.facts.lock().unwrap();
        let doubled = facts.messages[10].clone();
        facts.messages[20]["id"] = doubled["id"].clone();
        facts.messages[20]["text"] = doubled["text"].clone();
    }
    let found = verify(
        &client,
        WorkspaceId(uuid(2)),
        uuid(5),
        0,
        &records,
        &[1],
        Duration::from_secs(5),
    )
    .await
    .unwrap();
    assert_eq!((found.lost, found.duplicated), (1, 1));
}

#[tokio::test]
async fn senders_without_a_rate_wait_for_their_answers_and_stop_when_told() {
    let installation = Installation::start().await;
    let client = installation.client();
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let under_load = tokio::spawn({
        let plan = plan(None, Duration::from_secs(60));
        async move { run(&[client], &plan, stopped).await }
    });
    let facts = std::sync::Arc::clone(&installation.facts);
    while facts.lock().unwrap().messages.len() < 20 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    stop.send(true).unwrap();
    let records = under_load.await.unwrap();
    assert_eq!(records.len(), facts.lock().unwrap().messages.len());
    assert!(
        installation
            .sites
            .iter()
            .all(|s| s.count("post-message") > 0)
    );
}
