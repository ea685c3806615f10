//! The zip archive, checked as a whole before anything of it is read.

pub(crate) mod rows;

use crate::ArchiveError;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use zip::ZipArchive;

/// How much an archive may ask of the reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most entries.
    pub entries_max: usize,
    /// Largest JSON entry, unpacked.
    pub json_bytes_max: u64,
    /// All entries together, unpacked.
    pub total_bytes_max: u64,
    /// How much an entry of more than a mebibyte may grow.
    pub ratio_max: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            entries_max: 500_000,
            json_bytes_max: 512 * 1024 * 1024,
            total_bytes_max: 256 * 1024 * 1024 * 1024,
            ratio_max: 250,
        }
    }
}

/// Entries up to this size may grow as they like: a small file of one repeated letter is no bomb.
const RATIO_FREE_BYTES: u64 = 1024 * 1024;

/// An open archive. Every reader opens its own.
pub struct Archive {
    path: PathBuf,
    zip: ZipArchive<BufReader<File>>,
    /// Position of every file by its name.
    names: BTreeMap<String, usize>,
    limits: Limits,
}

impl Archive {
    /// Opens an archive and checks its directory: names, sizes, tricks.
    ///
    /// # Errors
    /// The first thing found wrong, naming the entry.
    pub fn open(path: &Path, limits: Limits) -> Result<Self, ArchiveError> {
        let file = File::open(path).map_err(ArchiveError::Open)?;
        let zip = ZipArchive::new(BufReader::new(file))
            .map_err(|e| ArchiveError::NotAZip(e.to_string()))?;
        let mut archive = Self {
            path: path.into(),
            zip,
            names: BTreeMap::new(),
            limits,
        };
        archive.check()?;
        Ok(archive)
    }

    /// The same archive for another reader.
    ///
    /// # Errors
    /// As for [`Archive::open`].
    pub fn reopen(&self) -> Result<Self, ArchiveError> {
        Self::open(&self.path, self.limits)
    }

    fn check(&mut self) -> Result<(), ArchiveError> {
        let count = self.zip.len();
        if count > self.limits.entries_max {
            let most = self.limits.entries_max;
            return Err(ArchiveError::TooManyEntries { count, most });
        }
        if self.zip.has_duplicate_names() {
            return Err(ArchiveError::Deceptive("two entries have the same name"));
        }
        let mut total = 0_u64;
        for index in 0..count {
            if let Some((name, bytes)) = self.check_entry(index)? {
                total = total.saturating_add(bytes);
                self.names.insert(name, index);
            }
        }
        if total > self.limits.total_bytes_max {
            return Err(ArchiveError::TotalTooLarge {
                bytes: total,
                most: self.limits.total_bytes_max,
            });
        }
        match self.zip.has_overlapping_files() {
            Ok(false) => Ok(()),
            Ok(true) => Err(ArchiveError::Deceptive("entries share the same bytes")),
            Err(error) => Err(ArchiveError::NotAZip(error.to_string())),
        }
    }

    /// Name and unpacked size of a file; `None` for a folder.
    fn check_entry(&self, index: usize) -> Result<Option<(String, u64)>, ArchiveError> {
        let entry = self
            .zip
            .by_index_data(index)
            .map_err(|e| ArchiveError::NotAZip(e.to_string()))?;
        let shown = String::from_utf8_lossy(entry.name_raw()).into_owned();
        let name = match entry.name() {
            Ok(name) => name.into_owned(),
            Err(_) => {
                let cause = "it is no text";
                return Err(ArchiveError::UnsafeName {
                    entry: shown,
                    cause,
                });
            }
        };
        if let Some(cause) = unsafe_name(&name) {
            return Err(ArchiveError::UnsafeName { entry: name, cause });
        }
        if entry.is_dir() {
            return Ok(None);
        }
        if entry.is_symlink() {
            let cause = "it is a link";
            return Err(ArchiveError::UnsafeName { entry: name, cause });
        }
        if entry.encrypted() {
            return Err(ArchiveError::Encrypted { entry: name });
        }
        let (bytes, packed) = (entry.size(), entry.compressed_size().max(1));
        if is_json(&name) && bytes > self.limits.json_bytes_max {
            return Err(ArchiveError::TooLarge {
                entry: name,
                bytes,
                most: self.limits.json_bytes_max,
            });
        }
        let ratio = bytes / packed;
        if bytes > RATIO_FREE_BYTES && ratio > self.limits.ratio_max {
            return Err(ArchiveError::Bomb {
                entry: name,
                ratio,
                most: self.limits.ratio_max,
            });
        }
        Ok(Some((name, bytes)))
    }

    /// The names of all files, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.keys().map(String::as_str)
    }

    /// Whether there is a file of this name.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.names.contains_key(name)
    }

    /// The unpacked size of a file as the directory states it.
    #[must_use]
    pub fn size(&self, name: &str) -> Option<u64> {
        let index = *self.names.get(name)?;
        Some(self.zip.by_index_data(index).ok()?.size())
    }

    /// Gives the unpacked bytes of a file to `take`, never more than its stated size.
    pub(crate) fn read<T>(
        &mut self,
        name: &str,
        take: impl FnOnce(&mut dyn Read) -> Result<T, ArchiveError>,
    ) -> Result<T, ArchiveError> {
        let damaged = |cause: String| ArchiveError::Damaged {
            entry: name.into(),
            cause,
        };
        let index = *self
            .names
            .get(name)
            .ok_or_else(|| damaged("it is missing".into()))?;
        let entry = self
            .zip
            .by_index(index)
            .map_err(|e| damaged(e.to_string()))?;
        let mut bounded = Bounded {
            left: entry.size(),
            inner: entry,
        };
        let taken = take(&mut bounded)?;
        // The checksum is compared at the end, so the end has to be reached.
        std::io::copy(&mut bounded, &mut std::io::sink()).map_err(|e| damaged(e.to_string()))?;
        Ok(taken)
    }
}

/// Whether the name is that of an entry that is read as JSON.
pub(crate) fn is_json(name: &str) -> bool {
    let end = name.as_bytes().last_chunk::<5>();
    end.is_some_and(|end| end.eq_ignore_ascii_case(b".json"))
}

fn unsafe_name(name: &str) -> Option<&'static str> {
    if name.is_empty() || name.len() > 1024 {
        return Some("it is empty or longer than 1,024 bytes");
    }
    if name.contains(['\0', '\\']) {
        return Some("it contains a zero byte or a backslash");
    }
    if name.starts_with('/') || name.split('/').any(|part| part == "..") {
        return Some("it leads out of the archive");
    }
    let is_drive = name.as_bytes().get(1) == Some(&b':');
    is_drive.then_some("it names a drive")
}

/// A reader that fails where more comes than was stated.
struct Bounded<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.inner.read(buffer)?;
        match self.left.checked_sub(read as u64) {
            Some(left) => {
                self.left = left;
                Ok(read)
            }
            None => Err(std::io::Error::other("it is larger than it states")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_lead_out_are_found() {
        for good in ["users.json", "general/2024-01-01.json", "a..b/c"] {
            assert_eq!(unsafe_name(good), None, "{good:?}");
        }
        for bad in [
            "",
            "/etc/passwd",
            "../x",
            "a/../../x",
            "a\\b",
            "C:/x",
            "a\0b",
        ] {
            assert!(unsafe_name(bad).is_some(), "{bad:?}");
        }
    }

    #[test]
    fn json_is_told_by_the_end_of_the_name() {
        assert!(is_json("users.json") && is_json("USERS.JSON"));
        for other in ["json", "users.jsonl", "ward/2024-05-01.≡son", "«json"] {
            assert!(!is_json(other), "{other:?}");
        }
    }

    #[test]
    fn a_reader_stops_where_more_comes_than_stated() {
        let mut bounded = Bounded {
            inner: &[0_u8; 100][..],
            left: 99,
        };
        assert!(std::io::copy(&mut bounded, &mut std::io::sink()).is_err());
    }
}
