//! `sekoci report`: reports over a year or quarter, reports for people, and the keys they are believed by.

use super::evidencing::{Evidencing, Readable};
use super::{Connection, Failure, Reporting};
use crate::verify::read;
use clap::{Args, Subcommand};
use serde_json::Value;
use std::path::PathBuf;

/// Arguments of `sekoci report`.
#[derive(Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: ReportCommand,
}

#[derive(Subcommand)]
enum ReportCommand {
    /// What the record says of a year or quarter, signed by a site
    Annual(Annual),
    /// Make a PDF of a report that is there as JSON
    Render(Render),
    /// Write the list of the keys with which the sites sign, for `sekoci verify --trust`
    Trust(TrustList),
}

#[derive(Args)]
struct Annual {
    /// The year, UTC
    #[arg(long, value_name = "Y", value_parser = clap::value_parser!(u16).range(2020..=2200))]
    year: u16,
    /// A quarter of it
    #[arg(long, value_name = "Q", value_parser = clap::value_parser!(u8).range(1..=4))]
    quarter: Option<u8>,
    #[command(flatten)]
    connection: Connection,
    #[command(flatten)]
    evidencing: Evidencing,
}

#[derive(Args)]
struct Render {
    /// The report, as a drill or `sekoci report annual` wrote it
    file: PathBuf,
    #[command(flatten)]
    readable: Readable,
}

#[derive(Args)]
struct TrustList {
    #[command(flatten)]
    connection: Connection,
    #[command(flatten)]
    reporting: Reporting,
}

/// Runs it.
pub fn run(arguments: Arguments) -> Result<(), Failure> {
    match arguments.command {
        ReportCommand::Annual(annual) => of_period(&annual),
        ReportCommand::Render(render) => readable(&render),
        ReportCommand::Trust(list) => trust(list),
    }
}

fn of_period(annual: &Annual) -> Result<(), Failure> {
    let evidencing = &annual.evidencing;
    if evidencing.reporting.json.is_none() && evidencing.readable.pdf.is_none() {
        return Err(Failure::argument(
            "--json or --pdf",
            "is missing: nothing would be written",
        ));
    }
    evidencing.check()?;
    let client = annual.connection.client()?;
    let mut asked = vec![("year", annual.year.to_string())];
    asked.extend(
        annual
            .quarter
            .map(|quarter| ("quarter", quarter.to_string())),
    );
    let evidence: Value = super::block_on(async {
        let answer = client.query("continuity", "period-evidence", None, &asked);
        Ok(answer.await?)
    })?;
    evidencing.write_evidence(&evidence)
}

fn readable(render: &Render) -> Result<(), Failure> {
    if render.readable.pdf.is_none() {
        return Err(Failure::argument(
            "--pdf",
            "is missing: nothing would be written",
        ));
    }
    render.readable.check()?;
    let fields = evidence::read(&read("FILE", &render.file)?)
        .map_err(|error| Failure::refused(format!("{}: {error}", render.file.display())))?;
    render.readable.write(&Value::Object(fields))
}

fn trust(list: TrustList) -> Result<(), Failure> {
    list.reporting.check()?;
    let client = list.connection.client()?;
    let keys: Value = super::block_on(async {
        Ok(client
            .query("continuity", "evidence-keys", None, &[])
            .await?)
    })?;
    let reporting = match list.reporting.json {
        Some(_) => list.reporting,
        None => Reporting {
            json: Some(PathBuf::from("-")),
        },
    };
    reporting.write(&keys)
}
