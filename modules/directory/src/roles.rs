//! Permissions and the built-in roles.

/// Every permission there is.
pub const PERMISSIONS: [&str; 17] = [
    "channels.create",
    "channels.manage",
    "continuity.view",
    "drill.run",
    "groups.manage",
    "history.view",
    "import.run",
    "messages.send",
    "messages.urgent",
    "people.manage",
    "programme.manage",
    "programme.read",
    "protection.manage",
    "response.manage",
    "response.read",
    "roles.manage",
    "workspace.manage",
];

/// The role that decides over everything, and that at least one person keeps.
pub const OWNER: &str = "owner";
/// The role of those who run the workspace day by day.
pub const ADMIN: &str = "admin";
/// The role people get when none is named.
pub const MEMBER: &str = "member";
/// The role of people from outside.
pub const GUEST: &str = "guest";

/// The built-in roles with their permissions, sorted.
pub const BUILT_IN: [(&str, &[&str]); 4] = [
    (OWNER, &PERMISSIONS),
    (ADMIN, &PERMISSIONS),
    (
        MEMBER,
        &[
            "channels.create",
            "continuity.view",
            "messages.send",
            "messages.urgent",
        ],
    ),
    (GUEST, &["messages.send"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_in_roles_have_known_permissions_in_order() {
        assert!(PERMISSIONS.is_sorted());
        for (role, permissions) in BUILT_IN {
            assert!(permissions.is_sorted(), "{role}");
            assert!(
                permissions.iter().all(|p| PERMISSIONS.contains(p)),
                "{role}"
            );
        }
    }
}
