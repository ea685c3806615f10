use super::*;
use crate::{About, EvidenceKey, sign, verify};
use ::journal::engine::conformance::chain::{entries, head_after};
use ::journal::engine::memory::MemoryEngine;
use kernel::{Entry, Hash, SiteName, Timestamp};
use serde_json::json;

fn partition(module: &str) -> PartitionId {
    PartitionId::new(WorkspaceId::INSTALLATION, module)
}

/// A journal with an installation's chain and nine entries of the continuity record.
async fn journal(change: fn(&mut [Entry])) -> (MemoryEngine, Hash, Vec<HeadOf>) {
    let engine = MemoryEngine::new();
    let own = entries(&partition("installation"), Head::GENESIS, 2);
    let installation = own[0].hash;
    append(&engine, &own).await;
    let mut record = entries(&partition("continuity"), Head::GENESIS, 9);
    let seventh = head_after(Head::GENESIS, &record[..7]);
    change(&mut record);
    append(&engine, &record).await;
    let head = HeadOf {
        partition: partition("continuity"),
        seq: seventh.seq,
        hash: seventh.hash,
    };
    (engine, installation, vec![head])
}

async fn append(engine: &MemoryEngine, entries: &[Entry]) {
    let partition = &entries[0].header.partition;
    engine
        .append(partition, Head::GENESIS, entries)
        .await
        .unwrap();
}

fn statement(installation: Hash, heads: Vec<HeadOf>) -> Statement {
    let about = About {
        installation,
        workspace: None,
        site: SiteName::new("a").unwrap(),
        signed_at: Timestamp(1),
        heads,
    };
    let mut file = json!({"passed": true});
    file["signature"] = json!(sign(&file, about, &EvidenceKey::from_seed([1; 32])).unwrap());
    let bytes = serde_json::to_vec(&file).unwrap();
    let examined = verify(&bytes, &crate::Asked::default()).unwrap();
    examined.statement.unwrap()
}

async fn refuted(engine: &MemoryEngine, statement: &Statement) -> String {
    let found = check(engine, statement).await.unwrap();
    let found: Vec<_> = found
        .into_iter()
        .filter(|one| one.state == State::Refuted)
        .map(|one| one.what)
        .collect();
    found.join("; ")
}

#[tokio::test]
async fn a_head_that_is_there_is_found_and_later_entries_do_not_matter() {
    let (engine, installation, heads) = journal(|_| {}).await;
    let found = check(&engine, &statement(installation, heads))
        .await
        .unwrap();
    assert_eq!(found.len(), 2);
    assert!(
        found.iter().all(|one| one.state == State::Proven),
        "{found:?}"
    );
    assert!(found[0].what.contains("holds entry 7 as named"));
}

#[tokio::test]
async fn a_head_that_is_not_there_is_missed() {
    let (engine, installation, heads) = journal(|_| {}).await;
    let mut beyond = heads.clone();
    beyond[0].seq = 12;
    let said = refuted(&engine, &statement(installation, beyond)).await;
    assert!(
        said.contains("has 9 entries, and it rests on entry 12"),
        "{said}"
    );
    let mut other = heads.clone();
    other[0].hash = Hash([5; 32]);
    let said = refuted(&engine, &statement(installation, other)).await;
    assert!(said.contains("entry 7 is "), "{said}");
    let mut absent = heads.clone();
    absent[0].partition = partition("messaging");
    let said = refuted(&engine, &statement(installation, absent)).await;
    assert!(said.contains("has 0 entries"), "{said}");
    let said = refuted(&engine, &statement(Hash([3; 32]), heads)).await;
    assert!(said.contains("and it belongs to 0303"), "{said}");
}

#[tokio::test]
async fn a_chain_that_is_broken_before_the_head_proves_nothing() {
    let (engine, installation, heads) = journal(|record| record[2].sealed[0] ^= 1).await;
    let said = refuted(&engine, &statement(installation, heads)).await;
    assert!(said.contains("entry 3 was altered"), "{said}");
}

#[tokio::test]
async fn a_report_without_heads_is_said_to_rest_on_nothing() {
    let (engine, installation, _) = journal(|_| {}).await;
    let found = check(&engine, &statement(installation, Vec::new()))
        .await
        .unwrap();
    assert_eq!(found[0].state, State::NotProven);
}
