//! Where the bytes of files are: in the archive or in a folder beside it, under names that hold
//! Slack's file id (`__uploads/F012ABC/plan.pdf`, `attachments/F012ABC-plan.pdf`).

use crate::{Archive, ArchiveError};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// Where one file's bytes are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// In this entry of the archive.
    Entry(String),
    /// In this file.
    Path(PathBuf),
}

/// Sources by Slack's file id.
#[derive(Debug, Default)]
pub(crate) struct Files(HashMap<String, Source>);

/// Most files that are looked at in a folder.
const FOLDER_FILES_MAX: usize = 1_000_000;

impl Files {
    /// Looks through the archive and the folder.
    pub fn find(archive: &Archive, folder: Option<&Path>) -> Result<Self, ArchiveError> {
        let mut files = Self::default();
        for name in archive.names() {
            for id in ids(name) {
                files
                    .0
                    .entry(id.to_owned())
                    .or_insert_with(|| Source::Entry(name.to_owned()));
            }
        }
        if let Some(folder) = folder {
            files.walk(folder)?;
        }
        Ok(files)
    }

    fn walk(&mut self, folder: &Path) -> Result<(), ArchiveError> {
        let bad = |path: &Path, cause: &dyn std::fmt::Display| {
            ArchiveError::FilesFolder(format!("{}: {cause}", path.display()))
        };
        let mut folders = vec![folder.to_owned()];
        let mut seen = 0;
        while let Some(at) = folders.pop() {
            for item in std::fs::read_dir(&at).map_err(|e| bad(&at, &e))? {
                let item = item.map_err(|e| bad(&at, &e))?;
                let (path, kind) = (item.path(), item.file_type().map_err(|e| bad(&at, &e))?);
                if kind.is_dir() {
                    folders.push(path);
                } else if kind.is_file() {
                    seen += 1;
                    if seen > FOLDER_FILES_MAX {
                        return Err(bad(&at, &"it holds too many files"));
                    }
                    let inner = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy();
                    for id in ids(&inner) {
                        self.0
                            .entry(id.to_owned())
                            .or_insert_with(|| Source::Path(path.clone()));
                    }
                }
            }
        }
        Ok(())
    }

    /// Where the file with this id is.
    pub fn source(&self, id: Option<&str>) -> Option<&Source> {
        self.0.get(id?)
    }
}

/// The file ids a path holds: parts that begin with `F` and capitals or digits.
fn ids(path: &str) -> impl Iterator<Item = &str> {
    path.split(['/', '\\'])
        .filter_map(|part| part.split(['-', '_', '.']).find(|word| !word.is_empty()))
        .filter(|word| {
            word.len() >= 6
                && word.starts_with('F')
                && word
                    .bytes()
                    .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_found_in_the_usual_places() {
        for (path, wanted) in [
            ("__uploads/F012ABC34/plan.pdf", "F012ABC34"),
            ("general/attachments/F012ABC34-plan.pdf", "F012ABC34"),
            ("F012ABC34.png", "F012ABC34"),
        ] {
            assert_eq!(ids(path).collect::<Vec<_>>(), [wanted], "{path:?}");
        }
        assert_eq!(ids("general/Final-plan.pdf").count(), 0);
    }
}
