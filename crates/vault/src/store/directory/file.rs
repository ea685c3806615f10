//! One object's files.

use super::failed;
use crate::store::{OBJECT_MAX, ObjectName, StoreError, Stored};
use bytes::Bytes;
use kernel::Timestamp;
use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

const MAGIC: &[u8; 8] = b"SKVOBJ1\n";
/// Magic, retain_until (i64, little-endian), BLAKE3 of the bytes.
const HEAD_LEN: usize = 8 + 8 + 32;

/// Writes and syncs an object at a path that nobody else uses.
pub(super) fn write(
    aside: &mut NamedTempFile,
    bytes: &[u8],
    until: Timestamp,
) -> Result<(), StoreError> {
    write_synced(
        aside,
        &[
            MAGIC,
            &until.millis().to_le_bytes(),
            blake3::hash(bytes).as_bytes(),
            bytes,
        ],
    )
}

/// The object's bytes, checked against their hash.
pub(super) fn read(path: &Path, name: &ObjectName) -> Result<Option<Bytes>, StoreError> {
    let Some(mut file) = open(path)? else {
        return Ok(None);
    };
    let (_, hash) = read_head(&mut file, path, name)?;
    let mut bytes = Vec::new();
    file.take(OBJECT_MAX as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|e| failed(path, &e))?;
    if blake3::hash(&bytes) != hash {
        return Err(damaged(name, "its bytes are not those that were put"));
    }
    Ok(Some(bytes.into()))
}

/// What is known of the object.
pub(super) fn stat(path: &Path, name: &ObjectName) -> Result<Option<Stored>, StoreError> {
    let Some(mut file) = open(path)? else {
        return Ok(None);
    };
    let (first, _) = read_head(&mut file, path, name)?;
    let length = file.metadata().map_err(|e| failed(path, &e))?.len();
    Ok(Some(Stored {
        name: name.clone(),
        size: length.saturating_sub(HEAD_LEN as u64),
        retain_until: extended(path, name)?.map_or(first, |later| first.max(later)),
    }))
}

/// Writes a later retention beside the object.
pub(super) fn write_until(
    path: &Path,
    mut aside: NamedTempFile,
    until: Timestamp,
) -> Result<(), StoreError> {
    let target = until_path(path);
    write_synced(&mut aside, &[until.to_string().as_bytes()])?;
    aside
        .persist(&target)
        .map_err(|e| failed(&target, &e.error))?;
    sync_parent(path)
}

/// Removes an object; its extended retention last, so that a crash between never shortens it.
pub(super) fn remove(path: &Path) -> Result<(), StoreError> {
    std::fs::remove_file(path).map_err(|e| failed(path, &e))?;
    sync_parent(path)?;
    remove_if_there(&until_path(path))
}

/// Removes a file; one that is not there is not missed.
pub(super) fn remove_if_there(path: &Path) -> Result<(), StoreError> {
    match std::fs::remove_file(path) {
        Err(e) if e.kind() != ErrorKind::NotFound => Err(failed(path, &e)),
        _ => Ok(()),
    }
}

/// Makes the folders above `path`.
pub(super) fn make_parents(path: &Path) -> Result<(), StoreError> {
    let parent = path.parent().unwrap_or(path);
    std::fs::create_dir_all(parent).map_err(|e| failed(parent, &e))
}

/// Makes the name `path` durable, with every folder between it and `root`, whoever made them.
pub(super) fn sync_parents(root: &Path, path: &Path) -> Result<(), StoreError> {
    path.ancestors()
        .take_while(|below| *below != root)
        .try_for_each(sync_parent)
}

/// Makes an entry of the folder above durable.
pub(super) fn sync_parent(path: &Path) -> Result<(), StoreError> {
    let parent = path.parent().unwrap_or(Path::new("/"));
    File::open(parent)
        .and_then(|folder| folder.sync_all())
        .map_err(|e| failed(parent, &e))
}

fn write_synced(aside: &mut NamedTempFile, parts: &[&[u8]]) -> Result<(), StoreError> {
    parts
        .iter()
        .try_for_each(|part| aside.write_all(part))
        .and_then(|()| aside.as_file().sync_all())
        .map_err(|e| failed(aside.path(), &e))
}

fn open(path: &Path) -> Result<Option<File>, StoreError> {
    match File::open(path) {
        Ok(file) => Ok(Some(file)),
        Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(e) => Err(failed(path, &e)),
    }
}

fn read_head(
    file: &mut File,
    path: &Path,
    name: &ObjectName,
) -> Result<(Timestamp, blake3::Hash), StoreError> {
    let mut head = [0; HEAD_LEN];
    file.read_exact(&mut head).map_err(|e| match e.kind() {
        ErrorKind::UnexpectedEof => damaged(name, "it is cut short"),
        _ => failed(path, &e),
    })?;
    let (magic, rest) = head.split_at(MAGIC.len());
    if magic != MAGIC {
        return Err(damaged(name, "it does not begin as an object does"));
    }
    let (until, hash) = rest.split_at(8);
    let until = i64::from_le_bytes(until.try_into().expect("eight bytes were split off"));
    let hash = blake3::Hash::from_bytes(hash.try_into().expect("32 bytes are left"));
    Ok((Timestamp(until), hash))
}

fn extended(path: &Path, name: &ObjectName) -> Result<Option<Timestamp>, StoreError> {
    let until = until_path(path);
    match std::fs::read_to_string(&until) {
        Ok(text) => text
            .parse()
            .map(|ms| Some(Timestamp(ms)))
            .map_err(|_| damaged(name, "its extended retention is no number")),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
        Err(e) if e.kind() == ErrorKind::InvalidData => {
            Err(damaged(name, "its extended retention is no number"))
        }
        Err(e) => Err(failed(&until, &e)),
    }
}

fn until_path(path: &Path) -> PathBuf {
    let mut until = path.as_os_str().to_owned();
    until.push("until");
    until.into()
}

fn damaged(name: &ObjectName, cause: &str) -> StoreError {
    StoreError::Damaged {
        name: name.clone(),
        cause: cause.into(),
    }
}
