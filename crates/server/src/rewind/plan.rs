//! Plans: everything a rewind would put back, found once and kept for a while.

use super::scan::{Change, Picked, Scan, is_text};
use crate::moments::{MomentError, position_at};
use crate::site::Site;
use kernel::id::Uuid;
use kernel::{Aspect, PartitionId, PutBackItem, TextWish, Timestamp, WorkspaceId};
use protection::events::Choices;
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use utoipa::ToSchema;

/// Modules in the order in which they are put back: people and rights before what they are for.
pub(super) const MODULES: [&str; 3] = ["directory", "messaging", "documents"];

/// What a plan is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Subject {
    pub workspace: WorkspaceId,
    pub picked: Picked,
    /// Where the scan begins.
    pub since: Timestamp,
    /// The rewind it is for, if it was proposed already.
    pub rewind: Option<Uuid>,
}

/// How far the making of a plan has come.
#[derive(Debug, Default)]
pub(super) struct Progress {
    pub scanned: AtomicU64,
    pub to_scan: AtomicU64,
}

/// Everything a rewind would put back.
#[derive(Debug)]
pub(super) struct Plan {
    /// In the order in which it is put back.
    pub changes: Vec<(&'static str, Change)>,
    /// Entries that are taken back.
    pub entries: u64,
    /// Things the rewind has put back already.
    pub done: u64,
}

/// Makes a plan.
///
/// # Errors
/// When a partition is not open here or cannot be read.
pub(super) async fn make(
    site: &Arc<Site>,
    subject: Subject,
    progress: Arc<Progress>,
) -> Result<Plan, MomentError> {
    let mut starts = Vec::new();
    for module in MODULES {
        let id = PartitionId::new(subject.workspace, module);
        let before = subject.since.plus_ms(-1);
        let seq = position_at(&*site.engine, &id, before).await?;
        let head = site.engine.head(&id).await?.seq;
        progress.to_scan.fetch_add(head - seq, Ordering::Relaxed);
        starts.push((module, id, seq));
    }
    let (mut changes, mut entries, mut done) = (Vec::new(), 0, 0);
    for (module, id, seq) in starts {
        let mut view = site.scratch(&id, seq).await?;
        let (progress, picked) = (Arc::clone(&progress), subject.picked.clone());
        let scanned = tokio::task::spawn_blocking(move || {
            let mut scan = Scan::new(picked, subject.rewind);
            scan.run(&mut view, &mut || {
                progress.scanned.fetch_add(1, Ordering::Relaxed);
            })?;
            Ok(scan)
        });
        let scan = scanned
            .await
            .unwrap_or_else(|error| Err(MomentError::Failed(error.to_string())))?;
        entries += scan.entries;
        done += scan.done();
        changes.extend(scan.changes().into_iter().map(|change| (module, change)));
    }
    Ok(Plan {
        changes,
        entries,
        done,
    })
}

impl Plan {
    /// What is put back with these choices, in order; the rest is kept.
    pub fn chosen(&self, choices: &Choices) -> Vec<(&'static str, PutBackItem)> {
        let set = |aspects: &[Aspect]| aspects.iter().cloned().collect::<BTreeSet<_>>();
        let (keep, put_back, as_before) = (
            set(&choices.keep),
            set(&choices.put_back),
            set(&choices.as_before),
        );
        let wanted = self.changes.iter().filter(|(_, change)| {
            let aspect = &change.item.aspect;
            !keep.contains(aspect) && (!change.is_kept || put_back.contains(aspect))
        });
        let item = |(module, change): &(&'static str, Change)| {
            let mut item = change.item.clone();
            if is_text(&item.aspect) && as_before.contains(&item.aspect) {
                item.value = change.text_before();
            }
            (*module, item)
        };
        wanted.map(item).collect()
    }

    /// How many objects it is about.
    pub fn objects(&self) -> u64 {
        let objects: BTreeSet<_> = self
            .changes
            .iter()
            .map(|(module, change)| {
                let aspect = &change.item.aspect;
                (*module, aspect.kind.as_str(), aspect.object.as_str())
            })
            .collect();
        objects.len() as u64
    }
}

impl Change {
    /// The wish that makes a text what it was before the first of the changes.
    fn text_before(&self) -> Value {
        let before = self.before.get("seq").and_then(Value::as_u64).unwrap_or(0);
        serde_json::to_value(TextWish::AsOf(before)).expect("a wish is plain values")
    }
}

/// One thing a rewind would put back.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PlannedChange {
    /// The module it is in.
    pub module: String,
    /// Which thing.
    pub aspect: Aspect,
    /// What people call the object.
    pub label: Option<String>,
    /// What it was before the first of the changes.
    #[schema(value_type = Object)]
    pub before: Value,
    /// What it is now.
    #[schema(value_type = Object)]
    pub now: Value,
    /// What it shall be.
    #[schema(value_type = Object)]
    pub wanted: Value,
    /// How many of the changes hit it.
    pub hits: u64,
    /// When the first did.
    pub first_at: Timestamp,
    /// When the last did.
    pub last_at: Timestamp,
    /// Changes by others since the first.
    pub others: u64,
    /// It stays as it is unless somebody chooses otherwise: others worked on what the person made.
    pub is_kept: bool,
    /// Others wrote in this text too: it can be put back without the person's updates (what is
    /// wanted), as it was before, or be kept.
    pub has_choice: bool,
}

impl PlannedChange {
    /// What people wrote to each other is not for whoever watches over the workspace: of messages and
    /// comments the plan says how long they were, and nothing of what was in them.
    pub(super) fn of(module: &str, change: &Change) -> Self {
        let mut change = change.clone();
        if matches!(change.item.aspect.kind.as_str(), "message" | "comment") {
            change.label = None;
            for value in [
                &mut change.before,
                &mut change.item.expected,
                &mut change.item.value,
            ] {
                if let Some(text) = value.as_str() {
                    *value = json!({ "characters": text.chars().count() });
                }
            }
        }
        Self {
            module: module.into(),
            has_choice: is_text(&change.item.aspect) && change.others > 0,
            aspect: change.item.aspect,
            label: change.label,
            before: change.before,
            now: change.item.expected,
            wanted: change.item.value,
            hits: change.hits,
            first_at: change.first_at,
            last_at: change.last_at,
            others: change.others,
            is_kept: change.is_kept,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_was_written_in_messages_is_told() {
        let change = |aspect| Change {
            item: PutBackItem {
                aspect,
                expected: json!("secret now"),
                value: json!("secret before"),
            },
            before: json!("secret before"),
            label: Some("secret be…".into()),
            hits: 1,
            first_at: Timestamp(1),
            last_at: Timestamp(1),
            others: 0,
            is_kept: false,
        };
        for kind in ["message", "comment"] {
            let told = PlannedChange::of("documents", &change(Aspect::new(kind, "m", "text")));
            let told = serde_json::to_string(&told).unwrap();
            assert!(!told.contains("secret"), "{told}");
            assert!(told.contains(r#"{"characters":10}"#), "{told}");
        }
    }
}
