//! Logs of subcommands that talk to an installation: warnings on stderr, more with `SEKOCI_LOG`.

use tracing_subscriber::EnvFilter;

/// Starts logging for a process that has not started it yet.
pub fn start() {
    let filter = EnvFilter::try_from_env("SEKOCI_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    // A subcommand that logs in its own way has set this up already.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .try_init();
}
