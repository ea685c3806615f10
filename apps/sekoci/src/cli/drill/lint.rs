//! `sekoci drill lint FILE`.

use crate::cli::Failure;
use drill::scenario::lint;
use serde_json::json;
use std::path::PathBuf;

/// Arguments of `sekoci drill lint`.
#[derive(clap::Args)]
pub struct Arguments {
    /// The scenario's file
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Print the findings as JSON
    #[arg(long)]
    json: bool,
}

/// Prints what is wrong with it.
///
/// # Errors
/// Failed where something is wrong, refused where it cannot be read.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let file = arguments.file.display();
    let unreadable = |cause: &dyn std::fmt::Display| Failure::refused(format!("{file}: {cause}"));
    let text = std::fs::read_to_string(&arguments.file).map_err(|e| unreadable(&e))?;
    let findings = lint(&text).map_err(|e| unreadable(&e))?;
    if arguments.json {
        let report = json!({ "file": arguments.file, "findings": findings });
        println!("{report:#}");
    } else {
        for finding in &findings {
            let (line, field, message) = (finding.line, &finding.field, &finding.message);
            println!("{file}:{line}: {field}: {message} [{}]", finding.rule);
        }
    }
    match findings.len() {
        0 => Ok(()),
        1 => Err(Failure::failed(format!("{file}: one thing is wrong"))),
        count => Err(Failure::failed(format!("{file}: {count} things are wrong"))),
    }
}
