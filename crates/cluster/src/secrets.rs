//! The cluster's passwords: made once, kept in one file that only its owner reads.

use kernel::random::Random;
use serde::{Deserialize, Serialize};
use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// The passwords every site of a cluster shares.
#[derive(Clone, Serialize, Deserialize, PartialEq, Eq)]
pub struct Secrets {
    /// PostgreSQL's superuser; Patroni alone uses it.
    pub superuser: String,
    /// The role standbys replicate with.
    pub replication: String,
    /// The role `pg_rewind` connects with.
    pub rewind: String,
    /// The journal's role, `sekoci`.
    pub sekoci: String,
    /// Patroni's REST interface, for requests that change something.
    pub patroni: String,
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secrets(..)")
    }
}

/// Why the passwords could not be had.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file could not be read or written.
    #[error("passwords in {path}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file is not what [`Secrets::load_or_make`] wrote.
    #[error("passwords in {path} cannot be read")]
    Format {
        /// The file.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
}

impl Secrets {
    /// New passwords of 192 random bits each.
    #[must_use]
    pub fn make(random: &dyn Random) -> Self {
        let password = || {
            let mut bytes = [0; 24];
            random.fill(&mut bytes);
            bytes
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect::<String>()
        };
        Self {
            superuser: password(),
            replication: password(),
            rewind: password(),
            sekoci: password(),
            patroni: password(),
        }
    }

    /// The passwords kept in `path`, made there first (mode 0600) if the file does not exist.
    pub fn load_or_make(path: &Path, random: &dyn Random) -> Result<Self, Error> {
        let file = |source| Error::File {
            path: path.into(),
            source,
        };
        match fs::read(path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|source| Error::Format {
                path: path.into(),
                source,
            }),
            Err(missing) if missing.kind() == io::ErrorKind::NotFound => {
                let secrets = Self::make(random);
                let text = serde_json::to_vec_pretty(&secrets).map_err(|source| Error::Format {
                    path: path.into(),
                    source,
                })?;
                let mut out = fs::OpenOptions::new();
                out.write(true).create_new(true).mode(0o600);
                let mut out = out.open(path).map_err(file)?;
                out.write_all(&text)
                    .and_then(|()| out.sync_all())
                    .map_err(file)?;
                Ok(secrets)
            }
            Err(other) => Err(file(other)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::random::OsRandom;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn passwords_are_made_once_and_kept_private() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("secrets.json");
        let made = Secrets::load_or_make(&path, &OsRandom).expect("made");
        assert_ne!(made.superuser, made.sekoci);
        assert_eq!(
            fs::metadata(&path).expect("there").permissions().mode() & 0o777,
            0o600
        );
        assert_eq!(
            Secrets::load_or_make(&path, &OsRandom).expect("loaded"),
            made
        );
        assert!(!format!("{made:?}").contains(&made.sekoci));
    }

    #[test]
    fn a_damaged_file_is_refused_not_replaced() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("secrets.json");
        fs::write(&path, b"{").expect("written");
        assert!(matches!(
            Secrets::load_or_make(&path, &OsRandom),
            Err(Error::Format { .. })
        ));
        assert_eq!(fs::read(&path).expect("still there"), b"{");
    }
}
