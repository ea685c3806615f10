//! The continuity programme at the door: a drill of the installation proves a promise of a workspace,
//! and those who may not see are told nothing.

use super::support::{Answer, Installation, eventually, get, new_id};
use kernel::id::Uuid;
use kernel::{Command, CommandId, PartitionId, WorkspaceId};
use serde_json::{Value, json};
use std::time::Duration;

struct World {
    installation: Installation,
    workspace: WorkspaceId,
}

impl World {
    async fn new() -> Self {
        let installation = Installation::one_site().await;
        let workspace = installation.workspace("Harbour").await;
        let world = Self {
            installation,
            workspace,
        };
        // The programme knows the owner a moment after the directory does.
        let owner = world.installation.operator.clone();
        eventually(async || world.asks(&owner, "asset-list", "").await.status == 200).await;
        world
    }

    async fn asks(&self, token: &str, query: &str, more: &str) -> Answer {
        let workspace = self.workspace;
        let path = format!("/api/programme/{query}?workspace_id={workspace}{more}");
        get(&self.installation.a.router, &path, token).await
    }

    async fn answer(&self, query: &str) -> Value {
        let token = self.installation.operator.clone();
        self.asks(&token, query, "").await.ok()
    }

    async fn does(&self, name: &str, command: Value) -> Value {
        let token = self.installation.operator.clone();
        let path = format!("programme/{name}");
        self.installation
            .post(self.workspace, &path, &token, command)
            .await
            .ok()
    }

    async fn promises(&self, rto_ms: i64) -> Uuid {
        let asset_id = new_id();
        let asset = json!({"key": "mail", "kind": "module", "name": "Mail",
            "measured_by": "module:messaging"});
        self.does(
            "register-asset",
            json!({"asset_id": asset_id, "asset": asset}),
        )
        .await;
        let objective = json!({"rto_target_ms": rto_ms, "rpo_target_ms": 60_000});
        let promise = json!({"asset_id": asset_id, "objective": objective, "reason": "agreed"});
        self.does("set-objective", promise).await;
        asset_id
    }

    async fn drills(&self, rto_ms: i64) {
        let drill_id = new_id();
        let functions = json!([{"module": "messaging", "name": "post-message", "rto_ms": rto_ms}]);
        let report = json!({"functions": functions, "lost": 0, "findings": ["Nobody was called"]});
        let token = self.installation.operator.clone();
        for (name, command) in [
            (
                "record-drill-start",
                json!({"drill_id": drill_id, "scenario": "site-loss", "site": "a"}),
            ),
            (
                "record-drill-end",
                json!({"drill_id": drill_id, "passed": true, "report": report}),
            ),
        ] {
            let path = format!("/api/continuity/{name}");
            let body = super::support::envelope(None, command);
            super::support::post(&self.installation.a.router, &path, Some(&token), &body)
                .await
                .ok();
        }
    }

    async fn state(&self) -> Value {
        self.answer("objective-standing").await["items"][0]["rto"]["state"].clone()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drill_of_the_installation_proves_a_promise_until_it_is_too_old() {
    let world = World::new().await;
    world.promises(1_000).await;
    assert_eq!(world.state().await, "never_proven");
    world.drills(500).await;
    eventually(async || world.state().await == "met").await;
    let standing = world.answer("objective-standing").await;
    assert_eq!(standing["items"][0]["proof"]["scenario"], "site-loss");
    world.installation.clock.move_ms(93 * 24 * 3_600_000);
    let token = super::support::sign_in(&world.installation.a.router, "operator").await;
    let later = world.asks(&token, "objective-standing", "").await.ok();
    assert_eq!(later["items"][0]["rto"]["state"], "never_proven");
    assert_eq!(later["items"][0]["proof"]["is_too_old"], true);
    assert_eq!(later["counts"]["never_proven"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missed_promise_is_an_entry_once_and_its_end_is() {
    let world = World::new().await;
    let asset_id = world.promises(1_000).await;
    let task = crate::readiness::breach::keep(
        world.installation.a.site.clone(),
        Duration::from_millis(50),
        || true,
    );
    let task = tokio::spawn(task);
    world.drills(5_000).await;
    let breaches = async |is_open: bool| {
        let token = &world.installation.operator;
        let more = format!("&is_open={is_open}");
        let answer = world.asks(token, "breach-list", &more).await.ok();
        answer["items"].as_array().unwrap().clone()
    };
    eventually(async || !breaches(true).await.is_empty()).await;
    let noted = breaches(true).await;
    assert_eq!(
        (&noted[0]["missed"], &noted[0]["measured_ms"]),
        (&json!("rto"), &json!(5_000))
    );
    let withdraw = json!({"asset_id": asset_id, "reason": "nobody can"});
    world.does("withdraw-objective", withdraw).await;
    eventually(async || !breaches(false).await.is_empty()).await;
    let over = breaches(false).await;
    assert_eq!((over.len(), breaches(true).await.len()), (1, 0));
    task.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_planned_drill_tells_becomes_a_finding_by_itself() {
    let world = World::new().await;
    let plan = json!({"plan_id": new_id(), "scenario": "site-loss", "first_due_at": 5});
    world.does("plan-drill", plan).await;
    world.drills(500).await;
    eventually(async || {
        let findings = world.answer("finding-list").await;
        findings["items"][0]["words"] == "Nobody was called"
    })
    .await;
    assert_eq!(world.answer("finding-list").await["total"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn readiness_is_low_by_default_and_grows_by_facts() {
    let world = World::new().await;
    let before = world.answer("readiness").await;
    assert_eq!(before["is_ready"], false);
    world
        .does("apply-template", json!({"template": "retail"}))
        .await;
    let after = world.answer("readiness").await;
    let score = |answer: &Value| answer["score"].as_u64().unwrap();
    assert!(
        score(&after) > score(&before) && score(&after) < 60,
        "{after}"
    );
    let unknown = after["checks"].as_array().unwrap();
    let unknown = unknown
        .iter()
        .find(|check| check["name"] == "role-deputies");
    assert_eq!(unknown.unwrap()["state"], "not_known");
    let plan = world.answer("rollout-plan").await;
    let task = &plan["tasks"][1];
    assert_eq!(
        (&task["name"], &task["is_done"]),
        (&json!("template"), &json!(true))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_site_knows_of_a_programme_is_for_those_who_may_see_it() {
    let world = World::new().await;
    let (_, member) = world.installation.member(world.workspace, "mia").await;
    let (_, stranger) = world.installation.account("sly").await;
    let (person, former) = world.installation.member(world.workspace, "fay").await;
    let token = &world.installation.operator;
    let other = world.installation.workspace("Other").await;
    let (_, elsewhere) = world.installation.member(other, "otto").await;
    world
        .installation
        .post(
            world.workspace,
            "directory/deactivate-person",
            token,
            json!({"person_id": person}),
        )
        .await
        .ok();
    for query in ["objective-standing", "readiness", "rollout-plan"] {
        eventually(async || world.asks(&member, query, "").await.status == 403).await;
        for token in [&stranger, &former, &elsewhere] {
            let answer = world.asks(token, query, "").await;
            assert_eq!(answer.status, 404, "{query}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_programme_is_answered_as_of_a_moment() {
    let world = World::new().await;
    let clock = &world.installation.clock;
    clock.move_ms(10_000);
    world.promises(1_000).await;
    let then = kernel::clock::Clock::now(&**clock).millis();
    clock.move_ms(10_000);
    world
        .does("apply-template", json!({"template": "retail"}))
        .await;
    clock.move_ms(10_000);
    let token = &world.installation.operator;
    let more = format!("&moment={}", then + 5_000);
    eventually(async || world.asks(token, "asset-list", &more).await.status == 200).await;
    let old = world.asks(token, "asset-list", &more).await.ok();
    assert_eq!(old["total"], 1);
    assert!(world.answer("asset-list").await["total"].as_u64().unwrap() > 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn people_cannot_send_what_sites_send() {
    let world = World::new().await;
    let token = &world.installation.operator;
    for name in ["note-breach", "clear-breach", "take-over-finding"] {
        let path = format!("programme/{name}");
        let answer = world
            .installation
            .post(world.workspace, &path, token, json!({}))
            .await;
        assert_ne!(answer.status, 200, "{name}");
    }
    let id = PartitionId::new(world.workspace, "programme");
    let command = Command {
        id: CommandId(new_id()),
        name: "note-breach".into(),
        actor: kernel::Actor::Account(kernel::AccountId(new_id())),
        body: json!({}),
        digest: [0; 32],
    };
    let outcome = world.installation.a.site.submit(&id, command).await;
    assert!(matches!(outcome, journal::partition::Outcome::Refused(_)));
}
