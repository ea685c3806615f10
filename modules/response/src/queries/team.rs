//! The command team and its calendar.

use super::NoParams;
use crate::access::{Action, Asking, takes_part};
use crate::{CommandRoleId, ShiftId};
use kernel::page::{Page, after, limit};
use kernel::{Actor, DecideError, PersonId, Timestamp};
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The command team.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CommandTeam {
    /// Its roles, in order.
    pub roles: Vec<Role>,
}

/// A command role.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Role {
    /// Its id.
    pub role_id: CommandRoleId,
    /// Its name.
    pub name: String,
    /// What whoever holds it may decide, in words.
    pub powers: String,
    /// Its place among the roles.
    pub place: u32,
    /// Who holds it; none: it is vacant.
    pub holder: Option<Staff>,
    /// Who stands in, in this order.
    pub deputies: Vec<Staff>,
}

/// Somebody of the command team.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Staff {
    /// Who.
    pub person_id: PersonId,
    /// Whether they take part in the workspace no more.
    pub is_gone: bool,
}

/// Which shifts.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShiftListParams {
    /// Only those of this role.
    pub role_id: Option<CommandRoleId>,
    /// Only those of this person.
    pub person_id: Option<PersonId>,
    /// Only those that end after this, in milliseconds since 1970.
    pub from: Option<i64>,
    /// Only those that begin before this.
    pub until: Option<i64>,
    /// Where the page begins.
    pub cursor: Option<String>,
    /// How many; 50 unless asked for, 200 at most.
    pub limit: Option<u32>,
}

/// A shift.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Shift {
    /// Its id.
    pub shift_id: ShiftId,
    /// The role.
    pub role_id: CommandRoleId,
    /// Who is on call.
    pub person_id: PersonId,
    /// Whether they take part in the workspace no more.
    pub is_gone: bool,
    /// From when on.
    pub begins_at: Timestamp,
    /// Until when.
    pub ends_at: Timestamp,
}

/// Answers it.
///
/// # Errors
/// `not_permitted` for those who may not look.
pub fn command_team(
    rows: &Connection,
    actor: &Actor,
    _: NoParams,
) -> Result<CommandTeam, DecideError> {
    Asking::permitted(rows, actor, Action::Look)?;
    Ok(command_team_of(rows)?)
}

/// The team, for a site itself.
///
/// # Errors
/// When the view cannot be read.
pub fn command_team_of(rows: &Connection) -> rusqlite::Result<CommandTeam> {
    let mut roles: Vec<(Role, Option<PersonId>)> = rows
        .prepare_cached(
            "SELECT id, name, powers, place, holder FROM command_role ORDER BY place, name_key",
        )?
        .query_map([], |row| {
            let role = Role {
                role_id: row.get(0)?,
                name: row.get(1)?,
                powers: row.get(2)?,
                place: row.get(3)?,
                holder: None,
                deputies: Vec::new(),
            };
            Ok((role, row.get(4)?))
        })?
        .collect::<Result<_, _>>()?;
    for (role, holder) in &mut roles {
        role.holder = match holder {
            Some(person) => Some(staff(rows, *person)?),
            None => None,
        };
        let deputies: Vec<PersonId> = rows
            .prepare_cached("SELECT person FROM command_deputy WHERE role = ?1 ORDER BY place")?
            .query_map([role.role_id], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        for deputy in deputies {
            role.deputies.push(staff(rows, deputy)?);
        }
    }
    Ok(CommandTeam {
        roles: roles.into_iter().map(|(role, _)| role).collect(),
    })
}

pub(super) fn staff(rows: &Connection, person_id: PersonId) -> rusqlite::Result<Staff> {
    Ok(Staff {
        person_id,
        is_gone: takes_part(rows, person_id)? != Some(true),
    })
}

/// Answers it.
///
/// # Errors
/// `not_permitted` for those who may not look.
pub fn shift_list(
    rows: &Connection,
    actor: &Actor,
    params: ShiftListParams,
) -> Result<Page<Shift>, DecideError> {
    Asking::permitted(rows, actor, Action::Look)?;
    let limit = limit(params.limit)?;
    let (at, id): (i64, Option<ShiftId>) =
        after(params.cursor.as_deref())?.unwrap_or((i64::MIN, None));
    let items = rows
        .prepare_cached(
            "SELECT s.id, s.role, s.person, s.begins_at, s.ends_at,
                NOT coalesce((SELECT p.is_active FROM person p WHERE p.id = s.person), 0)
             FROM shift s
             WHERE (s.begins_at > ?1 OR (s.begins_at = ?1 AND (?2 IS NULL OR s.id > ?2)))
             AND (?3 IS NULL OR s.role = ?3) AND (?4 IS NULL OR s.person = ?4)
             AND (?5 IS NULL OR s.ends_at > ?5) AND (?6 IS NULL OR s.begins_at < ?6)
             ORDER BY s.begins_at, s.id LIMIT ?7",
        )?
        .query_map(
            params![
                at,
                id,
                params.role_id,
                params.person_id,
                params.from,
                params.until,
                limit + 1
            ],
            |row| {
                Ok(Shift {
                    shift_id: row.get(0)?,
                    role_id: row.get(1)?,
                    person_id: row.get(2)?,
                    begins_at: Timestamp(row.get(3)?),
                    ends_at: Timestamp(row.get(4)?),
                    is_gone: row.get(5)?,
                })
            },
        )?
        .collect::<Result<_, _>>()?;
    Ok(Page::cut(items, limit, |shift: &Shift| {
        (shift.begins_at.0, shift.shift_id)
    }))
}
