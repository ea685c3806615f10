//! The sample workspace: made by this project, brought in through the front door.

use crate::cli::failure::{Failure, with_sources};
use crate::init::Plan;
use client::Client;
use slack_import::{Options, Silent};
use std::sync::Arc;

/// Brings the sample workspace in. Bringing it in again adds nothing.
pub async fn bring_in(client: &Client, plan: &Plan) -> Result<(), Failure> {
    let file = plan.out.join("sample.zip");
    let made = std::fs::File::create(&file).and_then(slack_import::sample::write);
    made.map_err(|e| Failure::failed(format!("{}: {e}", file.display())))?;
    let options = Options::new(&plan.workspace);
    let report = slack_import::import(client, &file, &options, Arc::new(Silent))
        .await
        .map_err(|e| Failure::failed(with_sources(&e)))?;
    if let Some(skipped) = report.skipped.first() {
        return Err(Failure::failed(format!(
            "the sample has a row that does not fit: {skipped:?}"
        )));
    }
    Ok(())
}
