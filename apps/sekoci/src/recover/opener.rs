//! What opens the vault: shares of custodians, or an identity file made of them.

use crate::cli::Failure;
use crate::keys::shares::{Shares, combined};
use kernel::Hash;
use std::path::PathBuf;
use vault::Store;
use vault::custody::identity_file::IdentityFile;
use vault::custody::{CustodyError, Opened, RecoveryIdentity, open_all};
use zeroize::Zeroizing;

/// Which of them is given; one of them has to be.
#[derive(clap::Args)]
#[group(required = true, multiple = false)]
pub struct Opener {
    /// File with the identity, as `sekoci keys combine` makes it
    #[arg(long, value_name = "FILE")]
    identity: Option<PathBuf>,
    /// Files with shares, enough of them; - is standard input
    #[arg(long, value_name = "FILE", num_args = 1..)]
    shares: Vec<PathBuf>,
}

/// Which of them is given, where it is.
#[derive(clap::Args)]
pub struct MaybeOpener {
    /// File with the identity, as `sekoci keys combine` makes it
    #[arg(long, value_name = "FILE", conflicts_with = "shares")]
    identity: Option<PathBuf>,
    /// Files with shares, enough of them; - is standard input
    #[arg(long, value_name = "FILE", num_args = 1..)]
    shares: Vec<PathBuf>,
}

impl MaybeOpener {
    /// Reads it, where one is given.
    ///
    /// # Errors
    /// What is wrong with the files.
    pub fn read(&self) -> Result<Option<Key>, Failure> {
        if self.identity.is_none() && self.shares.is_empty() {
            return Ok(None);
        }
        let opener = Opener {
            identity: self.identity.clone(),
            shares: self.shares.clone(),
        };
        opener.read().map(Some)
    }
}

/// The identity, in memory alone.
pub struct Key {
    /// It.
    pub identity: RecoveryIdentity,
    /// Digest of the trust that was made with it.
    pub trust: Hash,
}

impl Opener {
    /// Reads it.
    ///
    /// # Errors
    /// What is wrong with the files.
    pub fn read(&self) -> Result<Key, Failure> {
        let Some(file) = &self.identity else {
            let combined = combined(&Shares::of(self.shares.clone()).read()?)?;
            return Ok(Key {
                trust: combined.claim.trust,
                identity: combined.identity,
            });
        };
        let bad = |cause: &dyn std::fmt::Display| {
            Failure::argument("--identity", format!("{}: {cause}", file.display()))
        };
        let text = std::fs::read_to_string(file)
            .map(Zeroizing::new)
            .map_err(|e| bad(&e))?;
        let found = IdentityFile::from_text(&text).map_err(|e| bad(&e))?;
        Ok(Key {
            identity: found.identity,
            trust: found.trust,
        })
    }
}

impl Key {
    /// Everything that it opens at a vault.
    ///
    /// # Errors
    /// When the vault lacks what belongs to it.
    pub async fn open(&self, store: &dyn Store) -> Result<Opened, Failure> {
        open_all(store, &self.identity, self.trust)
            .await
            .map_err(|error| match error {
                CustodyError::Store(error) => super::failed(error),
                other => Failure::failed(format!("--vault: {other}")),
            })
    }
}
