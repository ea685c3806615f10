//! `POST /api/installation/accept-invitation`: a newcomer gets an account and joins the workspace that
//! the code leads to; whoever is signed in and names no new account joins with the one they have.
//!
//! Every id follows from the command's id, so that asking again, at either site, goes on where it was
//! interrupted.

use super::Api;
use super::api::partition;
use super::commands::{CommandResult, Order, read_envelope};
use super::create_workspace::handle;
use super::sessions::account;
use super::wire::AcceptInvitation;
use crate::problem::Problem;
use crate::session::{SignedIn, applied, catch_up, wait_open};
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::{Extension, Json};
use directory::invitation::InvitationCode;
use directory::queries::open_invitation;
use kernel::{AccountId, Actor, CommandId, PartitionId, PersonId, parse_body};
use serde_json::{Value, json};
use std::time::Duration;

/// How long an invitation is waited for that this site does not know.
const LAG_MAX: Duration = Duration::from_millis(1_500);

/// Accepts an invitation.
pub(super) async fn accept_invitation(
    State(api): State<Api>,
    session: Option<Extension<SignedIn>>,
    headers: HeaderMap,
    body: Body,
) -> CommandResult {
    let envelope = read_envelope(&api, &headers, body).await?;
    let wish: AcceptInvitation = parse_body(&envelope.command)?;
    let code = InvitationCode::parse(&wish.invitation_code).ok_or_else(unknown_code)?;
    let directory = partition("directory", Some(code.workspace()));
    let joining = Joining {
        api: &api,
        command_id: envelope.command_id,
        directory: &directory,
    };
    let newcomer = match session {
        Some(Extension(session)) if wish.user.is_none() => {
            let account = account(&api, session.account).await?;
            Newcomer {
                account: account.id,
                user: account.user,
                name: account.name,
            }
        }
        Some(_) | None => joining.register(&wish, &code).await?,
    };
    let account_id = newcomer.account;
    let mut answer = joining.join(newcomer, &wish, &code).await?;
    if let Value::Object(fields) = &mut answer.answer {
        fields.insert("account_id".into(), json!(account_id));
        fields.insert("workspace_id".into(), json!(code.workspace()));
    }
    answer.command_id = envelope.command_id;
    Ok(Json(answer))
}

/// Who joins.
struct Newcomer {
    account: AccountId,
    user: String,
    name: String,
}

struct Joining<'a> {
    api: &'a Api,
    command_id: CommandId,
    directory: &'a PartitionId,
}

impl Joining<'_> {
    fn derived(&self, what: &str) -> CommandId {
        CommandId::derived(&format!("accept-invitation/{}/{what}", self.command_id))
    }

    /// Makes an account for whoever holds the code.
    async fn register(
        &self,
        wish: &AcceptInvitation,
        code: &InvitationCode,
    ) -> Result<Newcomer, Problem> {
        let missing = |field: &str| super::envelope::missing(&format!("command.{field}"));
        let user = wish.user.clone().ok_or_else(|| missing("user"))?;
        let name = wish.name.clone().ok_or_else(|| missing("name"))?;
        let password = wish.password.clone().ok_or_else(|| missing("password"))?;
        let id = AccountId(self.derived("account").0);
        if !self.is_open(code).await? && !self.is_registered(id).await? {
            return Err(unknown_code());
        }
        let site = Actor::Site(self.api.site().name.clone());
        let order = Order {
            id: self.derived("register"),
            name: "register-account",
            actor: &site,
            // The other site must find the same request.
            digest_actor: &Actor::Account(id),
            session: None,
            partition: &partition("installation", None),
        };
        let sent = json!({ "account_id": id, "user": &user, "name": &name, "password": password });
        order.submit(self.api, sent).await?;
        Ok(Newcomer {
            account: id,
            user,
            name,
        })
    }

    async fn join(
        &self,
        newcomer: Newcomer,
        wish: &AcceptInvitation,
        code: &InvitationCode,
    ) -> Result<super::envelope::CommandAnswer, Problem> {
        if !wait_open(self.api.site(), self.directory).await {
            return Err(unknown_code());
        }
        let actor = Actor::Account(newcomer.account);
        let order = Order {
            id: self.derived("join"),
            name: "accept-invitation",
            actor: &actor,
            digest_actor: &actor,
            session: None,
            partition: self.directory,
        };
        let sent = json!({
            "code_hash": code.hash(),
            "account_id": newcomer.account,
            "person_id": PersonId(self.derived("person").0),
            "name": newcomer.name,
            "handle": handle(&newcomer.user),
            "locale": wish.locale,
        });
        order.submit(self.api, sent).await
    }

    /// Whether the code can be accepted, after a look at what the other site may have written. What the
    /// engine has at this site may lag behind for a moment: an invitation that was made there just now
    /// is waited for.
    async fn is_open(&self, code: &InvitationCode) -> Result<bool, Problem> {
        let site = self.api.site();
        let Some(partition) = site.partition(self.directory) else {
            return Ok(false);
        };
        let end = tokio::time::Instant::now() + LAG_MAX;
        loop {
            let seen = applied(site, self.directory);
            let (hash, now) = (code.hash(), site.clock.now());
            let open = site
                .query(self.directory, None, move |rows| {
                    Ok(open_invitation(rows, &hash, now)?)
                })
                .await?;
            if open.is_some() {
                return Ok(true);
            }
            if !catch_up(site, self.directory, seen).await {
                let mut applied = partition.applied();
                let more = applied.wait_for(|have| *have > seen);
                if !matches!(tokio::time::timeout_at(end, more).await, Ok(Ok(_))) {
                    return Ok(false);
                }
            } else if tokio::time::Instant::now() >= end {
                return Ok(false);
            }
        }
    }

    /// Whether an earlier try made the account already.
    async fn is_registered(&self, id: AccountId) -> Result<bool, Problem> {
        let installation = partition("installation", None);
        catch_up(self.api.site(), &installation, 0).await;
        let found = self
            .api
            .site()
            .query(&installation, None, move |rows| {
                Ok(installation::queries::profile(rows, id)?)
            })
            .await?;
        Ok(found.is_some())
    }
}

/// One answer for everything that is no open invitation: a code is not to be guessed.
fn unknown_code() -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        "invitation_not_found",
        "There is no open invitation with this code.",
    )
    .about("command.invitation_code")
}
