//! What a person missed of a partition.

use crate::hub::{self, PartitionHub};
use crate::site::Site;
use axum::extract::ws::Utf8Bytes;
use journal::partition::AppliedEntry;
use kernel::{PersonId, Seq};
use std::collections::HashSet;
use std::sync::Arc;

const BACKLOG_BATCH: usize = 500;

/// What a person is entitled to here; none where that cannot be read.
pub(super) async fn topics(hub: &PartitionHub, person: PersonId) -> Option<Vec<kernel::Topic>> {
    let module = Arc::clone(&hub.partition().module);
    hub.partition()
        .query(None, move |rows| Ok(module.topics(rows, person)?))
        .await
        .ok()
}

/// The messages a person missed after `after`, up to `until`, and how far they reach. `None` when
/// they cannot be had.
pub(super) async fn backlog(
    site: &Site,
    hub: &PartitionHub,
    person: PersonId,
    after: Seq,
    until: Seq,
) -> Option<(Seq, Vec<Utf8Bytes>)> {
    let partition = hub.partition();
    let entries = site
        .engine
        .read(&partition.id, after, BACKLOG_BATCH)
        .await
        .ok()?;
    let keys = partition.keys();
    let mut opened = Vec::with_capacity(entries.len());
    for entry in entries
        .into_iter()
        .filter(|entry| entry.header.seq <= until)
    {
        let payload = keys.open(&entry.header, &entry.sealed).ok()?;
        opened.push((entry.header, entry.hash, payload));
    }
    let reached = opened.last()?.0.seq;
    let module = Arc::clone(&partition.module);
    let shown = partition.query(None, move |rows| {
        let topics = module.topics(rows, person)?;
        let topics: HashSet<&str> = topics.iter().map(String::as_str).collect();
        let mut shown = Vec::new();
        for (header, hash, payload) in opened {
            let mut audiences = Vec::with_capacity(payload.events.len());
            for event in &payload.events {
                let mut audience = module.audience(rows, event)?;
                if !hub::is_shown(&topics, &audience) {
                    audience.topics.clear();
                }
                audiences.push(audience);
            }
            let entry = AppliedEntry {
                header,
                hash,
                payload,
                audiences,
            };
            shown.extend(
                hub::messages(&entry)
                    .into_iter()
                    .map(|(_, message)| message),
            );
        }
        Ok(shown)
    });
    Some((reached, shown.await.ok()?))
}
