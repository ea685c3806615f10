//! The demo with one journal file: everything a person meets at either site's door.

use crate::demo::Demo;
use crate::door::{Answer, Door, new_id};
use crate::events::Events;
use crate::{processes, wait};
use kernel::Timestamp;
use kernel::clock::ManualClock;
use kernel::id::{Uuid, new_uuid};
use kernel::random::OsRandom;
use nix::sys::signal::Signal;
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;

pub const SOON: Duration = Duration::from_secs(10);
pub const PASSWORD: &str = "a long way home 7";

/// A conversation with the operator in it.
pub async fn conversation(door: &Door, workspace: &str, person: &str) -> Uuid {
    let id = new_id();
    let body = json!({
        "conversation_id": id, "kind": "group", "name": format!("Talk {id}"), "members": [person],
    });
    door.command("messaging/create-conversation", Some(workspace), body)
        .await
        .granted();
    id
}

pub fn message(conversation: Uuid, text: &str) -> Value {
    json!({ "message_id": new_id(), "conversation_id": conversation, "text": text })
}

pub async fn texts(door: &Door, workspace: &str, conversation: Uuid) -> Option<Vec<String>> {
    let path = format!(
        "/api/messaging/message-list?workspace_id={workspace}&conversation_id={conversation}"
    );
    let answer = door.get(&path).await;
    let items = (answer.status == 200).then(|| answer.body["items"].as_array().cloned())??;
    Some(
        items
            .iter()
            .filter_map(|item| item["text"].as_str().map(ToOwned::to_owned))
            .collect(),
    )
}

/// Waits until a site shows just these: one that handed a write to the other reads it a moment later.
pub async fn shows(door: &Door, workspace: &str, conversation: Uuid, wanted: &[&str]) {
    let what = format!("{} shows {wanted:?}", door.url);
    wait::until(&what, SOON, async || {
        (texts(door, workspace, conversation).await? == wanted).then_some(())
    })
    .await;
}

/// A new account and a session of it at `url`; a person of the workspace where one is given.
pub async fn newcomer(operator: &Door, user: &str, workspace: Option<&str>) -> Newcomer {
    let (account, person) = (new_id(), new_id());
    let body = json!({ "account_id": account, "user": user, "name": user, "password": PASSWORD });
    operator
        .command("installation/create-account", None, body)
        .await
        .granted();
    if let Some(workspace) = workspace {
        let body = json!({
            "person_id": person, "name": user, "handle": user, "account_id": account,
        });
        operator
            .command("directory/add-person", Some(workspace), body)
            .await
            .granted();
    }
    let door = Door::sign_in(&operator.url, user, PASSWORD).await;
    Newcomer {
        account,
        person,
        door,
    }
}

pub struct Newcomer {
    pub account: Uuid,
    pub person: Uuid,
    pub door: Door,
}

#[tokio::test]
async fn it_says_where_it_is_in_one_line_and_leaves_nothing_running() {
    let mut demo = Demo::start("sqlite").await;
    let names: Vec<&str> = demo
        .ready
        .sites
        .iter()
        .map(|site| site.name.as_str())
        .collect();
    assert_eq!(names, ["a", "b"]);
    assert_eq!(demo.ready.workspace, "Harbour");
    let witness = Door::at(&demo.ready.witness).get("/livez").await;
    assert_eq!(witness.status, 200);
    // The demo, three agents, three nodes.
    assert!(demo.processes().len() >= 7, "{:?}", demo.processes());

    let status = demo.stop().await;
    assert!(status.success(), "{status}: {}", demo.said("stderr"));
    assert_eq!(
        demo.said("stdout").lines().count(),
        1,
        "{}",
        demo.said("stdout")
    );
    let left = demo.processes();
    assert!(left.is_empty(), "still there: {left:?}");
}

#[tokio::test]
async fn what_is_written_at_one_site_is_read_at_the_other_and_never_twice() {
    let demo = Demo::start("sqlite").await;
    let a = demo.sign_in(0).await;
    let b = a.moved_to(demo.url(1));
    let (workspace, person) = b.place().await;
    let talk = conversation(&a, &workspace, &person).await;

    let body = message(talk, "Is anybody there?");
    let id = new_id();
    let post = "messaging/post-message";
    let first = a
        .command_as(id, post, Some(&workspace), body.clone())
        .await
        .granted();
    let (_, took) = wait::until("the message at the other site", SOON, async || {
        let found = texts(&b, &workspace, talk).await?;
        (found == ["Is anybody there?"]).then_some(())
    })
    .await;
    assert!(took < Duration::from_secs(1), "{took:?}");

    for door in [&b, &a] {
        let again = door
            .command_as(id, post, Some(&workspace), body.clone())
            .await
            .granted();
        assert_eq!(
            (&again["seq"], &again["answer"]),
            (&first["seq"], &first["answer"])
        );
    }
    let other = message(talk, "Something else");
    for door in [&b, &a] {
        let reused = door
            .command_as(id, post, Some(&workspace), other.clone())
            .await;
        assert_eq!(reused.problem(), (409, "command_id_reused"));
    }
    for door in [&a, &b] {
        shows(door, &workspace, talk, &["Is anybody there?"]).await;
    }
}

#[tokio::test]
async fn a_client_whose_clock_is_years_ahead_or_behind_is_served() {
    let demo = Demo::start("sqlite").await;
    let a = demo.sign_in(0).await;
    let (workspace, person) = a.place().await;
    let talk = conversation(&a, &workspace, &person).await;
    for (text, ms) in [("ahead", 4_102_444_800_000_i64), ("behind", 1_000)] {
        let clock = ManualClock::at(Timestamp(ms));
        let id = || new_uuid(&clock, &OsRandom);
        let body = json!({ "message_id": id(), "conversation_id": talk, "text": text });
        a.command_as(id(), "messaging/post-message", Some(&workspace), body)
            .await
            .granted();
    }
    let now = message(talk, "now");
    a.command("messaging/post-message", Some(&workspace), now)
        .await
        .granted();
    shows(&a, &workspace, talk, &["ahead", "behind", "now"]).await;
}

#[tokio::test]
async fn strangers_learn_nothing() {
    let demo = Demo::start("sqlite").await;
    let operator = demo.sign_in(0).await;
    let (workspace, person) = operator.place().await;
    let talk = conversation(&operator, &workspace, &person).await;

    for (user, password) in [(demo.ready.user.as_str(), "wrong"), ("nobody", "wrong")] {
        let body = json!({ "user": user, "password": password });
        let refused = Door::at(demo.url(0))
            .post("/api/installation/sign-in", &body)
            .await;
        assert_eq!(refused.problem(), (401, "sign_in_refused"));
    }
    let unsigned = Door::at(demo.url(0)).get("/api/status").await;
    assert_eq!(unsigned.problem(), (401, "not_signed_in"));
    let forged = Door::at(demo.url(0)).with("v4.public.AAAA");
    assert_eq!(
        forged.get("/api/status").await.problem(),
        (401, "not_signed_in")
    );

    let stranger = newcomer(&operator, "stranger", None).await.door;
    let posted = message(talk, "let me in");
    let post = stranger
        .command("messaging/post-message", Some(&workspace), posted)
        .await;
    assert_eq!(post.problem(), (404, "workspace_not_found"));
    let list =
        format!("/api/messaging/message-list?workspace_id={workspace}&conversation_id={talk}");
    assert_eq!(
        stranger.get(&list).await.problem(),
        (404, "workspace_not_found")
    );
    let attachment = format!("/api/attachments/{workspace}/{}/{}", new_id(), new_id());
    assert_eq!(
        stranger.get(&attachment).await.problem(),
        (404, "workspace_not_found")
    );

    // Whatever a stranger sends: the workspace looks like one that does not exist.
    let nowhere = new_id().to_string();
    let api = operator.get("/api/openapi.json").await.granted();
    let paths = api["paths"].as_object().expect("paths");
    let mut commands = 0;
    for (path, item) in paths {
        if !path.starts_with("/api/messaging/") && !path.starts_with("/api/directory/") {
            continue;
        }
        let (here, there) = if item.get("post").is_some() {
            commands += 1;
            let name = &path["/api/".len()..];
            let ask = async |ws: &str| stranger.command(name, Some(ws), json!({})).await;
            (ask(&workspace).await, ask(&nowhere).await)
        } else {
            let ask = async |ws: &str| stranger.get(&format!("{path}?workspace_id={ws}")).await;
            (ask(&workspace).await, ask(&nowhere).await)
        };
        assert!((400..500).contains(&here.status), "{path}: {here:?}");
        assert_eq!(here, there, "{path}");
    }
    assert!(commands > 20, "{commands}");

    let mut events = Events::open(&stranger).await;
    events.subscribe(&format!("{workspace}/messaging")).await;
    let refused = events.until(|frame| frame.get("refused").is_some()).await;
    assert_eq!(refused["refused"], "workspace_not_found");
}

#[tokio::test]
async fn who_is_deactivated_is_out_at_both_sites_at_once() {
    let demo = Demo::start("sqlite").await;
    let operator = demo.sign_in(0).await;
    let (workspace, person) = operator.place().await;
    let talk = conversation(&operator, &workspace, &person).await;
    let leaver = newcomer(&operator, "leaver", Some(&workspace)).await;
    let (at_a, at_b) = (leaver.door.clone(), leaver.door.moved_to(demo.url(1)));
    let list = format!("/api/messaging/conversation-list?workspace_id={workspace}");
    for door in [&at_a, &at_b] {
        wait::until("the newcomer is let in", SOON, async || {
            (door.get(&list).await.status == 200).then_some(())
        })
        .await;
    }
    let mut streams = Vec::new();
    for door in [&at_a, &at_b] {
        let mut events = Events::open(door).await;
        let partition = format!("{workspace}/messaging");
        events.subscribe(&partition).await;
        events.until(|frame| frame.get("at").is_some()).await;
        streams.push(events);
    }

    // Out of the workspace: it is not there any more.
    let body = json!({ "person_id": leaver.person });
    operator
        .command("directory/deactivate-person", Some(&workspace), body)
        .await
        .granted();
    for door in [&at_a, &at_b] {
        let (_, took) = wait::until("the workspace is gone for them", SOON, async || {
            (door.get(&list).await.problem() == (404, "workspace_not_found")).then_some(())
        })
        .await;
        assert!(took < Duration::from_secs(1), "{took:?}");
    }
    for events in &mut streams {
        assert_eq!(events.goodbye().await["reason"], "session_ended");
    }

    // Out of the installation: the session is over.
    let mut events = Events::open(&at_b).await;
    let body = json!({ "account_id": leaver.account });
    operator
        .command("installation/deactivate-account", None, body)
        .await
        .granted();
    for door in [&at_a, &at_b] {
        let (_, took) = wait::until("the session is over", SOON, async || {
            let answer = door.get("/api/installation/session").await;
            (answer.problem() == (401, "session_ended")).then_some(())
        })
        .await;
        assert!(took < Duration::from_secs(1), "{took:?}");
    }
    assert_eq!(events.goodbye().await["reason"], "session_ended");
    let posted = message(talk, "still here?");
    let post = at_b
        .command("messaging/post-message", Some(&workspace), posted)
        .await;
    assert_eq!(post.problem(), (401, "session_ended"));
    let body = json!({ "user": "leaver", "password": PASSWORD });
    let refused = Door::at(demo.url(1))
        .post("/api/installation/sign-in", &body)
        .await;
    assert_eq!(refused.problem(), (401, "sign_in_refused"));
}

#[tokio::test]
async fn one_stream_tells_of_every_partition_however_far_each_is() {
    let demo = Demo::start("sqlite").await;
    let a = demo.sign_in(0).await;
    let (workspace, person) = a.place().await;
    let talk = conversation(&a, &workspace, &person).await;
    let mut events = Events::open(&a.moved_to(demo.url(1))).await;
    let partition = |module: &str| format!("{workspace}/{module}");
    for module in ["messaging", "directory"] {
        let partition = partition(module);
        events.subscribe(&partition).await;
        events
            .until(|frame| frame["partition"] == *partition && frame.get("at").is_some())
            .await;
    }
    for n in 0..5 {
        let body = json!({ "person_id": new_id(), "name": "New", "handle": format!("new{n}") });
        a.command("directory/add-person", Some(&workspace), body)
            .await
            .granted();
        let post = message(talk, &format!("welcome {n}"));
        a.command("messaging/post-message", Some(&workspace), post)
            .await
            .granted();
    }
    let mut told = std::collections::BTreeMap::new();
    while told.get(&partition("messaging")) != Some(&5)
        || told.get(&partition("directory")) != Some(&5)
    {
        let frame = events.until(|frame| frame.get("events").is_some()).await;
        *told
            .entry(frame["partition"].as_str().unwrap_or_default().to_owned())
            .or_insert(0) += 1;
    }
}

#[tokio::test]
async fn what_cannot_be_used_is_refused_by_name_and_changes_nothing() {
    let demo = Demo::start("sqlite").await;
    let a = demo.sign_in(0).await;
    let (workspace, person) = a.place().await;
    let talk = conversation(&a, &workspace, &person).await;
    let post = "/api/messaging/post-message";
    let json_body = "application/json";
    let raw = async |kind: &str, body: &[u8]| -> Answer {
        a.send(reqwest::Method::POST, post, kind, body.to_vec())
            .await
    };
    assert_eq!(raw(json_body, b"{").await.problem(), (422, "malformed"));
    assert_eq!(raw(json_body, b"[]").await.status, 422);
    assert_eq!(raw(json_body, b"\xff\xfe").await.status, 422);
    assert_eq!(raw(json_body, &[b'['; 100_000]).await.status, 422);
    assert_eq!(raw("text/plain", b"{}").await.problem().0, 415);
    assert_eq!(oversized(&a, post).await, 413);

    let asked = [
        (
            "messaging/no-such-command",
            json!({}),
            404,
            "unknown_command",
        ),
        ("no-such-module/x", json!({}), 404, "unknown_module"),
        (
            "messaging/post-message",
            message(new_id(), "hi"),
            404,
            "conversation_not_found",
        ),
        (
            "messaging/post-message",
            message(talk, &"x".repeat(20_001)),
            422,
            "text_too_long",
        ),
        (
            "messaging/post-message",
            json!({ "message_id": "x" }),
            422,
            "malformed",
        ),
        (
            "messaging/edit-message",
            json!({ "message_id": new_id(), "text": "x" }),
            404,
            "",
        ),
    ];
    for (name, body, status, code) in asked {
        let answer = a.command(name, Some(&workspace), body).await;
        let (got, problem) = answer.problem();
        assert_eq!(got, status, "{name}: {answer:?}");
        assert!(code.is_empty() || problem == code, "{name}: {answer:?}");
    }
    let mut extra = message(talk, "hi");
    extra["unknown"] = 1.into();
    let answer = a
        .command("messaging/post-message", Some(&workspace), extra)
        .await;
    assert_eq!(answer.problem(), (422, "malformed"));

    for (path, status, code) in [
        (
            format!("/api/messaging/no-such-query?workspace_id={workspace}"),
            404,
            "unknown_query",
        ),
        ("/api/no-such-route".into(), 404, "route_not_found"),
        (
            format!("/api/messaging/message-list?workspace_id={workspace}"),
            422,
            "malformed",
        ),
        ("/api/messaging/message-list?workspace_id=x".into(), 422, ""),
        (
            format!(
                "/api/messaging/message-list?workspace_id={workspace}&conversation_id={}",
                new_id()
            ),
            404,
            "conversation_not_found",
        ),
    ] {
        let answer = a.get(&path).await;
        assert_eq!(answer.status, status, "{path}: {answer:?}");
        assert!(
            code.is_empty() || answer.problem().1 == code,
            "{path}: {answer:?}"
        );
    }
    assert_eq!(
        texts(&a, &workspace, talk).await.unwrap(),
        Vec::<String>::new()
    );
    let status = a.get("/api/status").await.granted();
    assert_eq!(status["modules"]["messaging"]["restarts"], 0, "{status}");
}

/// The status of the answer to a body announced as larger than any may be. The site need not read
/// it, so only its head is sent.
async fn oversized(door: &Door, path: &str) -> u16 {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let authority = door.url.trim_start_matches("http://");
    let mut stream = tokio::net::TcpStream::connect(authority)
        .await
        .expect("connected");
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: {authority}\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/json\r\nContent-Length: 300000000\r\n\r\n{{",
        door.token.as_deref().unwrap_or_default()
    );
    stream.write_all(head.as_bytes()).await.expect("sent");
    let mut start = [0; 12];
    stream.read_exact(&mut start).await.expect("answered");
    String::from_utf8_lossy(&start[9..])
        .parse()
        .expect("a status")
}

#[tokio::test]
async fn one_site_is_killed_the_other_carries_on_and_it_comes_back() {
    let demo = Demo::start("sqlite").await;
    let a = demo.sign_in(0).await;
    let b = a.moved_to(demo.url(1));
    let (workspace, person) = a.place().await;
    let talk = conversation(&a, &workspace, &person).await;
    let post = "messaging/post-message";
    a.command(post, Some(&workspace), message(talk, "before"))
        .await
        .granted();

    let killed = processes::serving(&demo.installation(), "a").expect("site a runs");
    processes::signal(killed, Signal::SIGKILL);
    // With its id kept, as a client does it: b may have to find out first that a is gone.
    let (id, body) = (new_id(), message(talk, "meanwhile"));
    let (_, took) = wait::until("the other site takes writes", SOON, async || {
        let answer = b.command_as(id, post, Some(&workspace), body.clone()).await;
        (answer.status == 200).then_some(())
    })
    .await;
    assert!(took < SOON, "{took:?}");
    wait::until(
        "site a is back and in step",
        Duration::from_secs(60),
        async || {
            let is_new = processes::serving(&demo.installation(), "a").is_some_and(|p| p != killed);
            let found = texts(&a, &workspace, talk).await?;
            (is_new && found == ["before", "meanwhile"]).then_some(())
        },
    )
    .await;
    a.command(post, Some(&workspace), message(talk, "after"))
        .await
        .granted();
    wait::until("the last one at b", SOON, async || {
        (texts(&b, &workspace, talk).await? == ["before", "meanwhile", "after"]).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_view_that_is_removed_comes_back_by_replay() {
    let demo = Demo::start("sqlite").await;
    let a = demo.sign_in(0).await;
    let b = a.moved_to(demo.url(1));
    let (workspace, person) = a.place().await;
    let talk = conversation(&a, &workspace, &person).await;
    for n in 0..50 {
        let body = message(talk, &format!("number {n}"));
        a.command("messaging/post-message", Some(&workspace), body)
            .await
            .granted();
    }
    let partition = format!("{workspace}/messaging");
    let count = async |door: &Door| texts(door, &workspace, talk).await.map(|all| all.len());
    wait::until("all at a", SOON, async || {
        (count(&a).await? == 50).then_some(())
    })
    .await;
    let at_a = fingerprint(&a, &partition).await.expect("a fingerprint");
    let views = demo.installation().join("b/data/views");
    assert_eq!(
        remove_view(&views, &format!("{workspace}-messaging.sqlite")),
        3
    );
    wait::until(
        "the view is whole again",
        Duration::from_secs(60),
        async || {
            let status = b.get("/api/status").await.granted();
            let here = status["partitions"]
                .as_array()?
                .iter()
                .find(|p| p["partition"] == *partition)?;
            let again = here["restarts"].as_u64()? > 0 && here["state"] == "running";
            (again && fingerprint(&b, &partition).await? == at_a).then_some(())
        },
    )
    .await;
    assert!(views.join(format!("{workspace}-messaging.sqlite")).exists());
    assert_eq!(count(&b).await, Some(50));
    let after = message(talk, "and on");
    b.command("messaging/post-message", Some(&workspace), after)
        .await
        .granted();
}

async fn fingerprint(door: &Door, partition: &str) -> Option<Value> {
    let all = door.get("/api/continuity/fingerprints").await;
    all.body.get(partition).cloned()
}

/// Removes the files of a view; gives how many there were.
fn remove_view(views: &Path, name: &str) -> usize {
    let parts = ["", "-wal", "-shm"].map(|end| views.join(format!("{name}{end}")));
    parts
        .iter()
        .filter(|path| std::fs::remove_file(path).is_ok())
        .count()
}
