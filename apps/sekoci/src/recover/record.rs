//! The recovery record: what came back, how long it took and what did not, signed with a key that
//! only those have who can open the vault.

use super::Arguments;
use super::signed::Signed;
use super::target::Target;
use crate::cli::Failure;
use kernel::clock::SystemClock;
use kernel::{Clock, Hash, Head, PartitionId, Timestamp};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use vault::custody::{Opened, RecoveryIdentity};
use vault::recovery::{Recovered, RecoveredPartition};

/// What came back.
#[derive(Serialize)]
pub struct Record {
    format: u32,
    at: Timestamp,
    trust: Hash,
    /// The moment that was wished, where one was.
    until: Option<Timestamp>,
    workspace: Option<String>,
    entries: u64,
    messages: u64,
    documents: u64,
    files: u64,
    bytes: u64,
    files_lost: u64,
    first_use_ms: BTreeMap<String, i64>,
    complete_ms: i64,
    heads_equal: bool,
    partitions: Vec<Line>,
    unrestorable: Vec<Unrestorable>,
}

#[derive(Serialize)]
struct Line {
    partition: PartitionId,
    head: Head,
    sealed: Head,
    entries: u64,
    after_ms: i64,
}

/// Something that did not come back.
#[derive(Serialize)]
struct Unrestorable {
    /// A partition's entries after one, or a file.
    what: String,
    cause: String,
}

impl Record {
    /// The record of a recovery.
    pub fn new(arguments: &Arguments, opened: &Opened, recovered: &Recovered) -> Self {
        let count = recovered.count();
        let line = |one: &RecoveredPartition| Line {
            partition: one.partition.clone(),
            head: one.head,
            sealed: one.sealed,
            entries: one.count.entries,
            after_ms: one.after_ms,
        };
        let lost = |one: &RecoveredPartition| {
            Some(Unrestorable {
                what: format!("{} after entry {}", one.partition, one.head.seq),
                cause: one.failure.clone()?,
            })
        };
        Self {
            format: 1,
            at: SystemClock.now(),
            trust: opened.trust.digest(),
            until: arguments.at,
            workspace: arguments.workspace.map(|id| id.to_string()),
            entries: count.entries,
            messages: count.messages,
            documents: count.documents,
            files: recovered.files.files,
            bytes: recovered.files.bytes,
            files_lost: recovered.files.lost,
            first_use_ms: recovered.first_use_ms(),
            complete_ms: recovered.complete_ms,
            heads_equal: recovered.heads_equal(),
            partitions: recovered.partitions.iter().map(line).collect(),
            unrestorable: recovered
                .partitions
                .iter()
                .filter_map(lost)
                .chain(recovered.files.failures.iter().map(|cause| Unrestorable {
                    what: "a file".into(),
                    cause: cause.clone(),
                }))
                .collect(),
        }
    }

    /// Writes the signed record.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn sign(&self, identity: &RecoveryIdentity, file: &Path) -> Result<(), Failure> {
        let signed = Signed::of(self, identity)?;
        let mut text =
            serde_json::to_string_pretty(&signed).map_err(|e| Failure::failed(e.to_string()))?;
        text.push('\n');
        std::fs::write(file, text).map_err(|e| Failure::failed(format!("{}: {e}", file.display())))
    }

    /// Says what came back.
    pub fn print(&self) {
        println!(
            "{} messages, {} documents, {} files ({} bytes) in {} entries, after {:.1} s",
            self.messages,
            self.documents,
            self.files,
            self.bytes,
            self.entries,
            seconds(self.complete_ms)
        );
        for line in &self.partitions {
            println!(
                "{}  entry {} of {}, after {:.1} s",
                line.partition,
                line.head.seq,
                line.sealed.seq,
                seconds(line.after_ms)
            );
        }
        for lost in &self.unrestorable {
            println!("NOT RESTORED: {}: {}", lost.what, lost.cause);
        }
    }

    /// Failed where something did not come back.
    ///
    /// # Errors
    /// What that is.
    pub fn outcome(&self) -> Result<(), Failure> {
        match self.unrestorable.first() {
            None => Ok(()),
            Some(lost) => Err(Failure::failed(format!(
                "not everything came back: {}: {}",
                lost.what, lost.cause
            ))),
        }
    }
}

/// Where the signed record goes; a record of an earlier run may be replaced.
///
/// # Errors
/// When nothing could be written there.
pub fn file(wish: Option<&Path>, target: &Target) -> Result<PathBuf, Failure> {
    let file = wish.map_or_else(|| target.record_file(), Path::to_path_buf);
    let folder = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    if folder.is_some_and(|folder| !folder.is_dir()) || file.is_dir() {
        let cause = format!("{}: nothing can be written there", file.display());
        return Err(Failure::argument("--record", cause));
    }
    Ok(file)
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds of a recovery fit")]
fn seconds(ms: i64) -> f64 {
    ms as f64 / 1_000.0
}
