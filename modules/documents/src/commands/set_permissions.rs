//! Decides who may do what with a folder or document.

use super::Deciding;
use super::shared::with_lost;
use crate::ItemId;
use crate::access::Action;
use crate::events::{Fact, Grant, PermissionsSet, Role, Subject};
use crate::limits::GRANTS_MAX;
use crate::place::{Place, grants_of, is_for, readers_with, role_at};
use kernel::{CommandSpec, DecideError, Decision, Refusal};
use serde::Deserialize;
use utoipa::ToSchema;

/// How it is offered.
pub const SPEC: CommandSpec = CommandSpec::new::<SetPermissions>(
    "set-permissions",
    "Decide who may do what with a folder, document or file and all that lies in it.",
);

/// Decide who may do what; replaces what was decided before.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetPermissions {
    /// The folder, document or file.
    pub item_id: ItemId,
    /// Whether the grants of the folders it lies in hold as well.
    pub inherits: bool,
    /// All grants of its own, at most 200.
    pub grants: Vec<Grant>,
}

/// Decides it.
///
/// # Errors
/// Refused for unknown people, groups and departments, for one subject named twice, where whoever
/// decides would manage it no more, and for those who may not.
pub fn decide(of: &Deciding<'_>, body: SetPermissions) -> Result<Decision, DecideError> {
    let place = Place::find(of.rows, of.viewer, "command.item_id", body.item_id)?;
    place.require(Action::SetPermissions, None)?;
    place.require_present()?;
    let grants = checked(of, body.grants)?;
    if place.inherits == body.inherits && grants_of(of.rows, place.key)? == grants {
        return Ok(Decision::unchanged());
    }
    require_still_managed(of, &place, &grants, body.inherits)?;
    let after = readers_with(of.rows, &grants, body.inherits, place.parent)?;
    let fact = PermissionsSet {
        item_id: place.id,
        inherits: body.inherits,
        grants,
    };
    with_lost(of.rows, &place, &after, fact.event())
}

fn checked(of: &Deciding<'_>, mut grants: Vec<Grant>) -> Result<Vec<Grant>, DecideError> {
    let field = "command.grants";
    if grants.len() > GRANTS_MAX {
        let detail = format!("At most {GRANTS_MAX} grants can be given; use groups.");
        return Err(Refusal::invalid(field, "too_many_grants", detail).into());
    }
    grants.sort_by_key(|grant| grant.to);
    if grants.windows(2).any(|pair| pair[0].to == pair[1].to) {
        let detail = "Somebody is named twice.";
        return Err(Refusal::invalid(field, "grant_repeated", detail).into());
    }
    for grant in &grants {
        let exists = match grant.to {
            Subject::Person(id) => of
                .rows
                .prepare_cached("SELECT 1 FROM person WHERE id = ?1 AND is_active")?
                .exists([id])?,
            Subject::Group(id) => of
                .rows
                .prepare_cached("SELECT 1 FROM team WHERE id = ?1")?
                .exists([id])?,
            Subject::Department(id) => of
                .rows
                .prepare_cached("SELECT 1 FROM department WHERE id = ?1")?
                .exists([id])?,
            Subject::Everyone => true,
        };
        if !exists && !was_granted(of, grant)? {
            let detail = "A person, group or department in the list is not in this workspace.";
            return Err(Refusal::invalid(field, "subject_not_found", detail).into());
        }
    }
    Ok(grants)
}

/// A grant to somebody who has left since may stay in the list.
fn was_granted(of: &Deciding<'_>, grant: &Grant) -> rusqlite::Result<bool> {
    let (kind, subject) = grant.to.row();
    of.rows
        .prepare_cached("SELECT 1 FROM permission WHERE kind = ?1 AND subject = ?2")?
        .exists((kind, subject))
}

/// Nobody locks themselves out, and so somebody always holds the key.
fn require_still_managed(
    of: &Deciding<'_>,
    place: &Place,
    grants: &[Grant],
    inherits: bool,
) -> Result<(), DecideError> {
    for grant in grants.iter().filter(|grant| grant.role == Role::Manager) {
        if is_for(of.rows, &of.viewer, &grant.to)? {
            return Ok(());
        }
    }
    let above = match place.parent {
        _ if !inherits => None,
        Some(parent) => role_at(of.rows, &of.viewer, parent)?,
        None => of.viewer.role_at_top()?,
    };
    if above == Some(Role::Manager) {
        return Ok(());
    }
    let detail = "You would no longer manage it yourself. Make somebody else a manager, and let \
                  them do this.";
    Err(Refusal::conflict("would_lock_out", detail).into())
}
