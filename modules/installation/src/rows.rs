//! Reading single facts from the rows.

use crate::events::SessionId;
use kernel::{AccountId, KeyId, Seq, Timestamp, WorkspaceId};
use rusqlite::{Connection, OptionalExtension, Result, Row};

/// An account as the rows have it.
#[derive(Clone, Debug, PartialEq)]
pub struct Account {
    pub account_id: AccountId,
    pub user: String,
    pub name: String,
    pub password_hash: String,
    pub is_operator: bool,
    pub is_active: bool,
    pub created_at: Timestamp,
    pub sessions_ended_seq: Seq,
    pub session_spared: Option<SessionId>,
}

/// The columns [`Account::read`] expects, in its order.
pub const ACCOUNT_COLUMNS: &str =
    "id, user, name, password_hash, is_operator, is_active, created_at,
     sessions_ended_seq, session_spared";

impl Account {
    /// Reads a row of [`ACCOUNT_COLUMNS`].
    pub fn read(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            account_id: row.get(0)?,
            user: row.get(1)?,
            name: row.get(2)?,
            password_hash: row.get(3)?,
            is_operator: row.get(4)?,
            is_active: row.get(5)?,
            created_at: Timestamp(row.get(6)?),
            sessions_ended_seq: row.get(7)?,
            session_spared: row.get(8)?,
        })
    }
}

/// The account with this id.
pub fn account(rows: &Connection, id: AccountId) -> Result<Option<Account>> {
    rows.prepare_cached(&format!(
        "SELECT {ACCOUNT_COLUMNS} FROM account WHERE id = ?1"
    ))?
    .query_row([id], Account::read)
    .optional()
}

/// The account with this login name, ignoring case.
pub fn account_by_user(rows: &Connection, user: &str) -> Result<Option<Account>> {
    rows.prepare_cached(&format!(
        "SELECT {ACCOUNT_COLUMNS} FROM account WHERE user_key = ?1"
    ))?
    .query_row([user.trim().to_lowercase()], Account::read)
    .optional()
}

/// Whether there is any account.
pub fn is_founded(rows: &Connection) -> Result<bool> {
    rows.query_row("SELECT EXISTS (SELECT 1 FROM account)", [], |row| {
        row.get(0)
    })
}

/// Active operators other than this account.
pub fn other_operators(rows: &Connection, id: AccountId) -> Result<u64> {
    rows.prepare_cached(
        "SELECT count(*) FROM account WHERE is_operator AND is_active AND id <> ?1",
    )?
    .query_row([id], |row| row.get(0))
}

/// Whether this session of the account was ended by itself.
pub fn is_ended_alone(rows: &Connection, id: AccountId, session: SessionId) -> Result<bool> {
    rows.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM session_end WHERE account = ?1 AND session = ?2)",
    )?
    .query_row((id, session), |row| row.get(0))
}

/// The name of a workspace.
pub fn workspace(rows: &Connection, id: WorkspaceId) -> Result<Option<String>> {
    rows.prepare_cached("SELECT name FROM workspace WHERE id = ?1")?
        .query_row([id], |row| row.get(0))
        .optional()
}

/// The workspace of this name, ignoring case.
pub fn workspace_named(rows: &Connection, name: &str) -> Result<Option<WorkspaceId>> {
    rows.prepare_cached("SELECT id FROM workspace WHERE name_key = ?1")?
        .query_row([name.to_lowercase()], |row| row.get(0))
        .optional()
}

/// The latest data key of a workspace.
pub fn latest_data_key(rows: &Connection, workspace: WorkspaceId) -> Result<Option<KeyId>> {
    rows.prepare_cached("SELECT max(id) FROM data_key WHERE workspace = ?1")?
        .query_row([workspace], |row| {
            Ok(row.get::<_, Option<u32>>(0)?.map(KeyId))
        })
}

/// The signing key in use, and the latest one there ever was (the same, but for a moment).
pub fn signing_key_in_use(rows: &Connection) -> Result<Option<u32>> {
    rows.prepare_cached("SELECT max(id) FROM signing_key WHERE retired_at IS NULL")?
        .query_row([], |row| row.get(0))
}

/// A passkey's owner and credential.
pub fn passkey(rows: &Connection, credential_id: &str) -> Result<Option<(AccountId, String)>> {
    rows.prepare_cached("SELECT account, credential FROM passkey WHERE credential_id = ?1")?
        .query_row([credential_id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()
}

/// How many passkeys an account has.
pub fn passkey_count(rows: &Connection, id: AccountId) -> Result<u32> {
    rows.prepare_cached("SELECT count(*) FROM passkey WHERE account = ?1")?
        .query_row([id], |row| row.get(0))
}

/// A site's evidence key.
pub struct EvidenceKey {
    pub site: String,
    pub is_retired: bool,
    pub is_revoked: bool,
}

/// The evidence key with this public half.
pub fn evidence_key(rows: &Connection, key: [u8; 32]) -> Result<Option<EvidenceKey>> {
    rows.prepare_cached(
        "SELECT site, retired_at IS NOT NULL, is_revoked FROM evidence_key WHERE key = ?1",
    )?
    .query_row([key], |row| {
        Ok(EvidenceKey {
            site: row.get(0)?,
            is_retired: row.get(1)?,
            is_revoked: row.get(2)?,
        })
    })
    .optional()
}

/// The evidence keys that a site has in use; one, or none.
pub fn evidence_keys_in_use(rows: &Connection, site: &str) -> Result<Vec<[u8; 32]>> {
    rows.prepare_cached("SELECT key FROM evidence_key WHERE site = ?1 AND retired_at IS NULL")?
        .query_map([site], |row| row.get(0))?
        .collect()
}
