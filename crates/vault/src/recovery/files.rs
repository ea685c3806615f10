//! The files that recovered entries name.

use super::Recovery;
use crate::files::{FileError, FileFact, Files, NameKey, PartStore};
use crate::segment::Keys;
use journal::DataKey;
use kernel::{KeyId, WorkspaceId};
use std::collections::{BTreeMap, BTreeSet};

/// Of how many files it is told why they did not come back.
const FAILURES_MAX: usize = 1_000;

/// What became of the files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecoveredFiles {
    /// Files that are there now.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Why others are not, of the first thousand.
    pub failures: Vec<String>,
    /// How many others there are.
    pub lost: u64,
}

/// The files that are wanted, each once, with the key of their names.
#[derive(Default)]
pub(super) struct Wanted(BTreeMap<WorkspaceId, OfWorkspace>);

#[derive(Default)]
struct OfWorkspace {
    first_key: Option<(KeyId, DataKey)>,
    files: BTreeSet<FileFact>,
}

impl Wanted {
    /// Keeps the workspace's first data key, which the names of its files follow from.
    pub fn add_keys(&mut self, workspace: WorkspaceId, keys: &Keys) {
        let Some((id, key)) = keys.first_key_value() else {
            return;
        };
        let first = &mut self.0.entry(workspace).or_default().first_key;
        if first.as_ref().is_none_or(|(known, _)| id < known) {
            *first = Some((*id, key.clone()));
        }
    }

    /// The files of a workspace.
    pub fn of(&mut self, workspace: WorkspaceId) -> &mut BTreeSet<FileFact> {
        &mut self.0.entry(workspace).or_default().files
    }

    /// Brings them back. One that cannot be is told of, and the others go on.
    pub async fn restore(&self, recovery: &Recovery<'_>, to: &dyn PartStore) -> RecoveredFiles {
        let mut recovered = RecoveredFiles::default();
        for (workspace, wanted) in &self.0 {
            let Some((_, key)) = &wanted.first_key else {
                continue;
            };
            let key = NameKey::of(key);
            let files = Files {
                store: recovery.store,
                workspace: *workspace,
                key: &key,
            };
            for file in &wanted.files {
                match restore(&files, file, recovery, to).await {
                    Ok(()) => {
                        recovered.files += 1;
                        recovered.bytes += file.size;
                    }
                    Err(error) => {
                        recovered.lost += 1;
                        if recovered.failures.len() < FAILURES_MAX {
                            let first = file.parts.first().map(ToString::to_string);
                            recovered.failures.push(format!(
                                "the file of {} bytes in workspace {workspace} whose first part is \
                                 {}: {error}",
                                file.size,
                                first.unwrap_or_default()
                            ));
                        }
                    }
                }
            }
        }
        recovered
    }
}

/// A file whose parts are all there, as after an interrupted recovery, is not read again.
async fn restore(
    files: &Files<'_>,
    file: &FileFact,
    recovery: &Recovery<'_>,
    to: &dyn PartStore,
) -> Result<(), FileError> {
    let mut is_there = true;
    for part in &file.parts {
        let has = to.has(files.workspace, *part).await;
        is_there &= has.map_err(FileError::Parts)?;
    }
    if !is_there {
        let identities = &recovery.opened.identities;
        files.restore(&file.parts, to, identities).await?;
    }
    Ok(())
}
