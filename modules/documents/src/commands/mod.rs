//! The commands: one file each, its decision and its tests beside it.

pub mod add_comment;
pub mod add_file;
pub mod attach_file;
pub mod create_document;
pub mod create_folder;
pub mod delete_comment;
pub mod edit_comment;
pub mod import_markdown;
pub mod move_document;
pub mod move_folder;
pub mod name_version;
pub mod rename_document;
pub mod rename_folder;
pub mod reopen_comment;
pub mod reply_to_comment;
pub mod resolve_comment;
pub mod restore_from_trash;
pub mod restore_version;
pub mod set_permissions;
pub mod settle_document;
mod shared;
pub mod trash;
pub mod update_document;

pub(crate) use shared::{lost, require_depth, require_fit, subtree, unfit};

use crate::Documents;
use crate::access::Viewer;
use kernel::{
    Command, CommandId, CommandSpec, DecideContext, DecideError, Decision, Refusal, parse_body,
};
use rusqlite::Connection;
use serde::de::DeserializeOwned;

/// What deciding a person's command may know.
pub struct Deciding<'a> {
    /// The rows.
    pub rows: &'a Connection,
    /// The command's id.
    pub command: CommandId,
    /// Who wishes it.
    pub viewer: Viewer,
}

/// The commands of this module.
pub const COMMANDS: &[CommandSpec] = &[
    create_folder::SPEC,
    rename_folder::SPEC,
    move_folder::SPEC,
    create_document::SPEC,
    rename_document::SPEC,
    move_document::SPEC,
    update_document::SPEC,
    trash::SPEC,
    restore_from_trash::SPEC,
    set_permissions::SPEC,
    name_version::SPEC,
    restore_version::SPEC,
    add_comment::SPEC,
    reply_to_comment::SPEC,
    edit_comment::SPEC,
    delete_comment::SPEC,
    resolve_comment::SPEC,
    reopen_comment::SPEC,
    add_file::SPEC,
    attach_file::SPEC,
    import_markdown::SPEC,
    settle_document::SPEC,
    kernel::PUT_BACK_SPEC,
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
    let name = command.name.as_str();
    if name == settle_document::SPEC.name {
        return settle_document::decide(rows, context.time, command);
    }
    if name == kernel::PUT_BACK {
        return kernel::decide_put_back(&Documents, rows, context, command);
    }
    let deciding = Deciding {
        rows,
        command: command.id,
        viewer: Viewer::of(rows, &command.actor)?,
    };
    let of = &deciding;
    match name {
        "update-document" => with(of, command, update_document::decide),
        "create-folder" => with(of, command, create_folder::decide),
        "rename-folder" => with(of, command, rename_folder::decide),
        "move-folder" => with(of, command, move_folder::decide),
        "create-document" => with(of, command, create_document::decide),
        "rename-document" => with(of, command, rename_document::decide),
        "move-document" => with(of, command, move_document::decide),
        "trash" => with(of, command, trash::decide),
        "restore-from-trash" => with(of, command, restore_from_trash::decide),
        "set-permissions" => with(of, command, set_permissions::decide),
        "name-version" => with(of, command, name_version::decide),
        "restore-version" => with(of, command, restore_version::decide),
        "add-comment" => with(of, command, add_comment::decide),
        "reply-to-comment" => with(of, command, reply_to_comment::decide),
        "edit-comment" => with(of, command, edit_comment::decide),
        "delete-comment" => with(of, command, delete_comment::decide),
        "resolve-comment" => with(of, command, resolve_comment::decide),
        "reopen-comment" => with(of, command, reopen_comment::decide),
        "add-file" => with(of, command, add_file::decide),
        "attach-file" => with(of, command, attach_file::decide),
        "import-markdown" => with(of, command, import_markdown::decide),
        _ => {
            let detail = format!("documents has no command {name:?}.");
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
