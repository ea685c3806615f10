//! People, departments, groups, roles and permissions of a workspace.
