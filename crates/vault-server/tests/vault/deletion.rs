//! Early deletion takes two people.

use crate::running::{Address, Running};
use bytes::Bytes;
use reqwest::Method;
use serde_json::{Value, json};
use vault::store::{ObjectName, Store, StoreError};
use vault_server::{Role, What};

struct Vault {
    running: Running,
    address: Address,
    ann: String,
    ben: String,
}

async fn vault() -> Vault {
    let running = Running::new();
    let address = running.serve().await;
    let site = address.store(&running.token("a", &[Role::Site]));
    for object in ["w/m/1", "w/m/2", "x/m/1"] {
        let name = ObjectName::new(object).unwrap();
        site.put(&name, Bytes::from("x"), None).await.unwrap();
    }
    Vault {
        ann: running.token("ann", &[Role::Person]),
        ben: running.token("ben", &[Role::Person]),
        running,
        address,
    }
}

impl Vault {
    async fn propose(&self, by: &str, prefix: &str) -> Result<Value, StoreError> {
        let body = json!({ "prefix": prefix, "reason": "left the company" });
        let store = self.address.store(by);
        store.ask(Method::POST, "deletions", Some(&body)).await
    }

    async fn approve(&self, by: &str, number: &Value) -> Result<Value, StoreError> {
        let path = format!("deletions/{number}/approve");
        let store = self.address.store(by);
        store.ask(Method::POST, &path, None).await
    }

    async fn names(&self) -> Vec<String> {
        let listed = self.address.store(&self.ann).list("", None, 100).await;
        let names = listed.unwrap().into_iter().map(|s| s.name.to_string());
        names.collect()
    }
}

#[tokio::test]
async fn two_people_delete_early_and_it_is_logged() {
    let vault = vault().await;
    let proposal = vault.propose(&vault.ann, "w/").await.unwrap();
    assert_eq!(
        (&proposal["objects"], &proposal["proposed_by"]),
        (&json!(2), &json!("ann"))
    );
    assert_eq!(vault.names().await.len(), 3);
    let alone = vault.approve(&vault.ann, &proposal["number"]).await;
    assert!(matches!(alone, Err(StoreError::Refused(_))), "{alone:?}");
    assert_eq!(vault.names().await.len(), 3);
    let done = vault
        .approve(&vault.ben, &proposal["number"])
        .await
        .unwrap();
    assert_eq!(
        (&done["deleted"], &done["approved_by"]),
        (&json!(2), &json!("ben"))
    );
    assert_eq!(vault.names().await, ["x/m/1"]);
    let again = vault.approve(&vault.ben, &proposal["number"]).await;
    assert!(matches!(again, Err(StoreError::Refused(_))), "{again:?}");
    let log = vault.running.log().read().await.unwrap();
    let by: Vec<&str> = log.iter().map(|record| record.by.as_str()).collect();
    assert_eq!(by, ["ann", "ben", "vault"]);
    assert!(matches!(log[2].what, What::DeletionDone { objects: 2, .. }));
}

#[tokio::test]
async fn a_proposal_lapses() {
    let vault = vault().await;
    let proposal = vault.propose(&vault.ann, "w/").await.unwrap();
    vault.running.clock.advance_ms(7 * 24 * 3_600_000 + 1);
    let late = vault.approve(&vault.ben, &proposal["number"]).await;
    assert!(matches!(late, Err(StoreError::Refused(_))), "{late:?}");
    assert_eq!(vault.names().await.len(), 3);
}

#[tokio::test]
async fn nobody_else_proposes_or_approves() {
    let vault = vault().await;
    let proposal = vault.propose(&vault.ann, "w/").await.unwrap();
    let running = &vault.running;
    for roles in [[Role::Site], [Role::Reader]] {
        let token = running.token(roles[0].as_str(), &roles);
        let proposed = vault.propose(&token, "w/").await;
        assert!(
            matches!(proposed, Err(StoreError::Denied(_))),
            "{proposed:?}"
        );
        let approved = vault.approve(&token, &proposal["number"]).await;
        assert!(
            matches!(approved, Err(StoreError::Denied(_))),
            "{approved:?}"
        );
    }
    assert_eq!(vault.names().await.len(), 3);
}

#[tokio::test]
async fn what_cannot_be_proposed_is_refused_by_field() {
    let vault = vault().await;
    for prefix in ["", "nothing/"] {
        let error = vault.propose(&vault.ann, prefix).await.unwrap_err();
        assert!(error.to_string().contains("prefix"), "{prefix}: {error}");
    }
    let body = json!({ "prefix": "w/", "reason": " " });
    let store = vault.address.store(&vault.ann);
    let error = store.ask(Method::POST, "deletions", Some(&body)).await;
    assert!(error.unwrap_err().to_string().contains("reason"));
    let missing = vault.approve(&vault.ben, &json!(77)).await;
    assert!(
        matches!(missing, Err(StoreError::Refused(_))),
        "{missing:?}"
    );
}

#[tokio::test]
async fn a_deletion_that_was_interrupted_goes_on() {
    let vault = vault().await;
    let proposal = vault.propose(&vault.ann, "w/").await.unwrap();
    // Approved, and the process ended before anything was deleted.
    let approved = What::DeletionApproved {
        proposal: proposal["number"].as_u64().unwrap(),
    };
    let log = vault.running.log();
    log.add("ben", approved).await.unwrap();
    let approvals =
        vault_server::Approvals::new(vault.running.store(), log, vault.running.clock.clone());
    approvals.resume().await.unwrap();
    assert_eq!(vault.names().await, ["x/m/1"]);
    assert_eq!(approvals.list().await.unwrap()[0].deleted, Some(2));
}
