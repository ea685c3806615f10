//! The facts of a workspace's directory, append-only. A shape is frozen by its kind and version:
//! a changed shape is a new version beside the old one, which decodes for ever
//! (`src/tests/frozen_shapes.rs`). Modules that follow the directory read these.

pub use kernel::ChangesPutBack;
use kernel::{AccountId, Event, PersonId, Timestamp};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

kernel::define_id! {
    /// A department of the workspace.
    DepartmentId
}
kernel::define_id! {
    /// A group of people of the workspace.
    GroupId
}
kernel::define_id! {
    /// An invitation into the workspace.
    InvitationId
}
kernel::define_id! {
    /// Rights that were granted for a time.
    GrantId
}
kernel::define_id! {
    /// An alarm that a detector raised.
    AlarmId
}

/// A fact's kind and version.
pub trait Fact: Serialize + DeserializeOwned {
    /// Past tense in kebab case.
    const KIND: &'static str;
    /// Version of the shape.
    const VERSION: u16 = 1;

    /// The fact as an event.
    fn event(&self) -> Event {
        Event::new(Self::KIND, Self::VERSION, self)
    }
}

macro_rules! fact {
    ($name:ident, $kind:literal) => {
        impl Fact for $name {
            const KIND: &'static str = $kind;
        }
    };
}

impl Fact for ChangesPutBack {
    const KIND: &'static str = Self::KIND;
}

/// The workspace begins. The same entry defines the built-in roles and adds the first owner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WorkspaceFounded {
    /// The workspace's name at that time.
    pub name: String,
}
fact!(WorkspaceFounded, "workspace-founded");

/// A role has these permissions from now on, and no others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RoleDefined {
    /// The role's name, in lower case.
    pub role: String,
    /// All its permissions, sorted.
    pub permissions: Vec<String>,
    /// Whether it is one of owner, admin, member and guest.
    pub built_in: bool,
}
fact!(RoleDefined, "role-defined");

/// A role nobody has is gone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RoleDeleted {
    /// The role's name.
    pub role: String,
}
fact!(RoleDeleted, "role-deleted");

/// A person joins the workspace, active.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PersonAdded {
    /// The person.
    pub person_id: PersonId,
    /// The account that acts as this person, where one is linked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_id: Option<AccountId>,
    /// Display name.
    pub name: String,
    /// Short unique name, for mentions.
    pub handle: String,
    /// Mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Job title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Language tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// The departments the person is in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub departments: Vec<DepartmentId>,
    /// The person's role.
    pub role: String,
    /// The id in the system the person was imported from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
}
fact!(PersonAdded, "person-added");

/// A person's profile is this from now on, all of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PersonUpdated {
    /// The person.
    pub person_id: PersonId,
    /// Display name.
    pub name: String,
    /// Short unique name, for mentions.
    pub handle: String,
    /// Mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Job title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Language tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
}
fact!(PersonUpdated, "person-updated");

/// An account acts as this person from now on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AccountLinked {
    /// The person.
    pub person_id: PersonId,
    /// The account.
    pub account_id: AccountId,
}
fact!(AccountLinked, "account-linked");

/// A person can do nothing in the workspace any more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PersonDeactivated {
    /// The person.
    pub person_id: PersonId,
}
fact!(PersonDeactivated, "person-deactivated");

/// A person is active again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PersonReactivated {
    /// The person.
    pub person_id: PersonId,
}
fact!(PersonReactivated, "person-reactivated");

/// A person does and sees nothing in the workspace until it is released. The role, groups and
/// departments it has stay, and so does whether it is active.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PersonQuarantined {
    /// The person.
    pub person_id: PersonId,
    /// Why.
    pub because: Because,
    /// Who did it; none: a site by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
}
fact!(PersonQuarantined, "person-quarantined");

/// Why somebody is put into quarantine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Because {
    /// In words.
    pub text: String,
    /// The verdict that led to it, where a detector gave one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<VerdictReference>,
}

/// Where a verdict is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerdictReference {
    /// The alarm it raised.
    pub alarm_id: AlarmId,
}

/// A person is in quarantine no more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PersonReleased {
    /// The person.
    pub person_id: PersonId,
    /// Who released it.
    pub by: Releaser,
    /// Whether it takes part from now on; it does not where it was deactivated before or meanwhile.
    pub is_active: bool,
    /// What whoever released it found.
    pub note: String,
}
fact!(PersonReleased, "person-released");

/// Who ends a quarantine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Releaser {
    /// A person of the workspace.
    Person(PersonId),
    /// An operator of the installation, because no person could.
    Operator(AccountId),
}

/// A person has another role.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RoleAssigned {
    /// The person.
    pub person_id: PersonId,
    /// The role.
    pub role: String,
}
fact!(RoleAssigned, "role-assigned");

/// A person was lent a role that was made for it, until a time. The same entry defines the role and
/// assigns it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RoleLent {
    /// What was granted.
    pub grant_id: GrantId,
    /// To whom.
    pub person_id: PersonId,
    /// The role.
    pub role: String,
    /// The role the person had, and gets back.
    pub previous: String,
    /// Until when.
    pub until: Timestamp,
}
fact!(RoleLent, "role-lent");

/// A role that was lent is taken back; it is gone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RoleReturned {
    /// What was granted.
    pub grant_id: GrantId,
    /// Whose.
    pub person_id: PersonId,
    /// The role.
    pub role: String,
}
fact!(RoleReturned, "role-returned");

/// A person is in these departments, and no others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DepartmentsAssigned {
    /// The person.
    pub person_id: PersonId,
    /// All departments the person is in.
    pub departments: Vec<DepartmentId>,
}
fact!(DepartmentsAssigned, "departments-assigned");

/// A department exists.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DepartmentCreated {
    /// The department.
    pub department_id: DepartmentId,
    /// Its name, unique among its siblings ignoring case.
    pub name: String,
    /// The department above; none: it stands at the top.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<DepartmentId>,
}
fact!(DepartmentCreated, "department-created");

/// A department has another name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DepartmentRenamed {
    /// The department.
    pub department_id: DepartmentId,
    /// Its name.
    pub name: String,
}
fact!(DepartmentRenamed, "department-renamed");

/// A department stands elsewhere in the tree.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DepartmentMoved {
    /// The department.
    pub department_id: DepartmentId,
    /// The department above; none: it stands at the top.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<DepartmentId>,
}
fact!(DepartmentMoved, "department-moved");

/// A department is gone; its people and sub-departments went to the successor, or there were none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DepartmentDeleted {
    /// The department.
    pub department_id: DepartmentId,
    /// Where its people and sub-departments went.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub successor: Option<DepartmentId>,
}
fact!(DepartmentDeleted, "department-deleted");

/// A group exists, without members.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GroupCreated {
    /// The group.
    pub group_id: GroupId,
    /// Its name, unique ignoring case.
    pub name: String,
}
fact!(GroupCreated, "group-created");

/// A group has another name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GroupRenamed {
    /// The group.
    pub group_id: GroupId,
    /// Its name.
    pub name: String,
}
fact!(GroupRenamed, "group-renamed");

/// A group is gone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GroupDeleted {
    /// The group.
    pub group_id: GroupId,
}
fact!(GroupDeleted, "group-deleted");

/// People are in a group who were not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GroupMembersAdded {
    /// The group.
    pub group_id: GroupId,
    /// The new members.
    pub people: Vec<PersonId>,
}
fact!(GroupMembersAdded, "group-members-added");

/// People are in a group no more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GroupMembersRemoved {
    /// The group.
    pub group_id: GroupId,
    /// Those who left.
    pub people: Vec<PersonId>,
}
fact!(GroupMembersRemoved, "group-members-removed");

/// Somebody is invited. The code itself is known only to whoever was handed it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InvitationMade {
    /// The invitation.
    pub invitation_id: InvitationId,
    /// BLAKE3 hash of the code, as 64 hexadecimal digits.
    pub code_hash: String,
    /// The role the newcomer gets.
    pub role: String,
    /// The mail address it was meant for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The person without an account it is for; none: a new person is added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person_id: Option<PersonId>,
    /// Who invited.
    pub invited_by: PersonId,
    /// From this moment on it cannot be accepted.
    pub expires_at: Timestamp,
}
fact!(InvitationMade, "invitation-made");

/// An invitation cannot be accepted any more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InvitationRevoked {
    /// The invitation.
    pub invitation_id: InvitationId,
}
fact!(InvitationRevoked, "invitation-revoked");

/// An invitation was accepted; the same entry adds the person or links the account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InvitationAccepted {
    /// The invitation.
    pub invitation_id: InvitationId,
    /// Who the newcomer is.
    pub person_id: PersonId,
}
fact!(InvitationAccepted, "invitation-accepted");
