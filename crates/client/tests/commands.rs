//! Commands through every way a site can fail: exactly one effect, and the truth about the rest.

mod installation;

use client::{AttemptOutcome, Client, Error};
use installation::{Fault, Installation};
use serde_json::json;
use std::sync::{Arc, Mutex};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(10);

fn command(client: &Client) -> client::Command {
    client
        .new_command(
            "directory",
            "create-group",
            json!({ "name": "Night shift" }),
        )
        .in_workspace(kernel::WorkspaceId(installation::uuid(2)))
}

#[tokio::test]
async fn every_passing_fault_ends_in_exactly_one_effect() {
    for faults in [
        vec![],
        vec![Fault::Unavailable],
        vec![Fault::Hang],
        vec![Fault::ApplyAndHang],
        vec![Fault::ApplyAndBreak],
        vec![Fault::ApplyAndSayUnknown],
        vec![Fault::Overloaded, Fault::Overloaded],
        vec![Fault::BadGateway],
        vec![Fault::EndSession],
        vec![Fault::Unavailable, Fault::ApplyAndHang, Fault::BadGateway],
    ] {
        let installation = Installation::start().await;
        let client = installation.client();
        client.sign_in().await.unwrap();
        for site in &installation.sites {
            site.fail(faults.clone());
        }
        let answered = client.command(&command(&client)).await.unwrap();
        assert_eq!(installation.effects().len(), 1, "{faults:?}");
        assert_eq!(answered.seq, Some(1), "{faults:?}");
        assert_eq!(answered.answer["number"], 1);
    }
}

#[tokio::test]
async fn a_refused_connection_is_answered_by_the_other_site_at_once() {
    let mut installation = Installation::start().await;
    let client = installation.client();
    client.sign_in().await.unwrap();
    installation.sites[0].kill().await;
    let client = installation.builder().build().unwrap();
    let began = tokio::time::Instant::now();
    let answered = client.command(&command(&client)).await.unwrap();
    assert_eq!(answered.site, "b");
    assert!(began.elapsed() < Duration::from_millis(250));
    // It stays where it was answered.
    let again = client.command(&command(&client)).await.unwrap();
    assert_eq!((again.site.as_str(), again.attempts), ("b", 1));
}

#[tokio::test]
async fn a_hanging_site_costs_one_attempt_and_no_more() {
    let installation = Installation::start().await;
    let client = installation.client();
    client.sign_in().await.unwrap();
    installation.sites[0].always(Some(Fault::Hang));
    let first = client.command(&command(&client)).await.unwrap();
    assert_eq!((first.site.as_str(), first.attempts), ("b", 2));
    let second = client.command(&command(&client)).await.unwrap();
    assert_eq!(second.attempts, 1);
}

#[tokio::test]
async fn a_refusal_is_final_and_typed() {
    let installation = Installation::start().await;
    let client = installation.client();
    client.sign_in().await.unwrap();
    installation.sites[0].fail([Fault::Refuse]);
    let error = client.command(&command(&client)).await.unwrap_err();
    let problem = error.problem().expect("it is a refusal");
    assert_eq!((problem.status, problem.code.as_str()), (422, "name_empty"));
    assert_eq!(problem.field.as_deref(), Some("command.name"));
    assert!(!error.may_have_taken_effect());
    assert_eq!(installation.sites[1].count("create-group"), 0);
}

#[tokio::test]
async fn the_same_id_with_another_body_is_refused_and_the_first_stands() {
    let installation = Installation::start().await;
    let client = installation.client();
    let first = command(&client);
    client.command(&first).await.unwrap();
    let other = client::Command {
        body: json!({ "name": "Day shift" }),
        ..first.clone()
    };
    let error = client.command(&other).await.unwrap_err();
    assert_eq!(error.problem().unwrap().code, "command_id_reused");
    assert_eq!(client.command(&first).await.unwrap().seq, Some(1));
    assert_eq!(installation.effects().len(), 1);
}

#[tokio::test]
async fn without_an_answer_it_says_whether_something_may_have_happened() {
    let installation = Installation::start().await;
    let client = installation.client();
    client.sign_in().await.unwrap();
    let limit = Duration::from_millis(400);
    for (fault, may_have) in [(Fault::Unavailable, false), (Fault::ApplyAndHang, true)] {
        for site in &installation.sites {
            site.always(Some(fault));
        }
        let began = tokio::time::Instant::now();
        let error = client
            .command_within(&command(&client), limit)
            .await
            .unwrap_err();
        assert!(matches!(error, Error::NoAnswer { attempts, .. } if attempts >= 2));
        assert_eq!(error.may_have_taken_effect(), may_have, "{fault:?}");
        assert!(began.elapsed() < limit * 2);
    }
    // The very same command sent later finds what happened.
    let unanswered = command(&client);
    let error = client.command_within(&unanswered, limit).await.unwrap_err();
    assert!(error.may_have_taken_effect());
    let effects = installation.effects().len();
    for site in &installation.sites {
        site.always(None);
    }
    client.command_within(&unanswered, PATIENCE).await.unwrap();
    assert_eq!(installation.effects().len(), effects);
}

#[tokio::test]
async fn an_answer_that_is_none_is_named() {
    let installation = Installation::start().await;
    let client = installation.client();
    client.sign_in().await.unwrap();
    installation.sites[0].fail([Fault::Nonsense]);
    let error = client.command(&command(&client)).await.unwrap_err();
    assert!(
        matches!(&error, Error::Unreadable { operation, .. } if operation == "directory/create-group")
    );
    assert!(error.may_have_taken_effect());
}

#[tokio::test]
async fn a_wrong_password_is_said_once_and_not_tried_for_ever() {
    let installation = Installation::start().await;
    let client = installation
        .builder()
        .credentials("operator", "guess")
        .build()
        .unwrap();
    let error = client.command(&command(&client)).await.unwrap_err();
    assert_eq!(error.problem().unwrap().status, 401);
    let tried: usize = installation.sites.iter().map(|s| s.count("sign-in")).sum();
    assert_eq!(tried, 1);
}

#[tokio::test]
async fn a_thousand_calls_sign_in_once() {
    let installation = Installation::start().await;
    let client = installation.client();
    let calls = (0..1000).map(|_| {
        let (client, command) = (client.clone(), command(&client));
        async move { client.command(&command).await.unwrap() }
    });
    futures_util::future::join_all(calls).await;
    assert_eq!(installation.facts.lock().unwrap().sign_ins, 1);
    assert_eq!(installation.effects().len(), 1000);
}

#[tokio::test]
async fn a_session_opened_at_one_site_is_used_at_the_other() {
    let installation = Installation::start().await;
    let client = installation.client();
    let at_a = client
        .command_at(0, &command(&client), PATIENCE)
        .await
        .unwrap();
    let at_b = client
        .command_at(1, &command(&client), PATIENCE)
        .await
        .unwrap();
    assert_eq!((at_a.site.as_str(), at_b.site.as_str()), ("a", "b"));
    assert_eq!(installation.facts.lock().unwrap().sign_ins, 1);
    let session = client.session().await.unwrap();
    assert_eq!(session.workspaces[0].name, "Harbour");
}

#[tokio::test]
async fn observers_see_every_attempt_and_which_site_answered() {
    let installation = Installation::start().await;
    let seen: Arc<Mutex<Vec<(usize, AttemptOutcome)>>> = Arc::default();
    let kept = Arc::clone(&seen);
    let client = installation
        .builder()
        .observer(Arc::new(move |attempt: &client::Attempt<'_>| {
            if attempt.operation == "directory/create-group" {
                kept.lock().unwrap().push((attempt.site, attempt.outcome));
            }
        }))
        .build()
        .unwrap();
    client.sign_in().await.unwrap();
    installation.sites[0].fail([Fault::Unavailable]);
    client.command(&command(&client)).await.unwrap();
    assert_eq!(
        *seen.lock().unwrap(),
        [
            (0, AttemptOutcome::Passing { status: 503 }),
            (1, AttemptOutcome::Final { status: 200 })
        ]
    );
}

#[tokio::test]
async fn health_tells_the_dead_site_from_the_living_one() {
    let mut installation = Installation::start().await;
    installation.sites[0].kill().await;
    let healths = installation.client().health(PATIENCE).await;
    assert!(!healths[0].is_live && healths[0].error.is_some());
    assert!(healths[1].is_live && healths[1].is_ready && healths[1].is_writable);
    assert_eq!(healths[1].name.as_deref(), Some("b"));
}

#[tokio::test]
async fn a_query_goes_to_whichever_site_answers() {
    let installation = Installation::start().await;
    let client = installation.client();
    client.sign_in().await.unwrap();
    installation.sites[0].always(Some(Fault::Hang));
    let page: client::Page<serde_json::Value> = client
        .query("messaging", "message-list", None, &[])
        .await
        .unwrap();
    assert!(page.items.is_empty() && page.next.is_none());
    assert_eq!(client.preferred_site(), 1);
}
