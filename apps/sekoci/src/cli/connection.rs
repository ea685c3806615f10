//! Where the installation is and who is asking: the arguments that every subcommand shares that
//! talks to a running installation.

use super::Failure;
use client::{Client, SiteUrl, Timeouts};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How to reach the installation.
#[derive(clap::Args, Clone, Debug)]
pub struct Connection {
    /// URL of a site; give it once per site
    #[arg(
        long = "url",
        env = "SEKOCI_URL",
        value_name = "URL",
        value_delimiter = ',',
        required = true
    )]
    pub urls: Vec<SiteUrl>,

    /// Name to sign in with
    #[arg(long, env = "SEKOCI_USER", value_name = "NAME")]
    pub user: Option<String>,

    /// File that holds the password (or the variable SEKOCI_PASSWORD)
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,

    /// PEM file of the certificate authorities to trust instead of the system's
    #[arg(long, env = "SEKOCI_CA_FILE", value_name = "FILE")]
    pub ca_file: Option<PathBuf>,

    /// Longest time to try one call at all sites together, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub patience: u64,
}

/// Longest password file; a larger one is some other file.
const PASSWORD_FILE_BYTES_MAX: u64 = 64 * 1024;

impl Connection {
    /// A client that can sign in.
    ///
    /// # Errors
    /// When user or password is missing or an argument cannot be used.
    pub fn client(&self) -> Result<Client, Failure> {
        let user = self
            .user
            .as_deref()
            .ok_or_else(|| Failure::argument("--user", "is missing (or SEKOCI_USER)"))?;
        let password = self.password()?.ok_or_else(|| {
            Failure::argument("--password-file", "is missing (or SEKOCI_PASSWORD)")
        })?;
        self.build(Some((user, password)))
    }

    /// A client that signs in as somebody else.
    ///
    /// # Errors
    /// When an argument cannot be used.
    pub fn client_as(&self, user: &str, password: &str) -> Result<Client, Failure> {
        self.build(Some((user, password.to_owned())))
    }

    /// A client that signs in where a user was given and goes without a session otherwise.
    ///
    /// # Errors
    /// When an argument cannot be used.
    pub fn client_maybe_signed_in(&self) -> Result<Client, Failure> {
        match (&self.user, self.password()?) {
            (Some(user), Some(password)) => self.build(Some((user, password))),
            (None, _) => self.build(None),
            (Some(_), None) => Err(Failure::argument(
                "--password-file",
                "is missing (or SEKOCI_PASSWORD)",
            )),
        }
    }

    fn build(&self, credentials: Option<(&str, String)>) -> Result<Client, Failure> {
        let mut builder = Client::builder()
            .sites(self.urls.iter().cloned())
            .timeouts(Timeouts {
                patience: Duration::from_secs(self.patience),
                ..Timeouts::default()
            });
        if let Some((user, password)) = credentials {
            builder = builder.credentials(user, password);
        }
        if let Some(file) = &self.ca_file {
            builder = builder.authorities(file);
        }
        builder
            .build()
            .map_err(|e| Failure::argument("--url or --ca-file", e))
    }

    fn password(&self) -> Result<Option<String>, Failure> {
        match &self.password_file {
            Some(file) => read_password(file).map(Some),
            None => Ok(std::env::var("SEKOCI_PASSWORD").ok()),
        }
    }
}

/// The first line of the file.
fn read_password(file: &Path) -> Result<String, Failure> {
    let bad = |cause: &dyn std::fmt::Display| {
        Failure::argument("--password-file", format!("{}: {cause}", file.display()))
    };
    let size = std::fs::metadata(file).map_err(|e| bad(&e))?.len();
    if size > PASSWORD_FILE_BYTES_MAX {
        return Err(bad(&"is too large for a password"));
    }
    let text = std::fs::read_to_string(file).map_err(|e| bad(&e))?;
    match text.lines().next() {
        Some(line) if !line.is_empty() => Ok(line.to_owned()),
        _ => Err(bad(&"its first line is empty")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_is_the_first_line() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("password");
        std::fs::write(&file, "open sesame \nsecond\n").unwrap();
        assert_eq!(read_password(&file).unwrap(), "open sesame ");
        std::fs::write(&file, "\n").unwrap();
        assert!(read_password(&file).is_err());
        let missing = read_password(&directory.path().join("none")).unwrap_err();
        assert!(missing.to_string().starts_with("--password-file: "));
    }
}
