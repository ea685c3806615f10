//! Rewinds: taking back what one person changed, and that alone.
//!
//! A **plan** comes from the entries: each thing (aspect) the person's entries touched is followed to
//! the end of its chain, once as it is and once as it would be without these entries; what differs is
//! put back. Of texts that others wrote in too, the person's updates alone are taken back. An approved
//! rewind is carried out by the site that leads the workspace's `protection` partition, as commands of
//! the modules with the second person as their actor; its end is an entry.

mod carry_out;
mod door;
mod plan;
mod scan;

pub use door::{PlanParams, ProgressParams, RewindPlan, RewindProgress};
pub use plan::PlannedChange;

pub(crate) use door::{rewind_plan, rewind_progress};

use crate::moments::MomentError;
use crate::site::Site;
use kernel::{PartitionId, Seq, Timestamp, WorkspaceId};
use plan::{Plan, Progress, Subject, make};
use protection::RewindId;
use protection::events::{ObjectRef, Selection};
use protection::queries::{Due, Rewind, due};
use scan::Picked;
use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::task::JoinSet;

/// How often approved rewinds are looked for.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// For how long a plan is shown as it was made, in milliseconds.
const PLAN_KEPT_MS: i64 = 5 * 60_000;
/// Plans kept at once.
const PLANS_MAX: usize = 16;
/// Plans made at once; each reads a whole partition.
const MAKING_MAX: usize = 2;

/// The rewinds of a site: plans that were made, and what is carried out here.
pub struct Rewinds {
    plans: Mutex<HashMap<Subject, Job>>,
    under_way: Mutex<HashMap<RewindId, Arc<Work>>>,
    making: Arc<tokio::sync::Semaphore>,
}

impl Default for Rewinds {
    fn default() -> Self {
        Self {
            plans: Mutex::default(),
            under_way: Mutex::default(),
            making: Arc::new(tokio::sync::Semaphore::new(MAKING_MAX)),
        }
    }
}

/// A plan that is made, or was.
#[derive(Clone)]
struct Job {
    asked_at: Timestamp,
    progress: Arc<Progress>,
    made: Arc<Mutex<Option<Made>>>,
}

/// A plan that was made, or why it could not be.
type Made = Result<Arc<Plan>, String>;

/// A rewind that is carried out here.
#[derive(Default)]
struct Work {
    done: AtomicU64,
    to_do: u64,
}

/// How a plan stands.
enum Standing {
    Making { scanned: u64, to_scan: u64 },
    Made(Arc<Plan>),
    Failed(String),
}

impl Rewinds {
    /// The plan for a subject; the first who asks has it made.
    fn plan(&self, site: &Arc<Site>, subject: Subject) -> Standing {
        let now = site.clock.now();
        let mut plans = self.plans.lock().unwrap_or_else(PoisonError::into_inner);
        plans.retain(|_, job| now.since(job.asked_at) < PLAN_KEPT_MS);
        let job = match plans.get(&subject) {
            Some(job) => job.clone(),
            None => {
                if plans.len() >= PLANS_MAX
                    && let Some(oldest) = plans.iter().min_by_key(|(_, job)| job.asked_at)
                {
                    let oldest = oldest.0.clone();
                    plans.remove(&oldest);
                }
                let job = Job {
                    asked_at: now,
                    progress: Arc::default(),
                    made: Arc::default(),
                };
                plans.insert(subject.clone(), job.clone());
                tokio::spawn(job.clone().run(
                    Arc::clone(site),
                    Arc::clone(&self.making),
                    subject.clone(),
                ));
                job
            }
        };
        let standing = job.standing();
        if matches!(standing, Standing::Failed(_)) {
            plans.remove(&subject);
        }
        standing
    }

    /// Carries approved rewinds out for as long as the process runs. The site that leads a workspace's
    /// partition does; the other one does while `is_other_silent`.
    pub async fn keep(
        self: Arc<Self>,
        site: Arc<Site>,
        is_other_silent: impl Fn() -> bool + Send + Sync + 'static,
    ) {
        let mut every = tokio::time::interval(LOOK_EVERY);
        every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let busy: Arc<Mutex<BTreeSet<WorkspaceId>>> = Arc::default();
        let pauses: Arc<Pauses> = Arc::default();
        // What is under way ends with this task.
        let mut work = JoinSet::new();
        // Up to where a partition was seen to have nothing due.
        let mut idle: HashMap<WorkspaceId, Seq> = HashMap::new();
        loop {
            every.tick().await;
            while work.try_join_next().is_some() {}
            for partition in site.partitions() {
                let workspace = partition.id.workspace;
                let seq = *partition.applied().borrow();
                let is_busy = || busy.lock().unwrap_or_else(PoisonError::into_inner);
                if partition.id.module != "protection"
                    || idle.get(&workspace) == Some(&seq)
                    || is_busy().contains(&workspace)
                {
                    continue;
                }
                let Ok(due) = partition.query(None, |rows| Ok(due(rows)?)).await else {
                    continue;
                };
                if due.is_empty() {
                    idle.insert(workspace, seq);
                    continue;
                }
                let now = site.clock.now();
                let waits = |due: &Due| pauses.is_over(due.rewind.rewind_id, now);
                let Some(due) = due.into_iter().find(waits) else {
                    continue;
                };
                let leads = partition
                    .status()
                    .core
                    .is_some_and(|core| core.lead == site.name);
                if leads || is_other_silent() {
                    is_busy().insert(workspace);
                    let turn = Turn(Arc::clone(&busy), workspace);
                    let (rewinds, site) = (Arc::clone(&self), Arc::clone(&site));
                    let pauses = Arc::clone(&pauses);
                    work.spawn(async move {
                        let _turn = turn;
                        let rewind = due.rewind.rewind_id;
                        // Where it does not come back from this, the pause is kept.
                        pauses.begin(rewind, site.clock.now());
                        if rewinds.attempt(&site, workspace, due).await {
                            pauses.end(rewind);
                        }
                    });
                }
            }
        }
    }

    /// Whether it is completed.
    async fn attempt(&self, site: &Arc<Site>, workspace: WorkspaceId, due: Due) -> bool {
        let rewind_id = due.rewind.rewind_id;
        tracing::info!(%rewind_id, %workspace, "a rewind is carried out");
        let done = async {
            let subject = subject_of(site, workspace, &due.rewind).await?;
            self.carry_out(site, workspace, &due, subject).await
        };
        let done = done.await;
        self.end(rewind_id);
        if let Err(error) = &done {
            tracing::warn!(%rewind_id, %error, "the rewind is not completed yet");
        }
        done.is_ok()
    }

    fn begin(&self, rewind: RewindId, to_do: u64) {
        let work = Arc::new(Work {
            done: AtomicU64::new(0),
            to_do,
        });
        let mut all = self
            .under_way
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        all.insert(rewind, work);
    }

    fn advance(&self, rewind: RewindId, done: u64) {
        let all = self
            .under_way
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(work) = all.get(&rewind) {
            work.done.fetch_add(done, Ordering::Relaxed);
        }
    }

    /// It is done: plans made before it are of the past.
    fn end(&self, rewind: RewindId) {
        let mut plans = self.plans.lock().unwrap_or_else(PoisonError::into_inner);
        plans.retain(|subject, _| subject.rewind != Some(rewind.0));
        drop(plans);
        let mut all = self
            .under_way
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        all.remove(&rewind);
    }

    /// What is done and what there is to do of a rewind that is carried out here.
    fn work(&self, rewind: RewindId) -> Option<(u64, u64)> {
        let all = self
            .under_way
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let work = all.get(&rewind)?;
        Some((work.done.load(Ordering::Relaxed), work.to_do))
    }
}

/// A workspace's turn to be worked on; it ends however the work does.
struct Turn(Arc<Mutex<BTreeSet<WorkspaceId>>>, WorkspaceId);

impl Drop for Turn {
    fn drop(&mut self) {
        let mut busy = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        busy.remove(&self.1);
    }
}

/// When rewinds that could not be completed are tried again: after a second, then twice as long each
/// time, a minute at most.
#[derive(Default)]
struct Pauses(Mutex<HashMap<RewindId, (Timestamp, i64)>>);

impl Pauses {
    fn is_over(&self, rewind: RewindId, now: Timestamp) -> bool {
        let pauses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        pauses.get(&rewind).is_none_or(|(until, _)| now >= *until)
    }

    fn begin(&self, rewind: RewindId, now: Timestamp) {
        let mut pauses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let last = pauses.get(&rewind).map_or(500, |(_, last)| *last);
        let next = (last * 2).min(60_000);
        pauses.insert(rewind, (now.plus_ms(next), next));
    }

    fn end(&self, rewind: RewindId) {
        let mut pauses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        pauses.remove(&rewind);
    }
}

impl Job {
    async fn run(self, site: Arc<Site>, making: Arc<tokio::sync::Semaphore>, subject: Subject) {
        // Never closed: without a turn there would only be no limit.
        let _turn = making.acquire_owned().await;
        let made = make(&site, subject, Arc::clone(&self.progress)).await;
        if let Err(error) = &made {
            tracing::warn!(%error, "a rewind cannot be planned");
        }
        let made = made.map(Arc::new).map_err(|error| error.to_string());
        *self.made.lock().unwrap_or_else(PoisonError::into_inner) = Some(made);
    }

    fn standing(&self) -> Standing {
        let made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        match &*made {
            Some(Ok(plan)) => Standing::Made(Arc::clone(plan)),
            Some(Err(error)) => Standing::Failed(error.clone()),
            None => Standing::Making {
                scanned: self.progress.scanned.load(Ordering::Relaxed),
                to_scan: self.progress.to_scan.load(Ordering::Relaxed),
            },
        }
    }
}

/// What a stored rewind is about.
async fn subject_of(
    site: &Site,
    workspace: WorkspaceId,
    rewind: &Rewind,
) -> Result<Subject, MomentError> {
    let (picked, since) = match rewind.selection.clone() {
        Selection::Person {
            person_id,
            since,
            until,
        } => {
            let picked = Picked::Person {
                person: person_id,
                since,
                until,
            };
            (picked, since)
        }
        Selection::Rewind { rewind_id } => {
            let id = PartitionId::new(workspace, "protection");
            let begun = site.query(&id, None, move |rows| {
                Ok(protection::queries::proposed_at(rows, rewind_id)?)
            });
            let begun = begun
                .await
                .map_err(|error| MomentError::Failed(error.to_string()))?;
            (Picked::Rewind(rewind_id.0), begun.unwrap_or(Timestamp(0)))
        }
        Selection::Moment { to, objects } => back_to(to, objects),
    };
    Ok(Subject {
        workspace,
        picked,
        since,
        rewind: Some(rewind.rewind_id.0),
    })
}

/// Everything after a moment; what happened in its last millisecond belongs to what was.
fn back_to(to: Timestamp, objects: Option<BTreeSet<ObjectRef>>) -> (Picked, Timestamp) {
    (Picked::Everything(objects.map(Arc::new)), to.plus_ms(1))
}
