//! Doing the steps, each written down before it is done, until the load is over or somebody wants the
//! drill to stop.

use super::measure::detected_ms;
use super::{Aborted, Deed, Done, Drill, LOOK_EVERY, Ledger, Planned, Undoing, WARM_UP, at};
use crate::doors::DoorError;
use crate::report::{Phase, StepLine};
use kernel::Timestamp;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// How long after the load the loss may still be noticed.
pub(super) const NOTICED_MAX: Duration = Duration::from_secs(15);
/// How often the record is asked whether somebody wants the drill to stop.
const ASK_EVERY: Duration = Duration::from_secs(1);

impl Done {
    /// Writes down how a step is undone, before it is done.
    fn note(&mut self, step: &Planned, now: Timestamp) -> Result<(), Aborted> {
        if let Some(undoing) = &step.undo {
            if let Some(ledger) = &mut self.ledger {
                ledger.note(undoing)?;
            }
            self.undoings.push(undoing.clone());
        }
        self.steps.push(StepLine {
            at: now,
            what: step.what.clone(),
        });
        self.fault.get_or_insert_with(|| (now, Instant::now()));
        if matches!(step.deed, Deed::Break { .. }) {
            self.broken_at.push(now);
        }
        Ok(())
    }
}

impl Drill<'_> {
    /// Does the steps until the load is over, or somebody wants the drill to stop.
    pub(super) async fn break_or_stop(
        &self,
        done: &mut Done,
        progress: &watch::Sender<Phase>,
    ) -> Result<(), Aborted> {
        let urls: Vec<String> = self
            .doors
            .client()
            .sites()
            .iter()
            .map(ToString::to_string)
            .collect();
        if let Some(folder) = &self.options.ledger {
            let id = self.report.drill_id;
            done.ledger = Some(Ledger::begin(folder, id, &self.scenario.name, &urls)?);
        }
        tokio::select! {
            biased;
            () = self.stopped() => Err(Aborted::Stopped),
            broken = self.break_all(done, progress) => broken,
        }
    }

    async fn break_all(
        &self,
        done: &mut Done,
        progress: &watch::Sender<Phase>,
    ) -> Result<(), Aborted> {
        tokio::time::sleep(WARM_UP).await;
        progress.send_replace(Phase::Broken);
        let began = Instant::now();
        for step in &self.plan.steps {
            tokio::time::sleep_until(began + step.at).await;
            done.note(step, self.now())?;
            self.take(step).await.map_err(at(step.what.clone()))?;
        }
        let seconds = Duration::from_secs(self.scenario.load.seconds);
        tokio::time::sleep_until(began + seconds).await;
        let expect = self.scenario.expect.as_ref();
        if expect.is_some_and(|expect| expect.detected_within.is_some()) {
            let fault_at = done.fault.map_or_else(|| self.now(), |(at, _)| at);
            self.wait_noticed(fault_at).await;
        }
        Ok(())
    }

    async fn take(&self, step: &Planned) -> Result<(), DoorError> {
        match &step.deed {
            Deed::Break {
                node,
                through,
                fault,
            } => self.doors.break_node(*through, node, fault).await,
            Deed::Restore(Undoing::Restore {
                node,
                through_itself,
            }) => self.doors.restore_anyhow(node, *through_itself).await,
            Deed::Restore(Undoing::SwitchBack { leads }) => self.doors.lead_as(leads).await,
            Deed::SwitchOver { to } => self.doors.switch_over("all", to).await,
        }
    }

    /// Ends when the runner is told to stop, or somebody asks for it through the record.
    async fn stopped(&self) {
        let mut stop = self.options.stop.clone();
        let told = async {
            if stop.wait_for(|is_told| *is_told).await.is_err() {
                // Nobody is left who could tell.
                std::future::pending::<()>().await;
            }
        };
        let asked = async {
            let mut every = tokio::time::interval(ASK_EVERY);
            every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
            loop {
                every.tick().await;
                // While no site answers there is nobody who could have asked.
                let drills = self.doors.drills(Some(&self.scenario.name), 1).await;
                let is_asked = drills.is_ok_and(|drills| {
                    drills.first().is_some_and(|drill| {
                        drill["drill_id"] == self.report.drill_id.to_string()
                            && !drill["stop_asked_at"].is_null()
                    })
                });
                if is_asked {
                    return;
                }
            }
        };
        tokio::select! {
            () = told => {}
            () = asked => {}
        }
    }

    /// A short drill must not put the site back before anybody could notice; when nobody does in time,
    /// that is what the report says.
    async fn wait_noticed(&self, fault_at: Timestamp) {
        let noticed = async {
            let mut every = tokio::time::interval(LOOK_EVERY);
            loop {
                every.tick().await;
                let timeline = self
                    .doors
                    .timeline(self.plan.survivor, self.report.started_at)
                    .await;
                let told = timeline
                    .ok()
                    .and_then(|notes| detected_ms(&notes, &self.plan, fault_at));
                if told.is_some() {
                    return;
                }
            }
        };
        // Not noticed in time is a finding, not a failure of the drill itself.
        let _ = tokio::time::timeout(NOTICED_MAX, noticed).await;
    }
}
