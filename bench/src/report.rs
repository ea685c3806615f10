//! Where measurements go: one JSON file for each, in a folder.

use crate::machine;
use anyhow::Context;
use kernel::Clock;
use kernel::clock::SystemClock;
use serde::Serialize;
use serde_json::{Value, json};
use std::path::PathBuf;

/// The folder with the reports.
#[derive(clap::Args, Debug)]
pub struct Reports {
    /// Folder the JSON files go to, one per subcommand
    #[arg(
        long,
        value_name = "DIR",
        default_value = "target/bench",
        global = true
    )]
    out: PathBuf,
}

/// A measurement under way: knows when it began and how busy the machine was then.
pub struct Report<'a> {
    reports: &'a Reports,
    name: &'static str,
    began: Value,
}

impl Reports {
    /// Begins a report; finds out first whether it can be written later.
    pub fn begin(&self, name: &'static str) -> anyhow::Result<Report<'_>> {
        std::fs::create_dir_all(&self.out)
            .with_context(|| format!("--out: {}", self.out.display()))?;
        Ok(Report {
            reports: self,
            name,
            began: json!({
                "bench": name,
                "started_at": SystemClock.now(),
                "machine": machine::describe(),
            }),
        })
    }
}

impl Report<'_> {
    /// Writes it, with how it was asked for and what was found.
    pub fn write(self, asked: &Value, found: &impl Serialize) -> anyhow::Result<()> {
        let mut report = self.began;
        report["ended_at"] = json!(SystemClock.now());
        report["load_average_at_end"] = json!(machine::load_average());
        report["asked"] = asked.clone();
        report["found"] = serde_json::to_value(found)?;
        let file = self.reports.out.join(format!("{}.json", self.name));
        let text = format!("{report:#}\n");
        std::fs::write(&file, text).with_context(|| file.display().to_string())?;
        println!("\nwritten: {}", file.display());
        Ok(())
    }
}
