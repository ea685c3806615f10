//! Who may do what: tokens, each with a holder's name and roles, kept as hashes.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::{Random, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

const FILE: &str = "tokens.json";
const SECRET_LEN: usize = 32;
const PREFIX: &str = "skv_";
const NAME_MAX: usize = 64;

/// What a token's holder may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Adds objects, extends retention, and reads manifests and the trust. What a site has.
    Site,
    /// Reads everything. What recovers and verifies.
    Reader,
    /// Proposes and approves early deletion, puts the trust, deletes what is no longer retained.
    /// What a named person has.
    Person,
}

impl Role {
    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Site => "site",
            Self::Reader => "reader",
            Self::Person => "person",
        }
    }
}

/// Who holds a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// The name, unique at this vault.
    pub name: String,
    /// What they may do.
    pub roles: Vec<Role>,
    /// When the token was granted, by the vault's clock.
    pub granted_at: Timestamp,
}

impl Holder {
    /// Whether a role is among theirs.
    #[must_use]
    pub fn is(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }
}

/// Why tokens cannot be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// The name cannot be used.
    #[error("name: {0}")]
    Name(String),
    /// The file cannot be read or written.
    #[error("{path}: {cause}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: String,
    },
}

#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    /// By the BLAKE3 hash of the token, hexadecimal.
    tokens: BTreeMap<String, Holder>,
}

/// The tokens of a vault. The file is read again when it changed, so that a token granted or revoked
/// from the command line counts at once.
pub struct Tokens {
    path: PathBuf,
    read: Mutex<Read>,
}

#[derive(Default)]
struct Read {
    version: Option<(SystemTime, u64)>,
    tokens: BTreeMap<String, Holder>,
}

impl Tokens {
    /// The tokens in a vault's folder.
    #[must_use]
    pub fn open(data: &Path) -> Self {
        Self {
            path: data.join(FILE),
            read: Mutex::default(),
        }
    }

    /// Who holds this token; `None`: nobody.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn holder(&self, token: &str) -> Result<Option<Holder>, TokenError> {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        self.refresh(&mut read)?;
        // A hash of 32 secret bytes is looked up: how long that takes says nothing about them.
        Ok(read.tokens.get(&hash(token)).cloned())
    }

    /// Everyone who holds a token, by name.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn holders(&self) -> Result<Vec<Holder>, TokenError> {
        let mut holders: Vec<Holder> = self.load()?.tokens.into_values().collect();
        holders.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(holders)
    }

    /// Grants a new token and gives it; it is kept nowhere.
    ///
    /// # Errors
    /// When the name is taken or no name, or the file cannot be written.
    pub fn grant(
        &self,
        name: &str,
        roles: &[Role],
        now: Timestamp,
        random: &dyn Random,
    ) -> Result<String, TokenError> {
        check_name(name)?;
        let mut stored = self.load()?;
        if stored.tokens.values().any(|holder| holder.name == name) {
            return Err(TokenError::Name(format!(
                "{name:?} holds a token already; revoke that first"
            )));
        }
        let mut secret = [0; SECRET_LEN];
        random.fill(&mut secret);
        let token = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(secret));
        let mut roles = roles.to_vec();
        roles.sort_unstable();
        roles.dedup();
        let holder = Holder {
            name: name.into(),
            roles,
            granted_at: now,
        };
        stored.tokens.insert(hash(&token), holder);
        self.save(&stored)?;
        Ok(token)
    }

    /// Revokes a holder's token. Whether there was one.
    ///
    /// # Errors
    /// When the file cannot be read or written.
    pub fn revoke(&self, name: &str) -> Result<bool, TokenError> {
        let mut stored = self.load()?;
        let before = stored.tokens.len();
        stored.tokens.retain(|_, holder| holder.name != name);
        let is_changed = stored.tokens.len() != before;
        if is_changed {
            self.save(&stored)?;
        }
        Ok(is_changed)
    }

    fn refresh(&self, read: &mut Read) -> Result<(), TokenError> {
        let version = match std::fs::metadata(&self.path) {
            Ok(data) => Some((data.modified().map_err(|e| self.failed(&e))?, data.len())),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => None,
            Err(e) => return Err(self.failed(&e)),
        };
        if version != read.version || version.is_none() {
            read.tokens = self.load()?.tokens;
            read.version = version;
        }
        Ok(())
    }

    fn load(&self) -> Result<Stored, TokenError> {
        match std::fs::read(&self.path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|e| self.failed(&e)),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(Stored::default()),
            Err(e) => Err(self.failed(&e)),
        }
    }

    /// Replaces the file as a whole; temporary files are private to their owner.
    fn save(&self, stored: &Stored) -> Result<(), TokenError> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        let bytes = serde_json::to_vec_pretty(stored).map_err(|e| self.failed(&e))?;
        let write = || {
            let mut file = tempfile::NamedTempFile::new_in(folder)?;
            file.write_all(&bytes)?;
            file.as_file().sync_all()?;
            file.persist(&self.path).map_err(|e| e.error)?;
            std::fs::File::open(folder)?.sync_all()
        };
        write().map_err(|e: std::io::Error| self.failed(&e))
    }

    fn failed(&self, cause: &dyn std::fmt::Display) -> TokenError {
        TokenError::File {
            path: self.path.clone(),
            cause: cause.to_string(),
        }
    }
}

fn check_name(name: &str) -> Result<(), TokenError> {
    let is_plain = name
        .chars()
        .all(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_' | '.' | '@'));
    if name.trim() != name || name.is_empty() || name.chars().count() > NAME_MAX || !is_plain {
        return Err(TokenError::Name(format!(
            "{name:?}: 1 to {NAME_MAX} letters, digits, spaces or - _ . @ are needed"
        )));
    }
    Ok(())
}

fn hash(token: &str) -> String {
    blake3::hash(token.as_bytes()).to_hex().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::random::OsRandom;

    fn tokens() -> (tempfile::TempDir, Tokens) {
        let folder = tempfile::tempdir().unwrap();
        let tokens = Tokens::open(folder.path());
        (folder, tokens)
    }

    #[test]
    fn a_token_leads_to_its_holder_until_it_is_revoked() {
        let (folder, tokens) = tokens();
        let token = tokens
            .grant("a", &[Role::Site, Role::Site], Timestamp(5), &OsRandom)
            .unwrap();
        let holder = tokens.holder(&token).unwrap().unwrap();
        assert_eq!(
            (holder.name.as_str(), &*holder.roles),
            ("a", &[Role::Site][..])
        );
        assert_eq!(tokens.holder("skv_other").unwrap(), None);
        // The command line is another process.
        assert!(Tokens::open(folder.path()).revoke("a").unwrap());
        assert_eq!(tokens.holder(&token).unwrap(), None);
        assert!(!tokens.revoke("a").unwrap());
    }

    #[test]
    fn the_file_is_private_and_holds_no_token() {
        use std::os::unix::fs::PermissionsExt;
        let (folder, tokens) = tokens();
        let token = tokens
            .grant("a", &[Role::Reader], Timestamp(5), &OsRandom)
            .unwrap();
        let path = folder.path().join(FILE);
        assert!(!std::fs::read_to_string(&path).unwrap().contains(&token));
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn names_are_unique_and_plain() {
        let (_folder, tokens) = tokens();
        let grant = |name: &str| tokens.grant(name, &[Role::Person], Timestamp(5), &OsRandom);
        grant("Ann Lee").unwrap();
        for bad in ["Ann Lee", "", " a", "a\nb", &"x".repeat(65)] {
            assert!(matches!(grant(bad), Err(TokenError::Name(_))), "{bad:?}");
        }
        assert_eq!(tokens.holders().unwrap().len(), 1);
    }
}
