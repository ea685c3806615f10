//! Using the modules besides messaging as people do.

use super::{PATIENCE, PATIENCE_WRITE, Place, ProberSettings, RENAME_EVERY, Target, observation};
use crate::observation::{Observation, Step};
use serde_json::{Value, json};
use std::future::Future;
use std::time::Duration;

/// Takes the steps at every site at once; a module that hangs holds up no other.
pub async fn use_everywhere(
    settings: &ProberSettings,
    place: Place,
    round: u32,
) -> Vec<Observation> {
    let mut tasks = tokio::task::JoinSet::new();
    for target in &settings.targets {
        for step in steps(round) {
            let (settings, target) = (settings.clone(), target.clone());
            tasks.spawn(async move { take(&settings, &target, place, step, round).await });
        }
    }
    tasks.join_all().await
}

fn steps(round: u32) -> impl Iterator<Item = Step> {
    let renames = round.is_multiple_of(RENAME_EVERY);
    [Step::FindPeople, Step::OpenDocument]
        .into_iter()
        .chain(renames.then_some(Step::RenameDocument))
}

async fn take(
    settings: &ProberSettings,
    target: &Target,
    place: Place,
    step: Step,
    round: u32,
) -> Observation {
    let began = settings.clock.now();
    let failure = match step {
        Step::FindPeople => {
            let page = [("limit", "1".to_string())];
            within(
                PATIENCE,
                query(target, place, "directory", "person-list", &page),
            )
            .await
        }
        Step::OpenDocument => {
            let document = [
                ("document_id", place.document.to_string()),
                ("min_seq", place.document_seq.to_string()),
            ];
            within(
                PATIENCE,
                query(target, place, "documents", "document", &document),
            )
            .await
        }
        // The others are taken elsewhere.
        _ => rename(settings, target, place, round).await,
    };
    observation(settings, &target.site, step, began, failure.err())
}

async fn within(
    patience: Duration,
    work: impl Future<Output = Result<(), String>>,
) -> Result<(), String> {
    tokio::time::timeout(patience, work)
        .await
        .unwrap_or_else(|_| Err("no answer in time".into()))
}

async fn query(
    target: &Target,
    place: Place,
    module: &str,
    name: &str,
    parameters: &[(&str, String)],
) -> Result<(), String> {
    target
        .client
        .query_at::<Value>(0, module, name, Some(place.workspace), parameters, PATIENCE)
        .await
        .map(drop)
        .map_err(|error| error.to_string())
}

async fn rename(
    settings: &ProberSettings,
    target: &Target,
    place: Place,
    round: u32,
) -> Result<(), String> {
    // A title that is there already changes nothing and would prove nothing.
    let title = format!("probe {} {} {round}", settings.vantage, target.site);
    let body = json!({ "document_id": place.document, "title": title });
    let command = target
        .client
        .new_command("documents", "rename-document", body)
        .in_workspace(place.workspace);
    target
        .client
        .command_within(&command, PATIENCE_WRITE)
        .await
        .map(drop)
        .map_err(|error| error.to_string())
}
