//! Bringing the files that a partition's entries name into the vault.
//!
//! How far this has come is kept in the site's data folder, and is no more than a shortcut: without it
//! every file is looked up in the vault again.

use super::Keeper;
use crate::attachments::Chunks;
use crate::attachments::store::StoreError as ChunkError;
use crate::runtime::Partition;
use async_trait::async_trait;
use bytes::Bytes;
use kernel::{Hash, KeyId, PartitionId, Seq, WorkspaceId};
use std::path::{Path, PathBuf};
use vault::files::{FileError, FileFact, Files, NameKey, PartStore, files_in};
use vault::store::StoreError;

/// Entries read at once.
const BATCH: usize = 500;
const FOLDER: &str = "sealed-files";

/// The files of one partition.
pub(super) struct FileSealer {
    cursor: PathBuf,
    /// Entries up to here have been looked through.
    seen: Seq,
    /// Files that are not in the vault yet, with the entries that name them.
    waiting: Vec<(Seq, FileFact)>,
}

impl FileSealer {
    /// Goes on where this site was.
    pub fn open(data: &Path, partition: &PartitionId) -> Self {
        let name = format!("{}-{}", partition.workspace, partition.module);
        let cursor = data.join(FOLDER).join(name);
        let seen = std::fs::read_to_string(&cursor).ok();
        Self {
            seen: seen.and_then(|text| text.trim().parse().ok()).unwrap_or(0),
            cursor,
            waiting: Vec::new(),
        }
    }

    /// How many files wait.
    pub const fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Brings into the vault what entries up to `to` name. A file that cannot be sealed now waits and
    /// holds up no other; the first such failure is given.
    pub async fn seal(
        &mut self,
        keeper: &Keeper,
        partition: &Partition,
        to: Seq,
    ) -> Result<(), String> {
        if partition.id.workspace == WorkspaceId::INSTALLATION {
            return Ok(());
        }
        let before = self.safe();
        self.look_through(keeper, partition, to).await?;
        let done = self.seal_waiting(keeper, partition).await;
        if self.safe() != before {
            self.save()
                .map_err(|e| format!("{}: {e}", self.cursor.display()))?;
        }
        done
    }

    /// Up to which entry everything is in the vault.
    fn safe(&self) -> Seq {
        let first = self
            .waiting
            .iter()
            .map(|(seq, _)| seq.saturating_sub(1))
            .min();
        first.unwrap_or(self.seen)
    }

    async fn look_through(
        &mut self,
        keeper: &Keeper,
        partition: &Partition,
        to: Seq,
    ) -> Result<(), String> {
        let ring = partition.keys();
        while self.seen < to {
            let read = keeper.site.engine.read(&partition.id, self.seen, BATCH);
            let run = read.await.map_err(|e| e.to_string())?;
            let Some(last) = run.last() else {
                return Ok(());
            };
            let last = last.header.seq;
            for entry in run {
                let seq = entry.header.seq;
                let payload = ring
                    .open(&entry.header, &entry.sealed)
                    .map_err(|e| format!("entry {seq}: {e}"))?;
                let files = payload.events.iter().flat_map(files_in);
                self.waiting.extend(files.map(|file| (seq, file)));
            }
            self.seen = last;
        }
        Ok(())
    }

    async fn seal_waiting(&mut self, keeper: &Keeper, partition: &Partition) -> Result<(), String> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let keys = partition.keys();
        let Some((_, first)) = keys.iter().min_by_key(|(id, _): &(KeyId, _)| *id) else {
            return Err("the workspace has no data key here".into());
        };
        let key = NameKey::of(&first);
        let files = Files {
            store: &*keeper.parts.store,
            workspace: partition.id.workspace,
            key: &key,
        };
        let (from, recipients) = (&keeper.parts.chunks, keeper.parts.trust.recipients());
        let mut failure = None;
        let mut left = Vec::new();
        for (seq, file) in std::mem::take(&mut self.waiting) {
            match files.seal(&file.parts, &Parts(from), recipients).await {
                Ok(bytes) => {
                    metrics::counter!("sekoci_vault_sealed_bytes_total").increment(bytes);
                }
                Err(error) => {
                    left.push((seq, file));
                    let is_vault_gone = matches!(&error, FileError::Store(e) if is_gone(e));
                    failure.get_or_insert_with(|| format!("a file of entry {seq}: {error}"));
                    if is_vault_gone {
                        break;
                    }
                }
            }
        }
        self.waiting = left;
        failure.map_or(Ok(()), Err)
    }

    fn save(&self) -> std::io::Result<()> {
        let folder = self.cursor.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder)?;
        let partial = self.cursor.with_extension("partial");
        std::fs::write(&partial, self.safe().to_string())?;
        std::fs::rename(partial, &self.cursor)
    }
}

const fn is_gone(error: &StoreError) -> bool {
    error.is_transient()
}

/// This site's chunks, and those of the other one, as parts of files.
pub struct Parts<'a>(pub &'a Chunks);

#[async_trait]
impl PartStore for Parts<'_> {
    async fn get(&self, workspace: WorkspaceId, part: Hash) -> Result<Option<Bytes>, String> {
        let got = self.0.content(workspace, part).await;
        got.map_err(|e| text(&e))
    }

    async fn has(&self, workspace: WorkspaceId, part: Hash) -> Result<bool, String> {
        let lens = self.0.content_lens(workspace, vec![part]).await;
        Ok(lens.map_err(|e| text(&e))?.is_some())
    }

    async fn put(&self, workspace: WorkspaceId, bytes: Bytes) -> Result<(), String> {
        let put = self.0.put(workspace, &bytes).await;
        put.map(drop).map_err(|e| text(&e))
    }
}

fn text(error: &ChunkError) -> String {
    kernel::with_sources(error)
}
