//! The commands of the directory, one file each.

mod accept_invitation;
mod add_group_members;
mod add_person;
mod assign_department;
mod assign_role;
mod create_department;
mod create_group;
mod deactivate_person;
mod define_role;
mod delete_department;
mod delete_group;
mod delete_role;
mod found_workspace;
mod import_people;
mod invite;
mod lend_role;
mod link_account;
mod move_department;
mod quarantine_person;
mod reactivate_person;
mod release_person;
mod remove_group_members;
mod rename_department;
mod rename_group;
mod renew_built_in_roles;
mod return_role;
mod revoke_invitation;
mod update_person;

pub(crate) use add_person::{checked_departments, free_handle};
pub(crate) use deactivate_person::{deactivated, keep_an_owner};
pub(crate) use move_department::check_place;

pub use accept_invitation::AcceptInvitation;
pub use add_group_members::AddGroupMembers;
pub use add_person::AddPerson;
pub use assign_department::AssignDepartment;
pub use assign_role::AssignRole;
pub use create_department::CreateDepartment;
pub use create_group::CreateGroup;
pub use deactivate_person::DeactivatePerson;
pub use define_role::DefineRole;
pub use delete_department::DeleteDepartment;
pub use delete_group::DeleteGroup;
pub use delete_role::DeleteRole;
pub use found_workspace::{FoundWorkspace, Founder};
pub use import_people::{ImportPeople, ImportedPerson};
pub use invite::{Invite, InvitePrepared};
pub use lend_role::LendRole;
pub use link_account::LinkAccount;
pub use move_department::MoveDepartment;
pub use quarantine_person::QuarantinePerson;
pub use reactivate_person::ReactivatePerson;
pub use release_person::ReleasePerson;
pub use remove_group_members::RemoveGroupMembers;
pub use rename_department::RenameDepartment;
pub use rename_group::RenameGroup;
pub use renew_built_in_roles::RenewBuiltInRoles;
pub use return_role::ReturnRole;
pub use revoke_invitation::RevokeInvitation;
pub use update_person::UpdatePerson;

use crate::Directory;
use crate::acting::Asked;
use kernel::{
    Command, CommandSpec, DecideContext, DecideError, Decision, Refusal, Timestamp, parse_body,
};
use rusqlite::Connection;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// What is wished, with everything deciding it needs.
trait Wish: DeserializeOwned {
    fn decide(self, asked: &Asked<'_>) -> Result<Decision, DecideError>;
}

/// The commands, for the gateway.
pub const COMMANDS: &[CommandSpec] = &[
    CommandSpec::new::<FoundWorkspace>(
        "found-workspace",
        "Begin the workspace with its built-in roles and its first owner",
    )
    .internal(),
    CommandSpec::new::<AddPerson>("add-person", "Add a person"),
    CommandSpec::new::<ImportPeople>("import-people", "Add up to 500 people from another system"),
    CommandSpec::new::<UpdatePerson>("update-person", "Change a person's profile"),
    CommandSpec::new::<LinkAccount>("link-account", "Let an account act as a person"),
    CommandSpec::new::<DeactivatePerson>(
        "deactivate-person",
        "Shut a person out of the workspace, at both sites, at once",
    ),
    CommandSpec::new::<ReactivatePerson>("reactivate-person", "Let a person back in"),
    CommandSpec::new::<QuarantinePerson>(
        "quarantine-person",
        "Put a person into quarantine, at both sites, at once",
    ),
    CommandSpec::new::<ReleasePerson>("release-person", "End a person's quarantine"),
    CommandSpec::new::<AssignRole>("assign-role", "Give a person another role"),
    CommandSpec::new::<LendRole>(
        "lend-role",
        "Lend a person rights that were granted for a time; issued by sites",
    )
    .internal(),
    CommandSpec::new::<ReturnRole>(
        "return-role",
        "Take back what was lent; issued by sites, and by the leading site when it is over",
    )
    .internal(),
    CommandSpec::new::<DefineRole>("define-role", "Define a role, or change its permissions"),
    CommandSpec::new::<DeleteRole>("delete-role", "Delete a role nobody has"),
    CommandSpec::new::<CreateDepartment>("create-department", "Create a department"),
    CommandSpec::new::<RenameDepartment>("rename-department", "Rename a department"),
    CommandSpec::new::<MoveDepartment>("move-department", "Put a department elsewhere in the tree"),
    CommandSpec::new::<DeleteDepartment>(
        "delete-department",
        "Delete a department, handing its people and sub-departments over",
    ),
    CommandSpec::new::<AssignDepartment>("assign-department", "Set the departments of a person"),
    CommandSpec::new::<CreateGroup>("create-group", "Create a group"),
    CommandSpec::new::<RenameGroup>("rename-group", "Rename a group"),
    CommandSpec::new::<DeleteGroup>("delete-group", "Delete a group"),
    CommandSpec::new::<AddGroupMembers>("add-group-members", "Put people into a group"),
    CommandSpec::new::<RemoveGroupMembers>("remove-group-members", "Take people out of a group"),
    CommandSpec::new::<Invite>("invite", "Make an invitation; the answer shows its code"),
    CommandSpec::new::<RevokeInvitation>("revoke-invitation", "Revoke an invitation"),
    CommandSpec::new::<AcceptInvitation>(
        "accept-invitation",
        "Let in an account that holds a code",
    )
    .internal(),
    CommandSpec::new::<RenewBuiltInRoles>(
        "renew-built-in-roles",
        "Give built-in roles the permissions of a new release; issued by the leading site",
    )
    .internal(),
    kernel::PUT_BACK_SPEC,
];

/// The commands that are due by themselves at `now`.
///
/// # Errors
/// When the view cannot be read.
pub fn due(rows: &Connection, now: Timestamp) -> Result<Vec<Command>, rusqlite::Error> {
    let mut commands = renew_built_in_roles::due(rows)?;
    commands.extend(return_role::due(rows, now)?);
    Ok(commands)
}

/// Decides a command.
pub(crate) fn decide(
    rows: &Connection,
    context: &DecideContext,
    command: &Command,
) -> Result<Decision, DecideError> {
    if command.name == kernel::PUT_BACK {
        return kernel::decide_put_back(&Directory, rows, context, command);
    }
    let asked = Asked::by(rows, context.time, &command.actor)?;
    let decide = match command.name.as_str() {
        "found-workspace" => parsed::<FoundWorkspace>,
        "add-person" => parsed::<AddPerson>,
        "import-people" => parsed::<ImportPeople>,
        "update-person" => parsed::<UpdatePerson>,
        "link-account" => parsed::<LinkAccount>,
        "deactivate-person" => parsed::<DeactivatePerson>,
        "reactivate-person" => parsed::<ReactivatePerson>,
        "quarantine-person" => parsed::<QuarantinePerson>,
        "release-person" => parsed::<ReleasePerson>,
        "assign-role" => parsed::<AssignRole>,
        "lend-role" => parsed::<LendRole>,
        "return-role" => parsed::<ReturnRole>,
        "define-role" => parsed::<DefineRole>,
        "delete-role" => parsed::<DeleteRole>,
        "create-department" => parsed::<CreateDepartment>,
        "rename-department" => parsed::<RenameDepartment>,
        "move-department" => parsed::<MoveDepartment>,
        "delete-department" => parsed::<DeleteDepartment>,
        "assign-department" => parsed::<AssignDepartment>,
        "create-group" => parsed::<CreateGroup>,
        "rename-group" => parsed::<RenameGroup>,
        "delete-group" => parsed::<DeleteGroup>,
        "add-group-members" => parsed::<AddGroupMembers>,
        "remove-group-members" => parsed::<RemoveGroupMembers>,
        "invite" => parsed::<InvitePrepared>,
        "revoke-invitation" => parsed::<RevokeInvitation>,
        "accept-invitation" => parsed::<AcceptInvitation>,
        "renew-built-in-roles" => parsed::<RenewBuiltInRoles>,
        _ => {
            let detail = "The directory has no such command.";
            return Err(Refusal::not_found("command", "unknown_command", detail).into());
        }
    };
    decide(&command.body, &asked)
}

fn parsed<W: Wish>(body: &Value, asked: &Asked<'_>) -> Result<Decision, DecideError> {
    parse_body::<W>(body)?.decide(asked)
}

/// The refusal for an id that already stands for something else.
fn id_taken(field: &str) -> Refusal {
    conflict(
        field,
        "id_taken",
        "This id already stands for something else.",
    )
}

/// A conflict that concerns a field.
fn conflict(field: &str, code: &str, detail: &str) -> Refusal {
    Refusal {
        field: Some(field.into()),
        ..Refusal::conflict(code, detail)
    }
}

/// The refusal for a person that does not exist.
pub(crate) fn no_person(field: &str) -> Refusal {
    Refusal::not_found(field, "person_not_found", "There is no such person.")
}

/// The refusal for a department that does not exist.
pub(crate) fn no_department(field: &str) -> Refusal {
    Refusal::not_found(
        field,
        "department_not_found",
        "There is no such department.",
    )
}

/// The refusal for a group that does not exist.
pub(crate) fn no_group(field: &str) -> Refusal {
    Refusal::not_found(field, "group_not_found", "There is no such group.")
}

/// The refusal for a name that is in use.
pub(crate) fn name_taken(field: &str) -> Refusal {
    conflict(field, "name_taken", "This name is in use already.")
}
