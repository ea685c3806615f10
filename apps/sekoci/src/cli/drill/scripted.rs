//! Running a scenario's steps on the engine.

use super::ledger;
use super::print::{print, say};
use super::run::{Arguments, HowLost, ended};
use crate::cli::Failure;
use drill::scenario::{Action, Scenario};
use drill::{Confirmed, Doors, Options, Phase};
use tokio::sync::watch;

/// The scenario that breaks what `--site` names: as before there were others, naming the site is enough.
const SITE_LOSS: &str = "site-loss";

/// Runs it.
///
/// # Errors
/// Failed where something was not as expected; refused where it was refused, stopped or could not be
/// carried out to its end.
pub fn run(run: &Arguments, mut scenario: Scenario) -> Result<(), Failure> {
    adapt(&mut scenario, run);
    let confirmed = match (&run.confirm_site, scenario.name.as_str()) {
        (None, SITE_LOSS) => Confirmed::NotNeeded,
        (name, _) => Confirmed::Name(name.clone()),
    };
    let doors = Doors::new(run.connection.client()?);
    let outcome = crate::cli::block_on(async {
        let (progress, told) = watch::channel(Phase::Preparing);
        let (stop, stopped) = watch::channel(false);
        let saying = tokio::spawn(say(told));
        let stopping = tokio::spawn(async move {
            crate::serve::told_to_stop().await;
            eprintln!("drill: stopping; everything is put back");
            stop.send_replace(true);
            std::future::pending::<()>().await;
        });
        let options = Options {
            site: run.site.clone(),
            workspace: run.workspace.clone(),
            ledger: Some(ledger::folder()),
            runner: run.connection.user.clone(),
            confirmed,
            stop: stopped,
        };
        let outcome = drill::run(&doors, &scenario, &options, &progress).await;
        saying.abort();
        stopping.abort();
        Ok::<_, Failure>(outcome)
    })?;
    match outcome {
        Ok(report) => {
            run.reporting.write(&run.connection, &report)?;
            if !run.reporting.is_stdout() {
                print(&report);
            }
            ended(report.passed, &report.shortfalls)
        }
        Err(aborted) => {
            run.reporting.write(&run.connection, &aborted.report)?;
            Err(Failure::refused(crate::cli::failure::with_sources(
                &aborted.cause,
            )))
        }
    }
}

/// The scenario with what the command line says otherwise.
fn adapt(scenario: &mut Scenario, run: &Arguments) {
    if let Some(seconds) = run.seconds {
        scenario.load.seconds = seconds;
    }
    if let Some(rate) = run.rate {
        #[expect(clippy::cast_precision_loss, reason = "the rate is at most 2,000")]
        let rate = rate as f64;
        scenario.load.rate = rate;
    }
    if run.fault == HowLost::Pause {
        for step in &mut scenario.steps {
            let step = step.as_mut();
            if step.known() == Some(Action::KillSite) {
                step.action = Action::PauseSite.as_str().into();
            }
        }
    }
}
