//! Chains for the suite to append, and what it checks about them.

use crate::chain;
use crate::engine::Engine;
use kernel::clock::SystemClock;
use kernel::random::OsRandom;
use kernel::{
    Actor, CommandId, Entry, Hash, Head, Header, KeyId, PartitionId, Random, SiteName, Timestamp,
    WorkspaceId,
};

/// A partition nobody used before.
#[must_use]
pub fn new_partition() -> PartitionId {
    PartitionId::new(WorkspaceId::new(&SystemClock, &OsRandom), "messaging")
}

/// `count` entries that follow `after`, with payloads of `size` random bytes.
#[must_use]
pub fn entries_of_size(
    partition: &PartitionId,
    after: Head,
    count: usize,
    size: usize,
) -> Vec<Entry> {
    let mut head = after;
    (0..count)
        .map(|_| {
            let entry = next(partition, head, size);
            head = entry.head();
            entry
        })
        .collect()
}

/// `count` small entries that follow `after`.
#[must_use]
pub fn entries(partition: &PartitionId, after: Head, count: usize) -> Vec<Entry> {
    entries_of_size(partition, after, count, 48)
}

fn next(partition: &PartitionId, after: Head, size: usize) -> Entry {
    let site = SiteName::new("a").expect("a valid name");
    let header = Header {
        partition: partition.clone(),
        seq: after.seq + 1,
        site: site.clone(),
        lead: site.clone(),
        time: Timestamp(1_700_000_000_000 + i64::try_from(after.seq).unwrap_or(0)),
        actor: Actor::Site(site),
        command: CommandId::new(&SystemClock, &OsRandom),
        key: KeyId(1),
        prev: after.hash,
    };
    let mut sealed = vec![0; size];
    OsRandom.fill(&mut sealed);
    Entry {
        hash: chain::hash(&header, &sealed),
        header,
        sealed,
    }
}

/// The head after `entries` that follow `after`.
#[must_use]
pub fn head_after(after: Head, entries: &[Entry]) -> Head {
    entries.last().map_or(after, Entry::head)
}

/// Two hashes that are not each other's.
#[must_use]
pub fn other_hash(hash: Hash) -> Hash {
    let mut bytes = hash.0;
    bytes[31] ^= 1;
    Hash(bytes)
}

/// Appends `count` new entries after `after` and gives them.
///
/// # Panics
/// When the engine does not append them.
pub async fn grow(
    engine: &dyn Engine,
    partition: &PartitionId,
    after: Head,
    count: usize,
) -> Vec<Entry> {
    let entries = entries(partition, after, count);
    engine
        .append(partition, after, &entries)
        .await
        .expect("an append after the head is accepted");
    entries
}

/// The whole chain, read in pages and verified.
///
/// # Panics
/// When it cannot be read or is broken.
pub async fn whole(engine: &dyn Engine, partition: &PartitionId) -> Vec<Entry> {
    let mut all: Vec<Entry> = Vec::new();
    let mut head = Head::GENESIS;
    loop {
        let page = engine
            .read(partition, head.seq, 300)
            .await
            .expect("a healthy engine can be read");
        if page.is_empty() {
            return all;
        }
        for entry in &page {
            head = chain::verify(head, entry).expect("the chain is whole");
        }
        all.extend(page);
    }
}
