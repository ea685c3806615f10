//! Looking back over HTTP: who may, what they are shown, and what they are told when they may not.

use super::support::*;
use crate::config::{Limits, MomentLimits};
use kernel::clock::Clock;
use kernel::id::Uuid;
use kernel::{PartitionId, WorkspaceId};
use serde_json::{Value, json};

/// A workspace with a past: a room in which two wrote, from which one was taken since.
struct Past {
    installation: Installation,
    workspace: WorkspaceId,
    room: Uuid,
    /// Before anything was written.
    early: i64,
    /// After the first message.
    middle: i64,
    ann: Uuid,
    ann_token: String,
}

impl Past {
    async fn new(limits: Limits) -> Self {
        let installation = Installation::start(&["a"], limits).await;
        let workspace = installation.workspace("Harbour").await;
        let (ann, ann_token) = installation.member(workspace, "ann").await;
        let owner = installation.operator.clone();
        installation.clock.move_ms(60_000);
        let early = installation.clock.now().millis();
        installation.clock.move_ms(60_000);
        let room = installation.group(workspace, &owner, &[ann]).await;
        let past = Self {
            installation,
            workspace,
            room,
            early,
            middle: 0,
            ann,
            ann_token,
        };
        past.write("first").await;
        past.installation.clock.move_ms(60_000);
        let middle = past.installation.clock.now().millis();
        past.installation.clock.move_ms(60_000);
        past.write("second").await;
        let out = json!({ "conversation_id": room, "people": [ann] });
        past.operator("messaging/remove-members", out).await;
        let rename = json!({ "person_id": ann, "name": "Ann the Second" });
        past.operator("directory/update-person", rename).await;
        Self { middle, ..past }
    }

    async fn operator(&self, path: &str, command: Value) {
        // No two in one millisecond: chains have no order among each other but by time.
        self.installation.clock.move_ms(5);
        let token = &self.installation.operator;
        self.installation
            .post(self.workspace, path, token, command)
            .await
            .ok();
    }

    async fn write(&self, text: &str) {
        let message = json!({ "message_id": new_id(), "conversation_id": self.room, "text": text });
        self.operator("messaging/post-message", message).await;
    }

    /// A query of the room or of the workspace, with more parameters.
    async fn ask(&self, token: &str, path: &str, more: &str) -> Answer {
        let path = format!("/api/{path}?workspace_id={}{more}", self.workspace);
        get(&self.installation.a.router, &path, token).await
    }

    async fn texts(&self, token: &str, moment: i64) -> Vec<String> {
        let more = format!("&conversation_id={}&moment={moment}", self.room);
        let page = self.ask(token, "messaging/message-list", &more).await.ok();
        let items = page["items"].as_array().unwrap().iter();
        items
            .map(|item| item["text"].as_str().unwrap().to_owned())
            .collect()
    }

    async fn give_history_to_ann(&self) {
        let permissions = ["history.view", "messages.send"];
        let role = json!({ "role": "historian", "permissions": permissions });
        self.operator("directory/define-role", role).await;
        let assign = json!({ "person_id": self.ann, "role": "historian" });
        self.operator("directory/assign-role", assign).await;
    }
}

fn refused(answer: &Answer) -> (u16, String, Value) {
    (
        answer.status.as_u16(),
        answer.code(),
        answer.json()["field"].clone(),
    )
}

#[tokio::test]
async fn an_admin_sees_the_workspace_as_it_was() {
    let past = Past::new(limits()).await;
    let owner = &past.installation.operator;
    assert_eq!(past.texts(owner, past.middle).await, ["first"]);
    let names = async |more: &str| {
        let page = past.ask(owner, "directory/person-list", more).await.ok();
        let items = page["items"].as_array().unwrap().iter();
        let names: Vec<_> = items
            .map(|item| item["name"].as_str().unwrap().to_owned())
            .collect();
        names
    };
    assert!(
        names(&format!("&moment={}", past.middle))
            .await
            .contains(&"ann".into())
    );
    assert!(names("").await.contains(&"Ann the Second".into()));
    let early = format!("&moment={}", past.early);
    let rooms = past.ask(owner, "messaging/conversation-list", &early);
    assert_eq!(rooms.await.ok()["items"], json!([]));
    let folders = format!("&moment={}", past.middle);
    past.ask(owner, "documents/folder-tree", &folders)
        .await
        .ok();
}

#[tokio::test]
async fn who_may_not_look_back_learns_nothing() {
    let past = Past::new(limits()).await;
    let (_, stranger) = past.installation.account("ben").await;
    let elsewhere = past.installation.workspace("Pier").await;
    let (_, neighbour) = past.installation.member(elsewhere, "cyd").await;
    let (former, former_token) = past.installation.member(past.workspace, "dee").await;
    past.operator(
        "directory/deactivate-person",
        json!({ "person_id": former }),
    )
    .await;
    let paths = [
        "directory/person-list",
        "messaging/conversation-list",
        "workspace-changes",
    ];
    for path in paths {
        let more = match path {
            "workspace-changes" => String::new(),
            _ => format!("&moment={}", past.middle),
        };
        for token in [&stranger, &neighbour, &former_token] {
            let answer = past.ask(token, path, &more).await;
            assert_eq!(
                refused(&answer),
                (404, "workspace_not_found".into(), json!("workspace_id"))
            );
        }
        let answer = past.ask(&past.ann_token, path, &more).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code()),
            (403, "not_permitted".into()),
            "{path}"
        );
        let path = format!("/api/{path}?workspace_id={}{more}", past.workspace);
        let nobody = super::asking::send(
            &past.installation.a.router,
            request(
                axum::http::Method::GET,
                &path,
                None,
                axum::body::Body::empty(),
            ),
        );
        assert_eq!(nobody.await.code(), "not_signed_in");
    }
}

#[tokio::test]
async fn one_sees_what_one_was_entitled_to_then() {
    let past = Past::new(limits()).await;
    past.give_history_to_ann().await;
    // She is in the room no longer, but was then.
    assert_eq!(past.texts(&past.ann_token, past.middle).await, ["first"]);
    let room = format!("&conversation_id={}", past.room);
    let now = past
        .ask(&past.ann_token, "messaging/message-list", &room)
        .await;
    assert_eq!(now.code(), "conversation_not_found");
    let before = format!("{room}&moment={}", past.early);
    let before = past
        .ask(&past.ann_token, "messaging/message-list", &before)
        .await;
    assert_eq!(before.code(), "conversation_not_found", "it was not there");
    // Whoever came later was not there then.
    let (eve, token) = past.installation.member(past.workspace, "eve").await;
    let assign = json!({ "person_id": eve, "role": "admin" });
    past.operator("directory/assign-role", assign).await;
    for path in ["directory/person-list", "messaging/conversation-list"] {
        let answer = past
            .ask(&token, path, &format!("&moment={}", past.middle))
            .await;
        assert_eq!(
            refused(&answer),
            (404, "not_there_then".into(), json!("moment"))
        );
    }
}

#[tokio::test]
async fn a_permission_taken_away_is_gone_for_the_past_too() {
    let past = Past::new(limits()).await;
    past.give_history_to_ann().await;
    let had = past.installation.clock.now().millis();
    past.texts(&past.ann_token, past.middle).await;
    let assign = json!({ "person_id": past.ann, "role": "member" });
    past.operator("directory/assign-role", assign).await;
    let answer = past
        .ask(
            &past.ann_token,
            "directory/person-list",
            &format!("&moment={had}"),
        )
        .await;
    assert_eq!(answer.code(), "not_permitted");
}

#[tokio::test]
async fn moments_that_are_none_are_refused_by_name() {
    let past = Past::new(limits()).await;
    let owner = &past.installation.operator;
    let ahead = past.installation.clock.now().plus_ms(60_000).millis();
    for (moment, code) in [
        ("yesterday".to_owned(), "malformed"),
        (String::new(), "malformed"),
        (ahead.to_string(), "moment_in_future"),
        (i64::MAX.to_string(), "moment_in_future"),
        ("0".to_owned(), "moment_before_workspace"),
        (i64::MIN.to_string(), "moment_before_workspace"),
        ("1999-01-01T00:00:00Z".to_owned(), "moment_before_workspace"),
    ] {
        let answer = past
            .ask(owner, "directory/person-list", &format!("&moment={moment}"))
            .await;
        assert_eq!(
            refused(&answer),
            (422, code.into(), json!("moment")),
            "{moment}"
        );
    }
    let both = format!("&moment={}&min_seq=1", past.middle);
    let answer = past.ask(owner, "directory/person-list", &both).await;
    assert_eq!(
        refused(&answer),
        (422, "malformed".into(), json!("min_seq"))
    );
    let path = "/api/installation/account-list?moment=1";
    let answer = get(&past.installation.a.router, path, owner).await;
    assert_eq!(
        refused(&answer),
        (422, "unknown_field".into(), json!("moment"))
    );
}

#[tokio::test]
async fn a_long_replay_is_waited_for_by_asking_again() {
    let limits = Limits {
        moments: MomentLimits {
            wait_ms: 0,
            ..MomentLimits::default()
        },
        ..limits()
    };
    let past = Past::new(limits).await;
    let path = format!("&moment={}", past.middle);
    let ask = async || {
        past.ask(&past.installation.operator, "directory/person-list", &path)
            .await
    };
    let first = ask().await;
    assert_eq!(
        (first.status.as_u16(), first.code()),
        (503, "moment_in_preparation".into())
    );
    assert!(first.headers.contains_key("retry-after"));
    assert!(
        first.json()["progress"]["applied"].is_u64() && first.json()["progress"]["total"].is_u64()
    );
    eventually(async || ask().await.status == 200).await;
}

#[tokio::test]
async fn who_changed_what_is_told_without_what_was_written() {
    let past = Past::new(limits()).await;
    let owner = &past.installation.operator;
    let from = format!("&from={}", past.middle);
    let newest = past.ask(owner, "workspace-changes", &from).await.ok();
    let told: Vec<_> = newest["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| {
            (
                item["module"].as_str().unwrap(),
                item["command"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("directory", "update-person"),
            ("messaging", "remove-members"),
            ("messaging", "post-message"),
        ]
    );
    assert_eq!(newest["next"], Value::Null);
    let text = newest.to_string();
    assert!(
        !text.contains("second") && !text.contains("Ann the Second"),
        "{text}"
    );
    let objects = &newest["items"][0]["events"][0]["objects"];
    assert_eq!(objects, &json!({ "person_id": [past.ann] }));
    assert!(newest["items"][1]["actor"]["person"].is_string());

    // Page by page, forwards and backwards, it is the same.
    let all = async |order: &str| {
        let (mut all, mut more) = (Vec::new(), String::new());
        loop {
            let asked = format!("&order={order}&limit=2{more}");
            let page = past.ask(owner, "workspace-changes", &asked).await.ok();
            all.extend(page["items"].as_array().unwrap().clone());
            match page["next"].as_str() {
                Some(next) => more = format!("&cursor={next}"),
                None => return all,
            }
        }
    };
    let (mut backwards, forwards) = (all("newest_first").await, all("oldest_first").await);
    backwards.reverse();
    assert_eq!(backwards, forwards);
    assert_eq!(forwards[0]["command"], "found-workspace");
    assert!(forwards.len() >= 6);
    for bounds in [(i64::MIN, i64::MAX), (i64::MAX, i64::MIN)] {
        let asked = format!("&from={}&to={}", bounds.0, bounds.1);
        past.ask(owner, "workspace-changes", &asked).await.ok();
    }
}

#[tokio::test]
async fn what_one_keeps_for_oneself_is_nobodys_change() {
    let past = Past::new(limits()).await;
    let draft = json!({ "conversation_id": past.room, "text": "never sent" });
    past.operator("messaging/save-draft", draft).await;
    let from = format!("&from={}", past.middle);
    let told = past
        .ask(&past.installation.operator, "workspace-changes", &from)
        .await
        .ok();
    assert!(!told.to_string().contains("draft"), "{told}");
}

#[tokio::test]
async fn everything_kept_for_looking_back_may_be_deleted_at_any_time() {
    let limits = Limits {
        moments: MomentLimits {
            checkpoint_every: 2,
            ..MomentLimits::default()
        },
        ..limits()
    };
    let past = Past::new(limits).await;
    let owner = &past.installation.operator;
    past.texts(owner, past.middle).await;
    let folder = past.installation.dir.path().join("a/moments");
    let id = PartitionId::new(past.workspace, "messaging");
    let checkpoints = folder.join(format!("checkpoints/{}-messaging", id.workspace));
    assert!(
        std::fs::read_dir(&checkpoints).unwrap().count() > 0,
        "the replay left some"
    );
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!(past.texts(owner, past.middle).await, ["first"]);
    std::fs::remove_dir_all(&folder).unwrap();
    let now = past.installation.clock.now().millis();
    assert_eq!(past.texts(owner, now).await.len(), 2);
}
