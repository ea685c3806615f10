//! Writing facts into the rows.

use crate::events::*;
use kernel::{AccountId, ApplyError, Event, Header, Seq};
use rusqlite::{Connection, params};

/// Writes one fact.
pub fn apply(rows: &Connection, header: &Header, event: &Event) -> Result<(), ApplyError> {
    let time = header.time.millis();
    match (event.kind.as_str(), event.version) {
        (kind, 1) if kind.starts_with("account-") => account(rows, header, event),
        ("password-changed", 1) => {
            let e: PasswordChanged = event.decode()?;
            run(
                rows,
                "UPDATE account SET password_hash = ?2 WHERE id = ?1",
                params![e.account_id, e.password_hash],
            )?;
            end_sessions(rows, header.seq, e.account_id, e.spared)
        }
        ("operator-set", 1) => {
            let e: OperatorSet = event.decode()?;
            run(
                rows,
                "UPDATE account SET is_operator = ?2 WHERE id = ?1",
                params![e.account_id, e.operator],
            )
        }
        ("sessions-ended", 1) => {
            let e: SessionsEnded = event.decode()?;
            end_sessions(rows, header.seq, e.account_id, e.spared)
        }
        ("session-ended", 1) => {
            let e: SessionEnded = event.decode()?;
            run(
                rows,
                "INSERT OR IGNORE INTO session_end (account, session) VALUES (?1, ?2)",
                params![e.account_id, e.session_id],
            )
        }
        (kind, 1) if kind.starts_with("passkey-") => passkey(rows, time, event),
        (kind, 1) if kind.starts_with("evidence-key-") => evidence_key(rows, time, event),
        _ => keys(rows, time, event),
    }
}

fn account(rows: &Connection, header: &Header, event: &Event) -> Result<(), ApplyError> {
    match event.kind.as_str() {
        "account-created" => {
            let e: AccountCreated = event.decode()?;
            run(
                rows,
                "INSERT INTO account (id, user, user_key, name, name_key, password_hash, is_operator,
                                      created_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                params![
                    e.account_id,
                    e.user,
                    e.user.to_lowercase(),
                    e.name,
                    e.name.to_lowercase(),
                    e.password_hash,
                    e.operator,
                    header.time.millis()
                ],
            )
        }
        "account-deactivated" => {
            let e: AccountDeactivated = event.decode()?;
            run(
                rows,
                "UPDATE account SET is_active = 0 WHERE id = ?1",
                [e.account_id],
            )?;
            end_sessions(rows, header.seq, e.account_id, None)
        }
        "account-reactivated" => {
            let e: AccountReactivated = event.decode()?;
            run(
                rows,
                "UPDATE account SET is_active = 1 WHERE id = ?1",
                [e.account_id],
            )
        }
        _ => Err(event.unknown().into()),
    }
}

fn passkey(rows: &Connection, time: i64, event: &Event) -> Result<(), ApplyError> {
    match event.kind.as_str() {
        "passkey-added" => {
            let e: PasskeyAdded = event.decode()?;
            run(
                rows,
                "INSERT INTO passkey (credential_id, account, label, credential, added_at)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
                params![e.credential_id, e.account_id, e.label, e.credential, time],
            )
        }
        "passkey-used" => {
            let e: PasskeyUsed = event.decode()?;
            run(
                rows,
                "UPDATE passkey SET credential = ?2, used_at = ?3 WHERE credential_id = ?1",
                params![e.credential_id, e.credential, time],
            )
        }
        "passkey-removed" => {
            let e: PasskeyRemoved = event.decode()?;
            run(
                rows,
                "DELETE FROM passkey WHERE credential_id = ?1",
                [e.credential_id],
            )
        }
        _ => Err(event.unknown().into()),
    }
}

fn evidence_key(rows: &Connection, time: i64, event: &Event) -> Result<(), ApplyError> {
    match event.kind.as_str() {
        "evidence-key-published" => {
            let e: EvidenceKeyPublished = event.decode()?;
            run(
                rows,
                "INSERT INTO evidence_key (key, site, published_at) VALUES (?1, ?2, ?3)",
                params![e.key, e.site.as_str(), time],
            )
        }
        "evidence-key-retired" => {
            let e: EvidenceKeyRetired = event.decode()?;
            // Revoked later: it was retired when it was retired.
            run(
                rows,
                "UPDATE evidence_key SET retired_at = coalesce(retired_at, ?2), is_revoked = ?3
                 WHERE key = ?1",
                params![e.key, time, e.revoked],
            )
        }
        _ => Err(event.unknown().into()),
    }
}

fn keys(rows: &Connection, time: i64, event: &Event) -> Result<(), ApplyError> {
    match (event.kind.as_str(), event.version) {
        ("workspace-created", 1) => {
            let e: WorkspaceCreated = event.decode()?;
            run(
                rows,
                "INSERT INTO workspace (id, name, name_key, created_at) VALUES (?1, ?2, ?3, ?4)",
                params![e.workspace_id, e.name, e.name.to_lowercase(), time],
            )
        }
        ("data-key-added", 1) => {
            let e: DataKeyAdded = event.decode()?;
            run(
                rows,
                "INSERT INTO data_key (workspace, id, bytes, added_at) VALUES (?1, ?2, ?3, ?4)",
                params![e.workspace_id, e.key_id.0, e.bytes.0, time],
            )
        }
        ("signing-key-added", 1) => {
            let e: SigningKeyAdded = event.decode()?;
            run(
                rows,
                "INSERT INTO signing_key (id, seed, created_at) VALUES (?1, ?2, ?3)",
                params![e.key_id, e.seed.0, time],
            )
        }
        ("signing-key-retired", 1) => {
            let e: SigningKeyRetired = event.decode()?;
            run(
                rows,
                "UPDATE signing_key SET retired_at = ?2, is_revoked = ?3 WHERE id = ?1",
                params![e.key_id, time, e.revoked],
            )
        }
        _ => Err(event.unknown().into()),
    }
}

/// Ends the sessions an account began before this entry. The session spared before is not spared
/// again, unless it is the same. Ends of single sessions stay: they are not undone by this.
fn end_sessions(
    rows: &Connection,
    seq: Seq,
    account: AccountId,
    spared: Option<SessionId>,
) -> Result<(), ApplyError> {
    run(
        rows,
        "UPDATE account SET sessions_ended_seq = ?2, session_spared = ?3 WHERE id = ?1",
        params![account, seq, spared],
    )
}

fn run(rows: &Connection, sql: &str, values: impl rusqlite::Params) -> Result<(), ApplyError> {
    rows.prepare_cached(sql)?.execute(values)?;
    Ok(())
}
