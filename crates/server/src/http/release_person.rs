//! `POST /api/installation/release-person`: an operator ends a quarantine that no person of the
//! workspace can end. Operators do not have to be people of the workspace, and see nothing of it.

use super::Api;
use super::Session;
use super::api::partition;
use super::commands::{CommandResult, Order, read_envelope};
use super::sessions::account;
use super::wire::ReleaseByOperator;
use crate::problem::Problem;
use crate::session::catch_up;
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use directory::queries::person_with_handle;
use kernel::id::Uuid;
use kernel::{Actor, PartitionId, PersonId, Refusal, parse_body};
use serde_json::json;

/// Releases a person for an operator.
pub(super) async fn release_person(
    State(api): State<Api>,
    Session(session): Session,
    headers: HeaderMap,
    body: Body,
) -> CommandResult {
    let envelope = read_envelope(&api, &headers, body).await?;
    let wish: ReleaseByOperator = parse_body(&envelope.command)?;
    if !account(&api, session.account).await?.operator {
        let detail = "This is for operators of the installation.";
        return Err(Refusal::forbidden("not_permitted", detail).into());
    }
    let directory = partition("directory", Some(wish.workspace_id));
    let is_workspace = wish.workspace_id != kernel::WorkspaceId::INSTALLATION;
    if !is_workspace || !api.site().has_partition(&directory) {
        return Err(Problem::workspace_not_found().about("command.workspace_id"));
    }
    // The quarantine may be news of the other site.
    catch_up(api.site(), &directory, 0).await;
    let person_id = person(&api, &directory, &wish.person).await?;
    let actor = Actor::Account(session.account);
    let order = Order {
        id: envelope.command_id,
        name: "release-person",
        actor: &actor,
        digest_actor: &actor,
        session: None,
        partition: &directory,
    };
    let sent = json!({ "person_id": person_id, "note": wish.note });
    order.submit(&api, sent).await.map(Json)
}

/// The person meant by an id or a handle.
async fn person(api: &Api, directory: &PartitionId, text: &str) -> Result<PersonId, Problem> {
    if let Ok(id) = Uuid::parse_str(text) {
        return Ok(PersonId(id));
    }
    let handle = text.trim().trim_start_matches('@').to_owned();
    let found = api.site().query(directory, None, move |rows| {
        Ok(person_with_handle(rows, &handle)?)
    });
    found.await?.ok_or_else(|| {
        let detail = "There is no such person.";
        Problem::new(StatusCode::NOT_FOUND, "person_not_found", detail).about("command.person")
    })
}
