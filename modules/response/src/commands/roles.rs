//! Command roles with their powers, holder and deputies.

use super::{Deciding, conflict, line, text};
use crate::CommandRoleId;
use crate::access::{Action, Asking, require_person};
use crate::events::{CommandRoleDefined, CommandRoleRemoved, Fact};
use crate::limits::{DEPUTIES_MAX, ROLES_MAX};
use kernel::{CommandSpec, DecideError, Decision, PersonId, Refusal};
use rusqlite::OptionalExtension;
use serde::Deserialize;
use utoipa::ToSchema;

/// How defining is offered.
pub const DEFINE: CommandSpec = CommandSpec::new::<DefineCommandRole>(
    "define-command-role",
    "Define a command role with its powers, holder and deputies, or change it.",
);

/// How removing is offered.
pub const REMOVE: CommandSpec = CommandSpec::new::<RemoveCommandRole>(
    "remove-command-role",
    "Remove a command role with its shifts.",
);

/// Define a command role; what it was before is replaced.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DefineCommandRole {
    /// The role.
    pub role_id: CommandRoleId,
    /// Its name, unlike the others'.
    pub name: String,
    /// What whoever holds it may decide, in words.
    pub powers: String,
    /// Its place among the roles, from 0.
    pub place: u32,
    /// Who holds it; none: it is vacant.
    pub holder: Option<PersonId>,
    /// Who stands in, in this order; at most 20.
    #[serde(default)]
    pub deputies: Vec<PersonId>,
}

/// Remove a command role.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RemoveCommandRole {
    /// The role.
    pub role_id: CommandRoleId,
}

/// Decides defining.
///
/// # Errors
/// Refused for people who do not take part, are named twice, and for names in use.
pub fn define(of: &Deciding<'_>, body: DefineCommandRole) -> Result<Decision, DecideError> {
    let asking = Asking::permitted(of.rows, of.actor, Action::ManageTeam)?;
    let name = line("command.name", &body.name)?;
    let powers = text("command.powers", &body.powers)?;
    if body.deputies.len() > DEPUTIES_MAX {
        let detail = format!("A role has at most {DEPUTIES_MAX} deputies.");
        return Err(Refusal::invalid("command.deputies", "too_many", detail).into());
    }
    if let Some(holder) = body.holder {
        require_person(of.rows, "command.holder", holder)?;
    }
    for (n, deputy) in body.deputies.iter().enumerate() {
        let field = format!("command.deputies[{n}]");
        require_person(of.rows, &field, *deputy)?;
        if body.deputies[..n].contains(deputy) || body.holder == Some(*deputy) {
            let detail = "A person is named once for a role: as its holder or as one deputy.";
            return Err(Refusal::invalid(&field, "person_repeated", detail).into());
        }
    }
    require_free_name(of, body.role_id, &name)?;
    require_room(of, body.role_id)?;
    let fact = CommandRoleDefined {
        role_id: body.role_id,
        name,
        powers,
        place: body.place,
        holder: body.holder,
        deputies: body.deputies,
        by: asking.id,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}

/// Decides removing. A role that is not there stays so.
///
/// # Errors
/// Those who may not.
pub fn remove(of: &Deciding<'_>, body: RemoveCommandRole) -> Result<Decision, DecideError> {
    let asking = Asking::permitted(of.rows, of.actor, Action::ManageTeam)?;
    if name_of(of.rows, body.role_id)?.is_none() {
        return Ok(Decision::unchanged());
    }
    let fact = CommandRoleRemoved {
        role_id: body.role_id,
        by: asking.id,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}

fn require_free_name(
    of: &Deciding<'_>,
    role: CommandRoleId,
    name: &str,
) -> Result<(), DecideError> {
    let is_taken: bool = of
        .rows
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM command_role WHERE name_key = ?1 AND id <> ?2)",
        )?
        .query_row((name.to_lowercase(), role), |row| row.get(0))?;
    if is_taken {
        let detail = "This name is in use already.";
        return Err(conflict("command.name", "name_taken", detail).into());
    }
    Ok(())
}

fn require_room(of: &Deciding<'_>, role: CommandRoleId) -> Result<(), DecideError> {
    let others: u64 = of
        .rows
        .prepare_cached("SELECT count(*) FROM command_role WHERE id <> ?1")?
        .query_row([role], |row| row.get(0))?;
    if others < ROLES_MAX {
        return Ok(());
    }
    let detail = format!("A command team has at most {ROLES_MAX} roles.");
    Err(Refusal::conflict("too_many_command_roles", detail).into())
}

/// A role's name; none: there is no such role.
///
/// # Errors
/// When the view cannot be read.
pub(crate) fn name_of(
    rows: &rusqlite::Connection,
    role: CommandRoleId,
) -> rusqlite::Result<Option<String>> {
    rows.prepare_cached("SELECT name FROM command_role WHERE id = ?1")?
        .query_row([role], |row| row.get(0))
        .optional()
}

/// The same, where there is one.
///
/// # Errors
/// `command_role_not_found` at `field`.
pub(crate) fn require_role(
    rows: &rusqlite::Connection,
    field: &str,
    role: CommandRoleId,
) -> Result<String, DecideError> {
    Ok(name_of(rows, role)?.ok_or_else(|| {
        let detail = "There is no such command role.";
        Refusal::not_found(field, "command_role_not_found", detail)
    })?)
}

#[cfg(test)]
mod tests {
    use crate::tests::{ADMIN, DEPUTY, FORMER, MEMBER, by, id, leaves, workspace};
    use serde_json::json;

    #[test]
    fn a_role_has_a_holder_and_deputies_in_order() {
        let mut given = workspace();
        let role = json!({"role_id": id(1), "name": "Incident commander", "powers": "Decides",
            "place": 0, "holder": MEMBER, "deputies": [DEPUTY, ADMIN]});
        by(&mut given, ADMIN)
            .when("define-command-role", role.clone())
            .accepted("command-role-defined");
        let with = |key: &str, value: serde_json::Value| {
            let mut role = role.clone();
            role[key] = value;
            role
        };
        let refused = [
            (
                with("deputies", json!([FORMER])),
                "person_deactivated",
                "command.deputies[0]",
            ),
            (
                with("deputies", json!([id(99)])),
                "person_not_found",
                "command.deputies[0]",
            ),
            (
                with("deputies", json!([DEPUTY, DEPUTY])),
                "person_repeated",
                "command.deputies[1]",
            ),
            (
                with("deputies", json!([MEMBER])),
                "person_repeated",
                "command.deputies[0]",
            ),
            (
                with("holder", json!(FORMER)),
                "person_deactivated",
                "command.holder",
            ),
            (with("name", json!(" ")), "too_short", "command.name"),
            (with("role_id", json!(id(2))), "name_taken", "command.name"),
        ];
        for (role, code, field) in refused {
            let refusal = by(&mut given, ADMIN)
                .when("define-command-role", role)
                .refused(code);
            assert_eq!(refusal.field.as_deref(), Some(field), "{code}");
        }
        leaves(&mut given, MEMBER);
        let team = crate::queries::command_team_of(given.rows()).unwrap();
        assert!(team.roles[0].holder.as_ref().unwrap().is_gone);
        assert_eq!(team.roles[0].deputies[0].person_id, DEPUTY);
        by(&mut given, ADMIN)
            .when("remove-command-role", json!({"role_id": id(1)}))
            .accepted("command-role-removed");
        by(&mut given, ADMIN)
            .when("remove-command-role", json!({"role_id": id(1)}))
            .unchanged();
        given.assert_replays();
    }
}
