//! Where a vault is, as the command line names it.

use crate::cli::Failure;
use kernel::clock::SystemClock;
use std::path::Path;
use std::sync::Arc;
use vault::{DirectoryStore, Retention, Store, StoreError};

const YEAR_MS: i64 = 365 * 24 * 60 * 60 * 1_000;

/// What is put from the command line into a folder is kept ten years: trusts and chests have to
/// outlive every segment that they belong to.
const RETENTION: Retention = Retention {
    at_least_ms: 10 * YEAR_MS,
    at_most_ms: 10 * YEAR_MS,
};

/// Whether a vault may be made where there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// There has to be one; nothing is made.
    Existing,
    /// One is made where there is none.
    OrNew,
}

/// Opens the vault at `place`: the path of a folder.
///
/// # Errors
/// When the place is of a kind that is not known, there is no vault, or it cannot be opened.
pub fn open_store(place: &str, access: Access) -> Result<Arc<dyn Store>, Failure> {
    if let Some((scheme, _)) = place.split_once("://") {
        return Err(Failure::argument(
            "--vault",
            format!("{place}: {scheme}: is no kind of vault that is known; give a folder"),
        ));
    }
    let root = Path::new(place);
    if access == Access::Existing && !root.join("objects").is_dir() {
        return Err(Failure::argument(
            "--vault",
            format!("{place}: there is no vault in this folder"),
        ));
    }
    match DirectoryStore::open(root, RETENTION, Arc::new(SystemClock)) {
        Ok(store) => Ok(Arc::new(store)),
        Err(cause @ StoreError::Denied(_)) => Err(Failure::argument("--vault", cause)),
        Err(cause) => Err(Failure::failed(format!("--vault: {cause}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looking_for_a_vault_makes_none() {
        let folder = tempfile::tempdir().unwrap();
        for place in [folder.path().to_owned(), folder.path().join("none")] {
            let place = place.display().to_string();
            let refused = open_store(&place, Access::Existing).err().unwrap();
            assert!(refused.to_string().starts_with("--vault: "), "{refused}");
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        let place = folder.path().join("vault").display().to_string();
        open_store(&place, Access::OrNew).unwrap();
        open_store(&place, Access::Existing).unwrap();
    }

    #[test]
    fn a_scheme_that_is_not_known_is_named() {
        let refused = open_store("s3://bucket/a", Access::OrNew).err().unwrap();
        assert!(refused.to_string().contains("s3: "), "{refused}");
    }
}
