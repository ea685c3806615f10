//! The HTTP side of passkeys.

use super::api::partition;
use super::commands::{CommandResult, Order};
use super::sessions::{account, open_session, read_body};
use super::wire::{
    Nothing, PasskeyRegisterFinish, PasskeySignInFinish, PasskeySignInStart, SignedIn,
};
use super::{Answer, Api, Session};
use crate::passkey::{Passkeys, Proven, Started};
use crate::problem::Problem;
use crate::session::{applied, catch_up};
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use installation::commands::{AddPasskey, RecordPasskeyUse};
use installation::queries::{account_for_passkey, passkeys_of};
use kernel::{AccountId, Actor, CommandId};
use serde::Serialize;
use webauthn_rs::prelude::Passkey;

/// `POST /api/installation/passkey-register-start`.
pub(super) async fn register_start(
    State(api): State<Api>,
    Session(session): Session,
    headers: HeaderMap,
    body: Body,
) -> Answer<Started> {
    let Nothing {} = read_body(&api, &headers, body).await?;
    let owner = account(&api, session.account).await?;
    let held = held(&api, owner.id).await?;
    passkeys(&api)?
        .start_registration(owner.id, &owner.user, &owner.name, held)
        .map(Json)
}

/// `POST /api/installation/passkey-register-finish`; ends in the command `add-passkey`.
pub(super) async fn register_finish(
    State(api): State<Api>,
    Session(session): Session,
    headers: HeaderMap,
    body: Body,
) -> CommandResult {
    let wish: PasskeyRegisterFinish = read_body(&api, &headers, body).await?;
    let passkey =
        passkeys(&api)?.finish_registration(session.account, &wish.ceremony_id, wish.credential)?;
    let command = AddPasskey {
        credential_id: credential_id(passkey.cred_id().as_slice()),
        label: wish.name,
        credential: serialised(&passkey)?,
    };
    submit(
        &api,
        session.account,
        wish.command_id,
        "add-passkey",
        &command,
    )
    .await
}

/// `POST /api/installation/passkey-sign-in-start`.
pub(super) async fn sign_in_start(
    State(api): State<Api>,
    headers: HeaderMap,
    body: Body,
) -> Answer<Started> {
    let PasskeySignInStart { user: _ } = read_body(&api, &headers, body).await?;
    passkeys(&api)?.start_sign_in().map(Json)
}

/// `POST /api/installation/passkey-sign-in-finish`.
pub(super) async fn sign_in_finish(
    State(api): State<Api>,
    headers: HeaderMap,
    body: Body,
) -> Answer<SignedIn> {
    let wish: PasskeySignInFinish = read_body(&api, &headers, body).await?;
    let passkeys = passkeys(&api)?;
    let claim = passkeys.claim(&wish.ceremony_id, wish.credential)?;
    let id = claim.account;
    let installation = partition("installation", None);
    let seen = applied(api.site(), &installation);
    let mut known = held(&api, id).await?;
    // One registered at the other site a moment ago may not be here yet.
    if !claim.is_by_one_of(&known) && catch_up(api.site(), &installation, seen).await {
        known = held(&api, id).await?;
    }
    let proven = passkeys.prove(claim, known)?;
    let account = api
        .site()
        .query(&partition("installation", None), None, move |rows| {
            Ok(account_for_passkey(rows, id)?)
        })
        .await?;
    let account = account.filter(|account| account.is_active).ok_or_else(|| {
        let detail = "The account is deactivated.";
        Problem::new(StatusCode::UNAUTHORIZED, "sign_in_refused", detail)
    })?;
    record_use(&api, id, proven);
    open_session(&api, account).await.map(Json)
}

/// Keeps the passkey's new counter, without making the person wait for it: signing in works without
/// a quorum.
fn record_use(api: &Api, account: AccountId, proven: Proven) {
    let Some(passkey) = proven.updated else {
        return;
    };
    let api = api.clone();
    tokio::spawn(async move {
        let id = CommandId::new(&*api.site().clock, &*api.site().random);
        let done = async {
            let command = RecordPasskeyUse {
                credential_id: credential_id(proven.credential_id.as_slice()),
                credential: serialised(&passkey)?,
            };
            submit(&api, account, id, "record-passkey-use", &command).await
        };
        if let Err(problem) = done.await {
            tracing::warn!(%problem, "the use of a passkey was not recorded");
        }
    });
}

async fn submit(
    api: &Api,
    account: AccountId,
    id: CommandId,
    name: &str,
    command: &impl Serialize,
) -> CommandResult {
    let actor = Actor::Account(account);
    let order = Order {
        id,
        name,
        actor: &actor,
        digest_actor: &actor,
        session: None,
        partition: &partition("installation", None),
    };
    let sent = serde_json::to_value(command).map_err(|error| Problem::internal(&error))?;
    order.submit(api, sent).await.map(Json)
}

fn passkeys(api: &Api) -> Result<&Passkeys, Problem> {
    api.passkeys().ok_or_else(|| {
        Problem::new(
            StatusCode::CONFLICT,
            "passkeys_unavailable",
            "Browsers allow no passkeys here: the sites share no domain, or are not reached over TLS.",
        )
    })
}

async fn held(api: &Api, account: AccountId) -> Result<Vec<Passkey>, Problem> {
    let stored = api
        .site()
        .query(&partition("installation", None), None, move |rows| {
            Ok(passkeys_of(rows, account)?)
        })
        .await?;
    stored
        .iter()
        .map(|text| serde_json::from_str(text).map_err(|error| Problem::internal(&error)))
        .collect()
}

fn credential_id(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn serialised(passkey: &Passkey) -> Result<String, Problem> {
    serde_json::to_string(passkey).map_err(|error| Problem::internal(&error))
}
