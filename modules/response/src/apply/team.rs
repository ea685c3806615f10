//! The command team, its calendar and contact points.

use super::json;
use crate::events::{
    CommandRoleDefined, CommandRoleRemoved, ContactCodeRenewed, ContactCodeWrong,
    ContactPointAdded, ContactPointRemoved, ContactPointVerified, Fact, ShiftCancelled,
    ShiftPlanned,
};
use crate::ids::{MessageId, PointId};
use kernel::{ApplyError, CommandId, Event, Header, Timestamp};
use rusqlite::{Connection, params};

/// Whether it was an event of these.
pub fn apply(rows: &Connection, header: &Header, event: &Event) -> Result<bool, ApplyError> {
    match event.kind.as_str() {
        CommandRoleDefined::KIND => role_defined(rows, &event.decode()?)?,
        CommandRoleRemoved::KIND => {
            let fact: CommandRoleRemoved = event.decode()?;
            for sql in [
                "DELETE FROM command_role WHERE id = ?1",
                "DELETE FROM command_deputy WHERE role = ?1",
                "DELETE FROM shift WHERE role = ?1",
            ] {
                rows.prepare_cached(sql)?.execute([fact.role_id])?;
            }
        }
        ShiftPlanned::KIND => {
            let fact: ShiftPlanned = event.decode()?;
            rows.prepare_cached(
                "INSERT INTO shift (id, role, person, begins_at, ends_at)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![
                fact.shift_id,
                fact.role_id,
                fact.person_id,
                fact.begins_at.0,
                fact.ends_at.0
            ])?;
        }
        ShiftCancelled::KIND => {
            let fact: ShiftCancelled = event.decode()?;
            rows.prepare_cached("DELETE FROM shift WHERE id = ?1")?
                .execute([fact.shift_id])?;
        }
        ContactPointAdded::KIND => point_added(rows, header.time, &event.decode()?)?,
        ContactCodeRenewed::KIND => code_renewed(rows, header.time, &event.decode()?)?,
        ContactCodeWrong::KIND => {
            let fact: ContactCodeWrong = event.decode()?;
            rows.prepare_cached("UPDATE contact_point SET wrong = wrong + 1 WHERE id = ?1")?
                .execute([fact.point_id])?;
        }
        ContactPointVerified::KIND => {
            let fact: ContactPointVerified = event.decode()?;
            rows.prepare_cached(
                "UPDATE contact_point SET verified_at = ?2, code = NULL WHERE id = ?1",
            )?
            .execute((fact.point_id, header.time.0))?;
        }
        ContactPointRemoved::KIND => {
            let fact: ContactPointRemoved = event.decode()?;
            rows.prepare_cached("DELETE FROM contact_point WHERE id = ?1")?
                .execute([fact.point_id])?;
            rows.prepare_cached(
                "UPDATE message SET state = 'given_up', next_at = NULL, settled_at = ?2,
                    reason = 'The contact point was removed.'
                 WHERE point = ?1 AND next_at IS NOT NULL",
            )?
            .execute((fact.point_id, header.time.0))?;
        }
        _ => return Ok(false),
    }
    Ok(true)
}

fn role_defined(rows: &Connection, fact: &CommandRoleDefined) -> rusqlite::Result<()> {
    rows.prepare_cached(
        "INSERT OR REPLACE INTO command_role (id, name, name_key, powers, place, holder)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![
        fact.role_id,
        fact.name,
        fact.name.to_lowercase(),
        fact.powers,
        fact.place,
        fact.holder
    ])?;
    rows.prepare_cached("DELETE FROM command_deputy WHERE role = ?1")?
        .execute([fact.role_id])?;
    let mut insert = rows
        .prepare_cached("INSERT INTO command_deputy (role, place, person) VALUES (?1, ?2, ?3)")?;
    for (place, person) in fact.deputies.iter().enumerate() {
        let place = i64::try_from(place).unwrap_or(i64::MAX);
        insert.execute((fact.role_id, place, person))?;
    }
    Ok(())
}

fn point_added(
    rows: &Connection,
    time: Timestamp,
    fact: &ContactPointAdded,
) -> rusqlite::Result<()> {
    rows.prepare_cached(
        "INSERT INTO contact_point
         (id, person, address, label, added_at, code, code_at, codes, wrong)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?5, 1, 0)",
    )?
    .execute(params![
        fact.point_id,
        fact.person_id,
        json(&fact.address),
        fact.label,
        time.0,
        fact.code
    ])?;
    code_message(rows, time, fact.point_id)
}

fn code_renewed(
    rows: &Connection,
    time: Timestamp,
    fact: &ContactCodeRenewed,
) -> rusqlite::Result<()> {
    rows.prepare_cached(
        "UPDATE contact_point SET code = ?2, code_at = ?3, codes = codes + 1, wrong = 0
         WHERE id = ?1",
    )?
    .execute(params![fact.point_id, fact.code, time.0])?;
    code_message(rows, time, fact.point_id)
}

/// The message that carries a point's code; one that carries an older code is not sent any more.
fn code_message(rows: &Connection, time: Timestamp, point: PointId) -> rusqlite::Result<()> {
    rows.prepare_cached(
        "UPDATE message SET state = 'given_up', next_at = NULL, settled_at = ?2,
            reason = 'A newer code was sent.'
         WHERE point = ?1 AND call IS NULL AND next_at IS NOT NULL",
    )?
    .execute((point, time.0))?;
    let (person, address, codes): (kernel::PersonId, String, u32) = rows
        .prepare_cached("SELECT person, address, codes FROM contact_point WHERE id = ?1")?
        .query_row([point], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let id = MessageId(CommandId::derived(&format!("code {point} {codes}")).0);
    super::calls::insert_message(rows, time, id, person, point, None, &address)
}
