//! `sekoci serve`: runs a site or a witness in the foreground.

mod engine;
mod found;
mod memory;
mod site;
mod witness;

pub use engine::open as open_engine;
pub use memory::set_up as set_up_memory;
pub use site::modules;

use crate::cli::failure::{Failure, with_sources};
use clap::Args;
use server::config::{Config, Role};
use std::path::PathBuf;
use std::sync::Arc;

/// Arguments of `sekoci serve`.
#[derive(Args)]
pub struct Arguments {
    /// The node's configuration, as made by `sekoci init`
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
}

/// Runs the subcommand until SIGTERM or SIGINT.
pub fn run(arguments: Arguments) -> Result<(), Failure> {
    memory::set_up();
    let config = Config::load(&arguments.config).map_err(|e| Failure::argument("--config", e))?;
    let folder = arguments
        .config
        .parent()
        .map(PathBuf::from)
        .unwrap_or_default();
    let config = Arc::new(config);
    runtime()?.block_on(async {
        match config.role {
            Role::Site => site::run(config, &folder).await,
            Role::Witness => witness::run(config).await,
        }
    })
}

/// The async runtime, with the one TLS provider installed.
pub fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    // Whoever was first to install it installed the same one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|e| Failure::failed(with_sources(&e)))
}

/// Ends when the process is told to stop.
pub async fn told_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut terminate), Ok(mut interrupt)) = (
        signal(SignalKind::terminate()),
        signal(SignalKind::interrupt()),
    ) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}
