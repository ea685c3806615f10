//! Where a vault is, and who asks: the arguments that every subcommand shares that uses one.

use crate::cli::Failure;
use kernel::clock::SystemClock;
use server::config::VaultConfig;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use vault::store::Store;
use vault::store::directory::{DirectoryStore, Retention};
use vault::store::remote::RemoteStore;

/// The variable that holds a token, where no file does.
const TOKEN: &str = "SEKOCI_VAULT_TOKEN";

/// What a directory that is no vault server's keeps objects for: 30 days at least, ten years at most.
const RETENTION: Retention = Retention {
    at_least_ms: 30 * DAY_MS,
    at_most_ms: 3_650 * DAY_MS,
};
const DAY_MS: i64 = 24 * 3_600_000;

/// How to reach a vault.
#[derive(clap::Args, Clone, Debug)]
pub struct Place {
    /// URL of a vault
    #[arg(long, env = "SEKOCI_VAULT", value_name = "URL")]
    vault: String,

    /// File that holds a token of that vault (or the variable SEKOCI_VAULT_TOKEN)
    #[arg(long, value_name = "FILE")]
    vault_token_file: Option<PathBuf>,

    /// PEM file of the certificate authorities to trust instead of the system's
    #[arg(long, value_name = "FILE")]
    vault_ca_file: Option<PathBuf>,
}

impl Place {
    /// The vault server there.
    ///
    /// # Errors
    /// When an argument cannot be used, or the place is a directory.
    pub fn remote(&self) -> Result<RemoteStore, Failure> {
        if !self.is_address() {
            let cause = "a running vault is needed: http(s)://host[:port]";
            return Err(Failure::argument("--vault", cause));
        }
        remote(&self.vault, self.token()?, self.vault_ca_file.as_deref())
    }

    fn is_address(&self) -> bool {
        self.vault.contains("://")
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
    if !config.place.contains("://") {
        let path = Path::new(&config.place);
        let store = DirectoryStore::open(path, RETENTION, Arc::new(SystemClock));
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
