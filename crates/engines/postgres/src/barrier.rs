//! The barrier: a commit that has to be replicated, made after a read at the primary.
//!
//! The primary can show a row whose wait for replication was cut short: such a row may still be lost.
//! Once a later commit is replicated, everything before it is. Reads that wait at the same time share
//! one.

use crate::link::{Link, SETTINGS, settings};
use crate::outcome::describe;
use crate::primary::PrimaryLink;
use crate::shared::Shared;
use futures_util::future;
use journal::Durability;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::Mutex;

const EMIT: &str = "SELECT pg_logical_emit_message(true, 'sekoci', '')::text,
    current_setting('synchronous_commit'), current_setting('synchronous_standby_names')";

/// Makes barriers, one at a time.
#[derive(Default)]
pub struct Barrier {
    requested: AtomicU64,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    link: Option<PrimaryLink>,
    passed: Option<Passed>,
}

/// A barrier that was passed.
struct Passed {
    /// The last request that was made before it began.
    request: u64,
    /// Where it was passed.
    started: String,
    timeline: u32,
    durability: Durability,
}

impl Barrier {
    /// Passes a barrier that begins after this call, at the node that `read` is connected to. Says
    /// how well what was read before is kept.
    pub async fn pass(&self, shared: &Shared, read: &Link) -> Result<Durability, String> {
        let request = self.requested.fetch_add(1, Ordering::SeqCst) + 1;
        let limit = shared.config.answer_limit;
        tokio::time::timeout(limit, self.pass_after(request, shared, read))
            .await
            .map_err(|_| format!("replication was not confirmed within {limit:?}"))?
    }

    async fn pass_after(
        &self,
        request: u64,
        shared: &Shared,
        read: &Link,
    ) -> Result<Durability, String> {
        let mut state = self.state.lock().await;
        if let Some(passed) = &state.passed
            && passed.request >= request
            && (passed.started.as_str(), passed.timeline) == read.identity()
        {
            return Ok(passed.durability);
        }
        let upto = self.requested.load(Ordering::SeqCst);
        // Taken out: given up half-way, it is dropped, and nobody waits behind it.
        let link = match state.link.take() {
            Some(link) if link.is_current(&shared.finder) => link,
            _ => PrimaryLink::open(&shared.finder, shared.config.connect_limit).await?,
        };
        if link.link.identity() != read.identity() {
            return Err("the primary changed during the read".into());
        }
        let emitted = emit(&link.link, shared.config.copies_min);
        let durability = link
            .bounded(&shared.finder, shared.config.answer_limit, emitted)
            .await??;
        state.passed = Some(Passed {
            request: upto,
            started: link.link.facts.started.clone(),
            timeline: link.link.facts.timeline,
            durability,
        });
        state.link = Some(link);
        Ok(durability)
    }
}

/// Commits something that has to be replicated; says how well, by the settings before and after.
async fn emit(link: &Link, copies_min: usize) -> Result<Durability, String> {
    let (emitted, settled) = future::join(
        link.client().query_typed_one(EMIT, &[]),
        link.client().query_typed_one(SETTINGS, &[]),
    )
    .await;
    let read = |e: tokio_postgres::Error| describe(&e);
    let before = settings(&emitted.map_err(read)?, 1).map_err(read)?;
    let after = settings(&settled.map_err(read)?, 0).map_err(read)?;
    if link.is_spoilt() {
        return Err("the wait for replication was cut short".into());
    }
    if !before.session_waits() || !after.session_waits() {
        return Err("synchronous_commit was switched off".into());
    }
    Ok(before
        .durability(copies_min)
        .min(after.durability(copies_min)))
}
