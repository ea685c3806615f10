//! A whole recovery: every partition that the vault has, in the order in which people need them, with
//! an account of what came back and what did not.

mod count;
mod files;
mod plan;

pub use count::Count;
pub use files::RecoveredFiles;
pub use plan::{Planned, plan};

use crate::custody::Opened;
use crate::files::PartStore;
use crate::restore::{Restore, RestoreError};
use crate::store::Store;
use files::Wanted;
use journal::{DataKey, Engine};
use kernel::{Clock, Head, KeyId, PartitionId, Timestamp, WorkspaceId};
use std::collections::BTreeMap;

/// What is recovered, from where, and into what.
pub struct Recovery<'a> {
    /// The vault.
    pub store: &'a dyn Store,
    /// An engine that is empty, or holds what an interrupted recovery brought.
    pub engine: &'a dyn Engine,
    /// What the custodians' identity opened.
    pub opened: &'a Opened,
    /// Where files go; without it only entries come back.
    pub files: Option<&'a dyn PartStore>,
    /// Entries decided later than this are left out.
    pub until: Option<Timestamp>,
    /// For the times told.
    pub clock: &'a dyn Clock,
}

/// How far a recovery is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The partition under way.
    pub partition: PartitionId,
    /// Sealed bytes read so far, of all partitions.
    pub bytes: u64,
    /// Entries brought so far, of all partitions.
    pub entries: u64,
}

/// What became of one partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecoveredPartition {
    /// Which.
    pub partition: PartitionId,
    /// Its last entry in the engine.
    pub head: Head,
    /// The last entry that the manifest names, as far as it could be read.
    pub sealed: Head,
    /// What is in it.
    pub count: Count,
    /// Milliseconds from the beginning of the recovery until it was there.
    pub after_ms: i64,
    /// Why the rest did not come back.
    pub failure: Option<String>,
}

/// What a recovery brought.
pub struct Recovered {
    /// Every partition, in the order in which they came.
    pub partitions: Vec<RecoveredPartition>,
    /// What became of the files that they name.
    pub files: RecoveredFiles,
    /// The key that opens the installation's own partitions, which every site needs.
    pub installation_key: Option<DataKey>,
    /// Milliseconds that it all took.
    pub complete_ms: i64,
    /// Whether what came after a moment was left out.
    pub is_cut: bool,
}

/// What is carried from partition to partition.
struct State<'s> {
    /// Bytes and entries.
    so_far: &'s mut (u64, u64),
    installation_key: &'s mut Option<DataKey>,
    wanted: &'s mut Wanted,
}

impl Recovery<'_> {
    /// Recovers what was planned. A partition that cannot be recovered to its end is told of, and
    /// the others go on. `progress` is told after every run, `done` after every partition, with the
    /// installation's key once it is known.
    pub async fn run(
        &self,
        plan: &[Planned],
        mut progress: impl FnMut(&Progress),
        mut done: impl FnMut(&RecoveredPartition, Option<&DataKey>),
    ) -> Recovered {
        let began = self.clock.now();
        let mut installation_key = None;
        let mut so_far = (0, 0);
        let mut partitions = Vec::new();
        let mut wanted = Wanted::default();
        for planned in plan {
            let mut state = State {
                so_far: &mut so_far,
                installation_key: &mut installation_key,
                wanted: &mut wanted,
            };
            let one = self
                .one(&planned.partition, began, &mut state, &mut progress)
                .await;
            done(&one, installation_key.as_ref());
            partitions.push(one);
        }
        let files = match self.files {
            Some(to) => wanted.restore(self, to).await,
            None => RecoveredFiles::default(),
        };
        Recovered {
            partitions,
            files,
            installation_key,
            complete_ms: self.clock.now().since(began),
            is_cut: self.until.is_some(),
        }
    }

    async fn one(
        &self,
        partition: &PartitionId,
        began: Timestamp,
        state: &mut State<'_>,
        progress: &mut impl FnMut(&Progress),
    ) -> RecoveredPartition {
        let restore = Restore {
            store: self.store,
            engine: self.engine,
            trusted: &self.opened.trusted,
            identities: &self.opened.identities,
            until: self.until,
        };
        let (mut count, mut sealed) = (Count::default(), Head::GENESIS);
        let restored = restore
            .partition(partition, |run| {
                state.wanted.add_keys(partition.workspace, run.keys);
                let files = state.wanted.of(partition.workspace);
                count.add(run.entries, run.keys, files);
                sealed = run.link.head;
                if partition.workspace == WorkspaceId::INSTALLATION {
                    let known = state.installation_key.take();
                    *state.installation_key = run.keys.get(&KeyId(0)).cloned().or(known);
                }
                state.so_far.0 += run.link.size;
                state.so_far.1 += run.entries.len() as u64;
                progress(&Progress {
                    partition: partition.clone(),
                    bytes: state.so_far.0,
                    entries: state.so_far.1,
                });
            })
            .await;
        let (head, failure) = match restored {
            Ok(head) => (head, None),
            Err(error) => (self.head_now(partition).await, Some(error)),
        };
        RecoveredPartition {
            partition: partition.clone(),
            head,
            sealed,
            count,
            after_ms: self.clock.now().since(began),
            failure: failure.map(|error: RestoreError| error.to_string()),
        }
    }

    async fn head_now(&self, partition: &PartitionId) -> Head {
        self.engine.head(partition).await.unwrap_or(Head::GENESIS)
    }
}

impl Recovered {
    /// Milliseconds until the last partition of each module was there: until then, somebody still
    /// waited for it.
    #[must_use]
    pub fn first_use_ms(&self) -> BTreeMap<String, i64> {
        let mut times = BTreeMap::new();
        for one in self.partitions.iter().filter(|one| one.failure.is_none()) {
            let time = times.entry(one.partition.module.clone()).or_insert(0);
            *time = one.after_ms.max(*time);
        }
        times
    }

    /// What is in all of them together.
    #[must_use]
    pub fn count(&self) -> Count {
        self.partitions.iter().map(|one| &one.count).sum()
    }

    /// Whether every partition ends with the last entry that its manifest names; where a moment was
    /// wished, with the last one before it.
    #[must_use]
    pub fn heads_equal(&self) -> bool {
        let is_whole = |one: &RecoveredPartition| {
            one.failure.is_none() && (self.is_cut || one.head == one.sealed)
        };
        self.partitions.iter().all(is_whole)
    }
}

#[cfg(test)]
mod tests;
