//! The queries of the directory, and the plain functions the gateway calls.

mod counts;
mod department_list;
mod gateway;
mod group_list;
mod group_members;
mod invitation_list;
mod people;
mod person;
mod person_list;
mod role_list;

pub use counts::{CountsParameters, PeopleCounts, counts};
pub use department_list::{
    DepartmentList, DepartmentListParameters, DepartmentRow, department_list,
};
pub use gateway::{
    Confined, LentState, Membership, OpenInvitation, OwnQuarantine, Returned, confined, lent,
    membership, open_invitation, own_quarantine, person_with_handle, returned, workspace_name,
};
pub use group_list::{GroupList, GroupListParameters, GroupRow, group_list};
pub use group_members::{GroupMembersParameters, group_members};
pub use invitation_list::{
    InvitationList, InvitationListParameters, InvitationRow, InvitationStatus, invitation_list,
};
pub use people::{PersonList, PersonRow, PersonStatus, QuarantineRow};
pub use person::{PersonParameters, person};
pub use person_list::{PersonListParameters, StatusWished, person_list};
pub use role_list::{RoleList, RoleListParameters, RoleRow, role_list};

use crate::acting::{Asked, On};
use kernel::{Actor, DecideError, QuerySpec, SchemaOf, Timestamp, run_query};
use rusqlite::Connection;

/// The queries, for the gateway.
pub const QUERIES: &[QuerySpec] = &[
    QuerySpec {
        name: "counts",
        summary: "How many people there are",
        parameters: SchemaOf::of::<CountsParameters>(),
        answer: SchemaOf::of::<PeopleCounts>(),
        run: |rows, actor, text| run_query(rows, actor, text, counts),
    },
    QuerySpec {
        name: "person-list",
        summary: "People in the order of their names, searched by name, handle and mail address",
        parameters: SchemaOf::of::<PersonListParameters>(),
        answer: SchemaOf::of::<PersonList>(),
        run: |rows, actor, text| run_query(rows, actor, text, person_list),
    },
    QuerySpec {
        name: "person",
        summary: "One person",
        parameters: SchemaOf::of::<PersonParameters>(),
        answer: SchemaOf::of::<PersonRow>(),
        run: |rows, actor, text| run_query(rows, actor, text, person),
    },
    QuerySpec {
        name: "department-list",
        summary: "All departments, to be put together to a tree",
        parameters: SchemaOf::of::<DepartmentListParameters>(),
        answer: SchemaOf::of::<DepartmentList>(),
        run: |rows, actor, text| run_query(rows, actor, text, department_list),
    },
    QuerySpec {
        name: "group-list",
        summary: "Groups in the order of their names",
        parameters: SchemaOf::of::<GroupListParameters>(),
        answer: SchemaOf::of::<GroupList>(),
        run: |rows, actor, text| run_query(rows, actor, text, group_list),
    },
    QuerySpec {
        name: "group-members",
        summary: "The people in a group, in the order of their names",
        parameters: SchemaOf::of::<GroupMembersParameters>(),
        answer: SchemaOf::of::<PersonList>(),
        run: |rows, actor, text| run_query(rows, actor, text, group_members),
    },
    QuerySpec {
        name: "role-list",
        summary: "All roles with their permissions",
        parameters: SchemaOf::of::<RoleListParameters>(),
        answer: SchemaOf::of::<RoleList>(),
        run: |rows, actor, text| run_query(rows, actor, text, role_list),
    },
    QuerySpec {
        name: "invitation-list",
        summary: "Invitations, the latest first",
        parameters: SchemaOf::of::<InvitationListParameters>(),
        answer: SchemaOf::of::<InvitationList>(),
        run: |rows, actor, text| run_query(rows, actor, text, invitation_list),
    },
];

/// Nothing, where the actor is an active person that may do this; queries know no time.
fn may(rows: &Connection, actor: &Actor, action: &str) -> Result<(), DecideError> {
    Asked::by(rows, Timestamp::default(), actor)?.may(action, On::Workspace)
}

/// The condition under which a `person` counts as active for an actor. Who is in quarantine is a
/// matter of those who decide over people: nobody else is told when it begins or ends, so for everybody
/// else such a person is what it is otherwise, everywhere.
const fn shown_active(sees_quarantine: bool) -> &'static str {
    if sees_quarantine {
        "person.is_active AND person.id NOT IN (SELECT person FROM quarantine)"
    } else {
        "person.is_active"
    }
}

/// Whether the actor is shown who is in quarantine, and why.
fn sees_quarantine(rows: &Connection, actor: &Actor) -> Result<bool, DecideError> {
    match may(rows, actor, "see-quarantine") {
        Ok(()) => Ok(true),
        Err(DecideError::Refused(refusal)) if refusal.code == "not_permitted" => Ok(false),
        Err(error) => Err(error),
    }
}
