//! `sekoci verify`: what a report proves, offline, without the product's data.

use crate::cli::{Failure, Reporting};
use crate::serve;
use evidence::{Asked, BYTES_MAX, Examined, Finding, State, Trust};
use kernel::WorkspaceId;
use serde::Serialize;
use server::config::{Config, EngineConfig};
use std::io::Read;
use std::path::{Path, PathBuf};

/// Arguments of `sekoci verify`.
#[derive(clap::Args)]
pub struct Arguments {
    /// The report, as a drill or `sekoci report` wrote it
    file: PathBuf,
    /// A journal that should hold what the report rests on: a journal file, or a site's configuration or folder
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
    /// The installation's list of evidence keys, as `sekoci report trust` writes it
    #[arg(long, value_name = "FILE")]
    trust: Option<PathBuf>,
    /// The id of the workspace that the report should belong to
    #[arg(long, value_name = "WORKSPACE")]
    workspace: Option<WorkspaceId>,
    /// Say it as JSON, on standard output or into =FILE
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, default_missing_value = "-")]
    json: Option<PathBuf>,
}

/// What was found, as JSON.
#[derive(Serialize)]
struct Answer<'a> {
    /// Whether everything that was asked is proven.
    upheld: bool,
    /// Who signed when, and on what it rests; absent where nothing is signed or the signature is not good.
    #[serde(skip_serializing_if = "Option::is_none")]
    about: Option<&'a evidence::About>,
    findings: &'a [Finding],
}

/// Runs it: exit code 0 where all that was asked is proven, 1 where not, 2 where the input is no use.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let reporting = Reporting {
        json: arguments.json.clone(),
    };
    reporting.check()?;
    let trust = arguments.trust.as_deref().map(trust).transpose()?;
    let asked = Asked {
        workspace: arguments.workspace,
        trust: trust.as_ref(),
    };
    let file = &arguments.file;
    let bad = |error| Failure::refused(format!("{}: {error}", file.display()));
    let mut examined = evidence::verify(&read("FILE", file)?, &asked).map_err(bad)?;
    look_into_journal(&mut examined, arguments.journal.as_deref())?;
    say(&examined, &reporting)?;
    let refuted = examined
        .findings
        .iter()
        .find(|one| one.state == State::Refuted);
    match refuted {
        None => Ok(()),
        Some(one) => Err(Failure::failed(format!("{}: {}", file.display(), one.what))),
    }
}

fn say(examined: &Examined, reporting: &Reporting) -> Result<(), Failure> {
    let upheld = examined.is_upheld();
    let statement = examined.statement.as_ref().filter(|_| upheld);
    reporting.write(&Answer {
        upheld,
        about: statement.map(|statement| &statement.predicate.about),
        findings: &examined.findings,
    })?;
    if !reporting.is_stdout() {
        for one in &examined.findings {
            let state = match one.state {
                State::Proven => "proven",
                State::NotProven => "not proven",
                State::Refuted => "NOT SO",
            };
            println!("{state:<11} {}", one.what);
        }
    }
    Ok(())
}

fn trust(file: &Path) -> Result<Trust, Failure> {
    Trust::from_bytes(&read("--trust", file)?)
        .map_err(|error| Failure::argument("--trust", format!("{}: {error}", file.display())))
}

/// Reads a file that may be anything: no more of it than is looked at.
pub fn read(argument: &str, file: &Path) -> Result<Vec<u8>, Failure> {
    let bad =
        |error: std::io::Error| Failure::argument(argument, format!("{}: {error}", file.display()));
    let mut bytes = Vec::new();
    let limit = BYTES_MAX as u64 + 1;
    let opened = std::fs::File::open(file).map_err(bad)?;
    opened.take(limit).read_to_end(&mut bytes).map_err(bad)?;
    Ok(bytes)
}

fn look_into_journal(examined: &mut Examined, journal: Option<&Path>) -> Result<(), Failure> {
    let Some(statement) = &examined.statement else {
        return Ok(());
    };
    let Some(place) = journal else {
        examined.findings.push(Finding {
            state: State::NotProven,
            what: "that the journal held what it rests on: give --journal".into(),
        });
        return Ok(());
    };
    let engine = engine(place)?;
    let found = serve::runtime()?.block_on(async {
        let engine = serve::open_engine(&engine).await?;
        let found = evidence::journal::check(&*engine, statement).await;
        found.map_err(|error| Failure::argument("--journal", error))
    })?;
    examined.findings.extend(found);
    Ok(())
}

/// A journal file, a site's configuration, or the folder it is in.
fn engine(place: &Path) -> Result<EngineConfig, Failure> {
    let bad = |cause: &str| Failure::argument("--journal", format!("{}: {cause}", place.display()));
    let configuration = place.join("site.toml");
    let configuration = if place.is_dir() {
        configuration.as_path()
    } else {
        place
    };
    // Opening a journal that is not there would make one.
    if !configuration.is_file() {
        return Err(bad("there is no journal file and no site.toml there"));
    }
    if configuration.extension().is_some_and(|end| end == "toml") {
        let config = Config::load(configuration).map_err(|e| Failure::argument("--journal", e))?;
        return config.engine.ok_or_else(|| bad("a witness has no journal"));
    }
    let path = configuration.to_path_buf();
    Ok(EngineConfig::Sqlite { path })
}
