//! `POST /api/{module}/{command}`.

use super::api::partition;
use super::envelope::{self, CommandAnswer, Envelope, Scope};
use super::prepare::{self, Prepared};
use super::{Answer, Api, RouteLabel, Session};
use crate::limits::read_json;
use crate::problem::Problem;
use crate::session::{SignedIn, catch_up};
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use journal::Durability;
use journal::partition::Outcome;
use kernel::{Actor, Command, CommandId, PartitionId, WorkspaceId};
use serde_json::Value;

/// Carries out a command of a module.
pub(super) async fn command(
    State(api): State<Api>,
    Session(session): Session,
    Path((module, name)): Path<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    must_be_offered(&api, &module, &name)?;
    let body = read_json(&headers, body, api.body_bytes_max()).await?;
    let envelope = envelope::parse(body, Scope::of(&module))?;
    let answer = carry_out(&api, session, &module, &name, envelope).await;
    let label = Extension(RouteLabel(format!("/api/{module}/{name}")));
    Ok((label, answer.map(Json)).into_response())
}

fn must_be_offered(api: &Api, module: &str, name: &str) -> Result<(), Problem> {
    let module = api.site().module(module).ok_or_else(|| {
        Problem::new(
            StatusCode::NOT_FOUND,
            "unknown_module",
            "There is no such module.",
        )
    })?;
    let is_offered = module
        .commands()
        .iter()
        .any(|spec| spec.is_public && spec.name == name);
    if is_offered {
        Ok(())
    } else {
        let detail = "The module has no such command.";
        Err(Problem::new(
            StatusCode::NOT_FOUND,
            "unknown_command",
            detail,
        ))
    }
}

/// Carries out a command for a signed-in client.
///
/// # Errors
/// 404 for strangers to the workspace, 403 for whoever is in quarantine there, and what becomes of
/// the command otherwise.
pub(super) async fn carry_out(
    api: &Api,
    session: SignedIn,
    module: &str,
    name: &str,
    envelope: Envelope,
) -> Result<CommandAnswer, Problem> {
    let actor = actor(api, session, envelope.workspace).await?;
    let order = Order {
        id: envelope.command_id,
        name,
        digest_actor: &actor,
        actor: &actor,
        session: Some(session),
        partition: &partition(module, envelope.workspace),
    };
    match order.submit(api, envelope.command).await {
        Ok(answer) => Ok(answer),
        Err(problem) => Err(explained(api, session, envelope.workspace, problem).await),
    }
}

/// The problem to tell where a module does not know the person that the gateway found. A module may
/// have followed the directory further than this site has: at the site that leads it, for example.
pub(super) async fn explained(
    api: &Api,
    session: SignedIn,
    workspace: Option<WorkspaceId>,
    problem: Problem,
) -> Problem {
    let Some(workspace) = workspace.filter(|_| problem.code == "workspace_not_found") else {
        return problem;
    };
    catch_up(api.site(), &partition("directory", Some(workspace)), 0).await;
    match actor(api, session, Some(workspace)).await {
        Err(told) if told.code == "quarantined" => told,
        Ok(_) | Err(_) => problem,
    }
}

/// Who acts: the account, or the person it is in the workspace.
///
/// # Errors
/// 404 for strangers to the workspace, 403 for whoever is in quarantine there.
pub(super) async fn actor(
    api: &Api,
    session: SignedIn,
    workspace: Option<WorkspaceId>,
) -> Result<Actor, Problem> {
    match workspace {
        None => Ok(Actor::Account(session.account)),
        Some(workspace) => {
            let person = api
                .members()
                .person(api.site(), session.account, workspace)
                .await?;
            Ok(Actor::Person(person))
        }
    }
}

/// A command on its way.
pub(super) struct Order<'a> {
    pub id: CommandId,
    pub name: &'a str,
    pub actor: &'a Actor,
    /// Who counts as the sender when it is asked again: the same at both sites.
    pub digest_actor: &'a Actor,
    pub session: Option<SignedIn>,
    pub partition: &'a PartitionId,
}

impl Order<'_> {
    /// Prepares and submits it, and waits for what becomes of it.
    ///
    /// # Errors
    /// Refusals and failures.
    pub async fn submit(self, api: &Api, sent: Value) -> Result<CommandAnswer, Problem> {
        let digest = Command::digest_of(api.digest_key(), self.name, self.digest_actor, &sent);
        let request = prepare::Request {
            id: self.id,
            name: self.name,
            actor: self.actor,
            session: self.session,
            partition: self.partition,
        };
        let Prepared { body, code } = prepare::prepare(api, &request, sent).await?;
        let command = Command {
            id: self.id,
            name: self.name.into(),
            actor: self.actor.clone(),
            body,
            digest,
        };
        let outcome = api.site().submit(self.partition, command).await;
        let mut answer = answer(api, self.id, outcome)?;
        if let (Some(code), Value::Object(fields)) = (code, &mut answer.answer) {
            fields.insert("code".into(), code.reveal().into());
        }
        Ok(answer)
    }
}

fn answer(api: &Api, command_id: CommandId, outcome: Outcome) -> Result<CommandAnswer, Problem> {
    let site = api.site().name.to_string();
    match outcome {
        Outcome::Accepted {
            seq,
            answer,
            durability,
        } => Ok(CommandAnswer {
            command_id,
            seq: Some(seq),
            unchanged: false,
            site,
            durability,
            answer,
        }),
        Outcome::Unchanged { answer } => {
            // Nothing was written: it is kept as well as this site keeps anything now.
            let durability = api.site().durability().unwrap_or(Durability::StoredHere);
            Ok(CommandAnswer {
                command_id,
                seq: None,
                unchanged: true,
                site,
                durability,
                answer,
            })
        }
        failure => Err(Problem::of_outcome(failure)
            .unwrap_or_else(|| Problem::unavailable("The command had no outcome."))),
    }
}

/// Reads the envelope of a command that has a route of its own.
///
/// # Errors
/// As the generic route.
pub(super) async fn read_envelope(
    api: &Api,
    headers: &HeaderMap,
    body: Body,
) -> Result<Envelope, Problem> {
    let body = read_json(headers, body, api.body_bytes_max()).await?;
    envelope::parse(body, Scope::Installation)
}

/// The answer as a response.
pub(super) type CommandResult = Answer<CommandAnswer>;
