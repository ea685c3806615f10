//! `sekoci drill list`.

use crate::cli::{Connection, Failure};
use client::SiteUrl;
use drill::Doors;
use drill::scenario::{Scenario, builtin};
use serde_json::{Value, json};
use std::path::PathBuf;

/// Arguments of `sekoci drill list`. With an installation to ask, it says how each went last.
#[derive(clap::Args)]
pub struct Arguments {
    /// Print them as JSON
    #[arg(long)]
    json: bool,
    /// URL of a site, to say how each went last; give it once per site
    #[arg(
        long = "url",
        env = "SEKOCI_URL",
        value_name = "URL",
        value_delimiter = ','
    )]
    urls: Vec<SiteUrl>,
    /// Name to sign in with
    #[arg(long, env = "SEKOCI_USER", value_name = "NAME")]
    user: Option<String>,
    /// File that holds the password (or the variable SEKOCI_PASSWORD)
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// PEM file of the certificate authorities to trust instead of the system's
    #[arg(long, env = "SEKOCI_CA_FILE", value_name = "FILE")]
    ca_file: Option<PathBuf>,
}

/// Prints them.
///
/// # Errors
/// When an installation is named and does not answer.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let scenarios: Vec<Scenario> = builtin()
        .filter_map(|(name, _)| Scenario::builtin(name))
        .collect();
    let last = if arguments.urls.is_empty() {
        Vec::new()
    } else {
        let doors = Doors::new(arguments.connection().client()?);
        crate::cli::block_on(last_of(&doors, &scenarios))?
    };
    let last_of = |at: usize| last.get(at).cloned().unwrap_or(Value::Null);
    if arguments.json {
        let lines = scenarios.iter().enumerate();
        let lines: Vec<Value> = lines.map(|(at, one)| line(one, &last_of(at))).collect();
        println!("{:#}", json!({ "scenarios": lines }));
        return Ok(());
    }
    for (at, one) in scenarios.iter().enumerate() {
        let needs = one.needs.join(", ");
        let needs = if needs.is_empty() { "-" } else { &needs };
        print!(
            "{:<24} {:<19} {:<18} ",
            one.name,
            one.safety.as_str(),
            needs
        );
        match outcome(&last_of(at)) {
            Some(outcome) => println!("{} [{outcome}]", one.title_in("en")),
            None => println!("{}", one.title_in("en")),
        }
    }
    Ok(())
}

/// The last drill of each, or null.
async fn last_of(doors: &Doors, scenarios: &[Scenario]) -> Result<Vec<Value>, Failure> {
    let mut last = Vec::new();
    for scenario in scenarios {
        let drills = doors.drills(Some(&scenario.name), 1).await;
        let drills = drills.map_err(|e| Failure::failed(e.to_string()))?;
        last.push(drills.into_iter().next().unwrap_or(Value::Null));
    }
    Ok(last)
}

fn line(scenario: &Scenario, last: &Value) -> Value {
    json!({
        "name": scenario.name,
        "title": scenario.title,
        "description": scenario.description,
        "safety": scenario.safety,
        "needs": scenario.needs,
        "last": if last.is_null() { Value::Null } else { json!({
            "drill_id": last["drill_id"],
            "started_at": last["started_at"],
            "ended_at": last["ended_at"],
            "outcome": outcome(last),
        }) },
    })
}

/// How a drill on record went.
fn outcome(last: &Value) -> Option<&'static str> {
    if last.is_null() {
        return None;
    }
    Some(
        match (&last["passed"], last["report"]["aborted"].is_null()) {
            (Value::Null, _) => "under way",
            (_, false) => "aborted",
            (Value::Bool(true), true) => "passed",
            _ => "failed",
        },
    )
}

impl Arguments {
    fn connection(&self) -> Connection {
        Connection {
            urls: self.urls.clone(),
            user: self.user.clone(),
            password_file: self.password_file.clone(),
            ca_file: self.ca_file.clone(),
            patience: 30,
        }
    }
}
