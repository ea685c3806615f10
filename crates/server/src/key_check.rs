//! Whether the installation key is the one that this site's views were made with.
//!
//! A view is not sealed, so a site whose key was exchanged would go on serving from it, and would
//! seal what it appends with a key that the other site does not have. Making the installation's views
//! anew has every entry opened with the key at hand: one that does not fit goes no further than that.

use journal::DataKey;
use kernel::Hash;
use std::io;
use std::path::Path;

const FILE: &str = "key.check";
const PURPOSE: &str = "sekoci 2026-11 check of the views' installation key";

/// Removes `views` (file names in `folder`) where they were made with another key than `key`.
///
/// # Errors
/// When the folder cannot be read or written.
pub fn discard_foreign(folder: &Path, views: &[String], key: &DataKey) -> io::Result<()> {
    let file = folder.join(FILE);
    let wanted = Hash(key.derive(PURPOSE)).to_string();
    match std::fs::read_to_string(&file) {
        Ok(found) if found == wanted => return Ok(()),
        Ok(_) => {
            tracing::warn!("the installation key is not the one the views were made with");
            for view in views {
                for end in ["", "-wal", "-shm"] {
                    remove(&folder.join(format!("{view}{end}")))?;
                }
            }
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    std::fs::write(&file, wanted)
}

fn remove(file: &Path) -> io::Result<()> {
    match std::fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn views_stay_under_their_key_and_go_under_another() {
        let folder = tempfile::tempdir().unwrap();
        let view = folder.path().join("v.sqlite");
        let wal = folder.path().join("v.sqlite-wal");
        let check = |key: u8| {
            discard_foreign(
                folder.path(),
                &["v.sqlite".into()],
                &DataKey::from_bytes([key; 32]),
            )
            .unwrap();
        };
        std::fs::write(&view, "rows").unwrap();
        std::fs::write(&wal, "rows").unwrap();
        check(1);
        check(1);
        assert!(view.exists() && wal.exists());
        check(2);
        assert!(!view.exists() && !wal.exists());
        std::fs::write(&view, "rows").unwrap();
        check(2);
        assert!(view.exists());
    }
}
