//! The commands: what belongs together in one file, its decisions and tests beside it.

pub mod alarms;
pub mod canaries;
pub mod maintenance;
pub mod rewinds;

use crate::limits::NOTE_CHARS_MAX;
use kernel::{
    Actor, Command, CommandSpec, DecideContext, DecideError, Decision, Refusal, Timestamp, check,
    parse_body,
};
use rusqlite::Connection;
use serde::de::DeserializeOwned;

/// What deciding may know.
pub struct Deciding<'a> {
    /// The rows.
    pub rows: &'a Connection,
    /// The time the entry will carry.
    pub time: Timestamp,
    /// Who wishes it.
    pub actor: &'a Actor,
}

/// The commands of this module.
pub const COMMANDS: &[CommandSpec] = &[
    alarms::RAISE,
    alarms::CLOSE,
    canaries::PLANT,
    canaries::DIG_UP,
    maintenance::DECLARE,
    maintenance::END,
    rewinds::PROPOSE,
    rewinds::APPROVE,
    rewinds::WITHDRAW,
    rewinds::COMPLETE,
];

/// Decides a command of this module.
///
/// # Errors
/// The refusal, or a failure to read the view.
pub fn decide(
    rows: &Connection,
    context: &DecideContext,
    command: &Command,
) -> Result<Decision, DecideError> {
    let deciding = Deciding {
        rows,
        time: context.time,
        actor: &command.actor,
    };
    let of = &deciding;
    match command.name.as_str() {
        "raise-alarm" => with(of, command, alarms::raise),
        "close-alarm" => with(of, command, alarms::close),
        "plant-canaries" => with(of, command, canaries::plant),
        "dig-up-canaries" => with(of, command, canaries::dig_up),
        "declare-maintenance" => with(of, command, maintenance::declare),
        "end-maintenance" => with(of, command, maintenance::end),
        "propose-rewind" => with(of, command, rewinds::propose),
        "approve-rewind" => with(of, command, rewinds::approve),
        "withdraw-rewind" => with(of, command, rewinds::withdraw),
        "complete-rewind" => with(of, command, rewinds::complete),
        name => {
            let detail = format!("protection has no command {name:?}.");
            Err(Refusal::not_found("command", "command_not_found", detail).into())
        }
    }
}

fn with<T: DeserializeOwned>(
    of: &Deciding<'_>,
    command: &Command,
    decide: fn(&Deciding<'_>, T) -> Result<Decision, DecideError>,
) -> Result<Decision, DecideError> {
    decide(of, parse_body(&command.body)?)
}

/// Nothing, where a site acts by itself.
fn require_site(of: &Deciding<'_>) -> Result<(), Refusal> {
    match of.actor {
        Actor::Site(_) => Ok(()),
        Actor::Person(_) | Actor::Account(_) => {
            let detail = "Only sites do this.";
            Err(Refusal::forbidden("not_permitted", detail))
        }
    }
}

/// A reason in words.
fn note(field: &str, text: &str) -> Result<String, Refusal> {
    check::text(field, text, 1..=NOTE_CHARS_MAX)
}
