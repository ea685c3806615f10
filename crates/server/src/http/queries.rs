//! `GET /api/{module}/{query}`.

use super::api::partition;
use super::commands::{actor, explained};
use super::envelope::Scope;
use super::query_text::split;
use super::{Api, RouteLabel, Session, moment};
use crate::problem::Problem;
use axum::extract::{Path, RawQuery, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};

/// Answers a query of a module.
pub(super) async fn query(
    State(api): State<Api>,
    Session(session): Session,
    Path((module, name)): Path<(String, String)>,
    RawQuery(text): RawQuery,
) -> Result<Response, Problem> {
    let spec = api
        .site()
        .module(&module)
        .and_then(|module| module.queries().iter().find(|spec| spec.name == name))
        .ok_or_else(|| {
            Problem::new(
                StatusCode::NOT_FOUND,
                "unknown_query",
                "There is no such query.",
            )
        })?;
    let text = split(&text.unwrap_or_default(), Scope::of(&module))?;
    let workspace = text.workspace;
    let actor = actor(&api, session, workspace).await?;
    let id = partition(&module, workspace);
    let answer = match text.moment {
        Some(time) => moment::answer(&api, session, &id, spec, (actor, text, time)).await?,
        None => {
            let run = spec.run;
            let answer = api.site().query(&id, text.min_seq, move |rows| {
                run(rows, &actor, &text.parameters)
            });
            match answer.await {
                Ok(answer) => answer,
                Err(failure) => {
                    let problem = failure.into();
                    return Err(explained(&api, session, workspace, problem).await);
                }
            }
        }
    };
    let label = Extension(RouteLabel(format!("/api/{module}/{name}")));
    Ok((label, [(header::CACHE_CONTROL, "no-store")], Json(answer)).into_response())
}
