//! The facts of the installation, append-only. A shape is frozen by its kind and version: a changed
//! shape is a new version beside the old one, which decodes for ever (`src/tests/frozen_shapes.rs`).
//! Nobody is shown these: they hold password hashes and keys.

use kernel::{AccountId, Event, KeyId, SiteName, WorkspaceId};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

kernel::define_id! {
    /// A sign-in of an account: all tokens renewed from it belong to it.
    SessionId
}

/// 32 bytes of a key; shown nowhere, not even in debug output.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeyBytes(#[serde(with = "kernel::hex::array32")] pub [u8; 32]);

impl std::fmt::Debug for KeyBytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KeyBytes(…)")
    }
}

/// A fact's kind and version.
pub trait Fact: Serialize + DeserializeOwned {
    /// Past tense in kebab case.
    const KIND: &'static str;
    /// Version of the shape.
    const VERSION: u16 = 1;

    /// The fact as an event.
    fn event(&self) -> Event {
        Event::new(Self::KIND, Self::VERSION, self)
    }
}

macro_rules! fact {
    ($name:ident, $kind:literal) => {
        impl Fact for $name {
            const KIND: &'static str = $kind;
        }
    };
}

/// An account exists, active.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AccountCreated {
    /// The account.
    pub account_id: AccountId,
    /// Login name, unique ignoring case.
    pub user: String,
    /// Display name.
    pub name: String,
    /// Argon2id hash of the password, as a PHC string.
    pub password_hash: String,
    /// Whether it runs the installation.
    pub operator: bool,
}
fact!(AccountCreated, "account-created");

/// An account has another password, and the sessions it had are over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PasswordChanged {
    /// The account.
    pub account_id: AccountId,
    /// Argon2id hash of the password, as a PHC string.
    pub password_hash: String,
    /// The session that goes on: the one it was changed from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spared: Option<SessionId>,
}
fact!(PasswordChanged, "password-changed");

/// An account runs the installation, or no longer does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OperatorSet {
    /// The account.
    pub account_id: AccountId,
    /// Whether it does.
    pub operator: bool,
}
fact!(OperatorSet, "operator-set");

/// An account cannot sign in any more, and its sessions are over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AccountDeactivated {
    /// The account.
    pub account_id: AccountId,
}
fact!(AccountDeactivated, "account-deactivated");

/// An account can sign in again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AccountReactivated {
    /// The account.
    pub account_id: AccountId,
}
fact!(AccountReactivated, "account-reactivated");

/// All sessions of an account that began at a site which had not applied this entry are over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SessionsEnded {
    /// The account.
    pub account_id: AccountId,
    /// The session that goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spared: Option<SessionId>,
}
fact!(SessionsEnded, "sessions-ended");

/// One session is over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SessionEnded {
    /// The account.
    pub account_id: AccountId,
    /// The session.
    pub session_id: SessionId,
}
fact!(SessionEnded, "session-ended");

/// A workspace exists. The same entry adds its first data key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WorkspaceCreated {
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// Its name, unique ignoring case.
    pub name: String,
}
fact!(WorkspaceCreated, "workspace-created");

/// Entries of the workspace's partitions are sealed with this key from now on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DataKeyAdded {
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// Grows by one with every key, from 1.
    pub key_id: KeyId,
    /// The key.
    pub bytes: KeyBytes,
}
fact!(DataKeyAdded, "data-key-added");

/// Session tokens are signed with this key from now on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SigningKeyAdded {
    /// Grows by one with every key, from 1.
    pub key_id: u32,
    /// Ed25519 seed.
    pub seed: KeyBytes,
}
fact!(SigningKeyAdded, "signing-key-added");

/// A key signs no more tokens.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SigningKeyRetired {
    /// The key.
    pub key_id: u32,
    /// Whether the tokens it signed are dead too (it may be known to others).
    pub revoked: bool,
}
fact!(SigningKeyRetired, "signing-key-retired");

/// An account can sign in with a passkey.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PasskeyAdded {
    /// The account.
    pub account_id: AccountId,
    /// The credential's id, unique in the installation.
    pub credential_id: String,
    /// What its owner calls it.
    pub label: String,
    /// The credential as the WebAuthn library serialises it.
    pub credential: String,
}
fact!(PasskeyAdded, "passkey-added");

/// A passkey was used in a way that changed it (its signature counter grew).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PasskeyUsed {
    /// The credential's id.
    pub credential_id: String,
    /// The credential as the WebAuthn library serialises it now.
    pub credential: String,
}
fact!(PasskeyUsed, "passkey-used");

/// A passkey is of no use any more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PasskeyRemoved {
    /// The credential's id.
    pub credential_id: String,
}
fact!(PasskeyRemoved, "passkey-removed");

/// A site signs evidence with this key from now on. The private half is at the site alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EvidenceKeyPublished {
    /// The site.
    pub site: SiteName,
    /// The Ed25519 public key.
    #[serde(with = "kernel::hex::array32")]
    pub key: [u8; 32],
}
fact!(EvidenceKeyPublished, "evidence-key-published");

/// A key signs no more evidence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EvidenceKeyRetired {
    /// The Ed25519 public key.
    #[serde(with = "kernel::hex::array32")]
    pub key: [u8; 32],
    /// Whether what it signed is not to be believed any more (others may have the private half).
    pub revoked: bool,
}
fact!(EvidenceKeyRetired, "evidence-key-retired");
