//! What the gateway asks, without an actor: it establishes the actor by this. Hashes and keys among
//! it are for the gateway alone.

use super::WorkspaceRow;
use crate::events::{KeyBytes, SessionId};
use crate::rows;
use kernel::{AccountId, KeyId, Seq, SiteName, Timestamp, WorkspaceId};
use rusqlite::{Connection, OptionalExtension};
use serde::Serialize;
use utoipa::ToSchema;

type Rows<T> = Result<T, rusqlite::Error>;

/// An account as signing in needs it.
#[derive(Clone, Debug, PartialEq)]
pub struct SignIn {
    /// The account.
    pub account_id: AccountId,
    /// Login name.
    pub user: String,
    /// Display name.
    pub name: String,
    /// Whether it runs the installation.
    pub is_operator: bool,
    /// Whether it may sign in at all. To be asked after the password was verified, so that the cost
    /// tells nothing.
    pub is_active: bool,
    /// What [`Passwords::verify`](crate::password::Passwords::verify) verifies against.
    pub password_hash: String,
    /// The last entry this site had applied. The session's tokens carry it, renewed ones too, for
    /// [`is_session_ended`].
    pub seq: Seq,
}

/// An account as its owner sees it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Profile {
    /// The account.
    pub id: AccountId,
    /// Login name.
    pub user: String,
    /// Display name.
    pub name: String,
    /// Whether it runs the installation.
    pub operator: bool,
}

/// A key that session tokens are signed with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SigningKey {
    /// Its number; tokens name it.
    pub key_id: u32,
    /// Ed25519 seed.
    pub seed: KeyBytes,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it stopped signing.
    pub retired_at: Option<Timestamp>,
}

/// A key with which a site signs, or signed, evidence.
#[derive(Clone, Debug, PartialEq)]
pub struct EvidenceKeyRow {
    /// The Ed25519 public key.
    pub key: [u8; 32],
    /// The site that has the private half.
    pub site: SiteName,
    /// When it was published.
    pub published_at: Timestamp,
    /// When it stopped signing.
    pub retired_at: Option<Timestamp>,
    /// Whether what it signed is not to be believed any more.
    pub is_revoked: bool,
}

/// Whose a passkey is.
#[derive(Clone, Debug, PartialEq)]
pub struct PasskeyOwner {
    /// The account.
    pub account_id: AccountId,
    /// The credential as the WebAuthn library serialises it.
    pub credential: String,
}

/// Whether the installation was founded.
///
/// # Errors
/// When the view cannot be read.
pub fn is_founded(rows: &Connection) -> Rows<bool> {
    rows::is_founded(rows)
}

/// The account with this login name, ignoring case.
///
/// # Errors
/// When the view cannot be read.
pub fn account_for_sign_in(rows: &Connection, user: &str) -> Rows<Option<SignIn>> {
    // Read first: if an entry is applied in between, the session counts as begun before it.
    let seq = applied(rows)?;
    Ok(rows::account_by_user(rows, user)?.map(|account| sign_in(account, seq)))
}

/// The account with this id, for signing in with a passkey.
///
/// # Errors
/// When the view cannot be read.
pub fn account_for_passkey(rows: &Connection, account: AccountId) -> Rows<Option<SignIn>> {
    let seq = applied(rows)?;
    Ok(rows::account(rows, account)?.map(|account| sign_in(account, seq)))
}

fn sign_in(account: rows::Account, seq: Seq) -> SignIn {
    SignIn {
        account_id: account.account_id,
        user: account.user,
        name: account.name,
        is_operator: account.is_operator,
        is_active: account.is_active,
        password_hash: account.password_hash,
        seq,
    }
}

fn applied(rows: &Connection) -> Rows<Seq> {
    let seq = rows
        .prepare_cached("SELECT seq FROM kernel_head WHERE source = ''")?
        .query_row([], |row| row.get(0))
        .optional()?;
    Ok(seq.unwrap_or(0))
}

/// The active account with this id.
///
/// # Errors
/// When the view cannot be read.
pub fn profile(rows: &Connection, account: AccountId) -> Rows<Option<Profile>> {
    let account = rows::account(rows, account)?.filter(|account| account.is_active);
    Ok(account.map(|account| Profile {
        id: account.account_id,
        user: account.user,
        name: account.name,
        operator: account.is_operator,
    }))
}

/// Whether a session's tokens are dead: the account is gone or shut out, the session was ended, or
/// all were ended by an entry that the site had not applied when the session began
/// ([`SignIn::seq`]). Positions in the chain are compared, not times: a session begun at a site
/// that was behind, with a password that was no longer right, ends as well.
///
/// # Errors
/// When the view cannot be read.
pub fn is_session_ended(
    rows: &Connection,
    account: AccountId,
    session: SessionId,
    begun_seq: Seq,
) -> Rows<bool> {
    let Some(account) = rows::account(rows, account)?.filter(|account| account.is_active) else {
        return Ok(true);
    };
    let all_ended =
        begun_seq < account.sessions_ended_seq && account.session_spared != Some(session);
    Ok(all_ended || rows::is_ended_alone(rows, account.account_id, session)?)
}

/// The keys that verify session tokens, the one that signs first: it, and those that were retired
/// after `retired_after` (now less the life of a token) and not revoked.
///
/// # Errors
/// When the view cannot be read.
pub fn signing_keys(rows: &Connection, retired_after: Timestamp) -> Rows<Vec<SigningKey>> {
    rows.prepare_cached(
        "SELECT id, seed, created_at, retired_at FROM signing_key
         WHERE NOT is_revoked AND (retired_at IS NULL OR retired_at > ?1) ORDER BY id DESC",
    )?
    .query_map([retired_after.millis()], |row| {
        Ok(SigningKey {
            key_id: row.get(0)?,
            seed: KeyBytes(row.get(1)?),
            created_at: Timestamp(row.get(2)?),
            retired_at: row.get::<_, Option<i64>>(3)?.map(Timestamp),
        })
    })?
    .collect()
}

/// Every key with which a site signs or signed evidence, in the order in which they were published.
///
/// # Errors
/// When the view cannot be read.
pub fn evidence_keys(rows: &Connection) -> Rows<Vec<EvidenceKeyRow>> {
    rows.prepare_cached(
        "SELECT key, site, published_at, retired_at, is_revoked FROM evidence_key
         ORDER BY published_at, key",
    )?
    .query_map([], |row| {
        let site: String = row.get(1)?;
        Ok(EvidenceKeyRow {
            key: row.get(0)?,
            site: SiteName::new(&site)
                .map_err(|_| rusqlite::Error::InvalidColumnName("site".into()))?,
            published_at: Timestamp(row.get(2)?),
            retired_at: row.get::<_, Option<i64>>(3)?.map(Timestamp),
            is_revoked: row.get(4)?,
        })
    })?
    .collect()
}

/// The data keys of a workspace, from the first; the last one seals.
///
/// # Errors
/// When the view cannot be read.
pub fn key_ring(rows: &Connection, workspace: WorkspaceId) -> Rows<Vec<(KeyId, KeyBytes)>> {
    rows.prepare_cached("SELECT id, bytes FROM data_key WHERE workspace = ?1 ORDER BY id")?
        .query_map([workspace], |row| {
            Ok((KeyId(row.get(0)?), KeyBytes(row.get(1)?)))
        })?
        .collect()
}

/// All workspaces, in the order of their names.
///
/// # Errors
/// When the view cannot be read.
pub fn workspaces(rows: &Connection) -> Rows<Vec<WorkspaceRow>> {
    rows.prepare_cached(
        "SELECT id, name, created_at, (SELECT max(id) FROM data_key WHERE workspace = workspace.id)
         FROM workspace ORDER BY name_key",
    )?
    .query_map([], WorkspaceRow::read)?
    .collect()
}

/// Whose passkey this is.
///
/// # Errors
/// When the view cannot be read.
pub fn passkey_owner(rows: &Connection, credential_id: &str) -> Rows<Option<PasskeyOwner>> {
    let found = rows::passkey(rows, credential_id)?;
    Ok(found.map(|(account_id, credential)| PasskeyOwner {
        account_id,
        credential,
    }))
}

/// The credentials of an account, as the WebAuthn library serialises them.
///
/// # Errors
/// When the view cannot be read.
pub fn passkeys_of(rows: &Connection, account: AccountId) -> Rows<Vec<String>> {
    rows.prepare_cached("SELECT credential FROM passkey WHERE account = ?1 ORDER BY credential_id")?
        .query_map([account], |row| row.get(0))?
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::{ANN, empty, founded, id, session};

    #[test]
    fn an_installation_is_founded_by_its_first_account() {
        assert!(!is_founded(empty().rows()).unwrap());
        let given = founded();
        assert!(is_founded(given.rows()).unwrap());
        assert_eq!(profile(given.rows(), ANN).unwrap().unwrap().user, "ann");
    }

    #[test]
    fn unknown_accounts_have_no_sessions() {
        let given = founded();
        let nobody = AccountId(id(99));
        assert!(is_session_ended(given.rows(), nobody, session(1), u64::MAX).unwrap());
        assert_eq!(profile(given.rows(), nobody).unwrap(), None);
        assert_eq!(account_for_sign_in(given.rows(), "nobody").unwrap(), None);
        assert_eq!(account_for_passkey(given.rows(), nobody).unwrap(), None);
    }

    #[test]
    fn a_session_counts_from_the_last_entry_applied() {
        let given = founded();
        let ann = account_for_sign_in(given.rows(), "ANN").unwrap().unwrap();
        assert_eq!(ann.seq, 2);
        assert_eq!(account_for_passkey(given.rows(), ANN).unwrap(), Some(ann));
    }
}
