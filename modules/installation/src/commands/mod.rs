//! The commands of the installation, one file each. Where a command has a `…Prepared` beside it,
//! the first is what a client sends and the second what is decided ([`crate::prepare`]).

mod add_passkey;
mod change_password;
mod create_account;
mod create_workspace;
mod deactivate_account;
mod end_session;
mod end_sessions;
mod evidence_keys;
mod found_installation;
mod reactivate_account;
mod record_passkey_use;
mod register_account;
mod remove_passkey;
mod rotate_data_key;
mod rotate_signing_key;
mod set_operator;
mod set_password;

pub use add_passkey::AddPasskey;
pub use change_password::{ChangePassword, ChangePasswordPrepared};
pub use create_account::{CreateAccount, CreateAccountPrepared, NewAccount};
pub use create_workspace::CreateWorkspace;
pub use deactivate_account::DeactivateAccount;
pub use end_session::EndSession;
pub use end_sessions::{EndSessions, EndSessionsPrepared};
pub use evidence_keys::{PublishEvidenceKey, RetireEvidenceKey};
pub use found_installation::{FoundInstallation, FoundInstallationPrepared};
pub use reactivate_account::ReactivateAccount;
pub use record_passkey_use::RecordPasskeyUse;
pub use register_account::RegisterAccount;
pub use remove_passkey::RemovePasskey;
pub use rotate_data_key::RotateDataKey;
pub use rotate_signing_key::RotateSigningKey;
pub use set_operator::SetOperator;
pub use set_password::{SetPassword, SetPasswordPrepared};

use crate::acting::Asked;
use crate::events::KeyBytes;
use kernel::{Command, CommandSpec, DecideError, Decision, Refusal, parse_body};
use rusqlite::Connection;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What is wished, with everything deciding it needs.
trait Wish: DeserializeOwned {
    fn decide(self, asked: &Asked<'_>) -> Result<Decision, DecideError>;
}

/// A wish with the key the gateway drew for it.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Keyed<T> {
    /// What the client wished.
    pub wish: T,
    /// The key.
    pub bytes: KeyBytes,
}

/// The commands, for the gateway.
pub const COMMANDS: &[CommandSpec] = &[
    CommandSpec::new::<FoundInstallation>(
        "found-installation",
        "Begin the installation with its first operator and signing key",
    )
    .internal(),
    CommandSpec::new::<CreateAccount>("create-account", "Create an account (operators)"),
    CommandSpec::new::<RegisterAccount>(
        "register-account",
        "Create an account for whoever holds an invitation",
    )
    .internal(),
    CommandSpec::new::<ChangePassword>("change-password", "Change one's own password"),
    CommandSpec::new::<SetPassword>("set-password", "Set the password of an account (operators)"),
    CommandSpec::new::<SetOperator>("set-operator", "Make an account an operator, or no longer"),
    CommandSpec::new::<DeactivateAccount>(
        "deactivate-account",
        "Shut an account out, at both sites, at once (operators)",
    ),
    CommandSpec::new::<ReactivateAccount>("reactivate-account", "Let an account back in"),
    CommandSpec::new::<EndSessions>("end-sessions", "End all sessions of an account"),
    CommandSpec::new::<EndSession>("end-session", "End one session; signing out is this"),
    CommandSpec::new::<AddPasskey>("add-passkey", "Keep a passkey that was registered").internal(),
    CommandSpec::new::<RecordPasskeyUse>("record-passkey-use", "Keep a passkey's new counter")
        .internal(),
    CommandSpec::new::<RemovePasskey>("remove-passkey", "Remove a passkey"),
    CommandSpec::new::<CreateWorkspace>("create-workspace", "Create a workspace (operators)"),
    CommandSpec::new::<RotateDataKey>(
        "rotate-data-key",
        "Seal a workspace's new entries with a new key (operators)",
    ),
    CommandSpec::new::<RotateSigningKey>(
        "rotate-signing-key",
        "Sign new session tokens with a new key (operators)",
    ),
    CommandSpec::new::<PublishEvidenceKey>(
        "publish-evidence-key",
        "Say with which key a site signs evidence",
    )
    .internal(),
    CommandSpec::new::<RetireEvidenceKey>(
        "retire-evidence-key",
        "Have a site sign evidence with a new key (operators)",
    ),
];

/// Decides a command.
pub(crate) fn decide(rows: &Connection, command: &Command) -> Result<Decision, DecideError> {
    let asked = Asked::by(rows, &command.actor)?;
    let decide = match command.name.as_str() {
        "found-installation" => parsed::<FoundInstallationPrepared>,
        "create-account" => parsed::<CreateAccountPrepared>,
        "register-account" => parsed::<NewAccount>,
        "change-password" => parsed::<ChangePasswordPrepared>,
        "set-password" => parsed::<SetPasswordPrepared>,
        "set-operator" => parsed::<SetOperator>,
        "deactivate-account" => parsed::<DeactivateAccount>,
        "reactivate-account" => parsed::<ReactivateAccount>,
        "end-sessions" => parsed::<EndSessionsPrepared>,
        "end-session" => parsed::<EndSession>,
        "add-passkey" => parsed::<AddPasskey>,
        "record-passkey-use" => parsed::<RecordPasskeyUse>,
        "remove-passkey" => parsed::<RemovePasskey>,
        "create-workspace" => parsed::<Keyed<CreateWorkspace>>,
        "rotate-data-key" => parsed::<Keyed<RotateDataKey>>,
        "rotate-signing-key" => parsed::<Keyed<RotateSigningKey>>,
        "publish-evidence-key" => parsed::<PublishEvidenceKey>,
        "retire-evidence-key" => parsed::<RetireEvidenceKey>,
        _ => {
            let detail = "The installation has no such command.";
            return Err(Refusal::not_found("command", "unknown_command", detail).into());
        }
    };
    decide(&command.body, &asked)
}

fn parsed<W: Wish>(body: &Value, asked: &Asked<'_>) -> Result<Decision, DecideError> {
    parse_body::<W>(body)?.decide(asked)
}

/// A conflict that concerns a field.
fn conflict(field: &str, code: &str, detail: &str) -> Refusal {
    Refusal {
        field: Some(field.into()),
        ..Refusal::conflict(code, detail)
    }
}

/// The refusal for an id that already stands for something else.
fn id_taken(field: &str) -> Refusal {
    conflict(
        field,
        "id_taken",
        "This id already stands for something else.",
    )
}
