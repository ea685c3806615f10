//! Whole imports, into the real directory and the real messaging.

mod workspace;

use serde_json::{Value, json};
use slack_import::ImportError;
use workspace::{Workspace, Zip};

fn said(user: &str, ts: &str, text: &str) -> Value {
    json!({ "type": "message", "user": user, "ts": ts, "text": text })
}

fn texts(messages: &[Value]) -> Vec<&str> {
    messages
        .iter()
        .map(|m| m["text"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn everything_of_an_export_arrives_and_twice_is_once() {
    let workspace = Workspace::start(true).await;
    let mut root = said("U1", "10.000001", "who is on <@U2>?");
    root["thread_ts"] = json!("10.000001");
    root["edited"] = json!({ "user": "U1", "ts": "11.000000" });
    root["reactions"] = json!([{ "name": "+1", "users": ["U1", "U2"] }]);
    root["files"] = json!([{ "id": "F0PLAN01", "name": "plan.csv", "mimetype": "text/csv" }]);
    let mut reply = said("U2", "12.000001", "I am");
    reply["thread_ts"] = json!("10.000001");
    let mut late = said("U9", "13.000001", "late &amp; gone");
    late["thread_ts"] = json!("9.000001");
    let zip = Zip::small()
        .json(
            "groups.json",
            &json!([{ "id": "G1", "name": "command", "members": ["U1"] }]),
        )
        .json(
            "dms.json",
            &json!([{ "id": "D1", "members": ["U1", "U2"] }]),
        )
        .json(
            "mpims.json",
            &json!([{ "id": "G2", "name": "mpdm-x-1", "members": ["U1", "U2"] }]),
        )
        .json(
            "D1/2024-05-01.json",
            &json!([said("U1", "1.000001", "psst")]),
        )
        .json(
            "command/2024-05-01.json",
            &json!([said("U1", "1.000001", "secret")]),
        )
        .bytes("__uploads/F0PLAN01/plan.csv", b"day,who\n".to_vec())
        .day(&json!([root, reply, late]));
    let path = zip.write();
    let first = workspace.import(&path).await.unwrap();
    assert_eq!(
        (first.skipped_total, first.notes_total),
        (0, 1),
        "{first:?}"
    );
    let held = first.counts;
    assert_eq!(held, first.export);
    assert_eq!((held.users, first.placeholders), (3, 1));
    assert_eq!((held.channels, held.groups, held.direct), (1, 2, 1));
    assert_eq!((held.messages, held.threads, held.replies), (5, 1, 1));
    assert_eq!((held.reactions, held.files), (2, 1));

    let messages = workspace.messages("C1");
    assert_eq!(
        texts(&messages),
        ["who is on @nurse?", "I am", "late & gone"]
    );
    assert_eq!(messages[0]["time"], 10_000);
    assert_eq!(messages[0]["edited_at"], 11_000);
    assert_eq!(messages[0]["reply_count"], 1);
    assert_eq!(messages[0]["reactions"][0]["count"], 2);
    assert_eq!(messages[1]["thread_of"], messages[0]["id"]);
    assert!(messages[2]["thread_of"].is_null());
    let file = &messages[0]["attachments"][0];
    assert_eq!(
        (&file["name"], &file["size"]),
        (&json!("plan.csv"), &json!(8))
    );
    let chunk = file["chunks"][0].as_str().unwrap();
    assert_eq!(
        workspace.inner.lock().unwrap().chunks[chunk],
        b"day,who\n"[..]
    );

    let second = workspace.import(&path).await.unwrap();
    assert_eq!(second.counts, held);
    assert_eq!(workspace.messages("C1"), messages);
}

#[tokio::test]
async fn an_interrupted_import_goes_on_where_it_was() {
    let workspace = Workspace::start(true).await;
    let days: Vec<Value> = (0..2_500)
        .map(|n| {
            said(
                ["U1", "U2"][n % 2],
                &format!("{n}.000001"),
                &format!("message {n}"),
            )
        })
        .collect();
    let path = Zip::small().day(&json!(days)).write();
    // People, conversations and the first batch of messages pass.
    workspace.inner.lock().unwrap().dies_after = Some(3);
    let error = workspace.import(&path).await.unwrap_err();
    assert!(matches!(error, ImportError::Client(_)), "{error:?}");
    let part = workspace.messages("C1").len();
    assert!(part > 0 && part < 2_500, "{part}");
    workspace.inner.lock().unwrap().dies_after = None;
    let report = workspace.import(&path).await.unwrap();
    assert_eq!(report.counts.messages, 2_500);
    let messages = workspace.messages("C1");
    let wanted: Vec<String> = (0..2_500).map(|n| format!("message {n}")).collect();
    assert_eq!(
        texts(&messages),
        wanted.iter().map(String::as_str).collect::<Vec<_>>()
    );
}

#[tokio::test]
async fn rows_that_do_not_fit_are_named_and_the_others_arrive() {
    let workspace = Workspace::start(true).await;
    let zip = Zip::small()
        .json(
            "users.json",
            &json!([{ "id": "U1", "name": "night.lead" }, { "name": "no id" },
                { "id": "U1", "name": "again" }, { "id": "U2", "deleted": 7 },
                { "id": "U3", "name": "operator" }]),
        )
        .day(&json!([
            said("U1", "1.000001", "fine"),
            said("U1", "soon", "no time"),
            said("U1", "1.000001", "the same time again"),
            { "type": "message", "ts": "2.000001", "text": "nobody" },
            said("U2", "3.000001", "by somebody whose row is broken"),
            "not even an object",
            said("U1", "4.000001", &"x".repeat(100_001)),
            said("U1", "5.000001", "fine too"),
        ]))
        .json("elsewhere/2024-05-01.json", &json!([]));
    let report = workspace.import(&zip.write()).await.unwrap();
    let skipped: Vec<(&str, Option<usize>)> = report
        .skipped
        .iter()
        .map(|row| (row.file.as_str(), row.index))
        .collect();
    assert_eq!(
        skipped,
        [
            ("users.json", Some(1)),
            ("users.json", Some(2)),
            ("users.json", Some(3)),
            ("elsewhere/2024-05-01.json", None),
            ("ward/2024-05-01.json", Some(1)),
            ("ward/2024-05-01.json", Some(2)),
            ("ward/2024-05-01.json", Some(3)),
            ("ward/2024-05-01.json", Some(5)),
            ("ward/2024-05-01.json", Some(6)),
        ]
    );
    assert!(report.skipped[2].cause.starts_with("deleted: invalid type"));
    assert_eq!(report.skipped_total, 9);
    let messages = workspace.messages("C1");
    assert_eq!(
        texts(&messages),
        ["fine", "by somebody whose row is broken", "fine too"]
    );
    // The broken user stands as a placeholder; the one whose handle was taken got another.
    assert_eq!((report.counts.users, report.placeholders), (3, 1));
    let people = workspace.ask("person-list", "search=operator");
    assert_eq!(people["items"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn edits_and_deletions_recorded_as_rows_are_applied() {
    let workspace = Workspace::start(true).await;
    let mut root = said("U1", "4.000001", "asked and taken back");
    root["thread_ts"] = json!("4.000001");
    let mut answer = said("U2", "5.000001", "answered");
    answer["thread_ts"] = json!("4.000001");
    let path = Zip::small()
        .day(&json!([
            said("U1", "1.000001", "second"),
            said("U1", "2.000001", "never mind"),
            root,
            answer,
            { "type": "message", "subtype": "message_changed", "ts": "6.0", "hidden": true,
              "message": { "ts": "1.000001", "text": "second", "edited": { "ts": "3.0" } },
              "previous": { "text": "first" } },
            { "type": "message", "subtype": "message_deleted", "ts": "7.0", "deleted_ts": "2.000001" },
            { "type": "message", "subtype": "message_deleted", "ts": "8.0", "deleted_ts": "4.000001" },
        ]))
        .write();
    let report = workspace.import(&path).await.unwrap();
    let messages = workspace.messages("C1");
    assert_eq!(texts(&messages), ["second", "(deleted)", "answered"]);
    assert_eq!((report.counts.messages, report.passed_over), (3, 3));
    let id = messages[0]["id"].as_str().unwrap();
    let history = workspace.ask("message-history", &format!("message_id={id}"));
    let history: Vec<&str> = history["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|version| version["text"].as_str().unwrap())
        .collect();
    assert!(
        history.contains(&"first") && history.contains(&"second"),
        "{history:?}"
    );
}

#[tokio::test]
async fn a_dry_run_counts_and_writes_nothing() {
    let workspace = Workspace::start(true).await;
    let path = Zip::small()
        .day(&json!([
            said("U1", "1.000001", "hi"),
            said("U1", "x", "bad")
        ]))
        .write();
    let report = workspace
        .import_with(&path, |o| o.dry_run = true)
        .await
        .unwrap();
    assert!(report.dry_run);
    assert_eq!((report.counts.messages, report.skipped_total), (1, 1));
    assert_eq!(workspace.inner.lock().unwrap().commands, 0);
}

#[tokio::test]
async fn who_may_not_import_is_told_before_anything_is_written() {
    let workspace = Workspace::start(false).await;
    workspace.inner.lock().unwrap().is_operator = false;
    let error = workspace.import(&Zip::small().write()).await.unwrap_err();
    assert!(
        matches!(&error, ImportError::NoWorkspace(name) if name == "Harbour"),
        "{error}"
    );
    assert_eq!(workspace.inner.lock().unwrap().commands, 0);
}

#[tokio::test]
async fn files_come_from_a_folder_beside_the_export_too() {
    let workspace = Workspace::start(true).await;
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("F0PLAN01")).unwrap();
    std::fs::write(folder.path().join("F0PLAN01/plan.csv"), "day,who\n").unwrap();
    let mut message = said("U1", "1.000001", "the plan");
    message["files"] = json!([{ "id": "F0PLAN01", "name": "plan.csv" },
        { "id": "F0GONE01", "name": "gone.csv" }]);
    let path = Zip::small().day(&json!([message])).write();
    let files = Some(folder.path().to_owned());
    let report = workspace
        .import_with(&path, |o| o.files = files)
        .await
        .unwrap();
    assert_eq!((report.counts.files, report.files_missing), (1, 1));
    let text = "the plan\n[file not in the export: gone.csv]";
    assert_eq!(texts(&workspace.messages("C1")), [text]);
}

#[tokio::test]
async fn a_group_with_more_members_than_a_command_takes_gets_them_all() {
    let workspace = Workspace::start(true).await;
    let id = |n: usize| format!("U{n}");
    let users: Vec<Value> = (0..5_300)
        .map(|n| json!({ "id": id(n), "name": id(n) }))
        .collect();
    let members: Vec<String> = (0..5_300).map(id).collect();
    let path = Zip::small()
        .json("users.json", &json!(users))
        .json(
            "groups.json",
            &json!([{ "id": "G1", "name": "all", "members": members }]),
        )
        .write();
    let report = workspace.import(&path).await.unwrap();
    assert_eq!((report.counts.users, report.skipped_total), (5_300, 0));
    // Nobody outside the group may ask for its members, the importer included.
    let inner = workspace.inner.lock().unwrap();
    let members: u64 = inner
        .messaging
        .rows()
        .query_row(
            "SELECT count(*) FROM member JOIN conversation ON key = conversation
             WHERE kind = 'group'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(members, 5_300);
}

/// The public export that is kept beside the project, where it is there.
#[tokio::test]
async fn the_ubuntu_export_is_read_completely() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data");
    let path = std::path::Path::new(root).join("ubuntu-irc-slack-export.zip");
    if !path.exists() {
        eprintln!("skipped: ../shared/data/ubuntu-irc-slack-export.zip is not there");
        return;
    }
    let workspace = Workspace::start(true).await;
    let report = workspace
        .import_with(&path, |o| o.dry_run = true)
        .await
        .unwrap();
    assert_eq!(
        (report.skipped_total, report.notes_total),
        (0, 23),
        "{:?}",
        report.skipped
    );
    let counts = report.counts;
    assert_eq!((counts.users, counts.channels), (21_169, 14));
    assert_eq!((counts.messages, counts.threads), (212_453, 5_668));
    assert_eq!(counts.replies, 56_279 - 5_668);
}
