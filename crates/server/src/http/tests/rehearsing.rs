//! Whether the way back is proven follows from the record and the clock.

use super::sealing::Sealed;
use super::support::{Installation, OPERATOR, envelope, eventually, new_id, post, sign_in};
use crate::rehearsal::{State, look};
use serde_json::{Value, json};

const HOUR_MS: i64 = 3_600_000;

/// A rehearsal that ended this way goes on record.
async fn rehearse(installation: &Installation, passed: bool) {
    let id = new_id();
    let start = json!({ "drill_id": id, "scenario": "both-sites-lost", "site": "both" });
    record(installation, "start", start).await;
    let report =
        json!({ "heads_equal": passed, "messages": 12, "documents": 3, "complete_ms": 900 });
    let end = json!({ "drill_id": id, "passed": passed, "report": report });
    record(installation, "end", end).await;
}

async fn record(installation: &Installation, what: &str, command: Value) {
    let path = format!("/api/continuity/record-drill-{what}");
    let door = &installation.a.router;
    // A session does not outlive the hours that pass here.
    let operator = sign_in(door, OPERATOR).await;
    let command = envelope(None, command);
    post(door, &path, Some(&operator), &command).await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_without_a_vault_has_nothing_to_rehearse() {
    let installation = Installation::one_site().await;
    assert_eq!(look(&installation.a.site).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn both_sites_tell_when_a_rehearsal_is_fresh_stale_or_failed() {
    let sealed = Sealed::start().await;
    let installation = &sealed.installation;
    let is_state = async |state: State| {
        for door in [&installation.a, installation.b()] {
            eventually(async || {
                let standing = look(&door.site).await;
                standing.is_some_and(|standing| standing.state == state)
            })
            .await;
        }
    };
    is_state(State::Never).await;
    rehearse(installation, true).await;
    is_state(State::Fresh).await;
    installation.clock.move_ms(27 * HOUR_MS);
    is_state(State::Stale).await;
    let stale = look(&installation.a.site).await.unwrap();
    assert!(stale.age_s >= Some(27 * 3_600), "{stale:?}");
    assert_eq!((stale.messages, stale.documents), (Some(12), Some(3)));
    rehearse(installation, false).await;
    is_state(State::Failed).await;
    let failed = look(&installation.a.site).await.unwrap();
    assert_eq!(
        (failed.passed, failed.heads_equal),
        (Some(false), Some(false))
    );
    assert_eq!(failed.proven_at, stale.last_at);
    rehearse(installation, true).await;
    is_state(State::Fresh).await;
}
