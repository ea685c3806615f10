//! Commands that are due by themselves: steps of calls, and of requests for break-glass access.

use crate::commands::calls::{self, AdvanceCall};
use crate::commands::succession::{self, AdvanceSuccession};
use calling::Call;
use kernel::{Actor, Command, CommandId, CommandSpec, SiteName, Timestamp};
use rusqlite::Connection;
use serde::Serialize;

/// The most steps of calls at once; the others follow a moment later.
const AT_ONCE_MAX: i64 = 100;

/// What is due at `now`. Ids and contents follow from the call and the number of its step, or the
/// request and what becomes of it, so that two sites asking at once issue the same command.
///
/// # Errors
/// When the view cannot be read.
pub fn due(rows: &Connection, now: Timestamp) -> rusqlite::Result<Vec<Command>> {
    let mut commands: Vec<Command> = rows
        .prepare_cached(
            "SELECT id, state FROM call WHERE next_at <= ?1 ORDER BY next_at, key LIMIT ?2",
        )?
        .query_map((now.0, AT_ONCE_MAX), |row| {
            let call: Call = crate::queries::json(row, 1)?;
            let body = AdvanceCall {
                call_id: row.get(0)?,
                step: call.steps + 1,
            };
            let about = format!("{}/{}", body.call_id, body.step);
            Ok(command(&calls::ADVANCE, &about, &body))
        })?
        .collect::<Result<_, _>>()?;
    for (request_id, step) in succession::due(rows, now)? {
        let body = AdvanceSuccession { request_id, step };
        let about = format!("{request_id}/{}", step.name());
        commands.push(command(&succession::ADVANCE, &about, &body));
    }
    Ok(commands)
}

fn command(spec: &CommandSpec, about: &str, body: &impl Serialize) -> Command {
    let actor = Actor::Site(SiteName::new("lead").expect("a valid name"));
    let body = serde_json::to_value(body).expect("a struct of plain values");
    Command {
        id: CommandId::derived(&format!("{}/{about}", spec.name)),
        name: spec.name.into(),
        digest: Command::digest_of(&[0; 32], spec.name, &actor, &body),
        actor,
        body,
    }
}
