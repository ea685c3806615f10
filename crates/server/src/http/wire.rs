//! The shapes of the gateway's own requests and answers.

use kernel::{AccountId, CommandId, PersonId, Timestamp, WorkspaceId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// Sign in with a password.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// Login name.
    pub user: String,
    /// Password.
    pub password: String,
}

/// A session that was opened or renewed.
#[derive(Debug, Serialize, ToSchema)]
pub struct SignedIn {
    /// To be sent as `Authorization: Bearer <token>`, to either site.
    pub token: String,
    /// When it ends unless it is renewed, in milliseconds since 1970.
    #[schema(value_type = i64)]
    pub expires_at: Timestamp,
    /// Who signed in.
    pub account: Account,
    /// Where the installation is reached.
    pub sites: Vec<SiteAddress>,
}

/// An account as its owner sees it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// Login name.
    pub user: String,
    /// Display name.
    pub name: String,
    /// Whether it runs the installation.
    pub operator: bool,
}

/// Where a site is reached.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SiteAddress {
    /// The site's name.
    pub name: String,
    /// Its URL.
    pub url: String,
}

/// Who is signed in, and where that leads.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionView {
    /// Who is signed in.
    pub account: Account,
    /// The session's id, for `end-session`.
    #[schema(value_type = String, format = Uuid)]
    pub session_id: installation::SessionId,
    /// The workspaces the account is a person of.
    pub workspaces: Vec<WorkspaceView>,
    /// The workspaces in which the account's person is in quarantine.
    pub quarantined: Vec<QuarantineView>,
    /// Where the installation is reached.
    pub sites: Vec<SiteAddress>,
    /// The site that answers.
    pub site: String,
}

/// A workspace, and who one is in it.
#[derive(Debug, Serialize, ToSchema)]
pub struct WorkspaceView {
    /// Its id.
    pub id: WorkspaceId,
    /// Its name.
    pub name: String,
    /// Who one is in it.
    pub person: PersonView,
}

/// A workspace in which one is in quarantine: one does and sees nothing there until one is released.
#[derive(Debug, Serialize, ToSchema)]
pub struct QuarantineView {
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// Its name.
    pub name: String,
    /// Who one is in it.
    pub person_id: PersonId,
    /// Since when, in milliseconds since 1970.
    #[schema(value_type = i64)]
    pub since: Timestamp,
    /// Why.
    pub reason: String,
    /// Some of those who can release one, by name; none: only operators of the installation can.
    pub ask: Vec<String>,
}

/// End a quarantine that no person of the workspace can end (operators).
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReleaseByOperator {
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// The person's id or handle.
    pub person: String,
    /// What was found, 1 to 500 characters.
    pub note: String,
}

/// The person an account is in a workspace.
#[derive(Debug, Serialize, ToSchema)]
pub struct PersonView {
    /// Its id.
    pub id: PersonId,
    /// Display name.
    pub name: String,
    /// Short unique name.
    pub handle: String,
    /// Roles.
    pub roles: Vec<String>,
    /// What these allow.
    pub permissions: Vec<String>,
    /// Language tag.
    pub locale: Option<String>,
}

/// Nothing.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// Begin to sign in with a passkey.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasskeySignInStart {
    /// Not needed: the passkey says whose it is.
    #[serde(default)]
    pub user: Option<String>,
}

/// What the browser answered to a ceremony of signing in.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasskeySignInFinish {
    /// From the first step.
    pub ceremony_id: String,
    /// The credential as `navigator.credentials.get` gave it, bytes as base64url.
    #[schema(value_type = Object)]
    pub credential: Value,
}

/// What the browser answered to a ceremony of registration.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasskeyRegisterFinish {
    /// Id of the command `add-passkey` that this ends in, made by the client.
    pub command_id: CommandId,
    /// From the first step.
    pub ceremony_id: String,
    /// What the owner calls the passkey.
    pub name: String,
    /// The credential as `navigator.credentials.create` gave it, bytes as base64url.
    #[schema(value_type = Object)]
    pub credential: Value,
}

/// Join a workspace with an invitation's code. Whoever is signed in joins with their account and
/// sends the code alone; whoever is not gets an account.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptInvitation {
    /// The code.
    pub invitation_code: String,
    /// Login name of the new account.
    #[serde(default)]
    pub user: Option<String>,
    /// Display name of the new account and person.
    #[serde(default)]
    pub name: Option<String>,
    /// Password of the new account, 10 to 256 characters.
    #[serde(default)]
    pub password: Option<String>,
    /// Language tag of the new person.
    #[serde(default)]
    pub locale: Option<String>,
}

/// Where a chunk is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct StoredChunk {
    /// At how many sites it is stored.
    pub copies: u8,
}
