//! `GET /api/protection/rewind-plan` and `…/rewind-progress`: what a rewind would put back, and how
//! far one is.

use super::plan::{PlannedChange, Subject};
use super::scan::Picked;
use super::{Standing, back_to, subject_of};
use crate::http::{Api, Session};
use crate::problem::Problem;
use crate::session::{applied, catch_up};
use axum::Json;
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use kernel::page::{after, cursor, limit};
use kernel::{Actor, PartitionId, PersonId, Timestamp, WorkspaceId};
use protection::RewindId;
use protection::events::ObjectRef;
use protection::limits::OBJECTS_MAX;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// Which rewind: one that was proposed; a person and a time; or a moment and the objects that are to
/// be what they were, as a JSON list, without which it is the whole workspace.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanParams {
    /// The workspace.
    workspace_id: WorkspaceId,
    /// A rewind that was proposed; instead of a person.
    rewind_id: Option<RewindId>,
    /// Whose changes; with `since`.
    person_id: Option<PersonId>,
    /// From when on, in milliseconds since 1970.
    since: Option<i64>,
    /// Up to when; none: up to now.
    until: Option<i64>,
    /// A moment to go back to, in milliseconds since 1970; instead of a rewind or a person.
    to: Option<i64>,
    /// With `to`: a JSON list of `{module, kind, object}`; none: the whole workspace.
    objects: Option<String>,
    /// Only what is in this module.
    module: Option<String>,
    /// Where the page begins.
    cursor: Option<String>,
    /// How many; 50 unless asked for, 200 at most.
    limit: Option<u32>,
}

/// What a rewind would put back.
#[derive(Debug, Serialize, ToSchema)]
pub struct RewindPlan {
    /// `preparing`: ask again in a moment; `ready`.
    pub state: &'static str,
    /// Entries looked at so far.
    pub scanned: u64,
    /// Entries there are to look at.
    pub to_scan: u64,
    /// Entries that would be taken back.
    pub entries: u64,
    /// Objects the plan is about.
    pub objects: u64,
    /// Things that differ.
    pub changes: u64,
    /// Of these, things that stay unless somebody chooses otherwise.
    pub kept: u64,
    /// A page of them.
    pub items: Vec<PlannedChange>,
    /// Where the next page begins; none: this was the last.
    pub next: Option<String>,
}

/// How far a rewind is.
#[derive(Debug, Serialize, ToSchema)]
pub struct RewindProgress {
    /// `proposed`, `approved` (it is carried out), `withdrawn` or `completed`.
    pub state: String,
    /// Things put back so far, where this site carries it out.
    pub done: Option<u64>,
    /// Things there are to put back, where this site carries it out.
    pub to_do: Option<u64>,
}

/// Answers with a page of the plan, or how far it is.
pub(crate) async fn rewind_plan(
    State(api): State<Api>,
    Session(session): Session,
    Query(params): Query<PlanParams>,
) -> Result<Response, Problem> {
    let actor = watcher(&api, session.account, params.workspace_id).await?;
    let limit = limit(params.limit).map_err(Problem::from)?;
    let start: usize = after(params.cursor.as_deref())
        .map_err(Problem::from)?
        .unwrap_or(0);
    let subject = subject(&api, &actor, &params).await?;
    let plan = match api.site().rewinds.plan(api.site(), subject) {
        Standing::Failed(cause) => return Err(Problem::unavailable(cause)),
        Standing::Making { scanned, to_scan } => {
            return Ok(not_stored(RewindPlan {
                state: "preparing",
                scanned,
                to_scan,
                entries: 0,
                objects: 0,
                changes: 0,
                kept: 0,
                items: Vec::new(),
                next: None,
            }));
        }
        Standing::Made(plan) => plan,
    };
    let of_module = plan.changes.iter().filter(|(module, _)| {
        let wanted = params.module.as_deref();
        wanted.is_none_or(|wanted| wanted == *module)
    });
    let items: Vec<PlannedChange> = of_module
        .clone()
        .skip(start)
        .take(limit as usize)
        .map(|(module, change)| PlannedChange::of(module, change))
        .collect();
    let end = start + items.len();
    let next = (end < of_module.count()).then(|| cursor(&end));
    Ok(not_stored(RewindPlan {
        state: "ready",
        scanned: 0,
        to_scan: 0,
        entries: plan.entries,
        objects: plan.objects(),
        changes: plan.changes.len() as u64,
        kept: plan
            .changes
            .iter()
            .filter(|(_, change)| change.is_kept)
            .count() as u64,
        items,
        next,
    }))
}

/// Which rewind.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProgressParams {
    /// The workspace.
    workspace_id: WorkspaceId,
    /// The rewind.
    rewind_id: RewindId,
}

/// Answers how far a rewind is.
pub(crate) async fn rewind_progress(
    State(api): State<Api>,
    Session(session): Session,
    Query(params): Query<ProgressParams>,
) -> Result<Response, Problem> {
    let actor = watcher(&api, session.account, params.workspace_id).await?;
    let rewind = stored(&api, &actor, params.workspace_id, params.rewind_id).await?;
    let work = api.site().rewinds.work(params.rewind_id);
    Ok(not_stored(RewindProgress {
        state: rewind.state,
        done: work.map(|(done, _)| done),
        to_do: work.map(|(_, to_do)| to_do),
    }))
}

fn not_stored<T: Serialize>(answer: T) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], Json(answer)).into_response()
}

/// A person who watches over the workspace.
async fn watcher(
    api: &Api,
    account: kernel::AccountId,
    workspace: WorkspaceId,
) -> Result<Actor, Problem> {
    let person = api.members().person(api.site(), account, workspace).await?;
    let actor = Actor::Person(person);
    let (id, asker) = (PartitionId::new(workspace, "protection"), actor.clone());
    let may_look = move |rows: &rusqlite::Connection| protection::queries::may_look(rows, &asker);
    api.site().query(&id, None, may_look).await?;
    Ok(actor)
}

async fn stored(
    api: &Api,
    actor: &Actor,
    workspace: WorkspaceId,
    rewind: RewindId,
) -> Result<protection::queries::Rewind, Problem> {
    let site = api.site();
    let id = PartitionId::new(workspace, "protection");
    let seen = applied(site, &id);
    let find = || {
        let actor = actor.clone();
        site.query(&id, None, move |rows| {
            protection::queries::rewind(rows, &actor, rewind)
        })
    };
    match find().await {
        // It may have been proposed at the other site a moment ago.
        Err(_) if catch_up(site, &id, seen).await => Ok(find().await?),
        found => Ok(found?),
    }
}

async fn subject(api: &Api, actor: &Actor, params: &PlanParams) -> Result<Subject, Problem> {
    let workspace = params.workspace_id;
    match (params.rewind_id, params.person_id, params.since, params.to) {
        (Some(rewind), None, None, None) => {
            let rewind = stored(api, actor, workspace, rewind).await?;
            let subject = subject_of(api.site(), workspace, &rewind).await;
            subject.map_err(|error| Problem::unavailable(error.to_string()))
        }
        (None, None, None, Some(to)) => {
            let (picked, since) = back_to(Timestamp(to), objects(params.objects.as_deref())?);
            Ok(Subject {
                workspace,
                picked,
                since,
                rewind: None,
            })
        }
        (None, Some(person), Some(since), None) => {
            let since = Timestamp(since);
            Ok(Subject {
                workspace,
                picked: Picked::Person {
                    person,
                    since,
                    until: params.until.map(Timestamp),
                },
                since,
                rewind: None,
            })
        }
        _ => {
            let detail = "Name a rewind, a person and since when, or a moment to go back to.";
            Err(Problem::invalid("rewind_id", "malformed", detail))
        }
    }
}

fn objects(text: Option<&str>) -> Result<Option<BTreeSet<ObjectRef>>, Problem> {
    let Some(text) = text else { return Ok(None) };
    let read: Result<BTreeSet<ObjectRef>, _> = serde_json::from_str(text);
    let bad = |detail: String| Problem::invalid("objects", "malformed", detail);
    let objects = read.map_err(|error| bad(error.to_string()))?;
    if objects.is_empty() || objects.len() > OBJECTS_MAX {
        return Err(bad(format!("Name 1 to {OBJECTS_MAX} objects.")));
    }
    Ok(Some(objects))
}
