//! Logs on stderr: `SEKOCI_LOG` says which, else what each subcommand usually says.

use tracing_subscriber::EnvFilter;

/// Starts logging at `usual` (`warn`, `info`) for a process that has not started it yet.
pub fn start(usual: &str) {
    let filter = EnvFilter::try_from_env("SEKOCI_LOG").unwrap_or_else(|_| EnvFilter::new(usual));
    // A subcommand that logs in its own way has set this up already.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
        .try_init();
}
