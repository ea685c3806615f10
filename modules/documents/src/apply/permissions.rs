//! Who may do what.

use super::item;
use crate::events::{AccessLost, Fact, PermissionsSet};
use kernel::{ApplyError, Header};
use rusqlite::Connection;

pub fn set(rows: &Connection, _: &Header, fact: &PermissionsSet) -> Result<(), ApplyError> {
    let key = item(rows, PermissionsSet::KIND, fact.item_id)?;
    rows.prepare_cached("UPDATE item SET inherits = ?2 WHERE key = ?1")?
        .execute((key, fact.inherits))?;
    rows.prepare_cached("DELETE FROM permission WHERE item = ?1")?
        .execute([key])?;
    for grant in &fact.grants {
        let (kind, subject) = grant.to.row();
        rows.prepare_cached(
            "INSERT INTO permission (item, kind, subject, role) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute((key, kind, subject, grant.role.rank()))?;
    }
    Ok(())
}

/// Whoever lost access is told; the rows know already.
pub fn lost(rows: &Connection, _: &Header, fact: &AccessLost) -> Result<(), ApplyError> {
    item(rows, AccessLost::KIND, fact.item_id).map(drop)
}
