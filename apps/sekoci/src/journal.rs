//! `sekoci journal`: looking at the journal itself, past any running site.

use crate::cli::{Failure, Reporting};
use clap::{Args, Subcommand};
use journal::{Engine, ReadError, chain};
use kernel::{Head, PartitionId};
use serde::Serialize;
use server::config::Config;
use std::path::PathBuf;

const BATCH: usize = 1_000;

/// Arguments of `sekoci journal`.
#[derive(Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: JournalCommand,
}

#[derive(Subcommand)]
enum JournalCommand {
    /// Walk every chain: exit code 1 where an entry was altered, is missing or out of order
    Verify(Verify),
}

#[derive(Args)]
struct Verify {
    /// A site's configuration
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    #[command(flatten)]
    reporting: Reporting,
}

/// What was found.
#[derive(Serialize)]
struct Report {
    valid: bool,
    entries: u64,
    partitions: Vec<Walk>,
}

/// One chain.
#[derive(Serialize)]
struct Walk {
    partition: PartitionId,
    entries: u64,
    head: Head,
    /// Position of the first entry that is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    broken_at: Option<u64>,
    /// What is wrong with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<String>,
}

/// Runs it.
pub fn run(arguments: Arguments) -> Result<(), Failure> {
    let JournalCommand::Verify(verify) = arguments.command;
    verify.reporting.check()?;
    let config = Config::load(&verify.config).map_err(|e| Failure::argument("--config", e))?;
    let Some(engine) = &config.engine else {
        return Err(Failure::argument(
            "--config",
            "a witness has no journal to verify",
        ));
    };
    let report = crate::serve::runtime()?.block_on(async {
        let engine = crate::serve::open_engine(engine).await?;
        walk_all(&*engine).await
    })?;
    verify.reporting.write(&report)?;
    if !verify.reporting.is_stdout() {
        for walk in &report.partitions {
            match &walk.cause {
                None => println!("{}  {} entries, whole", walk.partition, walk.entries),
                Some(cause) => println!("{}  BROKEN: {cause}", walk.partition),
            }
        }
    }
    match report.partitions.iter().find_map(|walk| {
        walk.cause
            .as_ref()
            .map(|cause| format!("{}: {cause}", walk.partition))
    }) {
        None => Ok(()),
        Some(cause) => Err(Failure::failed(cause)),
    }
}

async fn walk_all(engine: &dyn Engine) -> Result<Report, Failure> {
    let partitions = engine
        .partitions()
        .await
        .map_err(|e| Failure::failed(e.to_string()))?;
    let mut walks = Vec::new();
    for partition in partitions {
        walks.push(walk(engine, partition).await?);
    }
    Ok(Report {
        valid: walks.iter().all(|walk| walk.cause.is_none()),
        entries: walks.iter().map(|walk| walk.entries).sum(),
        partitions: walks,
    })
}

/// A reader that stops at a gap has not reached the head: what lies between is missing.
async fn check_end(engine: &dyn Engine, mut walk: Walk) -> Result<Walk, Failure> {
    let head = engine
        .head(&walk.partition)
        .await
        .map_err(|e| Failure::failed(e.to_string()))?;
    if head.seq > walk.head.seq {
        let missing = walk.head.seq + 1;
        walk.broken_at = Some(missing);
        walk.cause = Some(
            chain::ChainError::Missing {
                missing,
                found: head.seq,
            }
            .to_string(),
        );
    }
    Ok(walk)
}

async fn walk(engine: &dyn Engine, partition: PartitionId) -> Result<Walk, Failure> {
    let mut walk = Walk {
        partition,
        entries: 0,
        head: Head::GENESIS,
        broken_at: None,
        cause: None,
    };
    loop {
        let read = engine.read(&walk.partition, walk.head.seq, BATCH).await;
        let entries = match read {
            Ok(entries) if entries.is_empty() => return check_end(engine, walk).await,
            Ok(entries) => entries,
            Err(ReadError::Damaged { seq, cause, .. }) => {
                walk.broken_at = Some(seq);
                walk.cause = Some(format!("entry {seq} is damaged: {cause}"));
                return Ok(walk);
            }
            Err(error) => return Err(Failure::failed(error.to_string())),
        };
        for entry in entries {
            let foreign = entry.header.partition != walk.partition;
            match chain::verify(walk.head, &entry) {
                Ok(head) if !foreign => {
                    walk.head = head;
                    walk.entries += 1;
                }
                Ok(_) => {
                    let error = chain::ChainError::Foreign {
                        seq: entry.header.seq,
                    };
                    walk.broken_at = Some(entry.header.seq);
                    walk.cause = Some(error.to_string());
                    return Ok(walk);
                }
                Err(error) => {
                    walk.broken_at = Some(entry.header.seq);
                    walk.cause = Some(error.to_string());
                    return Ok(walk);
                }
            }
        }
    }
}
