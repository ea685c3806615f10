//! The etcd client against a real etcd, and the guard around Patroni's way of renewing its key there.

mod support;

use cluster::{Compare, EtcdClient, Operation, TxnOutcome};
use std::path::Path;
use support::lone_etcd::LoneEtcd;

async fn lone_etcd() -> Option<LoneEtcd> {
    if let Some(reason) = support::unavailable() {
        eprintln!("skipped: {reason}");
        return None;
    }
    Some(LoneEtcd::start().await)
}

#[tokio::test]
async fn keys_are_written_listed_and_removed() {
    let Some(etcd) = lone_etcd().await else {
        return;
    };
    let client = EtcdClient::new(vec![etcd.url.clone()]);
    assert_eq!(client.get("/a/1").await.expect("asked"), None);
    client.put("/a/1", b"one").await.expect("put");
    client.put("/a/2", b"two").await.expect("put");
    client.put("/b/1", b"three").await.expect("put");
    let listed = client.list("/a/").await.expect("listed");
    let keys: Vec<_> = listed
        .iter()
        .map(|kv| (kv.key.as_str(), kv.value.as_slice()))
        .collect();
    assert_eq!(keys, [("/a/1", b"one".as_slice()), ("/a/2", b"two")]);
    assert!(client.delete("/a/1").await.expect("deleted"));
    assert!(!client.delete("/a/1").await.expect("asked"));
}

#[tokio::test]
async fn a_transaction_is_done_whole_or_not_at_all() {
    let Some(etcd) = lone_etcd().await else {
        return;
    };
    let client = EtcdClient::new(vec!["http://127.0.0.1:9".into(), etcd.url.clone()]);
    client.put("leader", b"a").await.expect("put");
    client.put("sync", b"b,w").await.expect("put");
    let leader = client.get("leader").await.expect("asked").expect("there");
    let sync = client.get("sync").await.expect("asked").expect("there");
    let compares = [
        Compare::Value("leader", b"a"),
        Compare::ModRevision("leader", leader.mod_revision),
        Compare::ModRevision("sync", sync.mod_revision),
    ];
    let operations = [
        Operation::Delete("leader"),
        Operation::Put("sync", &sync.value, 0),
    ];
    let done = client.txn(&compares, &operations).await.expect("asked");
    let again = client.get("sync").await.expect("asked").expect("there");
    assert_eq!(done, TxnOutcome::Done(again.mod_revision));
    assert!(again.mod_revision > sync.mod_revision && again.value == sync.value);
    assert_eq!(client.get("leader").await.expect("asked"), None);

    client.put("leader", b"a").await.expect("put");
    let refused = client.txn(&compares, &operations).await.expect("asked");
    assert_eq!(refused, TxnOutcome::Refused);
    assert!(
        client.get("leader").await.expect("asked").is_some(),
        "half a transaction was done"
    );
}

/// What is in the leader key after a primary named `a`, whose lease ran out and whose place `b` took,
/// renewed it, and whether it believes to be primary.
fn renew(etcd: &LoneEtcd, how: &str) -> (String, String) {
    let text = with_the_guard("renew_lost_lease.py", &[&etcd.url, how]);
    let (key, answer) = text.split_once(' ').unwrap_or_else(|| panic!("{text}"));
    (key.into(), answer.into())
}

/// What a script beside this file prints when given the guard and `args`.
fn with_the_guard(script: &str, args: &[&str]) -> String {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = std::process::Command::new("/usr/bin/python3")
        .arg(here.join("tests").join(script))
        .arg(here.join("../../deploy/patroni/patroni-guard.py"))
        .args(args)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .expect("python3");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).trim().to_string()
}

#[test]
fn an_old_primary_that_wakes_up_does_not_lead_over_a_later_one() {
    if let Some(reason) = support::unavailable() {
        return eprintln!("skipped: {reason}");
    }
    let may_lead = |how| with_the_guard("wake_as_old_primary.py", &[how]);
    let found = ["named", "replaced", "behind", "unguarded"].map(may_lead);
    assert_eq!(found, ["True", "False", "False", "True"]);
}

#[tokio::test]
async fn a_primary_that_lost_its_lease_does_not_take_its_successors_key() {
    let Some(etcd) = lone_etcd().await else {
        return;
    };
    assert_eq!(renew(&etcd, "guarded"), ("b".into(), "False".into()));
    // The release in Debian 12 does; when it no longer does, the guard may go.
    assert_eq!(renew(&etcd, "unguarded"), ("a".into(), "True".into()));
}

#[tokio::test]
async fn a_primary_whose_lease_is_in_order_keeps_its_key() {
    let Some(etcd) = lone_etcd().await else {
        return;
    };
    assert_eq!(
        renew(&etcd, "guarded-in-order"),
        ("a".into(), "True".into())
    );
    assert_eq!(
        renew(&etcd, "guarded-new-lease"),
        ("a".into(), "True".into())
    );
}
