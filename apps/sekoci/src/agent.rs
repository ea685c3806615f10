//! `sekoci agent`: starts, supervises and, when told to, kills the processes of one node: etcd,
//! Patroni with PostgreSQL, and `sekoci serve`. It is what a drill uses to take a site down and what
//! brings the site back; in production systemd starts it.

mod config;
mod configuration;
mod doors;
mod link;

pub use config::{Config, DatabaseConfig, MemberConfig, VaultConfig};

use crate::cli::failure::Failure;
use clap::Args;
use server::config as site_config;
use std::path::PathBuf;
use std::sync::Arc;

/// Arguments of `sekoci agent`.
#[derive(Args)]
pub struct Arguments {
    /// The agent's configuration, as made by `sekoci init`
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
}

/// Runs the subcommand until SIGTERM or SIGINT, which stop everything it started.
pub fn run(arguments: Arguments) -> Result<(), Failure> {
    let config = Config::load(&arguments.config)?;
    configuration::put_back(&config.site).map_err(|e| Failure::argument("--config", e))?;
    let site =
        site_config::Config::load(&config.site).map_err(|e| Failure::argument("--config", e))?;
    crate::serve::runtime()?.block_on(async {
        let processes = Arc::new(
            cluster::SiteProcesses::new(config.spec(&site)?)
                .map_err(|e| Failure::failed(crate::cli::failure::with_sources(&e)))?,
        );
        link::Link::of(&config, &site).mend_left_over();
        let doors = doors::open(&config, &site, Arc::clone(&processes)).await?;
        processes
            .start()
            .await
            .map_err(|e| Failure::failed(crate::cli::failure::with_sources(&e)))?;
        tracing::info!(site = %site.name, "agent started");
        crate::serve::told_to_stop().await;
        doors.abort();
        processes
            .stop()
            .await
            .map_err(|e| Failure::failed(crate::cli::failure::with_sources(&e)))
    })
}
