//! `sekoci at`: a query of a workspace, answered as of a moment.

use super::workspace::workspace;
use super::{Connection, Failure, Reporting, moment};
use client::Client;
use kernel::Timestamp;
use serde_json::Value;
use std::path::PathBuf;

/// Arguments of `sekoci at`.
#[derive(clap::Args)]
pub struct Arguments {
    /// The moment: 2026-11-24T14:00:00Z, or milliseconds since the Unix epoch
    #[arg(value_name = "TIME", value_parser = moment::parse)]
    time: Timestamp,
    /// The module that is asked: directory, messaging, documents
    module: String,
    /// Its query, as in GET /api/MODULE/QUERY
    query: String,
    /// The workspace, by name or id
    #[arg(long, value_name = "WORKSPACE")]
    workspace: String,
    /// A parameter of the query; give it once per parameter
    #[arg(long = "param", value_name = "NAME=VALUE", value_parser = parameter)]
    parameters: Vec<(String, String)>,
    #[command(flatten)]
    connection: Connection,
    #[command(flatten)]
    reporting: Reporting,
}

/// Runs it. The answer is printed as JSON, or written where `--json` says.
///
/// # Errors
/// When there is no such workspace for the user, the installation refuses, or no site has the moment
/// ready in time.
pub fn run(arguments: Arguments) -> Result<(), Failure> {
    arguments.reporting.check()?;
    for (argument, name) in [("MODULE", &arguments.module), ("QUERY", &arguments.query)] {
        let is_name = |c: char| c.is_ascii_lowercase() || c == '-';
        if name.is_empty() || !name.chars().all(is_name) {
            return Err(Failure::argument(argument, format!("{name:?} is no name")));
        }
    }
    let client = arguments.connection.client()?;
    let answer = super::block_on(ask(&client, &arguments))?;
    let reporting = match arguments.reporting.json {
        Some(_) => arguments.reporting,
        None => Reporting {
            json: Some(PathBuf::from("-")),
        },
    };
    reporting.write(&answer)
}

async fn ask(client: &Client, arguments: &Arguments) -> Result<Value, Failure> {
    let workspace = workspace(client, &arguments.workspace).await?;
    let mut parameters = vec![("moment", arguments.time.millis().to_string())];
    let own = arguments.parameters.iter();
    parameters.extend(own.map(|(name, value)| (name.as_str(), value.clone())));
    let (module, query) = (&arguments.module, &arguments.query);
    Ok(client
        .query(module, query, Some(workspace), &parameters)
        .await?)
}

fn parameter(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("a parameter is written NAME=VALUE".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_have_a_name_and_a_value() {
        let pair = |name: &str, value: &str| Ok((name.to_owned(), value.to_owned()));
        assert_eq!(parameter("limit=5"), pair("limit", "5"));
        assert_eq!(parameter("q=a=b"), pair("q", "a=b"));
        assert_eq!(parameter("q="), pair("q", ""));
        assert!(parameter("limit").is_err());
        assert!(parameter("=5").is_err());
    }
}
