//! The commands: one file each, its decision and its tests beside it.

pub mod acknowledge_urgent;
pub mod add_members;
pub mod add_reaction;
pub mod archive_conversation;
pub mod create_conversation;
pub mod delete_message;
pub mod edit_message;
pub mod import_conversations;
pub mod import_messages;
pub mod leave_conversation;
pub mod mark_read;
pub mod post_message;
pub mod remind_urgent;
pub mod remove_members;
pub mod remove_reaction;
pub mod rename_conversation;
pub mod save_draft;
pub mod set_posters;
pub mod set_topic;
pub mod unarchive_conversation;

pub(crate) use delete_message::deleted;

use crate::Messaging;
use crate::access::Viewer;
use crate::limits::Limits;
use kernel::{
    Command, CommandSpec, DecideContext, DecideError, Decision, Refusal, Timestamp, parse_body,
};
use rusqlite::Connection;
use serde::de::DeserializeOwned;

/// What deciding a person's command may know.
pub struct Deciding<'a> {
    /// The rows.
    pub rows: &'a Connection,
    /// The time the entry will carry.
    pub time: Timestamp,
    /// The installation's limits.
    pub limits: Limits,
    /// Who wishes it.
    pub viewer: Viewer,
}

/// The commands of this module.
pub const COMMANDS: &[CommandSpec] = &[
    create_conversation::SPEC,
    rename_conversation::SPEC,
    set_topic::SPEC,
    archive_conversation::SPEC,
    unarchive_conversation::SPEC,
    add_members::SPEC,
    remove_members::SPEC,
    leave_conversation::SPEC,
    set_posters::SPEC,
    post_message::SPEC,
    edit_message::SPEC,
    delete_message::SPEC,
    add_reaction::SPEC,
    remove_reaction::SPEC,
    mark_read::SPEC,
    save_draft::SPEC,
    acknowledge_urgent::SPEC,
    remind_urgent::SPEC,
    import_conversations::SPEC,
    import_messages::SPEC,
    kernel::PUT_BACK_SPEC,
];

/// Decides a command of this module.
///
/// # Errors
/// The refusal, or a failure to read the view.
pub fn decide(
    module: &Messaging,
    rows: &Connection,
    context: &DecideContext,
    command: &Command,
) -> Result<Decision, DecideError> {
    let name = command.name.as_str();
    if name == remind_urgent::SPEC.name {
        return remind_urgent::decide(rows, context.time, command);
    }
    if name == kernel::PUT_BACK {
        return kernel::decide_put_back(module, rows, context, command);
    }
    let deciding = Deciding {
        rows,
        time: context.time,
        limits: module.limits,
        viewer: Viewer::of(rows, &command.actor)?,
    };
    let of = &deciding;
    match name {
        "post-message" => with(of, command, post_message::decide),
        "mark-read" => with(of, command, mark_read::decide),
        "save-draft" => with(of, command, save_draft::decide),
        "edit-message" => with(of, command, edit_message::decide),
        "delete-message" => with(of, command, delete_message::decide),
        "add-reaction" => with(of, command, add_reaction::decide),
        "remove-reaction" => with(of, command, remove_reaction::decide),
        "acknowledge-urgent" => with(of, command, acknowledge_urgent::decide),
        "create-conversation" => with(of, command, create_conversation::decide),
        "rename-conversation" => with(of, command, rename_conversation::decide),
        "set-topic" => with(of, command, set_topic::decide),
        "archive-conversation" => with(of, command, archive_conversation::decide),
        "unarchive-conversation" => with(of, command, unarchive_conversation::decide),
        "add-members" => with(of, command, add_members::decide),
        "remove-members" => with(of, command, remove_members::decide),
        "leave-conversation" => with(of, command, leave_conversation::decide),
        "set-posters" => with(of, command, set_posters::decide),
        "import-conversations" => with(of, command, import_conversations::decide),
        "import-messages" => with(of, command, import_messages::decide),
        _ => {
            let detail = format!("messaging has no command {name:?}.");
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
