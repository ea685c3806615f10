//! Commands that are due by themselves: reminders of urgent notices.

use crate::commands::remind_urgent::{self, RemindUrgent};
use kernel::{Actor, Command, CommandId, SiteName, Timestamp};
use rusqlite::Connection;

/// The most reminders issued at once; the others follow a moment later.
const AT_ONCE_MAX: i64 = 100;

/// The reminders that are due at `now`. Ids and contents follow from the notice and the reminder's
/// number, so that two sites asking at once issue the same command.
///
/// # Errors
/// When the view cannot be read.
pub fn due(rows: &Connection, now: Timestamp) -> rusqlite::Result<Vec<Command>> {
    let mut query = rows.prepare_cached(
        "SELECT m.id, u.reminders + 1 FROM urgent u JOIN message m ON m.key = u.message
         WHERE u.closed_at IS NULL AND (u.next_at <= ?1 OR u.until <= ?1)
         ORDER BY u.next_at, u.message LIMIT ?2",
    )?;
    let commands = query.query_map((now.millis(), AT_ONCE_MAX), |row| {
        Ok(command(&RemindUrgent {
            message_id: row.get(0)?,
            reminder: row.get(1)?,
        }))
    })?;
    commands.collect()
}

fn command(body: &RemindUrgent) -> Command {
    let actor = Actor::Site(SiteName::new("lead").expect("a valid name"));
    let name = remind_urgent::SPEC.name;
    let value = serde_json::to_value(body).expect("a struct of plain values");
    Command {
        id: CommandId::derived(&format!("{name}/{}/{}", body.message_id, body.reminder)),
        name: name.into(),
        digest: Command::digest_of(&[0; 32], name, &actor, &value),
        actor,
        body: value,
    }
}
