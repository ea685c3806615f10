//! The founding of an installation: its first facts, the same at both sites, so that whichever
//! starts first writes them and the other finds them written.

use kernel::{AccountId, PersonId, WorkspaceId};
use serde::{Deserialize, Serialize};

/// The first facts. Lies in each site's folder (mode 0600) and may be removed once the
/// installation runs.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Founding {
    /// Seed of the first session signing key, hexadecimal.
    pub signing_key: String,
    /// The first operator.
    pub operator: FirstAccount,
    /// What the probers sign in as.
    pub prober: FirstAccount,
    /// The first workspace.
    pub workspace: FirstWorkspace,
    /// The probers' own workspace.
    pub probe_workspace: FirstWorkspace,
}

/// An account to be made.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FirstAccount {
    /// Its id.
    pub account: AccountId,
    /// Its login name.
    pub user: String,
    /// Hash of its password.
    pub password_hash: String,
}

/// A workspace to be made.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FirstWorkspace {
    /// Its id.
    pub workspace: WorkspaceId,
    /// Its name.
    pub name: String,
    /// Its first data key, hexadecimal.
    pub data_key: String,
    /// Who its first account is in it.
    pub person: PersonId,
}
