//! What is on record is signed by the site, for operators, and verified by anybody.

use super::support::{
    Answer, Installation, envelope, eventually, get, new_id, post, request, send,
};
use axum::body::Body;
use axum::http::Method;
use evidence::{Asked, State, Trust, verify};
use kernel::WorkspaceId;
use kernel::id::Uuid;
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt;

async fn record(installation: &Installation, what: &str, command: Value) {
    let path = format!("/api/continuity/record-drill-{what}");
    let command = envelope(None, command);
    let token = Some(installation.operator.as_str());
    // The record opens a moment after the installation.
    let records = async || {
        let answer = post(&installation.a.router, &path, token, &command).await;
        answer.status == 200
    };
    eventually(records).await;
}

async fn drilled(installation: &Installation, report: Value) -> Uuid {
    let id = new_id();
    let start = json!({ "drill_id": id, "scenario": "site-loss", "site": "a" });
    record(installation, "start", start).await;
    let end = json!({ "drill_id": id, "passed": report["passed"], "report": report });
    record(installation, "end", end).await;
    id
}

fn report() -> Value {
    json!({ "scenario": "site-loss", "passed": true, "rto_ms": 1200, "rate": 50.0 })
}

async fn ask(installation: &Installation, token: &str, drill: Uuid) -> Answer {
    let path = format!("/api/continuity/drill-evidence?drill_id={drill}");
    get(&installation.a.router, &path, token).await
}

/// The evidence, once the site's key is on record.
async fn signed(installation: &Installation, drill: Uuid) -> Value {
    let answers = async || {
        ask(installation, &installation.operator, drill)
            .await
            .status
            == 200
    };
    eventually(answers).await;
    ask(installation, &installation.operator, drill).await.ok()
}

async fn trust(installation: &Installation) -> Trust {
    let path = "/api/continuity/evidence-keys";
    let list = get(&installation.a.router, path, &installation.operator)
        .await
        .ok();
    Trust::from_bytes(list.to_string().as_bytes()).unwrap()
}

fn look(file: &Value, trust: &Trust) -> evidence::Examined {
    let asked = Asked {
        workspace: None,
        trust: Some(trust),
    };
    verify(file.to_string().as_bytes(), &asked).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recorded_drill_is_signed_and_verified_with_list_and_journal() {
    let installation = Installation::one_site().await;
    let drill = drilled(&installation, report()).await;
    let file = signed(&installation, drill).await;
    assert_eq!(file["rto_ms"], 1200, "the report stays flat");
    assert_eq!(file["on_record"]["started_by"], "operator");
    assert_eq!(file["on_record"]["passed"], true);
    let trust = trust(&installation).await;
    let examined = look(&file, &trust);
    assert!(examined.is_upheld(), "{:?}", examined.findings);
    let statement = examined.statement.unwrap();
    let found = evidence::journal::check(&installation.engine, &statement)
        .await
        .unwrap();
    assert_eq!(found.len(), 3, "two heads and the installation: {found:?}");
    assert!(
        found.iter().all(|one| one.state == State::Proven),
        "{found:?}"
    );
    let mut changed = file;
    changed["rto_ms"] = json!(100);
    let said = format!("{:?}", look(&changed, &trust).findings);
    assert!(
        said.contains("/rto_ms was 1200 when it was signed and reads 100 here"),
        "{said}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn failed_and_aborted_drills_are_signed_too() {
    let installation = Installation::one_site().await;
    for report in [
        json!({ "passed": false, "shortfalls": ["too slow"] }),
        json!({ "passed": false, "aborted": "the site did not answer" }),
    ] {
        let drill = drilled(&installation, report).await;
        let file = signed(&installation, drill).await;
        assert_eq!(file["on_record"]["passed"], false);
        assert!(look(&file, &trust(&installation).await).is_upheld());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn others_are_refused_precisely() {
    let installation = Installation::one_site().await;
    let drill = drilled(&installation, report()).await;
    let (_, ann) = installation.account("ann").await;
    assert_eq!(
        ask(&installation, &ann, drill).await.code(),
        "not_permitted"
    );
    let path = format!("/api/continuity/drill-evidence?drill_id={drill}");
    let stranger = request(Method::GET, &path, None, Body::empty());
    let stranger = send(&installation.a.router, stranger).await;
    assert_eq!(
        (stranger.status.as_u16(), stranger.code().as_str()),
        (401, "not_signed_in")
    );
    let unknown = ask(&installation, &installation.operator, new_id()).await;
    assert_eq!(unknown.code(), "drill_not_found");
    let begun = new_id();
    let start = json!({ "drill_id": begun, "scenario": "site-loss", "site": "a" });
    record(&installation, "start", start).await;
    let unended = ask(&installation, &installation.operator, begun).await;
    assert_eq!(unended.code(), "drill_not_ended");
    let with = async |text: &str| {
        let path = format!("/api/continuity/{text}");
        let answer = get(&installation.a.router, &path, &installation.operator).await;
        (answer.code(), answer.json()["field"].clone())
    };
    let refusal = |code: &str, field: &str| (code.to_owned(), json!(field));
    assert_eq!(
        with("drill-evidence").await,
        refusal("missing_field", "drill_id")
    );
    assert_eq!(
        with("drill-evidence?drill_id=7").await,
        refusal("malformed", "drill_id")
    );
    assert_eq!(
        with("drill-evidence?drill=7").await,
        refusal("unknown_field", "drill")
    );
    assert_eq!(
        with("period-evidence?year=1999").await,
        refusal("period_invalid", "year")
    );
    assert_eq!(
        with("period-evidence?year=2026&quarter=5").await,
        refusal("period_invalid", "quarter")
    );
    assert_eq!(
        with("period-evidence?year=x").await,
        refusal("malformed", "year")
    );
    let year = get(
        &installation.a.router,
        "/api/continuity/period-evidence?year=2026",
        &ann,
    )
    .await;
    assert_eq!(year.code(), "not_permitted");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_would_be_rounded_is_not_signed() {
    let installation = Installation::one_site().await;
    let drill = drilled(&installation, report()).await;
    signed(&installation, drill).await;
    let large = json!({ "passed": true, "bytes": 9_007_199_254_740_993_u64 });
    let drill = drilled(&installation, large).await;
    let answer = ask(&installation, &installation.operator, drill).await;
    assert_eq!(answer.code(), "evidence_not_signable");
    assert!(answer.json()["detail"].as_str().unwrap().contains("/bytes"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_names_a_workspace_belongs_to_it() {
    let installation = Installation::one_site().await;
    let workspace = installation.workspace("Harbour").await;
    let mut of_one = report();
    of_one["workspace"] = json!(workspace);
    let drill = drilled(&installation, of_one).await;
    let file = signed(&installation, drill).await;
    let bytes = file.to_string();
    let with = |workspace| {
        let asked = Asked {
            workspace: Some(workspace),
            trust: None,
        };
        verify(bytes.as_bytes(), &asked).unwrap().is_upheld()
    };
    assert!(with(workspace));
    assert!(!with(WorkspaceId(new_id())));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retired_key_is_followed_by_a_new_one_and_a_revoked_one_believed_no_more() {
    let installation = Installation::one_site().await;
    let drill = drilled(&installation, report()).await;
    let before = signed(&installation, drill).await;
    let old = trust(&installation).await.keys[0].key;
    let file = installation.dir.path().join("a/evidence.key");
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let private = std::fs::read_to_string(&file).unwrap();
    assert_ne!(private.trim(), old.to_string());

    let retire = json!({ "key": old, "revoked": true });
    installation
        .operator("retire-evidence-key", retire)
        .await
        .ok();
    eventually(async || trust(&installation).await.keys.len() == 2).await;
    let list = trust(&installation).await;
    let said = format!("{:?}", look(&before, &list).findings);
    assert!(said.contains("was revoked"), "{said}");
    let after = signed(&installation, drill).await;
    assert_eq!(
        after["signature"]["signatures"][0]["keyid"],
        json!(list.keys[1].key)
    );
    assert!(look(&after, &list).is_upheld());
    assert_ne!(std::fs::read_to_string(&file).unwrap(), private);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_site_signs_with_its_own_key() {
    let installation = Installation::two_sites().await;
    eventually(async || trust(&installation).await.keys.len() == 2).await;
    let mut sites: Vec<String> = trust(&installation)
        .await
        .keys
        .iter()
        .map(|key| key.site.to_string())
        .collect();
    sites.sort();
    assert_eq!(sites, ["a", "b"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_year_is_told_as_one_and_signed() {
    let installation = Installation::one_site().await;
    let drill = drilled(&installation, report()).await;
    signed(&installation, drill).await;
    let path = "/api/continuity/period-evidence?year=2020&quarter=2";
    let file = get(&installation.a.router, path, &installation.operator)
        .await
        .ok();
    assert_eq!(
        (&file["kind"], &file["quarter"]),
        (&json!("quarterly"), &json!(2))
    );
    assert_eq!(file["drills"], json!([]));
    assert!(file["never_drilled"].as_array().unwrap().len() > 3);
    assert!(look(&file, &trust(&installation).await).is_upheld());
}
