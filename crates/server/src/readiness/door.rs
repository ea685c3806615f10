//! `GET /api/programme/objective-standing`, `…/readiness` and `…/rollout-plan`.

use super::facts::Facts;
use super::objective::{Live, ObjectiveStanding, PromiseState, judge as judge_objective};
use super::{Readiness, RolloutPlan, judge, rollout};
use crate::http::{Api, Session};
use crate::problem::Problem;
use crate::status::Contacts;
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use kernel::page::{after, cut, limit};
use kernel::{AccountId, Actor, PartitionId, Timestamp, WorkspaceId};
use programme::queries::may_read;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// What the handlers here work with.
#[derive(Clone)]
pub struct Door {
    /// The site's door for people.
    pub api: Api,
    /// What this site last saw of the other nodes.
    pub contacts: Arc<Contacts>,
}

/// The routes, for signed-in clients.
pub fn routes(door: Door) -> Router<Api> {
    Router::new()
        .route("/api/programme/objective-standing", get(objective_standing))
        .route("/api/programme/readiness", get(readiness))
        .route("/api/programme/rollout-plan", get(rollout_plan))
        .with_state(door)
}

/// Which promises.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StandingParams {
    /// The workspace.
    workspace_id: WorkspaceId,
    /// Only those that stand so.
    state: Option<PromiseState>,
    /// Only those of assets of this priority class.
    class: Option<u8>,
    /// Where the page begins.
    cursor: Option<String>,
    /// How many; 50 unless asked for, 200 at most.
    limit: Option<u32>,
}

/// How promises stand.
#[derive(Debug, Serialize, ToSchema)]
pub struct ObjectiveStandings {
    /// When this was so.
    pub at: Timestamp,
    /// What this site sees at this moment.
    pub live: Live,
    /// How many assets stand how, over the whole register.
    pub counts: StandingCounts,
    /// A page of what was asked for, the worst first.
    pub items: Vec<ObjectiveStanding>,
    /// Where the next page begins; none: this was the last.
    pub next: Option<String>,
    /// How many there are of what was asked for.
    pub total: usize,
}

/// How many assets stand how.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct StandingCounts {
    /// Kept.
    pub met: u64,
    /// Kept, barely, or by a proof that fades.
    pub at_risk: u64,
    /// Missed.
    pub breached: u64,
    /// Proven by nothing.
    pub never_proven: u64,
    /// Nothing was promised.
    pub without_objective: u64,
}

impl StandingCounts {
    fn count(&mut self, standing: Option<&ObjectiveStanding>) {
        let count = match standing.map(|standing| standing.state) {
            Some(PromiseState::Met) => &mut self.met,
            Some(PromiseState::AtRisk) => &mut self.at_risk,
            Some(PromiseState::Breached) => &mut self.breached,
            Some(PromiseState::NeverProven) => &mut self.never_proven,
            None => &mut self.without_objective,
        };
        *count += 1;
    }
}

/// Of which workspace.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadinessParams {
    /// The workspace.
    workspace_id: WorkspaceId,
}

/// Of which workspace.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RolloutParams {
    /// The workspace.
    workspace_id: WorkspaceId,
}

async fn objective_standing(
    State(door): State<Door>,
    Session(session): Session,
    Query(asked): Query<StandingParams>,
) -> Result<Response, Problem> {
    let limit = limit(asked.limit).map_err(Problem::from)?;
    let last: Option<(PromiseState, String)> =
        after(asked.cursor.as_deref()).map_err(Problem::from)?;
    let facts = door.facts(session.account, asked.workspace_id).await?;
    let mut counts = StandingCounts::default();
    let mut found = Vec::new();
    for asset in &facts.programme.assets {
        let standing = judge_objective(asset, facts.live, facts.now);
        counts.count(standing.as_ref());
        found.extend(standing.filter(|standing| {
            asked.state.is_none_or(|state| state == standing.state)
                && asked
                    .class
                    .is_none_or(|class| Some(class) == standing.class)
        }));
    }
    found.sort_by_key(place);
    let total = found.len();
    let rest = found.into_iter().filter(|standing| {
        let is_passed = last.as_ref().is_some_and(|last| place(standing) <= *last);
        !is_passed
    });
    let some = rest.take(limit as usize + 1).collect();
    let (items, next) = cut(some, limit, place);
    Ok(not_stored(ObjectiveStandings {
        at: facts.now,
        live: facts.live,
        counts,
        items,
        next,
        total,
    }))
}

fn place(standing: &ObjectiveStanding) -> (PromiseState, String) {
    (standing.state, standing.key.clone())
}

async fn readiness(
    State(door): State<Door>,
    Session(session): Session,
    Query(asked): Query<ReadinessParams>,
) -> Result<Response, Problem> {
    let facts = door.facts(session.account, asked.workspace_id).await?;
    Ok(not_stored::<Readiness>(judge(&facts)))
}

async fn rollout_plan(
    State(door): State<Door>,
    Session(session): Session,
    Query(asked): Query<RolloutParams>,
) -> Result<Response, Problem> {
    let facts = door.facts(session.account, asked.workspace_id).await?;
    Ok(not_stored::<RolloutPlan>(rollout::plan(&facts)))
}

fn not_stored<T: Serialize>(answer: T) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], Json(answer)).into_response()
}

impl Door {
    /// The facts of a workspace, for somebody who may see its programme.
    async fn facts(&self, account: AccountId, workspace: WorkspaceId) -> Result<Facts, Problem> {
        let site = self.api.site();
        let person = self.api.members().person(site, account, workspace).await?;
        let asker = Actor::Person(person);
        let id = PartitionId::new(workspace, "programme");
        site.query(&id, None, move |rows| may_read(rows, &asker))
            .await?;
        Ok(Facts::gather(site, &self.contacts, workspace).await?)
    }
}
