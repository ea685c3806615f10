//! The commands: what belongs together in one file, its decisions and tests beside it.

pub mod calls;
pub mod contacts;
pub mod delivery;
pub mod incident_work;
pub mod incidents;
pub mod roles;
pub mod shifts;
pub mod status_page;
pub mod succession;

use crate::limits::{NAME_CHARS_MAX, TEXT_CHARS_MAX};
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
    roles::DEFINE,
    roles::REMOVE,
    shifts::PLAN,
    shifts::CANCEL,
    contacts::ADD,
    contacts::RENEW,
    contacts::VERIFY,
    contacts::REMOVE,
    calls::PLACE,
    calls::ADVANCE,
    calls::ACKNOWLEDGE,
    calls::CANCEL,
    calls::SET_POLICY,
    delivery::RECORD,
    incidents::OPEN,
    incidents::SEVERITY,
    incidents::MITIGATE,
    incidents::REOPEN,
    incidents::CLOSE,
    incidents::NOTE,
    incident_work::TAKE_ROLE,
    incident_work::LEAVE_ROLE,
    incident_work::ADD_TASKS,
    incident_work::ASSIGN_TASK,
    incident_work::SET_TASK_DONE,
    incident_work::RECORD_DECISION,
    incident_work::POST_UPDATE,
    status_page::SET,
    succession::SET_POLICY,
    succession::REQUEST,
    succession::APPROVE,
    succession::REFUSE,
    succession::END,
    succession::ADVANCE,
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
        "define-command-role" => with(of, command, roles::define),
        "remove-command-role" => with(of, command, roles::remove),
        "plan-shift" => with(of, command, shifts::plan),
        "cancel-shift" => with(of, command, shifts::cancel),
        "add-contact-point" => with(of, command, contacts::add),
        "renew-contact-code" => with(of, command, contacts::renew),
        "verify-contact-point" => with(of, command, contacts::verify),
        "remove-contact-point" => with(of, command, contacts::remove),
        "place-call" => with(of, command, calls::place),
        "advance-call" => with(of, command, calls::advance),
        "acknowledge-call" => with(of, command, calls::acknowledge),
        "cancel-call" => with(of, command, calls::cancel),
        "set-call-policy" => with(of, command, calls::set_policy),
        "record-delivery" => with(of, command, delivery::record),
        "open-incident" => with(of, command, incidents::open),
        "change-severity" => with(of, command, incidents::severity),
        "mitigate-incident" => with(of, command, incidents::mitigate),
        "reopen-incident" => with(of, command, incidents::reopen),
        "close-incident" => with(of, command, incidents::close),
        "note-incident" => with(of, command, incidents::note),
        "take-role" => with(of, command, incident_work::take_role),
        "leave-role" => with(of, command, incident_work::leave_role),
        "add-tasks" => with(of, command, incident_work::add_tasks),
        "assign-task" => with(of, command, incident_work::assign_task),
        "set-task-done" => with(of, command, incident_work::set_task_done),
        "record-decision" => with(of, command, incident_work::record_decision),
        "post-update" => with(of, command, incident_work::post_update),
        "set-status-page" => with(of, command, status_page::set),
        "set-succession-policy" => with(of, command, succession::set_policy),
        "request-succession" => with(of, command, succession::request),
        "approve-succession" => with(of, command, succession::approve),
        "refuse-succession" => with(of, command, succession::refuse),
        "end-succession" => with(of, command, succession::end),
        "advance-succession" => with(of, command, succession::advance),
        name => {
            let detail = format!("response has no command {name:?}.");
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
    if is_site(of) {
        return Ok(());
    }
    let detail = "Only sites do this.";
    Err(Refusal::forbidden("not_permitted", detail))
}

const fn is_site(of: &Deciding<'_>) -> bool {
    matches!(of.actor, Actor::Site(_))
}

/// A text of several lines.
fn text(field: &str, text: &str) -> Result<String, Refusal> {
    check::text(field, text, 1..=TEXT_CHARS_MAX)
}

/// A name or title.
fn line(field: &str, text: &str) -> Result<String, Refusal> {
    check::line(field, text, 1..=NAME_CHARS_MAX)
}

/// A conflict that concerns a field.
fn conflict(field: &str, code: &str, detail: impl Into<String>) -> Refusal {
    Refusal {
        field: Some(field.into()),
        ..Refusal::conflict(code, detail)
    }
}

/// The refusal for an id that already stands for something else.
fn id_taken(field: &str) -> Refusal {
    let detail = "This id already stands for something else.";
    conflict(field, "id_taken", detail)
}
