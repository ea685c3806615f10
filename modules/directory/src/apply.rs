//! Writing facts into the rows.

use crate::events::*;
use kernel::{ApplyError, Event, Header};
use rusqlite::{Connection, params};

/// Writes one fact.
pub fn apply(rows: &Connection, header: &Header, event: &Event) -> Result<(), ApplyError> {
    let time = header.time.millis();
    match (event.kind.as_str(), event.version) {
        ("workspace-founded", 1) => {
            let e: WorkspaceFounded = event.decode()?;
            run(
                rows,
                "INSERT INTO workspace (one, name, founded_at) VALUES (1, ?1, ?2)",
                params![e.name, time],
            )
        }
        ("role-defined", 1) => role_defined(rows, &event.decode()?),
        ("role-deleted", 1) => {
            let e: RoleDeleted = event.decode()?;
            run(rows, "DELETE FROM role WHERE name = ?1", [e.role])
        }
        ("person-added", 1) => person_added(rows, time, &event.decode()?),
        ("person-updated", 1) => person_updated(rows, &event.decode()?),
        ("account-linked", 1) => {
            let e: AccountLinked = event.decode()?;
            run(
                rows,
                "UPDATE person SET account = ?2 WHERE id = ?1",
                params![e.person_id, e.account_id],
            )
        }
        ("person-deactivated", 1) => {
            let e: PersonDeactivated = event.decode()?;
            run(
                rows,
                "UPDATE person SET is_active = 0 WHERE id = ?1",
                [e.person_id],
            )
        }
        ("person-reactivated", 1) => {
            let e: PersonReactivated = event.decode()?;
            run(
                rows,
                "UPDATE person SET is_active = 1 WHERE id = ?1",
                [e.person_id],
            )
        }
        ("person-quarantined", 1) => person_quarantined(rows, header, &event.decode()?),
        ("person-released", 1) => {
            let e: PersonReleased = event.decode()?;
            run(
                rows,
                "DELETE FROM quarantine WHERE person = ?1",
                [e.person_id],
            )
        }
        ("role-assigned", 1) => {
            let e: RoleAssigned = event.decode()?;
            run(
                rows,
                "UPDATE person SET role = ?2 WHERE id = ?1",
                params![e.person_id, e.role],
            )
        }
        ("role-lent", 1) => {
            let e: RoleLent = event.decode()?;
            run(
                rows,
                "INSERT INTO lent (grant_id, person, role, previous, until, seq)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![
                    e.grant_id,
                    e.person_id,
                    e.role,
                    e.previous,
                    e.until.millis(),
                    header.seq
                ],
            )
        }
        ("role-returned", 1) => {
            let e: RoleReturned = event.decode()?;
            run(
                rows,
                "UPDATE lent SET returned_at = ?2, returned_seq = ?3 WHERE grant_id = ?1",
                params![e.grant_id, time, header.seq],
            )
        }
        ("departments-assigned", 1) => {
            let e: DepartmentsAssigned = event.decode()?;
            run(
                rows,
                "DELETE FROM department_person WHERE person = ?1",
                [e.person_id],
            )?;
            put_into(rows, e.person_id, &e.departments)
        }
        ("group-created", 1) => {
            let e: GroupCreated = event.decode()?;
            run(rows, "DELETE FROM former_group WHERE id = ?1", [e.group_id])?;
            run(
                rows,
                "INSERT INTO people_group (id, name, name_key) VALUES (?1, ?2, ?3)",
                params![e.group_id, e.name, e.name.to_lowercase()],
            )
        }
        ("group-renamed", 1) => {
            let e: GroupRenamed = event.decode()?;
            run(
                rows,
                "UPDATE people_group SET name = ?2, name_key = ?3 WHERE id = ?1",
                params![e.group_id, e.name, e.name.to_lowercase()],
            )
        }
        ("group-deleted", 1) => {
            let e: GroupDeleted = event.decode()?;
            run(
                rows,
                "INSERT OR REPLACE INTO former_group SELECT id, name FROM people_group WHERE id = ?1",
                [e.group_id],
            )?;
            run(rows, "DELETE FROM people_group WHERE id = ?1", [e.group_id])
        }
        ("group-members-added", 1) => {
            let e: GroupMembersAdded = event.decode()?;
            let sql = "INSERT OR IGNORE INTO group_member (people_group, person) VALUES (?1, ?2)";
            e.people
                .iter()
                .try_for_each(|person| run(rows, sql, params![e.group_id, person]))
        }
        ("group-members-removed", 1) => {
            let e: GroupMembersRemoved = event.decode()?;
            let sql = "DELETE FROM group_member WHERE people_group = ?1 AND person = ?2";
            e.people
                .iter()
                .try_for_each(|person| run(rows, sql, params![e.group_id, person]))
        }
        // Those before it in its entry have done it.
        (ChangesPutBack::KIND, 1) => Ok(()),
        (kind, 1) if kind.starts_with("department-") => department(rows, event),
        (kind, 1) if kind.starts_with("invitation-") => invitation(rows, time, event),
        _ => Err(event.unknown().into()),
    }
}

fn department(rows: &Connection, event: &Event) -> Result<(), ApplyError> {
    match event.kind.as_str() {
        "department-created" => {
            let e: DepartmentCreated = event.decode()?;
            run(
                rows,
                "DELETE FROM former_department WHERE id = ?1",
                [e.department_id],
            )?;
            run(
                rows,
                "INSERT INTO department (id, parent, name, name_key) VALUES (?1, ?2, ?3, ?4)",
                params![e.department_id, e.parent, e.name, e.name.to_lowercase()],
            )
        }
        "department-renamed" => {
            let e: DepartmentRenamed = event.decode()?;
            run(
                rows,
                "UPDATE department SET name = ?2, name_key = ?3 WHERE id = ?1",
                params![e.department_id, e.name, e.name.to_lowercase()],
            )
        }
        "department-moved" => {
            let e: DepartmentMoved = event.decode()?;
            run(
                rows,
                "UPDATE department SET parent = ?2 WHERE id = ?1",
                params![e.department_id, e.parent],
            )
        }
        "department-deleted" => {
            let e: DepartmentDeleted = event.decode()?;
            run(
                rows,
                "INSERT OR REPLACE INTO former_department
                 SELECT id, name, parent FROM department WHERE id = ?1",
                [e.department_id],
            )?;
            if let Some(successor) = e.successor {
                let both = params![e.department_id, successor];
                run(
                    rows,
                    "UPDATE department SET parent = ?2 WHERE parent = ?1",
                    both,
                )?;
                run(
                    rows,
                    "INSERT OR IGNORE INTO department_person (department, person)
                     SELECT ?2, person FROM department_person WHERE department = ?1",
                    both,
                )?;
            }
            run(
                rows,
                "DELETE FROM department_person WHERE department = ?1",
                [e.department_id],
            )?;
            run(
                rows,
                "DELETE FROM department WHERE id = ?1",
                [e.department_id],
            )
        }
        _ => Err(event.unknown().into()),
    }
}

fn invitation(rows: &Connection, time: i64, event: &Event) -> Result<(), ApplyError> {
    match event.kind.as_str() {
        "invitation-made" => {
            let e: InvitationMade = event.decode()?;
            run(
                rows,
                "INSERT INTO invitation (id, code_hash, role, email, person, invited_by, made_at, expires_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                params![
                    e.invitation_id,
                    e.code_hash,
                    e.role,
                    e.email,
                    e.person_id,
                    e.invited_by,
                    time,
                    e.expires_at.millis()
                ],
            )
        }
        "invitation-revoked" => {
            let e: InvitationRevoked = event.decode()?;
            run(
                rows,
                "UPDATE invitation SET revoked_at = ?2 WHERE id = ?1",
                params![e.invitation_id, time],
            )
        }
        "invitation-accepted" => {
            let e: InvitationAccepted = event.decode()?;
            run(
                rows,
                "UPDATE invitation SET accepted_at = ?2, accepted_by = ?3 WHERE id = ?1",
                params![e.invitation_id, time, e.person_id],
            )
        }
        _ => Err(event.unknown().into()),
    }
}

fn role_defined(rows: &Connection, e: &RoleDefined) -> Result<(), ApplyError> {
    run(
        rows,
        "INSERT INTO role (name, is_built_in) VALUES (?1, ?2)
         ON CONFLICT (name) DO UPDATE SET is_built_in = excluded.is_built_in",
        params![e.role, e.built_in],
    )?;
    run(
        rows,
        "DELETE FROM role_permission WHERE role = ?1",
        [&e.role],
    )?;
    let sql = "INSERT OR IGNORE INTO role_permission (role, permission) VALUES (?1, ?2)";
    e.permissions
        .iter()
        .try_for_each(|permission| run(rows, sql, params![e.role, permission]))
}

fn person_added(rows: &Connection, time: i64, e: &PersonAdded) -> Result<(), ApplyError> {
    run(
        rows,
        "INSERT INTO person (id, account, name, name_key, handle, handle_key, email, title, locale,
                             role, external_id, search, added_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        params![
            e.person_id,
            e.account_id,
            e.name,
            e.name.to_lowercase(),
            e.handle,
            e.handle.to_lowercase(),
            e.email,
            e.title,
            e.locale,
            e.role,
            e.external_id,
            search_text(&e.name, &e.handle, e.email.as_deref()),
            time
        ],
    )?;
    put_into(rows, e.person_id, &e.departments)
}

fn person_updated(rows: &Connection, e: &PersonUpdated) -> Result<(), ApplyError> {
    run(
        rows,
        "UPDATE person SET name = ?2, name_key = ?3, handle = ?4, handle_key = ?5, email = ?6,
                           title = ?7, locale = ?8, search = ?9 WHERE id = ?1",
        params![
            e.person_id,
            e.name,
            e.name.to_lowercase(),
            e.handle,
            e.handle.to_lowercase(),
            e.email,
            e.title,
            e.locale,
            search_text(&e.name, &e.handle, e.email.as_deref()),
        ],
    )
}

fn person_quarantined(
    rows: &Connection,
    header: &Header,
    e: &PersonQuarantined,
) -> Result<(), ApplyError> {
    run(
        rows,
        "INSERT INTO quarantine (person, since, seq, reason, alarm, put_by)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            e.person_id,
            header.time.millis(),
            header.seq,
            e.because.text,
            e.because.verdict.map(|verdict| verdict.alarm_id),
            e.by
        ],
    )
}

fn put_into(
    rows: &Connection,
    person: kernel::PersonId,
    departments: &[DepartmentId],
) -> Result<(), ApplyError> {
    let sql = "INSERT OR IGNORE INTO department_person (department, person) VALUES (?1, ?2)";
    departments
        .iter()
        .try_for_each(|department| run(rows, sql, params![department, person]))
}

fn run(rows: &Connection, sql: &str, values: impl rusqlite::Params) -> Result<(), ApplyError> {
    rows.prepare_cached(sql)?.execute(values)?;
    Ok(())
}

/// What people are found by: the words of name, handle and mail address, each after a space.
fn search_text(name: &str, handle: &str, email: Option<&str>) -> String {
    let mut text = String::new();
    for word in [name, handle, email.unwrap_or_default()]
        .into_iter()
        .flat_map(search_words)
    {
        text.push(' ');
        text.push_str(&word);
    }
    text
}

/// A text's words in lower case: whatever stands between characters that are neither letters nor
/// digits.
pub fn search_words(text: &str) -> Vec<String> {
    text.to_lowercase()
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(Into::into)
        .collect()
}
