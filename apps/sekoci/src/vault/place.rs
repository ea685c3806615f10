//! Where a vault is, and who asks: the arguments that every subcommand shares that uses one.

use super::bucket::{BUCKET, Wrong};
use crate::cli::Failure;
use kernel::clock::SystemClock;
use server::config::VaultConfig;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use vault::store::directory::{DirectoryStore, Retention};
use vault::store::remote::RemoteStore;
use vault::store::{Store, StoreError};

/// The variable that holds a token, where no file does.
const TOKEN: &str = "SEKOCI_VAULT_TOKEN";

/// What a site puts into a folder is kept 30 days at least.
const OF_SITES: Retention = Retention::days(30, 3_650);
/// What people put from the command line into a folder is kept ten years: trusts and chests have to
/// outlive every segment that they belong to.
const OF_PEOPLE: Retention = Retention::days(3_650, 3_650);

/// How to reach a vault.
#[derive(clap::Args, Clone, Debug)]
pub struct Place {
    /// URL of a vault, a bucket (s3://bucket/prefix?endpoint=…&region=…&path_style=true), or a folder
    /// that holds its objects
    #[arg(long, env = "SEKOCI_VAULT", value_name = "URL|DIR")]
    vault: Option<String>,

    /// File that holds a token of that vault (or the variable SEKOCI_VAULT_TOKEN); for a bucket, its
    /// credentials as the provider's tools keep them (or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY)
    #[arg(long, value_name = "FILE")]
    vault_token_file: Option<PathBuf>,

    /// PEM file of the certificate authorities to trust instead of the system's
    #[arg(long, value_name = "FILE")]
    vault_ca_file: Option<PathBuf>,
}

/// Whether a vault may be made where there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// There has to be one; nothing is made.
    Existing,
    /// A folder is made one where there is none.
    OrNew,
}

impl Place {
    /// The store there.
    ///
    /// # Errors
    /// When an argument cannot be used, there is no vault, or it cannot be opened.
    pub fn open(&self, access: Access) -> Result<Arc<dyn Store>, Failure> {
        if self.given()?.starts_with(BUCKET) {
            return self.bucket();
        }
        if self.given()?.contains("://") {
            return Ok(Arc::new(self.remote()?));
        }
        let root = Path::new(self.given()?);
        if access == Access::Existing && !root.join("objects").is_dir() {
            let cause = format!("{}: there is no vault in this folder", root.display());
            return Err(Failure::argument("--vault", cause));
        }
        match DirectoryStore::open(root, OF_PEOPLE, Arc::new(SystemClock)) {
            Ok(store) => Ok(Arc::new(store)),
            Err(cause @ StoreError::Denied(_)) => Err(Failure::argument("--vault", cause)),
            Err(cause) => Err(Failure::failed(format!("--vault: {cause}"))),
        }
    }

    /// The vault server there.
    ///
    /// # Errors
    /// When an argument cannot be used, or the place is a directory or a bucket.
    pub fn remote(&self) -> Result<RemoteStore, Failure> {
        let place = self.given()?;
        if !place.contains("://") || place.starts_with(BUCKET) {
            let cause = "a running vault is needed: http(s)://host[:port]";
            return Err(Failure::argument("--vault", cause));
        }
        if !place.starts_with("http://") && !place.starts_with("https://") {
            let cause =
                format!("{place}: it has to be http(s)://host[:port], s3://bucket, or a folder");
            return Err(Failure::argument("--vault", cause));
        }
        remote(place, self.token()?, self.vault_ca_file.as_deref())
    }

    /// The bucket there. Whether it is one and can be a vault is seen with the first thing done in it.
    fn bucket(&self) -> Result<Arc<dyn Store>, Failure> {
        let bucket = super::bucket::Bucket {
            place: self.given()?,
            credentials: self.vault_token_file.as_deref(),
            authorities: self.vault_ca_file.as_deref(),
            retention: OF_PEOPLE,
        };
        bucket.open().map_err(|wrong| match wrong {
            Wrong::Place(cause) => Failure::argument("--vault", cause),
            Wrong::Credentials(cause) => Failure::argument("--vault-token-file", cause),
            Wrong::Authorities(cause) => Failure::argument("--vault-ca-file", cause),
        })
    }

    /// Whether a vault was named.
    pub const fn is_given(&self) -> bool {
        self.vault.is_some()
    }

    fn given(&self) -> Result<&str, Failure> {
        let missing = || Failure::argument("--vault", "is missing (or SEKOCI_VAULT)");
        self.vault.as_deref().ok_or_else(missing)
    }

    fn token(&self) -> Result<String, Failure> {
        let Some(path) = &self.vault_token_file else {
            return std::env::var(TOKEN).map_err(|_| {
                Failure::argument("--vault-token-file", format!("is missing (or {TOKEN})"))
            });
        };
        read_token(path).map_err(|cause| Failure::argument("--vault-token-file", cause))
    }
}

/// The token in a file.
///
/// # Errors
/// When the file cannot be read or is empty.
fn read_token(path: &Path) -> Result<String, String> {
    let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    match text.trim() {
        "" => Err(format!("{} is empty", path.display())),
        token => Ok(token.to_owned()),
    }
}

/// The vault that a site seals into.
///
/// # Errors
/// Which field of the configuration cannot be used.
pub fn of_site(config: &VaultConfig) -> Result<Arc<dyn Store>, Failure> {
    if config.place.starts_with(BUCKET) {
        let bucket = super::bucket::Bucket {
            place: &config.place,
            credentials: config.token.as_deref(),
            authorities: config.authorities.as_deref(),
            retention: OF_SITES,
        };
        return bucket.open().map_err(|wrong| match wrong {
            Wrong::Place(cause) => Failure::argument("vault.place", cause),
            Wrong::Credentials(cause) => Failure::argument("vault.token", cause),
            Wrong::Authorities(cause) => Failure::argument("vault.authorities", cause),
        });
    }
    if !config.place.contains("://") {
        let path = Path::new(&config.place);
        let store = DirectoryStore::open(path, OF_SITES, Arc::new(SystemClock));
        return Ok(Arc::new(
            store.map_err(|e| Failure::argument("vault.place", e))?,
        ));
    }
    let Some(token) = &config.token else {
        return Err(Failure::argument("vault.token", "is missing"));
    };
    let token = read_token(token).map_err(|cause| Failure::argument("vault.token", cause))?;
    let authorities = config.authorities.as_deref();
    Ok(Arc::new(remote(&config.place, token, authorities)?))
}

/// The vault at an address.
///
/// # Errors
/// When the address or the authorities cannot be used.
fn remote(
    address: &str,
    token: String,
    authorities: Option<&Path>,
) -> Result<RemoteStore, Failure> {
    let tls =
        client::tls_config(authorities).map_err(|e| Failure::argument("--vault-ca-file", e))?;
    let http = reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .build()
        .map_err(|e| Failure::failed(e.to_string()))?;
    RemoteStore::new(address, token, http).map_err(|e| Failure::argument("--vault", e))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(vault: &str) -> Place {
        Place {
            vault: Some(vault.into()),
            vault_token_file: None,
            vault_ca_file: None,
        }
    }

    #[test]
    fn looking_for_a_vault_makes_none() {
        let folder = tempfile::tempdir().unwrap();
        for root in [folder.path().to_owned(), folder.path().join("none")] {
            let place = place(&root.display().to_string());
            let refused = place.open(Access::Existing).err().unwrap();
            assert!(refused.to_string().starts_with("--vault: "), "{refused}");
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        let place = place(&folder.path().join("vault").display().to_string());
        place.open(Access::OrNew).unwrap();
        place.open(Access::Existing).unwrap();
    }
}
