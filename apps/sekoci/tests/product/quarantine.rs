//! Quarantine as people meet it: streams, files and commands at both sites, and the operator's own
//! subcommand.

use crate::cli::ends;
use crate::demo::Demo;
use crate::demo_sqlite::{PASSWORD, SOON, conversation, message, newcomer};
use crate::door::Door;
use crate::events::Events;
use crate::wait;
use serde_json::json;
use std::time::Duration;
use tokio::time::Instant;

const SESSION: &str = "/api/installation/session";

#[tokio::test]
async fn who_is_put_into_quarantine_is_told_so_at_both_sites() {
    let demo = Demo::start("sqlite").await;
    let operator = demo.sign_in(0).await;
    let (workspace, person) = operator.place().await;
    let talk = conversation(&operator, &workspace, &person).await;
    let suspect = newcomer(&operator, "suspect", Some(&workspace)).await;
    let (at_a, at_b) = (suspect.door.clone(), suspect.door.moved_to(demo.url(1)));
    let list = format!("/api/messaging/conversation-list?workspace_id={workspace}");
    for door in [&at_a, &at_b] {
        wait::until("the newcomer is let in", SOON, async || {
            (door.get(&list).await.status == 200).then_some(())
        })
        .await;
    }
    let mut streams = Vec::new();
    for (door, module) in [(&at_a, "messaging"), (&at_b, "documents")] {
        let mut events = Events::open(door).await;
        events.subscribe(&format!("{workspace}/{module}")).await;
        events.until(|frame| frame.get("at").is_some()).await;
        streams.push(events);
    }

    let body = json!({ "person_id": suspect.person, "reason": "Encrypted 300 files" });
    operator
        .command("directory/quarantine-person", Some(&workspace), body)
        .await
        .granted();
    let begun = Instant::now();
    for events in &mut streams {
        let goodbye = events.goodbye().await;
        assert_eq!(goodbye["reason"], "quarantined");
        assert_eq!(goodbye["workspace_id"], json!(workspace));
    }
    for door in [&at_a, &at_b] {
        wait::until("the workspace is shut", SOON, async || {
            (door.get(&list).await.problem() == (403, "quarantined")).then_some(())
        })
        .await;
    }
    println!(
        "out at both sites, streams closed, after {:?}",
        begun.elapsed()
    );
    assert!(begun.elapsed() < Duration::from_secs(2));

    // The session, or another one, leads to a word about it, and to nothing else.
    let again = Door::sign_in(demo.url(1), "suspect", PASSWORD).await;
    for url in [demo.url(0), demo.url(1)] {
        let door = again.moved_to(url);
        let view = door.get(SESSION).await.granted();
        assert_eq!(view["quarantined"][0]["reason"], "Encrypted 300 files");
        assert_eq!(door.get(&list).await.problem(), (403, "quarantined"));
        let posted = message(talk, "let me in");
        let post = door
            .command("messaging/post-message", Some(&workspace), posted)
            .await;
        assert_eq!(post.problem(), (403, "quarantined"));
        let mut events = Events::open(&door).await;
        events.subscribe(&format!("{workspace}/messaging")).await;
        let refused = events.until(|frame| frame.get("refused").is_some()).await;
        assert_eq!(refused["refused"], "quarantined");
    }

    // The owner can release; operators are for the case that nobody can.
    let arguments = [
        "release",
        "@suspect",
        "--workspace",
        "harbour",
        "--note",
        "x",
    ];
    ends(&mut demo.command(&arguments), 2, "people_can_release");
    let body = json!({ "person_id": suspect.person, "note": "It was a restore" });
    operator
        .command("directory/release-person", Some(&workspace), body)
        .await
        .granted();
    for url in [demo.url(0), demo.url(1)] {
        let door = again.moved_to(url);
        wait::until("the person is let in again", SOON, async || {
            (door.get(&list).await.status == 200).then_some(())
        })
        .await;
    }
}
