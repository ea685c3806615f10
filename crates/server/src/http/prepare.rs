//! From what a client sent to what is decided: what only the gateway can add.

use super::Api;
use super::api::partition;
use crate::attachments;
use crate::problem::Problem;
use crate::runtime::QueryFailure;
use crate::session::{SignedIn, applied, catch_up};
use directory::invitation::InvitationCode;
use installation::Preparation;
use kernel::rusqlite::{Connection, OptionalExtension};
use kernel::{Actor, CommandId, DecideError, PartitionId, WorkspaceId};
use serde_json::Value;
use std::sync::Arc;

/// A command's parameters as they are decided.
pub(super) struct Prepared {
    /// For [`kernel::Command::body`].
    pub body: Value,
    /// The code to add to the answer of `invite`.
    pub code: Option<InvitationCode>,
}

impl Prepared {
    fn as_sent(sent: Value) -> Self {
        Self {
            body: sent,
            code: None,
        }
    }
}

/// What is being prepared.
pub(super) struct Request<'a> {
    pub id: CommandId,
    pub name: &'a str,
    pub actor: &'a Actor,
    pub session: Option<SignedIn>,
    pub partition: &'a PartitionId,
}

/// Prepares a command.
///
/// # Errors
/// What the module refuses already now, and what is missing for it.
pub(super) async fn prepare(
    api: &Api,
    request: &Request<'_>,
    sent: Value,
) -> Result<Prepared, Problem> {
    let workspace = request.partition.workspace;
    match (request.partition.module.as_str(), request.name) {
        ("installation", _) => installation(api, request, sent).await,
        ("directory", "invite") => {
            let key = first_key(api, workspace).await?;
            let prepared = directory::invitation::prepare(request.name, sent, workspace, &key)?;
            Ok(Prepared {
                body: prepared.body,
                code: prepared.code,
            })
        }
        ("messaging", "post-message" | "import-messages")
        | ("documents", "add-file" | "attach-file") => {
            attachments::check(api.chunks(), workspace, &sent).await?;
            Ok(Prepared::as_sent(sent))
        }
        ("response", name) => {
            let random = &*api.site().random;
            Ok(Prepared::as_sent(response::prepare(name, sent, random)))
        }
        _ => Ok(Prepared::as_sent(sent)),
    }
}

/// Hashes passwords and draws keys. A command that was decided before is not prepared again: its
/// password may be the wrong one by now, and the answer is the recorded one anyway.
async fn installation(api: &Api, request: &Request<'_>, sent: Value) -> Result<Prepared, Problem> {
    let seen = applied(api.site(), request.partition);
    if is_recorded(api, request).await? {
        return Ok(Prepared::as_sent(sent));
    }
    match hashed(api, request, sent.clone()).await {
        Err(QueryFailure::Decide(DecideError::Refused(refusal))) => {
            // It may have been decided at the other site a moment ago.
            if catch_up(api.site(), request.partition, seen).await
                && is_recorded(api, request).await?
            {
                return Ok(Prepared::as_sent(sent));
            }
            Err(refusal.into())
        }
        Err(failure) => Err(failure.into()),
        Ok(body) => Ok(Prepared { body, code: None }),
    }
}

async fn is_recorded(api: &Api, request: &Request<'_>) -> Result<bool, Problem> {
    let id = request.id;
    let found = api.site().query(request.partition, None, move |rows| {
        let found = rows
            .prepare_cached("SELECT 1 FROM kernel_command WHERE id = ?1")?
            .query_row([id], |_| Ok(()))
            .optional()?;
        Ok(found.is_some())
    });
    Ok(found.await?)
}

/// Runs the module's own preparation, on a thread that may block.
async fn hashed(api: &Api, request: &Request<'_>, sent: Value) -> Result<Value, QueryFailure> {
    let name = request.name.to_owned();
    let actor = request.actor.clone();
    let session = request.session.map(|session| session.session);
    let random = Arc::clone(&api.site().random);
    let passwords = api.sign_ins().passwords();
    let work = move |rows: &Connection| {
        let with = Preparation {
            rows,
            actor: &actor,
            session,
            random: &*random,
            passwords: &passwords,
        };
        installation::prepare(&name, sent, &with)
    };
    api.site().query(request.partition, None, work).await
}

/// The first data key of a workspace, from which its invitation codes follow.
async fn first_key(api: &Api, workspace: WorkspaceId) -> Result<[u8; 32], Problem> {
    let id = partition("installation", None);
    let ring = api
        .site()
        .query(&id, None, move |rows| {
            Ok(installation::queries::key_ring(rows, workspace)?)
        })
        .await?;
    ring.first()
        .map(|(_, key)| key.0)
        .ok_or_else(Problem::workspace_not_found)
}
