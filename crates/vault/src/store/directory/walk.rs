//! Listing in the order of names, entering only folders that can hold what is asked for.

use super::{failed, file};
use crate::store::{ObjectName, StoreError, Stored};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Objects below `root`: see [`crate::Store::list`].
pub(super) fn list(
    root: &Path,
    prefix: &str,
    after: Option<&ObjectName>,
    limit: usize,
) -> Result<Vec<Stored>, StoreError> {
    let mut walk = Walk {
        prefix,
        after: after.map_or("", ObjectName::as_str),
        limit,
        found: Vec::new(),
    };
    walk.folder(root, "")?;
    Ok(walk.found)
}

struct Walk<'a> {
    prefix: &'a str,
    after: &'a str,
    limit: usize,
    found: Vec<Stored>,
}

impl Walk<'_> {
    fn folder(&mut self, folder: &Path, below: &str) -> Result<(), StoreError> {
        for (name, path) in self.entries(folder, below)? {
            if self.found.len() >= self.limit {
                break;
            }
            if name.ends_with('/') {
                self.folder(&path, &name)?;
            } else if let Ok(name) = ObjectName::new(name) {
                // Deleted since the folder was read: as if it had never been listed.
                self.found.extend(file::stat(&path, &name)?);
            }
        }
        Ok(())
    }

    /// Objects (`a/b`) and folders (`a/c/`) of interest. Sorted like this, with the slash that
    /// every name inside a folder has, folders stand where their objects belong.
    fn entries(&self, folder: &Path, below: &str) -> Result<Vec<(String, PathBuf)>, StoreError> {
        let mut entries = Vec::new();
        let listing = match std::fs::read_dir(folder) {
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(entries),
            listing => listing.map_err(|e| failed(folder, &e))?,
        };
        for entry in listing {
            let entry = entry.map_err(|e| failed(folder, &e))?;
            let Ok(file_name) = entry.file_name().into_string() else {
                continue;
            };
            if let Some(object) = file_name.strip_suffix('@') {
                let name = format!("{below}{object}");
                if name.starts_with(self.prefix) && name.as_str() > self.after {
                    entries.push((name, entry.path()));
                }
            } else if !file_name.contains('@') {
                let name = format!("{below}{file_name}/");
                if self.may_hold(&name) {
                    entries.push((name, entry.path()));
                }
            }
        }
        entries.sort_unstable();
        Ok(entries)
    }

    fn may_hold(&self, folder: &str) -> bool {
        let prefix = folder.starts_with(self.prefix) || self.prefix.starts_with(folder);
        prefix && (folder > self.after || self.after.starts_with(folder))
    }
}
