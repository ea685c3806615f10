//! `sekoci programme`: the register of a workspace as spreadsheets, in and out.

mod batches;

use super::workspace::workspace;
use super::{Connection, Failure, Reporting};
use batches::{Batch, Rules, batches};
use clap::{Args, Subcommand, ValueEnum};
use client::Client;
use kernel::WorkspaceId;
use serde_json::{Value, json};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Longest file that is read: far more than a full register.
const FILE_BYTES_MAX: u64 = 256 << 20;
/// Bad lines that are printed.
const BAD_PRINTED_MAX: usize = 1_000;

/// Arguments of `sekoci programme`.
#[derive(Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: ProgrammeCommand,
}

#[derive(Subcommand)]
enum ProgrammeCommand {
    /// Take assets or dependencies from a CSV file: all lines, or none where one is bad
    Import(Import),
    /// Write assets or dependencies into a CSV file
    Export(Export),
}

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum What {
    /// Assets: key, kind, name, owner, description, review_days, measured_by
    Assets,
    /// Dependencies: key, depends_on
    Dependencies,
}

#[derive(Args)]
struct Place {
    /// Name or id of the workspace
    #[arg(long, value_name = "WORKSPACE")]
    workspace: String,
    #[command(flatten)]
    connection: Connection,
    #[command(flatten)]
    reporting: Reporting,
}

#[derive(Args)]
struct Import {
    /// What the file holds
    what: What,
    /// The file, CSV (RFC 4180) in UTF-8
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Only say what would be done
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    place: Place,
}

#[derive(Args)]
struct Export {
    /// What is written
    what: What,
    /// The file
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    place: Place,
}

/// Runs it.
///
/// # Errors
/// When the file cannot be used, a line is bad, or the installation refuses.
pub fn run(arguments: Arguments) -> Result<(), Failure> {
    match arguments.command {
        ProgrammeCommand::Import(import) => super::block_on(import.run()),
        ProgrammeCommand::Export(export) => super::block_on(export.run()),
    }
}

impl What {
    const fn command(self) -> &'static str {
        match self {
            Self::Assets => "import-assets",
            Self::Dependencies => "import-dependencies",
        }
    }

    const fn query(self) -> &'static str {
        match self {
            Self::Assets => "asset-export",
            Self::Dependencies => "dependency-export",
        }
    }

    /// What makes two lines of one file the same thing, and how many go at once.
    const fn rules(self) -> Rules {
        match self {
            Self::Assets => Rules {
                same: &["key"],
                lines_max: ::programme::limits::ASSETS_AT_ONCE_MAX,
            },
            Self::Dependencies => Rules {
                same: &["key", "depends_on"],
                lines_max: ::programme::limits::DEPENDENCIES_AT_ONCE_MAX,
            },
        }
    }
}

struct Door {
    client: Client,
    workspace: WorkspaceId,
}

impl Place {
    async fn open(&self) -> Result<Door, Failure> {
        self.reporting.check()?;
        let client = self.connection.client()?;
        let workspace = workspace(&client, &self.workspace).await?;
        Ok(Door { client, workspace })
    }
}

impl Import {
    async fn run(&self) -> Result<(), Failure> {
        let text = read(&self.file)?;
        let batches = batches(&text, self.what.rules()).map_err(|cause| {
            Failure::argument("FILE", format!("{}: {cause}", self.file.display()))
        })?;
        let door = self.place.open().await?;
        // Every batch is tried before the first is done: a bad line anywhere changes nothing.
        let tried = door.send(self.what, &batches, true).await?;
        if !tried.bad.is_empty() {
            for bad in tried.bad.iter().take(BAD_PRINTED_MAX) {
                eprintln!("{}", bad_line(bad));
            }
            self.report(&tried, true)?;
            let count = tried.bad_count;
            return Err(Failure::refused(format!(
                "{count} bad lines; nothing was changed"
            )));
        }
        let done = match self.dry_run {
            true => tried,
            false => door.send(self.what, &batches, false).await?,
        };
        if !self.place.reporting.is_stdout() {
            let (added, changed) = (done.added, done.changed);
            let word = if self.dry_run { "would be " } else { "" };
            println!(
                "{added} {word}added, {changed} {word}changed, {} as they were",
                done.unchanged
            );
        }
        self.report(&done, self.dry_run)
    }

    fn report(&self, sums: &Sums, is_dry: bool) -> Result<(), Failure> {
        self.place.reporting.write(&json!({
            "dry_run": is_dry, "added": sums.added, "changed": sums.changed,
            "unchanged": sums.unchanged, "bad": sums.bad, "bad_count": sums.bad_count,
        }))
    }
}

#[derive(Default)]
struct Sums {
    added: u64,
    changed: u64,
    unchanged: u64,
    bad: Vec<Value>,
    bad_count: u64,
}

impl Door {
    async fn send(&self, what: What, batches: &[Batch], is_dry: bool) -> Result<Sums, Failure> {
        let mut sums = Sums::default();
        for batch in batches {
            let body = json!({
                "csv": batch.csv, "first_line": batch.first_line, "dry_run": is_dry,
            });
            let command = self
                .client
                .new_command("programme", what.command(), body)
                .in_workspace(self.workspace);
            let answer = self.client.command(&command).await?.answer;
            let number = |name: &str| answer[name].as_u64().unwrap_or(0);
            sums.added += number("added");
            sums.changed += number("changed");
            sums.unchanged += number("unchanged");
            sums.bad_count += number("bad_count");
            sums.bad
                .extend(answer["bad"].as_array().cloned().unwrap_or_default());
        }
        Ok(sums)
    }
}

fn bad_line(bad: &Value) -> String {
    let cause = bad["cause"].as_str().unwrap_or_default();
    match bad["column"].as_str() {
        Some("") | None => format!("line {}: {cause}", bad["line"]),
        Some(column) => format!(
            "line {}, column {} ({column}): {cause}",
            bad["line"], bad["column_number"]
        ),
    }
}

fn read(file: &Path) -> Result<String, Failure> {
    let bad = |cause: &dyn std::fmt::Display| {
        Failure::argument("FILE", format!("{}: {cause}", file.display()))
    };
    let size = std::fs::metadata(file).map_err(|e| bad(&e))?.len();
    if size > FILE_BYTES_MAX {
        return Err(bad(&"is larger than any register"));
    }
    let bytes = std::fs::read(file).map_err(|e| bad(&e))?;
    String::from_utf8(bytes).map_err(|_| bad(&"is not UTF-8; save it as CSV in UTF-8"))
}

impl Export {
    async fn run(&self) -> Result<(), Failure> {
        let door = self.place.open().await?;
        let bad = |cause: &dyn std::fmt::Display| {
            Failure::argument("FILE", format!("{}: {cause}", self.file.display()))
        };
        let mut name = self.file.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}.partial", std::process::id()));
        let partial = self.file.with_file_name(name);
        let mut out = std::fs::File::create(&partial).map_err(|e| bad(&e))?;
        let (mut cursor, mut lines): (Option<String>, u64) = (None, 0);
        loop {
            let asked: Vec<_> = cursor.into_iter().map(|next| ("cursor", next)).collect();
            let workspace = Some(door.workspace);
            let part: Value = door
                .client
                .query("programme", self.what.query(), workspace, &asked)
                .await?;
            let csv = part["csv"].as_str().unwrap_or_default();
            out.write_all(csv.as_bytes()).map_err(|e| bad(&e))?;
            lines += part["lines"].as_u64().unwrap_or(0);
            cursor = part["next"].as_str().map(str::to_owned);
            if cursor.is_none() {
                break;
            }
        }
        out.sync_all().map_err(|e| bad(&e))?;
        std::fs::rename(&partial, &self.file).map_err(|e| bad(&e))?;
        if !self.place.reporting.is_stdout() {
            println!("{lines} lines written to {}", self.file.display());
        }
        self.place.reporting.write(&json!({ "lines": lines }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_lines_are_told_with_their_column() {
        let bad = json!({"line": 7, "column": "owner", "column_number": 4, "cause": "Nobody."});
        assert_eq!(bad_line(&bad), "line 7, column 4 (owner): Nobody.");
        let whole = json!({"line": 8, "column": "", "column_number": 0, "cause": "Short."});
        assert_eq!(bad_line(&whole), "line 8: Short.");
    }

    #[test]
    fn only_text_in_utf_8_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("assets.csv");
        std::fs::write(&file, [0xff, 0xfe, b'k']).unwrap();
        assert!(read(&file).unwrap_err().to_string().contains("UTF-8"));
        assert!(read(&folder.path().join("none")).unwrap_err().is_refusal());
    }
}
