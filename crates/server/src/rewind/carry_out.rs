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
    Actor, Command, CommandId, PUT_BACK, PUT_BACK_MAX, PartitionId, PersonId, PutBack,
    PutBackAnswer, PutBackItem, PutBackOutcome, Refusal, RefusalKind, WorkspaceId,
};
use protection::RewindId;
use protection::commands::rewinds::CompleteRewind;
use protection::events::{LeftOver, RewindOutcome};
use protection::limits::LEFT_OVER_MAX;
use protection::queries::{Due, due};
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
    #[error("the other site has completed it")]
    CompletedElsewhere,
}

/// Some things of one module that are put back by one command.
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
        approved: &Due,
        subject: Subject,
    ) -> Result<(), NotCompleted> {
        let id = approved.rewind.rewind_id;
        let plan = make(site, subject, Arc::default()).await?;
        let choices = approved.rewind.choices.clone().unwrap_or_default();
        let chosen = plan.chosen(&choices);
        let mut total = Total::new(&plan, chosen.len());
        self.begin(id, chosen.len() as u64);
        let own = [approved.approved_by, approved.rewind.proposed_by];
        let (own, chosen): (Vec<_>, Vec<_>) = chosen
            .into_iter()
            .partition(|(_, item)| own.iter().any(|person| gives_to(item, *person)));
        let work = Work {
            site,
            workspace,
            rewind: id,
            by: approved.approved_by,
        };
        let left = self.go_through(&work, chosen, &mut total).await?;
        // What needed something that came later may be possible now.
        let mut left = self.go_through(&work, left, &mut total).await?;
        left.extend(
            own.into_iter()
                .map(|(module, item)| (module, item, OWN.to_owned())),
        );
        total.leave(left);
        complete(site, workspace, id, total.outcome()).await?;
        Ok(())
    }
}

/// Where a rewind is carried out, and who answers for it.
struct Work<'a> {
    site: &'a Arc<Site>,
    workspace: WorkspaceId,
    rewind: RewindId,
    by: PersonId,
}

impl Work<'_> {
    /// Nothing, while the rewind is still to be carried out: the other site may have completed it, and
    /// somebody may have taken that back since.
    async fn require_due(&self) -> Result<(), NotCompleted> {
        let (id, rewind) = (PartitionId::new(self.workspace, "protection"), self.rewind);
        let due = self.site.query(&id, None, |rows| Ok(due(rows)?)).await;
        let due = due.map_err(|error| NotCompleted::NoOutcome(error.to_string()))?;
        if due.iter().any(|due| due.rewind.rewind_id == rewind) {
            return Ok(());
        }
        Err(NotCompleted::CompletedElsewhere)
    }
}

/// Things that could not be put back, and why.
type Left = Vec<(&'static str, PutBackItem, String)>;

impl Rewinds {
    /// Puts things back in their order; gives what was not possible.
    async fn go_through<T: Into<Chosen>>(
        &self,
        work: &Work<'_>,
        chosen: Vec<T>,
        total: &mut Total,
    ) -> Result<Left, NotCompleted> {
        let mut left = Left::new();
        for round in rounds(chosen.into_iter().map(Into::into)) {
            work.require_due().await?;
            let tasks = round.into_iter().map(|batch| async move {
                let answer = submit(work, &batch).await?;
                Ok::<_, NotCompleted>((batch, answer))
            });
            let mut answers = iter(tasks).buffer_unordered(AT_ONCE);
            while let Some((batch, outcomes)) = answers.try_next().await? {
                let done = total.add(&batch, outcomes, &mut left);
                self.advance(work.rewind, done);
            }
        }
        Ok(left)
    }
}

/// What is left alone because of [`gives_to`].
const OWN: &str = "It is about somebody who proposed or approved this; two others have to.";

/// Whether a person would get something by an item: nobody helps themselves, and of two accounts of one
/// human neither is a second person.
fn gives_to(item: &PutBackItem, person: PersonId) -> bool {
    let person = person.to_string();
    let aspect = &item.aspect;
    let is_about = aspect.kind == "person" && aspect.object == person;
    let is_member = aspect.of.as_deref() == Some(person.as_str());
    let names = |value: &serde_json::Value| value.to_string().contains(&person);
    let is_granted = names(&item.value) && !names(&item.expected);
    is_about || (is_member && !item.value.is_null()) || is_granted
}

/// A thing that is to be put back, and its module.
struct Chosen(&'static str, PutBackItem);

impl From<(&'static str, PutBackItem)> for Chosen {
    fn from((module, item): (&'static str, PutBackItem)) -> Self {
        Self(module, item)
    }
}

impl From<(&'static str, PutBackItem, String)> for Chosen {
    fn from((module, item, _): (&'static str, PutBackItem, String)) -> Self {
        Self(module, item)
    }
}

/// Commands in rounds, each of which is done before the next begins. What is about one object goes
/// into one command, as far as it fits. Texts go by themselves, under an id of their own: taking
/// updates back twice would not be the same as once.
fn rounds(chosen: impl Iterator<Item = Chosen>) -> Vec<Vec<Batch>> {
    let mut rounds: Vec<Vec<Batch>> = Vec::new();
    let mut texts_of: Option<&str> = None;
    for Chosen(module, item) in chosen {
        let batch = Batch {
            module,
            items: vec![item],
        };
        if is_text(&batch.items[0].aspect) {
            match rounds.last_mut().filter(|_| texts_of == Some(module)) {
                Some(round) => round.push(batch),
                None => rounds.push(vec![batch]),
            }
            texts_of = Some(module);
            continue;
        }
        let last = rounds.last_mut().and_then(|round| round.last_mut());
        match last.filter(|last| texts_of.is_none() && last.takes(&batch)) {
            Some(last) => last.items.extend(batch.items),
            None => rounds.push(vec![batch]),
        }
        texts_of = None;
    }
    rounds
}

impl Batch {
    /// Whether another thing belongs into the same command. From three quarters on only what is about
    /// the same object does.
    fn takes(&self, other: &Self) -> bool {
        let object = |batch: &Self| {
            let aspect = &batch.items.last()?.aspect;
            Some((aspect.kind.clone(), aspect.object.clone()))
        };
        let room = if object(self) == object(other) {
            PUT_BACK_MAX
        } else {
            PUT_BACK_MAX * 3 / 4
        };
        self.module == other.module && self.items.len() < room
    }
}

/// Has a batch put back. Where a command is refused as a whole, each thing is asked for by itself, so
/// that one that cannot be read holds up no other.
async fn submit(work: &Work<'_>, batch: &Batch) -> Result<Vec<PutBackOutcome>, NotCompleted> {
    match submit_once(work, batch).await? {
        Ok(outcomes) => Ok(outcomes),
        Err(_) if batch.items.len() > 1 => {
            let mut outcomes = Vec::new();
            for item in &batch.items {
                let one = Batch {
                    module: batch.module,
                    items: vec![item.clone()],
                };
                let outcome = submit_once(work, &one).await?;
                outcomes.extend(outcome.unwrap_or_else(|why| vec![impossible(why)]));
            }
            Ok(outcomes)
        }
        Err(why) => Ok(vec![impossible(why)]),
    }
}

fn impossible(why: Refusal) -> PutBackOutcome {
    PutBackOutcome::Impossible(why.detail)
}

async fn submit_once(
    work: &Work<'_>,
    batch: &Batch,
) -> Result<Result<Vec<PutBackOutcome>, Refusal>, NotCompleted> {
    let Work {
        site,
        workspace,
        rewind,
        by,
    } = *work;
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
            let answer = answer.map_err(|error| NotCompleted::NoOutcome(error.to_string()))?;
            Ok(Ok(answer.outcomes))
        }
        // The other site was first with the same text.
        Err(refusal) if refusal.code == "command_id_reused" => {
            Ok(Ok(vec![PutBackOutcome::AlreadySo; batch.items.len()]))
        }
        // The module failed inside: that may pass.
        Err(refusal) if refusal.kind == RefusalKind::Failed => {
            Err(NotCompleted::NoOutcome(refusal.to_string()))
        }
        Err(refusal) => Ok(Err(refusal)),
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
) -> Result<Result<serde_json::Value, Refusal>, NotCompleted> {
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

    /// Counts what became of a batch; gives how many of its things are settled.
    fn add(&mut self, batch: &Batch, outcomes: Vec<PutBackOutcome>, left: &mut Left) -> u64 {
        let mut settled = 0;
        for (item, outcome) in batch.items.iter().zip(outcomes) {
            settled += 1;
            let aspect = &item.aspect;
            match outcome {
                PutBackOutcome::Done => {
                    self.outcome.done += 1;
                    let object = (batch.module, aspect.kind.clone(), aspect.object.clone());
                    self.objects.insert(object);
                }
                PutBackOutcome::AlreadySo => self.outcome.already_so += 1,
                PutBackOutcome::ChangedSince => self.outcome.changed_since += 1,
                PutBackOutcome::Impossible(reason) => {
                    settled -= 1;
                    left.push((batch.module, item.clone(), reason));
                }
            }
        }
        settled
    }

    /// Counts what stays as it is because it cannot be put back.
    fn leave(&mut self, left: Left) {
        self.outcome.left_over_count = left.len() as u64;
        let first = left.into_iter().take(LEFT_OVER_MAX);
        self.outcome.left_over = first
            .map(|(module, item, reason)| LeftOver {
                module: module.into(),
                aspect: item.aspect,
                reason,
            })
            .collect();
    }

    fn outcome(mut self) -> RewindOutcome {
        self.outcome.objects = self.objects.len() as u64;
        self.outcome
    }
}
