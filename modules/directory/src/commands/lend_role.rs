//! Lend a person rights for a time: a role of its own that ends by itself.

use super::{Wish, conflict, no_person};
use crate::acting::{Asked, On};
use crate::events::{Fact, GrantId, RoleAssigned, RoleDefined, RoleLent};
use crate::{lent, roles, rows};
use kernel::{DecideError, Decision, PersonId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Gives a person a role made for it, with its own rights and those lent, until `until`. What was
/// granted, to whom and by whose approval, is known to whoever sends it: a site.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LendRole {
    /// What was granted.
    pub grant_id: GrantId,
    /// To whom.
    pub person_id: PersonId,
    /// Which permissions; those there are none of are passed over, and `roles.manage` is not lent.
    pub permissions: Vec<String>,
    /// Until when.
    pub until: Timestamp,
}

impl Wish for LendRole {
    fn decide(self, asked: &Asked<'_>) -> Result<Decision, DecideError> {
        let field = "command.person_id";
        let person = rows::person(asked.rows, self.person_id)?.ok_or_else(|| no_person(field))?;
        asked.may("lend-role", On::Person(&person))?;
        let is_done = lent::find(asked.rows, self.grant_id)?.is_some();
        // An owner has every right, and keeps the workspace from being without one.
        if is_done || self.until <= asked.time || person.role == roles::OWNER {
            return Ok(Decision::unchanged());
        }
        if !person.takes_part() {
            let detail = "This person does not take part in the workspace now.";
            return Err(conflict(field, "person_deactivated", detail).into());
        }
        if lent::of_person(asked.rows, self.person_id)? {
            let detail = "This person has been lent rights already; they are returned first.";
            return Err(conflict(field, "role_lent", detail).into());
        }
        let role = lent::role_name(self.grant_id);
        let defined = RoleDefined {
            role: role.clone(),
            permissions: together(asked, &person.role, &self.permissions)?,
            built_in: false,
        };
        let assigned = RoleAssigned {
            person_id: self.person_id,
            role: role.clone(),
        };
        let lent = RoleLent {
            grant_id: self.grant_id,
            person_id: self.person_id,
            role,
            previous: person.role,
            until: self.until,
        };
        let events = vec![defined.event(), assigned.event(), lent.event()];
        Ok(Decision::accepted(events))
    }
}

/// The permissions of a role together with those lent, sorted.
fn together(
    asked: &Asked<'_>,
    role: &str,
    lent: &[String],
) -> Result<Vec<String>, rusqlite::Error> {
    let mut permissions = rows::permissions(asked.rows, role)?;
    let may_be_lent =
        |name: &&String| roles::PERMISSIONS.contains(&name.as_str()) && *name != "roles.manage";
    permissions.extend(lent.iter().filter(may_be_lent).cloned());
    permissions.sort_unstable();
    permissions.dedup();
    Ok(permissions)
}
