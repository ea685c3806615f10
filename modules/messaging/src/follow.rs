//! What this module keeps of the directory: who is there, their names, roles and permissions.
//!
//! The shapes are the directory's, read leniently: fields and kinds of no concern are passed over.

use crate::access::Permissions;
use kernel::{ApplyError, Event, Header, PersonId};
use rusqlite::{Connection, params};
use serde::Deserialize;

/// The module that is followed.
pub const DIRECTORY: &str = "directory";

#[derive(Deserialize)]
struct PersonAdded {
    person_id: PersonId,
    name: String,
    handle: String,
    role: String,
}

#[derive(Deserialize)]
struct PersonUpdated {
    person_id: PersonId,
    name: String,
    handle: String,
}

#[derive(Deserialize)]
struct PersonConcerned {
    person_id: PersonId,
}

#[derive(Deserialize)]
struct PersonReleased {
    person_id: PersonId,
    is_active: bool,
}

#[derive(Deserialize)]
struct RoleAssigned {
    person_id: PersonId,
    role: String,
}

#[derive(Deserialize)]
struct RoleDefined {
    role: String,
    permissions: Vec<String>,
}

#[derive(Deserialize)]
struct RoleDeleted {
    role: String,
}

/// Keeps what an event of the directory says.
///
/// # Errors
/// When the event has another shape or the rows cannot be written.
pub fn follow(rows: &Connection, header: &Header, event: &Event) -> Result<(), ApplyError> {
    if header.partition.module != DIRECTORY {
        return Ok(());
    }
    match (event.kind.as_str(), event.version) {
        ("person-added", 1) => person_added(rows, header, &event.decode()?)?,
        ("person-updated", 1) => person_updated(rows, &event.decode()?)?,
        ("person-deactivated" | "person-quarantined", 1) => {
            set_active(rows, event.decode::<PersonConcerned>()?.person_id, false)?;
        }
        ("person-reactivated", 1) => {
            set_active(rows, event.decode::<PersonConcerned>()?.person_id, true)?;
        }
        ("person-released", 1) => {
            let fact: PersonReleased = event.decode()?;
            set_active(rows, fact.person_id, fact.is_active)?;
        }
        ("role-assigned", 1) => role_assigned(rows, &event.decode()?)?,
        ("role-defined", 1) => role_defined(rows, &event.decode()?)?,
        ("role-deleted", 1) => role_deleted(rows, &event.decode()?)?,
        _ => {}
    }
    Ok(())
}

fn person_added(rows: &Connection, header: &Header, added: &PersonAdded) -> rusqlite::Result<()> {
    rows.prepare_cached(
        "INSERT INTO person (id, name, handle, role, is_active, added_at)
         VALUES (?1, ?2, ?3, ?4, 1, ?5)
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, handle = excluded.handle,
                                        role = excluded.role, is_active = 1",
    )?
    .execute(params![
        added.person_id,
        added.name,
        added.handle,
        added.role,
        header.time.millis()
    ])?;
    Ok(())
}

fn person_updated(rows: &Connection, updated: &PersonUpdated) -> rusqlite::Result<()> {
    rows.prepare_cached("UPDATE person SET name = ?2, handle = ?3 WHERE id = ?1")?
        .execute(params![updated.person_id, updated.name, updated.handle])?;
    Ok(())
}

fn set_active(rows: &Connection, person: PersonId, is_active: bool) -> rusqlite::Result<()> {
    rows.prepare_cached("UPDATE person SET is_active = ?2 WHERE id = ?1")?
        .execute(params![person, is_active])?;
    Ok(())
}

fn role_assigned(rows: &Connection, assigned: &RoleAssigned) -> rusqlite::Result<()> {
    rows.prepare_cached("UPDATE person SET role = ?2 WHERE id = ?1")?
        .execute(params![assigned.person_id, assigned.role])?;
    Ok(())
}

fn role_defined(rows: &Connection, defined: &RoleDefined) -> rusqlite::Result<()> {
    rows.prepare_cached(
        "INSERT INTO role (name, permissions) VALUES (?1, ?2)
         ON CONFLICT (name) DO UPDATE SET permissions = excluded.permissions",
    )?
    .execute(params![
        defined.role,
        Permissions::of(&defined.permissions).0
    ])?;
    Ok(())
}

fn role_deleted(rows: &Connection, deleted: &RoleDeleted) -> rusqlite::Result<()> {
    rows.prepare_cached("DELETE FROM role WHERE name = ?1")?
        .execute([&deleted.role])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::testing::*;
    use kernel::Event;
    use serde_json::json;

    #[test]
    fn what_the_directory_says_holds_at_once() {
        let mut given = office_with_rooms();
        let say = |given: &mut kernel::testing::Given, kind: &str, data: serde_json::Value| {
            given.follows("directory", vec![Event::new(kind, 1, &data)]);
        };
        say(
            &mut given,
            "person-updated",
            json!({ "person_id": CYD, "name": "Cyd B", "handle": "c" }),
        );
        let params = format!("conversation_id={DIRECT}");
        let members = query(&given, BEN, "conversation-members", &params).unwrap();
        assert_eq!(members["items"][1]["name"], "Cyd B");

        let mute = json!({ "role": "silent", "permissions": [], "built_in": false });
        say(&mut given, "role-defined", mute);
        say(
            &mut given,
            "role-assigned",
            json!({ "person_id": CYD, "role": "silent" }),
        );
        given
            .by(CYD)
            .when("post-message", post_body(1, GROUP, "x"))
            .refused("not_permitted");
        let loud = json!({ "role": "silent", "permissions": ["messages.send"], "built_in": false });
        say(&mut given, "role-defined", loud);
        given
            .by(CYD)
            .when("post-message", post_body(1, GROUP, "x"))
            .accepted("message-posted");
        say(
            &mut given,
            "role-assigned",
            json!({ "person_id": CYD, "role": "member" }),
        );
        say(&mut given, "role-deleted", json!({ "role": "silent" }));
        given
            .by(CYD)
            .when("post-message", post_body(2, GROUP, "x"))
            .accepted("message-posted");

        say(&mut given, "department-created", json!({ "anything": 1 }));
        given.assert_replays();
    }

    #[test]
    fn other_modules_are_passed_over() {
        let mut given = office();
        let data = json!({ "person_id": STRANGER });
        given.follows(
            "documents",
            vec![Event::new("person-deactivated", 1, &data)],
        );
    }
}
