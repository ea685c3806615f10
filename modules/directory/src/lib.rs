//! People, departments, groups, roles and permissions of a workspace.
pub mod events;
