//! The queries of the installation, and the plain functions the gateway calls.

mod account;
mod account_list;
mod departed;
mod gateway;
mod passkey_list;
mod workspace_list;

pub use account::{AccountParameters, account};
pub use account_list::{
    AccountList, AccountListParameters, AccountRow, AccountStatus, account_list,
};
pub use departed::departed;
pub use gateway::{
    EvidenceKeyRow, PasskeyOwner, Profile, SignIn, SigningKey, account_for_passkey,
    account_for_sign_in, evidence_keys, is_founded, is_session_ended, key_ring, passkey_owner,
    passkeys_of, profile, signing_keys, workspaces,
};
pub use passkey_list::{PasskeyList, PasskeyListParameters, PasskeyRow, passkey_list};
pub use workspace_list::{WorkspaceList, WorkspaceListParameters, WorkspaceRow, workspace_list};

use crate::acting::Asked;
use kernel::{AccountId, DecideError, QuerySpec, SchemaOf, run_query};

/// The queries, for the gateway.
pub const QUERIES: &[QuerySpec] = &[
    QuerySpec {
        name: "account-list",
        summary: "Accounts in the order of their login names (operators)",
        parameters: SchemaOf::of::<AccountListParameters>(),
        answer: SchemaOf::of::<AccountList>(),
        run: |rows, actor, text| run_query(rows, actor, text, account_list),
    },
    QuerySpec {
        name: "account",
        summary: "One account: oneself, or another (operators)",
        parameters: SchemaOf::of::<AccountParameters>(),
        answer: SchemaOf::of::<AccountRow>(),
        run: |rows, actor, text| run_query(rows, actor, text, account),
    },
    QuerySpec {
        name: "passkey-list",
        summary: "The passkeys of an account: oneself, or another (operators)",
        parameters: SchemaOf::of::<PasskeyListParameters>(),
        answer: SchemaOf::of::<PasskeyList>(),
        run: |rows, actor, text| run_query(rows, actor, text, passkey_list),
    },
    QuerySpec {
        name: "workspace-list",
        summary: "Workspaces in the order of their names (operators)",
        parameters: SchemaOf::of::<WorkspaceListParameters>(),
        answer: SchemaOf::of::<WorkspaceList>(),
        run: |rows, actor, text| run_query(rows, actor, text, workspace_list),
    },
];

/// The account a query is about: oneself, or another one where the actor may list accounts.
fn readable(asked: &Asked<'_>, wanted: Option<AccountId>) -> Result<AccountId, DecideError> {
    use crate::acting::On;
    let account = wanted.map_or_else(|| asked.account(), Ok)?;
    if asked.may("read-account", On::Account(account)).is_err() {
        asked.may("list-accounts", On::Installation)?;
    }
    Ok(account)
}
