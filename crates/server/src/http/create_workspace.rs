//! `POST /api/installation/create-workspace`: the workspace, and then its directory with the operator
//! who asked as its first owner.

use super::api::partition;
use super::commands::{CommandResult, Order, carry_out, read_envelope};
use super::sessions::account;
use super::{Api, Session};
use crate::problem::Problem;
use crate::session::{catch_up, wait_open};
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use directory::commands::{FoundWorkspace, Founder};
use installation::commands::CreateWorkspace;
use kernel::{Actor, CommandId, PersonId, WorkspaceId, parse_body};
use serde_json::Value;

/// Creates a workspace and founds its directory. Asked again with the same id, it goes on where it
/// was interrupted.
pub(super) async fn create_workspace(
    State(api): State<Api>,
    Session(session): Session,
    headers: HeaderMap,
    body: Body,
) -> CommandResult {
    let envelope = read_envelope(&api, &headers, body).await?;
    let wish: CreateWorkspace = parse_body(&envelope.command)?;
    let mut created =
        carry_out(&api, session, "installation", "create-workspace", envelope).await?;
    let owner = found(&api, session.account, &wish).await?;
    if let Value::Object(answer) = &mut created.answer {
        answer.insert("person_id".into(), owner.to_string().into());
    }
    Ok(Json(created))
}

async fn found(
    api: &Api,
    owner: kernel::AccountId,
    wish: &CreateWorkspace,
) -> Result<PersonId, Problem> {
    let id = partition("directory", Some(wish.workspace_id));
    catch_up(api.site(), &partition("installation", None), 0).await;
    if !wait_open(api.site(), &id).await {
        return Err(begun());
    }
    let account = account(api, owner).await?;
    let person_id = owner_of(wish.workspace_id);
    let founding = FoundWorkspace {
        name: wish.name.clone(),
        owner: Founder {
            person_id,
            account_id: owner,
            handle: handle(&account.user),
            name: account.name,
            email: None,
            locale: None,
        },
    };
    let actor = Actor::Account(owner);
    let order = Order {
        id: CommandId::derived(&format!("found-workspace/{}", wish.workspace_id)),
        name: "found-workspace",
        actor: &actor,
        digest_actor: &actor,
        session: None,
        partition: &id,
    };
    let sent = serde_json::to_value(founding).map_err(|error| Problem::internal(&error))?;
    match order.submit(api, sent).await {
        Ok(_) => Ok(person_id),
        // Somebody founded it in another way, or the operator has another name by now.
        Err(problem) if problem.status == StatusCode::CONFLICT => Ok(person_id),
        Err(problem) if problem.status == StatusCode::SERVICE_UNAVAILABLE => Err(begun()),
        Err(problem) => Err(problem),
    }
}

/// The workspace exists, its directory not yet: asking again ends it.
fn begun() -> Problem {
    Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "outcome_unknown",
        "The workspace is created but not founded yet. Ask again with the same id.",
    )
    .retry_after(500)
}

/// The id of a workspace's first owner follows from the workspace.
fn owner_of(workspace: WorkspaceId) -> PersonId {
    PersonId(CommandId::derived(&format!("owner-of-workspace/{workspace}")).0)
}

/// A handle that resembles a login name: what handles may not have becomes `-`.
pub(super) fn handle(user: &str) -> String {
    let local = user.split('@').next().unwrap_or(user);
    let mapped = local.chars().map(|c| {
        if c.is_alphanumeric() || matches!(c, '.' | '_' | '-') {
            c
        } else {
            '-'
        }
    });
    let handle: String = mapped
        .skip_while(|c| !c.is_alphanumeric())
        .take(32)
        .collect();
    if handle.is_empty() {
        "member".into()
    } else {
        handle
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn login_names_become_handles() {
        for (user, expected) in [
            ("ann.lee", "ann.lee"),
            ("ann+work@example.org", "ann-work"),
            ("_ann", "ann"),
            ("@", "member"),
        ] {
            assert_eq!(handle(user), expected);
        }
    }
}
