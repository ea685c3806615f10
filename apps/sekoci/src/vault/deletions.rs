//! `sekoci vault log`, `deletions`, `propose-deletion` and `approve-deletion`: what people do to a
//! running vault.

use super::place::Place;
use crate::cli::{Failure, Reporting};
use clap::Args;
use reqwest::Method;
use serde_json::{Value, json};
use vault::store::StoreError;

/// Arguments of `sekoci vault log`.
#[derive(Args)]
pub struct ShowLog {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    reporting: Reporting,
}

/// Arguments of `sekoci vault deletions`.
#[derive(Args)]
pub struct Show {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    reporting: Reporting,
}

/// Arguments of `sekoci vault propose-deletion`.
#[derive(Args)]
pub struct Propose {
    #[command(flatten)]
    place: Place,
    /// Every object whose name begins so
    #[arg(long, value_name = "TEXT")]
    prefix: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    reporting: Reporting,
}

/// Arguments of `sekoci vault approve-deletion`.
#[derive(Args)]
pub struct Approve {
    #[command(flatten)]
    place: Place,
    /// The proposal's number
    #[arg(long, value_name = "NUMBER")]
    number: u64,
    #[command(flatten)]
    reporting: Reporting,
}

/// Shows the vault's log.
pub fn show_log(arguments: &ShowLog) -> Result<(), Failure> {
    let answer = ask(
        &arguments.place,
        &arguments.reporting,
        Method::GET,
        "log",
        None,
    )?;
    print(&arguments.reporting, &answer["items"], |record| {
        format!(
            "{}  {}  {}  {}",
            record["number"],
            record["at"],
            text(&record["by"]),
            record["what"]
        )
    });
    Ok(())
}

/// Shows proposals.
pub fn show(arguments: &Show) -> Result<(), Failure> {
    let (place, reporting) = (&arguments.place, &arguments.reporting);
    let answer = ask(place, reporting, Method::GET, "deletions", None)?;
    print(reporting, &answer["items"], line);
    Ok(())
}

/// Proposes.
pub fn propose(arguments: &Propose) -> Result<(), Failure> {
    let (place, reporting) = (&arguments.place, &arguments.reporting);
    let body = json!({ "prefix": arguments.prefix, "reason": arguments.reason });
    let answer = ask(place, reporting, Method::POST, "deletions", Some(&body))?;
    print(reporting, &json!([answer]), line);
    Ok(())
}

/// Approves.
pub fn approve(arguments: &Approve) -> Result<(), Failure> {
    let (place, reporting) = (&arguments.place, &arguments.reporting);
    let path = format!("deletions/{}/approve", arguments.number);
    let answer = ask(place, reporting, Method::POST, &path, None)?;
    print(reporting, &json!([answer]), line);
    Ok(())
}

fn ask(
    place: &Place,
    reporting: &Reporting,
    method: Method,
    path: &str,
    body: Option<&Value>,
) -> Result<Value, Failure> {
    reporting.check()?;
    let store = place.remote()?;
    let asked = crate::serve::runtime()?.block_on(store.ask(method, path, body));
    let answer = asked.map_err(|error| match &error {
        StoreError::Denied(_) | StoreError::Refused(_) => Failure::refused(error.to_string()),
        _ => Failure::failed(error.to_string()),
    })?;
    reporting.write(&answer)?;
    Ok(answer)
}

fn line(deletion: &Value) -> String {
    let state = match (&deletion["deleted"], &deletion["approved_by"]) {
        (Value::Number(count), by) => format!("{count} deleted, approved by {}", text(by)),
        (_, Value::String(by)) => format!("approved by {by}, not finished"),
        _ => "waits for a second person".into(),
    };
    format!(
        "{}  {}  {} objects  proposed by {}: {}  ({state})",
        deletion["number"],
        text(&deletion["prefix"]),
        deletion["objects"],
        text(&deletion["proposed_by"]),
        text(&deletion["reason"])
    )
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("-")
}

fn print(reporting: &Reporting, items: &Value, line: impl Fn(&Value) -> String) {
    if reporting.is_stdout() {
        return;
    }
    let items = items.as_array().map(Vec::as_slice).unwrap_or_default();
    for item in items {
        println!("{}", line(item));
    }
    if items.is_empty() {
        println!("There are none.");
    }
}
