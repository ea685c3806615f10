//! Running a witness: the third vantage point. It holds no data key and decides nothing about what
//! is written.

use crate::cli::failure::Failure;
use server::config::Config;
use std::sync::Arc;

/// Runs a witness until the process is told to stop.
pub async fn run(config: Arc<Config>) -> Result<(), Failure> {
    std::fs::create_dir_all(&config.data)
        .map_err(|e| Failure::argument("data", format!("{}: {e}", config.data.display())))?;
    tracing::info!(witness = %config.name, "witness watches");
    super::told_to_stop().await;
    Ok(())
}
