//! Commands that are due by themselves: documents that rest are merged and indexed.

use crate::commands::settle_document::{self, SettleDocument};
use crate::limits::SETTLES_AFTER_MS;
use kernel::{Actor, Command, CommandId, SiteName, Timestamp};
use rusqlite::Connection;

/// The most issued at once; the others follow a moment later.
const AT_ONCE_MAX: i64 = 20;

/// The documents that rest at `now`. Ids and contents follow from the document and its last update,
/// so that two sites asking at once issue the same command.
///
/// # Errors
/// When the view cannot be read.
pub fn due(rows: &Connection, now: Timestamp) -> rusqlite::Result<Vec<Command>> {
    let mut query = rows.prepare_cached(
        "SELECT i.id, c.last_seq FROM content c JOIN item i ON i.key = c.item
         WHERE c.last_seq > c.merged_seq AND c.last_at <= ?1
         ORDER BY c.last_at, c.item LIMIT ?2",
    )?;
    let before = now.millis().saturating_sub(SETTLES_AFTER_MS);
    let commands = query.query_map((before, AT_ONCE_MAX), |row| {
        Ok(command(&SettleDocument {
            document_id: row.get(0)?,
            seq: row.get(1)?,
        }))
    })?;
    commands.collect()
}

fn command(body: &SettleDocument) -> Command {
    let actor = Actor::Site(SiteName::new("lead").expect("a valid name"));
    let name = settle_document::SPEC.name;
    let value = serde_json::to_value(body).expect("a struct of plain values");
    Command {
        id: CommandId::derived(&format!("{name}/{}/{}", body.document_id, body.seq)),
        name: name.into(),
        digest: Command::digest_of(&[0; 32], name, &actor, &value),
        actor,
        body: value,
    }
}
