//! The parameter `moment` of a query: the rows as they were at a time.
//!
//! Who asks must be in the workspace now, with `history.view` now; the query then runs as that person
//! in the rows of then, so that they see what they themselves were shown then and no more. That holds
//! for somebody who was taken out of a group since as well: they saw it then.

use super::Api;
use super::query_text::QueryText;
use crate::moments::MomentError;
use crate::problem::Problem;
use crate::session::SignedIn;
use axum::http::StatusCode;
use journal::ReadError;
use kernel::{Actor, DecideError, PartitionId, QuerySpec, Timestamp, WorkspaceId};
use serde_json::Value;

/// The permission to look back.
const PERMISSION: &str = "history.view";

/// A moment as clients write it: RFC 3339 (`2026-11-24T14:00:00Z`) or milliseconds since the Unix
/// epoch.
///
/// # Errors
/// 422 naming the parameter.
pub(super) fn parse(name: &str, text: &str) -> Result<Timestamp, Problem> {
    if let Ok(millis) = text.parse() {
        return Ok(Timestamp(millis));
    }
    let moment: Result<jiff::Timestamp, _> = text.parse();
    moment
        .map(|moment| Timestamp(moment.as_millisecond()))
        .map_err(|_| {
            let detail = "It must be a moment: 2026-11-24T14:00:00Z, or milliseconds since 1970.";
            Problem::invalid(name, "malformed", detail)
        })
}

/// Lets only those pass who may look back in a workspace of theirs.
///
/// # Errors
/// 403 `not_permitted`; 404 for strangers.
pub(super) async fn may_look_back(
    api: &Api,
    session: SignedIn,
    workspace: WorkspaceId,
) -> Result<(), Problem> {
    // Whoever is not in the workspace now is told that there is none.
    super::commands::actor(api, session, Some(workspace)).await?;
    let id = PartitionId::new(workspace, "directory");
    let membership = api.site().query(&id, None, move |rows| {
        Ok(directory::queries::membership(rows, session.account)?)
    });
    let membership = membership.await?.ok_or_else(Problem::workspace_not_found)?;
    if membership.permissions.iter().any(|has| has == PERMISSION) {
        return Ok(());
    }
    Err(Problem::new(
        StatusCode::FORBIDDEN,
        "not_permitted",
        "Looking back needs the permission history.view.",
    ))
}

/// Refuses a time at which there is nothing to see.
///
/// # Errors
/// 422 naming `moment`.
async fn check(api: &Api, workspace: WorkspaceId, time: Timestamp) -> Result<(), Problem> {
    if time > api.site().clock.now() {
        let detail = "This moment has not come yet.";
        return Err(Problem::invalid("moment", "moment_in_future", detail));
    }
    let directory = PartitionId::new(workspace, "directory");
    let first = api.site().engine.read(&directory, 0, 1).await;
    let first = first.map_err(MomentError::from)?;
    if first.first().is_none_or(|entry| time < entry.header.time) {
        let detail = "The workspace did not exist yet at this moment.";
        return Err(Problem::invalid(
            "moment",
            "moment_before_workspace",
            detail,
        ));
    }
    Ok(())
}

/// Answers a query of a workspace's module as of `time`.
///
/// # Errors
/// Refusals, and 503 `moment_in_preparation` where the rows of then are still being made.
pub(super) async fn answer(
    api: &Api,
    session: SignedIn,
    partition: &PartitionId,
    spec: &QuerySpec,
    (actor, text, time): (Actor, QueryText, Timestamp),
) -> Result<Value, Problem> {
    if text.min_seq.is_some() {
        let detail = "It cannot be given together with moment: the rows of then stay as they are.";
        return Err(Problem::invalid("min_seq", "malformed", detail));
    }
    may_look_back(api, session, partition.workspace).await?;
    check(api, partition.workspace, time).await?;
    let view = api.site().moment(partition, time).await?;
    let run = spec.run;
    let answer = view.query(move |rows| {
        run(rows, &actor, &text.parameters).map_err(|error| match error {
            // The workspace is there; whoever asks was not in it.
            DecideError::Refused(refusal) if refusal.code == "workspace_not_found" => {
                let detail = "You were not in the workspace at this moment.";
                kernel::Refusal::not_found("moment", "not_there_then", detail).into()
            }
            error => error,
        })
    });
    Ok(answer.await?)
}

impl From<MomentError> for Problem {
    fn from(error: MomentError) -> Self {
        problem(&error)
    }
}

fn problem(error: &MomentError) -> Problem {
    match error {
        // Whoever asked first was told the same.
        MomentError::Before(error) => problem(error),
        MomentError::NoPartition(_) => Problem::workspace_not_found(),
        MomentError::InPreparation { applied, total } => {
            Problem::moment_in_preparation(*applied, *total)
        }
        MomentError::Crowded => Problem::overloaded(),
        MomentError::Read(error @ ReadError::Unavailable(_)) => {
            tracing::warn!(%error, "entries of earlier cannot be read");
            Problem::unavailable("This site cannot read the journal at the moment.")
        }
        error => Problem::internal(&kernel::with_sources(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn a_replay_that_failed_before_is_told_as_what_it_was() {
        let away = || MomentError::from(ReadError::Unavailable("restarting".into()));
        let told = |error| {
            let problem = Problem::from(error);
            (problem.status.as_u16(), problem.code.into_owned())
        };
        let before = MomentError::Before(Arc::new(away()));
        assert_eq!(told(before), (503, "unavailable".into()));
        assert_eq!(told(away()), (503, "unavailable".into()));
        let broken = MomentError::Failed("on purpose".into());
        let before = MomentError::Before(Arc::new(broken));
        assert_eq!(told(before), (503, "module_failed".into()));
    }

    #[test]
    fn moments_are_read_in_both_forms() {
        assert_eq!(parse("moment", "1500"), Ok(Timestamp(1_500)));
        assert_eq!(
            parse("moment", "1970-01-01T00:00:01.5Z"),
            Ok(Timestamp(1_500))
        );
        assert_eq!(
            parse("moment", "1970-01-01T07:00:00+07:00"),
            Ok(Timestamp(0))
        );
        for bad in ["", "yesterday", "2026-11-24", "1e9", "2026-13-01T00:00:00Z"] {
            let problem = parse("from", bad).unwrap_err();
            assert_eq!(
                (problem.code.as_ref(), problem.field.as_deref()),
                ("malformed", Some("from"))
            );
        }
    }
}
