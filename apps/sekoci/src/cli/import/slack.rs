//! `sekoci import slack`: a Slack export, whole.

use super::progress::Bar;
use crate::cli::{Connection, Failure, Reporting, block_on};
use slack_import::{ImportError, Options, Report, RowReport, import};
use std::path::PathBuf;
use std::sync::Arc;

/// Arguments of `sekoci import slack`.
#[derive(clap::Args)]
pub struct Arguments {
    /// The export: a zip archive as Slack makes it
    #[arg(value_name = "EXPORT.zip")]
    export: PathBuf,
    /// Name of the workspace; made where it is missing and the user is an operator
    #[arg(long, value_name = "NAME")]
    workspace: String,
    /// Read and check everything, write nothing
    #[arg(long)]
    dry_run: bool,
    /// Folder with the files that the export only names
    #[arg(long, value_name = "DIR")]
    files: Option<PathBuf>,
    /// Conversations under way side by side
    #[arg(long, value_name = "N", default_value_t = 6, value_parser = clap::value_parser!(u8).range(1..=64))]
    lanes: u8,
    #[command(flatten)]
    connection: Connection,
    #[command(flatten)]
    reporting: Reporting,
}

/// Rows that are shown on stderr; the report has more.
const SHOWN_MAX: usize = 20;

/// Runs it. Importing again adds nothing twice.
///
/// # Errors
/// 2 for an export that cannot be read and for what the installation refuses; 1 where something
/// went wrong on the way or rows could not be brought.
pub fn run(arguments: Arguments) -> Result<(), Failure> {
    arguments.reporting.check()?;
    let client = arguments.connection.client()?;
    let options = Options {
        dry_run: arguments.dry_run,
        files: arguments.files,
        lanes: usize::from(arguments.lanes),
        ..Options::new(arguments.workspace)
    };
    let bar = Arc::new(Bar::new());
    let done = block_on(async {
        let watched = Arc::clone(&bar);
        Ok(import(&client, &arguments.export, &options, watched).await)
    })?;
    bar.clear();
    let report = done.map_err(|error| failure(&arguments.export, error))?;
    arguments.reporting.write(&report)?;
    if !arguments.reporting.is_stdout() {
        print(&report);
    }
    show("skipped", &report.skipped, report.skipped_total);
    show("note", &report.notes, report.notes_total);
    if report.skipped_total > 0 {
        let count = report.skipped_total;
        return Err(Failure::failed(format!(
            "{count} rows could not be brought; the first: {}",
            report.skipped.first().map(line).unwrap_or_default()
        )));
    }
    Ok(())
}

fn failure(export: &std::path::Path, error: ImportError) -> Failure {
    match error {
        ImportError::Archive(cause) => {
            Failure::refused(format!("EXPORT.zip: {}: {cause}", export.display()))
        }
        ImportError::Client(error) => error.into(),
        ImportError::NoWorkspace(_) | ImportError::NotPermitted(_) => {
            Failure::refused(error.to_string())
        }
        ImportError::WorkspaceSlow(_)
        | ImportError::File { .. }
        | ImportError::Temporary(_)
        | ImportError::Interrupted(_) => Failure::failed(error.to_string()),
    }
}

fn print(report: &Report) {
    let counts = report.counts;
    let lead = if report.dry_run {
        "would bring"
    } else {
        "the workspace holds"
    };
    println!(
        "{lead} {} users, {} channels, {} groups, {} one-to-ones, {} messages in {} threads, \
         {} reactions, {} files",
        counts.users,
        counts.channels,
        counts.groups,
        counts.direct,
        counts.messages,
        counts.threads,
        counts.reactions,
        counts.files
    );
    println!(
        "{} placeholder people, {} files not found, {} rows without content",
        report.placeholders, report.files_missing, report.passed_over
    );
    if !report.dry_run {
        println!(
            "read in {:.1} s, brought in {:.1} s with {} commands",
            seconds(report.survey_ms),
            seconds(report.bring_ms),
            report.commands
        );
    }
}

fn seconds(ms: u64) -> f64 {
    std::time::Duration::from_millis(ms).as_secs_f64()
}

fn show(what: &str, rows: &[RowReport], total: u64) {
    for row in rows.iter().take(SHOWN_MAX) {
        eprintln!("{what}: {}", line(row));
    }
    let shown = rows.len().min(SHOWN_MAX) as u64;
    if total > shown {
        eprintln!("{what}: {} more", total - shown);
    }
}

fn line(row: &RowReport) -> String {
    match row.index {
        Some(index) => format!("{} row {index}: {}", row.file, row.cause),
        None => format!("{}: {}", row.file, row.cause),
    }
}
