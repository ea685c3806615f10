//! `sekoci rehearse`: the verifier. On a machine that is neither a site nor the vault it holds what
//! opens the vault and runs the drill of the worst day every night by itself.

mod schedule;

use super::drill::both_sites_lost::{self, Settings, live};
use super::{Connection, Failure, Reporting};
use crate::recover::opener::{Key, Opener};
use crate::vault::place::{Access, Place};
use drill::Doors;
use kernel::clock::SystemClock;
use kernel::{Clock, Timestamp};
use schedule::{Schedule, TimeOfDay};
use std::time::Duration;
use tokio::sync::watch;

/// The record is looked at this often, so that a rehearsal that somebody else made counts.
const LOOK_EVERY: Duration = Duration::from_secs(600);

/// Arguments of `sekoci rehearse`.
#[derive(clap::Args)]
pub struct Arguments {
    /// The time of the day, in UTC
    #[arg(long, value_name = "HH:MM", default_value = "02:30")]
    at: TimeOfDay,
    /// Rehearse now, once: exit code 0 passed, 1 failed, 2 refused
    #[arg(long)]
    once: bool,
    /// Workspace in which functions are tried; the user's first where absent
    #[arg(long, value_name = "NAME")]
    workspace: Option<String>,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    opener: Opener,
    #[command(flatten)]
    connection: Connection,
    #[command(flatten)]
    reporting: Reporting,
}

/// Runs it: once, or until it is told to stop.
///
/// # Errors
/// Refused where an argument cannot be used; with `--once`, failed where the rehearsal did.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    arguments.reporting.check()?;
    let verifier = Verifier {
        arguments,
        key: arguments.opener.read()?,
        doors: Doors::new(arguments.connection.client()?),
    };
    // Found out now, rather than at night.
    arguments.place.open(Access::Existing)?;
    crate::serve::runtime()?.block_on(async {
        let (stop, told) = watch::channel(false);
        tokio::spawn(async move {
            crate::serve::told_to_stop().await;
            stop.send_replace(true);
            // Nobody else says so; a channel that ends would be heard as well.
            stop.closed().await;
        });
        if arguments.once {
            verifier.rehearse(&told).await
        } else {
            verifier.keep(&told).await;
            Ok(())
        }
    })
}

struct Verifier<'a> {
    arguments: &'a Arguments,
    /// Read once: shares may come through a pipe.
    key: Key,
    doors: Doors,
}

impl Verifier<'_> {
    /// Rehearses every night until it is told to stop.
    async fn keep(&self, told: &watch::Receiver<bool>) {
        let mut schedule = Schedule::new(self.arguments.at);
        while !*told.borrow() {
            let now = SystemClock.now();
            let due = match self.proven_at().await {
                Ok(proven_at) => Some(schedule.due(proven_at, now)),
                Err(failure) => {
                    tracing::warn!(%failure, "when the last rehearsal passed is not known");
                    None
                }
            };
            if due.is_none_or(|due| due > now) {
                tracing::debug!(due = due.map(Timestamp::millis), "waiting");
                rest(due.map(|due| due.since(now)), told).await;
                continue;
            }
            let ended = self.rehearse(told).await;
            match ended {
                Ok(()) => schedule.passed(SystemClock.now()),
                Err(_) if *told.borrow() => {}
                Err(failure) => {
                    tracing::error!(%failure, "the rehearsal failed");
                    schedule.failed(SystemClock.now());
                }
            }
        }
    }

    /// When the last rehearsal passed, as far as any site knows.
    async fn proven_at(&self) -> Result<Option<Timestamp>, Failure> {
        let statuses = live::statuses(&self.doors).await?;
        let mut known = statuses
            .iter()
            .map(|status| &status["rehearsal"])
            .filter(|rehearsal| !rehearsal.is_null())
            .peekable();
        if known.peek().is_none() {
            return Err(Failure::refused("no site seals into a vault"));
        }
        let passed = known.filter_map(|rehearsal| rehearsal["proven_at"].as_i64());
        Ok(passed.max().map(Timestamp))
    }

    /// One rehearsal.
    async fn rehearse(&self, told: &watch::Receiver<bool>) -> Result<(), Failure> {
        let settings = Settings {
            connection: &self.arguments.connection,
            place: &self.arguments.place,
            key: &self.key,
            workspace: self.arguments.workspace.as_deref(),
        };
        let evidence = both_sites_lost::run(&settings, stopped(told)).await?;
        let reporting = &self.arguments.reporting;
        reporting.write(&evidence)?;
        let report = &evidence.report;
        if !reporting.is_stdout() {
            report.print();
        }
        if !report.passed {
            let shortfalls = report.shortfalls.join("; ");
            return Err(Failure::failed(format!(
                "the rehearsal failed: {shortfalls}"
            )));
        }
        if !evidence.is_filed {
            let cause = "the rehearsal passed, but no site took its report";
            return Err(Failure::failed(cause));
        }
        Ok(())
    }
}

/// Waits for a while, but not beyond the next look, and not once told to stop.
async fn rest(wait_ms: Option<i64>, told: &watch::Receiver<bool>) {
    let wait = wait_ms
        .and_then(|ms| u64::try_from(ms).ok())
        .map_or(LOOK_EVERY, Duration::from_millis);
    tokio::select! {
        () = tokio::time::sleep(wait.min(LOOK_EVERY)) => {}
        () = stopped(told) => {}
    }
}

async fn stopped(told: &watch::Receiver<bool>) {
    let mut told = told.clone();
    // The sender outlives the receivers.
    let _ = told.wait_for(|is_told| *is_told).await;
}
