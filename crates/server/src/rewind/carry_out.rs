//! Carrying an approved rewind out: commands to the modules, and what became of them.

use super::Rewinds;
use super::plan::{Plan, Subject, make};
use super::scan::is_text;
use crate::moments::MomentError;
use crate::site::Site;
use futures_util::stream::{StreamExt as _, TryStreamExt as _, iter};
use journal::partition::Outcome;
use kernel::id::Uuid;
use kernel::{
    Actor, Aspect, Command, CommandId, PUT_BACK, PUT_BACK_MAX, PartitionId, PersonId, PutBack,
    PutBackAnswer, PutBackItem, PutBackOutcome, WorkspaceId,
};
use protection::RewindId;
use protection::commands::rewinds::CompleteRewind;
use protection::events::{LeftOver, RewindOutcome};
use protection::limits::LEFT_OVER_MAX;
use protection::queries::Due;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

/// Commands under way at once: enough for the journal to write them together.
const AT_ONCE: usize = 64;
/// Pauses between attempts, and how many.
const RETRY: Duration = Duration::from_millis(500);
const ATTEMPTS: u32 = 20;

/// Why a rewind is not completed now.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotCompleted {
    #[error(transparent)]
    Moment(#[from] MomentError),
    #[error("a command had no outcome: {0}")]
    NoOutcome(String),
}

/// Some things of one module that are put back by one command.
#[derive(Clone)]
struct Batch {
    module: &'static str,
    items: Vec<PutBackItem>,
}

impl Rewinds {
    /// Carries a rewind out and says what it came to. What is done already is not done again.
    ///
    /// # Errors
    /// When it cannot be completed now; to be tried again.
    pub(super) async fn carry_out(
        &self,
        site: &Arc<Site>,
        workspace: WorkspaceId,
        due: &Due,
        subject: Subject,
    ) -> Result<(), NotCompleted> {
        let id = due.rewind.rewind_id;
        let plan = make(site, subject, Arc::default()).await?;
        let choices = due.rewind.choices.clone().unwrap_or_default();
        let chosen = plan.chosen(&choices);
        let mut total = Total::new(&plan, chosen.len());
        self.begin(id, chosen.len() as u64);
        for round in rounds(chosen) {
            let tasks = round.into_iter().map(|batch| {
                let (site, by) = (Arc::clone(site), due.approved_by);
                async move {
                    let answer = submit(&site, workspace, id, by, &batch).await?;
                    Ok::<_, NotCompleted>((batch, answer))
                }
            });
            let mut answers = iter(tasks).buffer_unordered(AT_ONCE);
            while let Some((batch, outcomes)) = answers.try_next().await? {
                self.advance(id, batch.items.len() as u64);
                total.add(&batch, outcomes);
            }
        }
        complete(site, workspace, id, total.outcome()).await?;
        self.end(id);
        Ok(())
    }
}

/// Commands in rounds: what is needed first is there before what needs it. Texts go by themselves,
/// under an id of their own: taking updates back twice would not be the same as once.
fn rounds(chosen: Vec<(&'static str, PutBackItem)>) -> Vec<Vec<Batch>> {
    let mut rounds: Vec<Vec<Batch>> = Vec::new();
    let mut last: Option<(&str, &str, bool)> = None;
    for (module, item) in chosen {
        let step = step_of(&item);
        let is_parallel = is_text(&item.aspect);
        let is_same = last == Some((module, step, is_parallel));
        if !is_same || !is_parallel {
            let fits = is_same
                && rounds
                    .last_mut()
                    .and_then(|round| round.last_mut())
                    .is_some_and(|batch| batch.items.len() < PUT_BACK_MAX);
            if fits && let Some(batch) = rounds.last_mut().and_then(|round| round.last_mut()) {
                batch.items.push(item);
                continue;
            }
            rounds.push(Vec::new());
            last = Some((module, step, is_parallel));
        }
        if let Some(round) = rounds.last_mut() {
            let items = vec![item];
            round.push(Batch { module, items });
        }
    }
    rounds
}

/// Things of one step do not need each other.
fn step_of(item: &PutBackItem) -> &'static str {
    match (item.aspect.aspect.as_str(), item.value.is_null()) {
        ("exists", false) => "made again",
        ("exists", true) => "taken away",
        _ => "put back",
    }
}

async fn submit(
    site: &Site,
    workspace: WorkspaceId,
    rewind: RewindId,
    by: PersonId,
    batch: &Batch,
) -> Result<Vec<PutBackOutcome>, NotCompleted> {
    let body = PutBack {
        rewind_id: rewind.0,
        items: batch.items.clone(),
    };
    let body = serde_json::to_value(body).expect("items are plain values");
    let actor = Actor::Person(by);
    let command = Command {
        id: command_id(rewind.0, batch),
        name: PUT_BACK.into(),
        digest: Command::digest_of(site.installation_key().as_bytes(), PUT_BACK, &actor, &body),
        actor,
        body,
    };
    let partition = PartitionId::new(workspace, batch.module);
    match outcome(site, &partition, command).await? {
        Ok(answer) => {
            let answer: Result<PutBackAnswer, _> = serde_json::from_value(answer);
            answer
                .map(|answer| answer.outcomes)
                .map_err(|error| NotCompleted::NoOutcome(error.to_string()))
        }
        // The other site was first with the same text.
        Err(refusal) if refusal.code == "command_id_reused" => {
            Ok(vec![PutBackOutcome::AlreadySo; batch.items.len()])
        }
        Err(refusal) => {
            let why = PutBackOutcome::Impossible(refusal.detail);
            Ok(vec![why; batch.items.len()])
        }
    }
}

fn command_id(rewind: Uuid, batch: &Batch) -> CommandId {
    let what = match batch.items.as_slice() {
        [one] if is_text(&one.aspect) => serde_json::to_string(&one.aspect),
        items => serde_json::to_string(items),
    };
    let what = what.expect("items are plain values");
    CommandId::derived(&format!("put-back {rewind} {} {what}", batch.module))
}

async fn complete(
    site: &Site,
    workspace: WorkspaceId,
    rewind_id: RewindId,
    outcome_of_it: RewindOutcome,
) -> Result<(), NotCompleted> {
    let name = "complete-rewind";
    let body = CompleteRewind {
        rewind_id,
        outcome: outcome_of_it,
    };
    let body = serde_json::to_value(body).expect("an outcome is plain values");
    let actor = Actor::Site(site.name.clone());
    let command = Command {
        id: CommandId::derived(&format!("{name} {rewind_id}")),
        name: name.into(),
        digest: Command::digest_of(site.installation_key().as_bytes(), name, &actor, &body),
        actor,
        body,
    };
    let partition = PartitionId::new(workspace, "protection");
    match outcome(site, &partition, command).await? {
        Ok(_) => Ok(()),
        Err(refusal) if refusal.code == "command_id_reused" => Ok(()),
        Err(refusal) => Err(NotCompleted::NoOutcome(refusal.detail)),
    }
}

/// Submits until there is an outcome: the same id again is the same command.
async fn outcome(
    site: &Site,
    partition: &PartitionId,
    command: Command,
) -> Result<Result<serde_json::Value, kernel::Refusal>, NotCompleted> {
    let mut last = String::new();
    for _ in 0..ATTEMPTS {
        match site.submit(partition, command.clone()).await {
            Outcome::Accepted { answer, .. } | Outcome::Unchanged { answer } => {
                return Ok(Ok(answer));
            }
            Outcome::Refused(refusal) => return Ok(Err(refusal)),
            other => last = format!("{other:?}"),
        }
        tokio::time::sleep(RETRY).await;
    }
    Err(NotCompleted::NoOutcome(last))
}

/// What it all comes to.
struct Total {
    outcome: RewindOutcome,
    objects: BTreeSet<(&'static str, String, String)>,
}

impl Total {
    fn new(plan: &Plan, chosen: usize) -> Self {
        Self {
            outcome: RewindOutcome {
                done: plan.done,
                kept: (plan.changes.len() - chosen) as u64,
                ..RewindOutcome::default()
            },
            objects: BTreeSet::new(),
        }
    }

    fn add(&mut self, batch: &Batch, outcomes: Vec<PutBackOutcome>) {
        for (item, outcome) in batch.items.iter().zip(outcomes) {
            let aspect = &item.aspect;
            match outcome {
                PutBackOutcome::Done => {
                    self.outcome.done += 1;
                    let object = (batch.module, aspect.kind.clone(), aspect.object.clone());
                    self.objects.insert(object);
                }
                PutBackOutcome::AlreadySo => self.outcome.already_so += 1,
                PutBackOutcome::ChangedSince => self.outcome.changed_since += 1,
                PutBackOutcome::Impossible(reason) => self.left(batch.module, aspect, reason),
            }
        }
    }

    fn left(&mut self, module: &str, aspect: &Aspect, reason: String) {
        self.outcome.left_over_count += 1;
        if self.outcome.left_over.len() < LEFT_OVER_MAX {
            self.outcome.left_over.push(LeftOver {
                module: module.into(),
                aspect: aspect.clone(),
                reason,
            });
        }
    }

    fn outcome(mut self) -> RewindOutcome {
        self.outcome.objects = self.objects.len() as u64;
        self.outcome
    }
}
