//! `sekoci recover`: everything back from the vault, with what the custodians hold and nothing else.

pub mod opener;
pub mod progress;
mod record;
pub mod signed;
pub mod target;

use crate::cli::{Failure, Reporting, moment};
use crate::vault::place::{Access, Place};
use journal::DataKey;
use kernel::clock::SystemClock;
use kernel::{Clock, Timestamp, WorkspaceId};
use opener::Opener;
use record::Record;
use server::sealing::Parts;
use std::path::PathBuf;
use target::{Target, TargetArguments};
use vault::custody::Opened;
use vault::recovery::{Planned, Recovered, RecoveredPartition, Recovery, plan};
use vault::{Store, StoreError};

/// Arguments of `sekoci recover`.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    opener: Opener,
    #[command(flatten)]
    target: TargetArguments,
    /// Leave out what was decided after this moment: 2026-11-24T14:00:00Z, or milliseconds since the
    /// Unix epoch
    #[arg(long, value_name = "TIME", value_parser = moment::parse)]
    at: Option<Timestamp>,
    /// Only this workspace, by its id, and what belongs to the installation
    #[arg(long, value_name = "ID")]
    workspace: Option<WorkspaceId>,
    /// Let the site use what came back although something did not; without it the site goes on waiting,
    /// and the recovery can be run again
    #[arg(long)]
    accept_loss: bool,
    /// Where the signed recovery record goes; beside what was recovered unless told otherwise
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    #[command(flatten)]
    reporting: Reporting,
}

/// Runs it. Interrupted, it goes on where it was when it is run again.
///
/// # Errors
/// Refused where an argument cannot be used; failed where something did not come back.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    arguments.reporting.check()?;
    let store = arguments.place.open(Access::Existing)?;
    let key = arguments.opener.read()?;
    let target = Target::open(&arguments.target)?;
    let record_file = record::file(arguments.record.as_deref(), &target)?;
    let record = crate::serve::runtime()?.block_on(async {
        let opened = key.open(&*store).await?;
        recover(arguments, &*store, &opened, &target)
            .await
            .map(|recovered| Record::new(arguments, &opened, &recovered))
    })?;
    record.sign(&key.identity, &record_file)?;
    arguments.reporting.write(&record)?;
    if !arguments.reporting.is_stdout() {
        record.print();
        println!("signed record: {}", record_file.display());
    }
    record.outcome()
}

async fn recover(
    arguments: &Arguments,
    store: &dyn Store,
    opened: &Opened,
    target: &Target,
) -> Result<Recovered, Failure> {
    let planned = plan(store, arguments.workspace).await.map_err(failed)?;
    check(arguments, &planned)?;
    let engine = target.engine().await?;
    target.begin()?;
    let chunks = target.chunks()?;
    let recovery = Recovery {
        store,
        engine: &*engine,
        opened,
        files: Some(&Parts(&chunks)),
        until: arguments.at,
        clock: &SystemClock,
    };
    let bar = progress::bar(&planned);
    let mut unwritten = None;
    let recovered = recovery
        .run(
            &planned,
            |progress| {
                bar.set_message(progress.partition.module.to_string());
                bar.set_position(progress.bytes);
            },
            |one, key| {
                if let Err(failure) = done(target, one, key) {
                    unwritten.get_or_insert(failure);
                }
            },
        )
        .await;
    bar.finish_and_clear();
    if let Some(failure) = unwritten {
        return Err(failure);
    }
    let is_whole = recovered.partitions.iter().all(|one| one.failure.is_none());
    if is_whole || arguments.accept_loss {
        target.finish()?;
    }
    Ok(recovered)
}

/// A partition that came back whole may be used from now on; the installation's own need its key.
///
/// # Errors
/// When that cannot be written down.
pub fn done(
    target: &Target,
    one: &RecoveredPartition,
    installation_key: Option<&DataKey>,
) -> Result<(), Failure> {
    if one.failure.is_some() {
        return Ok(());
    }
    if let Some(key) = installation_key {
        target.keep_installation_key(key)?;
    }
    target.release(&one.partition)
}

fn check(arguments: &Arguments, planned: &[Planned]) -> Result<(), Failure> {
    let is_there = |workspace: WorkspaceId| {
        planned
            .iter()
            .any(|planned| planned.partition.workspace == workspace)
    };
    if let Some(workspace) = arguments.workspace.filter(|wanted| !is_there(*wanted)) {
        let cause = format!("{workspace}: the vault has nothing of it");
        return Err(Failure::argument("--workspace", cause));
    }
    if planned.is_empty() {
        return Err(Failure::failed("the vault holds no segment"));
    }
    if arguments.at.is_some_and(|at| at > SystemClock.now()) {
        return Err(Failure::argument("--at", "lies in the future"));
    }
    Ok(())
}

/// How a failure of the vault ends a subcommand.
pub fn failed(error: StoreError) -> Failure {
    match error {
        StoreError::Denied(_) => Failure::argument("--vault-token-file", error),
        _ => Failure::failed(format!("--vault: {error}")),
    }
}
