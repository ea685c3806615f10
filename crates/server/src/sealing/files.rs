//! Bringing the files that a partition's entries name into the vault.
//!
//! How far this has come is kept in the site's data folder, and is no more than a shortcut: without it
//! every file is looked up in the vault again.

use super::{Keeper, Retry};
use crate::attachments::Chunks;
use crate::attachments::store::StoreError as ChunkError;
use crate::runtime::Partition;
use async_trait::async_trait;
use bytes::Bytes;
use kernel::{Hash, KeyId, PartitionId, Seq, Timestamp, WorkspaceId};
use std::path::{Path, PathBuf};
use tokio::time::Instant;
use vault::files::{FileError, FileFact, Files, NameKey, PartStore, files_in};

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
    /// So many of these, at the front, were tried and wait for the pause to pass.
    tried: usize,
    retry: Retry,
    next_try: Option<Instant>,
    failure: Option<String>,
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
            tried: 0,
            retry: Retry::default(),
            next_try: None,
            failure: None,
        }
    }

    /// How many files wait.
    pub const fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Why they wait.
    pub fn failure(&self) -> Option<&str> {
        self.failure.as_deref()
    }

    /// Whether something is to be done for the entries up to `to`.
    pub const fn is_behind(&self, to: Seq) -> bool {
        self.seen < to || !self.waiting.is_empty()
    }

    /// Brings into the vault what entries up to `to` name, and were made before a moment where one is
    /// given. What cannot be sealed now waits, holds up no other file and no entry, and is tried again
    /// after a pause.
    pub async fn seal(
        &mut self,
        keeper: &Keeper,
        partition: &Partition,
        to: Seq,
        before: Option<Timestamp>,
    ) {
        if partition.id.workspace == WorkspaceId::INSTALLATION {
            self.seen = to;
            return;
        }
        let safe_before = self.safe();
        let looked = self.look_through(keeper, partition, to, before).await;
        let sealed = self.seal_waiting(keeper, partition).await;
        self.failure = looked.and(sealed).err();
        if self.safe() != safe_before
            && let Err(error) = self.save()
        {
            // Without it every file is looked up again after a start.
            tracing::warn!(cursor = %self.cursor.display(), %error, "cannot be written");
        }
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
        before: Option<Timestamp>,
    ) -> Result<(), String> {
        let ring = partition.keys();
        while self.seen < to {
            let read = keeper.site.engine.read(&partition.id, self.seen, BATCH);
            let run = read.await.map_err(|e| e.to_string())?;
            if run.is_empty() {
                return Ok(());
            }
            for entry in run {
                let seq = entry.header.seq;
                if before.is_some_and(|before| entry.header.time >= before) {
                    return Ok(());
                }
                let payload = ring
                    .open(&entry.header, &entry.sealed)
                    .map_err(|e| format!("entry {seq}: {e}"))?;
                let files = payload.events.iter().flat_map(files_in);
                self.waiting.extend(files.map(|file| (seq, file)));
                self.seen = seq;
            }
        }
        Ok(())
    }

    async fn seal_waiting(&mut self, keeper: &Keeper, partition: &Partition) -> Result<(), String> {
        let is_due = self.next_try.is_none_or(|next| Instant::now() >= next);
        let from = if is_due { 0 } else { self.tried };
        if from == self.waiting.len() {
            return self
                .failure
                .clone()
                .filter(|_| from > 0)
                .map_or(Ok(()), Err);
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
        let (parts, recipients) = (&keeper.parts.chunks, keeper.parts.trust.recipients());
        let mut failure = None;
        let mut is_vault_gone = false;
        let due = self.waiting.split_off(from);
        for (seq, file) in due {
            if is_vault_gone {
                self.waiting.push((seq, file));
                continue;
            }
            match files.seal(&file.parts, &Parts(parts), recipients).await {
                Ok(bytes) => {
                    metrics::counter!("sekoci_vault_sealed_bytes_total").increment(bytes);
                }
                Err(error) => {
                    is_vault_gone = matches!(&error, FileError::Store(e) if e.is_transient());
                    failure.get_or_insert_with(|| format!("a file of entry {seq}: {error}"));
                    self.waiting.push((seq, file));
                }
            }
        }
        self.tried = self.waiting.len();
        if self.tried == 0 {
            self.retry = Retry::default();
            self.next_try = None;
        } else {
            self.next_try = Some(Instant::now() + self.retry.next());
        }
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
