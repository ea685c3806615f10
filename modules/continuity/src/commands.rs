//! The commands of the continuity record.

mod note_timeline;
mod record_drill;

pub use note_timeline::NoteTimeline;
pub use record_drill::{AskDrillStop, RecordDrillEnd, RecordDrillStart};

use crate::availability::{self, DeclareExclusion, RecordAvailability, WithdrawExclusion};
use kernel::{Command, CommandSpec, DecideError, Decision, Refusal, parse_body};
use rusqlite::Connection;

/// The commands, as the gateway mounts them.
pub const COMMANDS: &[CommandSpec] = &[
    CommandSpec::new::<NoteTimeline>("note-timeline", "Note what was seen or done"),
    CommandSpec::new::<RecordDrillStart>("record-drill-start", "Record that a drill begins"),
    CommandSpec::new::<RecordDrillEnd>("record-drill-end", "Record what a drill showed"),
    CommandSpec::new::<RecordAvailability>(
        "record-availability",
        "Record how often each step worked in five minutes",
    ),
    CommandSpec::new::<DeclareExclusion>(
        "declare-exclusion",
        "Declare a time that was agreed not to count as downtime",
    ),
    CommandSpec::new::<WithdrawExclusion>("withdraw-exclusion", "Let a time count again"),
    CommandSpec::new::<AskDrillStop>(
        "ask-drill-stop",
        "Ask whoever runs a drill to stop it and put everything back",
    ),
];

/// Decides a command.
pub fn decide(rows: &Connection, command: &Command) -> Result<Decision, DecideError> {
    let standing = crate::standing(rows, &command.actor)?;
    match command.name.as_str() {
        "note-timeline" => {
            let body: NoteTimeline = parse_body(&command.body)?;
            note_timeline::decide(rows, &standing, body)
        }
        "record-drill-start" => {
            let body: RecordDrillStart = parse_body(&command.body)?;
            record_drill::start(rows, &standing, body)
        }
        "record-drill-end" => {
            let body: RecordDrillEnd = parse_body(&command.body)?;
            record_drill::end(rows, &standing, body)
        }
        "record-availability" => {
            let body: RecordAvailability = parse_body(&command.body)?;
            availability::record(rows, &command.actor, body)
        }
        "declare-exclusion" => {
            let body: DeclareExclusion = parse_body(&command.body)?;
            availability::declare(rows, &standing, body)
        }
        "withdraw-exclusion" => {
            let body: WithdrawExclusion = parse_body(&command.body)?;
            availability::withdraw(rows, &standing, body)
        }
        "ask-drill-stop" => {
            let body: AskDrillStop = parse_body(&command.body)?;
            record_drill::ask_stop(rows, &standing, &body)
        }
        other => Err(Refusal::not_found(
            "name",
            "unknown_command",
            format!("continuity has no command {other:?}"),
        )
        .into()),
    }
}
