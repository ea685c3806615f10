//! The outbox: order per key, and nothing lost or done twice when the process is killed.

mod installation;

use client::outbox::Outbox;
use client::{Client, Command};
use installation::{Fault, Installation};
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(10);

fn command(client: &Client, text: &str) -> Command {
    client.new_command(
        "messaging",
        "post-message",
        json!({ "message_id": text, "text": text }),
    )
}

fn texts(installation: &Installation) -> Vec<String> {
    let text = |(_, body): (String, Value)| body["text"].as_str().unwrap().to_owned();
    installation.effects().into_iter().map(text).collect()
}

#[tokio::test]
async fn commands_of_one_key_keep_their_order_through_faults() {
    let installation = Installation::start().await;
    let client = installation.client();
    let directory = tempfile::tempdir().unwrap();
    let outbox = Outbox::open(&directory.path().join("outbox.db")).unwrap();
    for n in 0..10 {
        for key in ["x", "y"] {
            let text = format!("{key}{n}");
            outbox.enqueue(key, &command(&client, &text)).await.unwrap();
        }
    }
    client.sign_in().await.unwrap();
    installation.sites[0].fail([Fault::Unavailable, Fault::ApplyAndBreak, Fault::Hang]);
    let flushed = outbox.flush(&client, PATIENCE).await.unwrap();
    assert_eq!(flushed.granted.len(), 20);
    assert_eq!(outbox.counts().await.unwrap().waiting, 0);
    let texts = texts(&installation);
    for key in ["x", "y"] {
        let of_key: Vec<_> = texts.iter().filter(|t| t.starts_with(key)).collect();
        let wanted: Vec<String> = (0..10).map(|n| format!("{key}{n}")).collect();
        assert_eq!(of_key, wanted.iter().collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn what_is_refused_is_kept_for_its_user_and_does_not_block() {
    let installation = Installation::start().await;
    let client = installation.client();
    let directory = tempfile::tempdir().unwrap();
    let outbox = Outbox::open(&directory.path().join("outbox.db")).unwrap();
    client.sign_in().await.unwrap();
    let bad = command(&client, "bad");
    for command in [bad.clone(), command(&client, "good")] {
        outbox.enqueue("x", &command).await.unwrap();
    }
    installation.sites[0].fail([Fault::Refuse]);
    outbox.flush(&client, PATIENCE).await.unwrap();
    assert_eq!(texts(&installation), ["good"]);
    let refused = outbox.refused().await.unwrap();
    assert_eq!(refused[0].command, bad);
    assert_eq!(refused[0].problem.code, "name_empty");
    outbox.discard(bad.id).await.unwrap();
    assert_eq!(
        outbox.counts().await.unwrap(),
        client::outbox::Counts::default()
    );
}

#[tokio::test]
async fn without_an_answer_everything_waits_and_goes_later() {
    let installation = Installation::start().await;
    let client = installation.client();
    let directory = tempfile::tempdir().unwrap();
    let outbox = Outbox::open(&directory.path().join("outbox.db")).unwrap();
    client.sign_in().await.unwrap();
    for text in ["first", "second"] {
        outbox.enqueue("x", &command(&client, text)).await.unwrap();
    }
    for site in &installation.sites {
        site.always(Some(Fault::ApplyAndHang));
    }
    let limit = Duration::from_millis(300);
    let flushed = outbox.flush(&client, limit).await.unwrap();
    assert_eq!(flushed.waiting.unwrap().0, 2);
    for site in &installation.sites {
        site.always(None);
    }
    outbox.flush(&client, PATIENCE).await.unwrap();
    assert_eq!(texts(&installation), ["first", "second"]);
}

/// Not a test of its own: the process that is killed.
#[test]
fn a_process_that_sends_until_it_is_killed() {
    let (Ok(url), Ok(path)) = (std::env::var("OUTBOX_URL"), std::env::var("OUTBOX_FILE")) else {
        return;
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let client = Client::builder()
            .site(&url)
            .unwrap()
            .credentials(installation::USER, installation::PASSWORD)
            .build()
            .unwrap();
        let outbox = Outbox::open(Path::new(&path)).unwrap();
        for n in 0_u64.. {
            let text = format!("m{n}");
            outbox.enqueue("x", &command(&client, &text)).await.unwrap();
            println!("{text}");
            outbox.flush(&client, PATIENCE).await.unwrap();
        }
    });
}

#[tokio::test]
async fn a_killed_process_loses_nothing_and_does_nothing_twice() {
    use tokio::io::{AsyncBufReadExt, BufReader};
    let installation = Installation::start().await;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("outbox.db");
    let mut child = tokio::process::Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "a_process_that_sends_until_it_is_killed",
            "--nocapture",
        ])
        .env("OUTBOX_URL", &installation.sites[0].url)
        .env("OUTBOX_FILE", &path)
        .stdout(std::process::Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    // The last command is applied and its answer never comes: killed right then.
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut enqueued = Vec::new();
    while enqueued.len() < 20 {
        let line = lines.next_line().await.unwrap().unwrap();
        if line.starts_with('m') {
            enqueued.push(line);
        }
    }
    installation.sites[0].always(Some(Fault::ApplyAndHang));
    child.kill().await.unwrap();
    while let Some(line) = lines.next_line().await.unwrap() {
        if line.starts_with('m') {
            enqueued.push(line);
        }
    }
    installation.sites[0].always(None);

    let outbox = Outbox::open(&path).unwrap();
    outbox
        .flush(&installation.client(), PATIENCE)
        .await
        .unwrap();
    let texts = texts(&installation);
    // One more may have been durable before its line was printed.
    assert_eq!(texts[..enqueued.len()], enqueued[..]);
    assert!(texts.len() <= enqueued.len() + 1);
    let distinct: std::collections::BTreeSet<_> = texts.iter().collect();
    assert_eq!(distinct.len(), texts.len());
}
