//! The commands: what belongs together in one file, its decisions and tests beside it.

pub mod answers;
pub mod assets;
pub mod breaches;
pub mod costs;
pub mod dependencies;
pub mod drill_plans;
mod fields;
pub mod findings;
pub mod import_assets;
pub mod import_dependencies;
pub mod objectives;
pub mod rollout;
pub mod table;
pub mod templates;

use crate::limits::NOTE_CHARS_MAX;
use crate::rows::{StoredAsset, asset_not_found};
use crate::{AssetId, access};
use access::{Action, Keeper};
use kernel::{
    Actor, Command, CommandId, CommandSpec, DecideContext, DecideError, Decision, Refusal,
    Timestamp, check, parse_body,
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
    /// The command's id: ids of what it makes follow from it.
    pub command: CommandId,
}

/// The commands of this module.
pub const COMMANDS: &[CommandSpec] = &[
    assets::REGISTER,
    assets::EDIT,
    assets::RETIRE,
    assets::REINSTATE,
    assets::REVIEW,
    dependencies::ADD,
    dependencies::REMOVE,
    answers::ANSWER,
    objectives::SET,
    objectives::WITHDRAW,
    costs::STATE,
    import_assets::IMPORT,
    import_dependencies::IMPORT,
    templates::APPLY,
    drill_plans::PLAN,
    drill_plans::CANCEL,
    findings::RECORD,
    findings::ASSIGN,
    findings::CLOSE,
    findings::TAKE_OVER,
    breaches::NOTE,
    breaches::CLEAR,
    rollout::BEGIN,
    rollout::TICK,
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
        command: command.id,
    };
    let of = &deciding;
    match command.name.as_str() {
        "register-asset" => with(of, command, assets::register),
        "edit-asset" => with(of, command, assets::edit),
        "retire-asset" => with(of, command, assets::retire),
        "reinstate-asset" => with(of, command, assets::reinstate),
        "review-assets" => with(of, command, assets::review),
        "add-dependencies" => with(of, command, dependencies::add),
        "remove-dependencies" => with(of, command, dependencies::remove),
        "answer-impact" => with(of, command, answers::answer),
        "set-objective" => with(of, command, objectives::set),
        "withdraw-objective" => with(of, command, objectives::withdraw),
        "state-cost" => with(of, command, costs::state),
        "import-assets" => with(of, command, import_assets::import),
        "import-dependencies" => with(of, command, import_dependencies::import),
        "apply-template" => with(of, command, templates::apply),
        "plan-drill" => with(of, command, drill_plans::plan),
        "cancel-drill-plan" => with(of, command, drill_plans::cancel),
        "record-finding" => with(of, command, findings::record),
        "assign-finding" => with(of, command, findings::assign),
        "close-finding" => with(of, command, findings::close),
        "take-over-finding" => with(of, command, findings::take_over),
        "note-breach" => with(of, command, breaches::note),
        "clear-breach" => with(of, command, breaches::clear),
        "begin-rollout" => with(of, command, rollout::begin),
        "tick-task" => with(of, command, rollout::tick),
        name => {
            let detail = format!("programme has no command {name:?}.");
            Err(Refusal::not_found("command", "command_not_found", detail).into())
        }
    }
}

fn with<T: DeserializeOwned>(
    of: &Deciding<'_>,
    command: &Command,
    decide: fn(&Deciding<'_>, T) -> Result<Decision, DecideError>,
) -> Result<Decision, DecideError> {
    match &command.actor {
        // Sites have commands of their own, which ask for a site.
        Actor::Site(_) => {}
        // Before the body is read: who may not is told nothing of it.
        actor => drop(Keeper::allowed(of.rows, actor, Action::Manage)?),
    }
    decide(of, parse_body(&command.body)?)
}

impl Deciding<'_> {
    /// The person who keeps the programme.
    fn keeper(&self) -> Result<Keeper, DecideError> {
        Keeper::allowed(self.rows, self.actor, Action::Manage)
    }

    /// The asset with this id, retired or not.
    fn asset(&self, field: &str, id: AssetId) -> Result<StoredAsset, DecideError> {
        let found = StoredAsset::by_id(self.rows, id)?;
        Ok(found.ok_or_else(|| asset_not_found(field))?)
    }

    /// The asset with this id, that is there now.
    fn present_asset(&self, field: &str, id: AssetId) -> Result<StoredAsset, DecideError> {
        let asset = self.asset(field, id)?;
        if asset.is_retired {
            let detail = format!("{} was retired; reinstate it first.", asset.fields.key);
            return Err(Refusal::conflict("asset_retired", detail).into());
        }
        Ok(asset)
    }
}

/// A reason in words.
fn note(field: &str, text: &str) -> Result<String, Refusal> {
    check::text(field, text, 1..=NOTE_CHARS_MAX)
}
