//! Subcommands that talk to a running installation, and what all subcommands share.

pub mod at;
pub mod check_sign_in;
pub mod connection;
pub mod drill;
pub mod evidencing;
pub mod failure;
pub mod import;
pub mod logging;
pub mod moment;
mod private;
pub mod programme;
pub mod rehearse;
pub mod release;
pub mod report;
pub mod reporting;
pub mod rewind;
pub mod status;
pub mod template;
pub mod usage;
pub mod workspace;

pub use connection::Connection;
pub use evidencing::Evidencing;
pub use failure::Failure;
pub use private::write_private;
pub use reporting::Reporting;

/// Runs a subcommand's asynchronous part.
///
/// # Errors
/// What the work returns, or that no runtime could be started.
pub fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|e| Failure::failed(format!("no runtime can be started: {e}")))?
        .block_on(work)
}
