//! The two-site client: what the CLI, the probers and the load generator speak to an installation
//! with. It knows every site's address, sends a command with the same id until one of them gives a
//! final answer, resumes event streams from the last seq it saw, and keeps an outbox on disk.
//!
//! ```no_run
//! # async fn example() -> Result<(), client::Error> {
//! let client = client::Client::builder()
//!     .site("http://127.0.0.1:7100")?
//!     .site("http://127.0.0.1:7200")?
//!     .credentials("operator", "correct horse battery staple")
//!     .build()?;
//! let session = client.session().await?;
//! let workspace = session.workspaces[0].id;
//! let command = client.new_command(
//!     "directory",
//!     "create-group",
//!     serde_json::json!({ "group_id": client.new_uuid(), "name": "Night shift" }),
//! );
//! let answered = client.command(&command.in_workspace(workspace)).await?;
//! println!("stored as entry {:?} at site {}", answered.seq, answered.site);
//! # Ok(()) }
//! ```

mod address;
mod attachment;
mod backoff;
mod builder;
mod call;
mod classify;
mod command;
mod error;
mod events;
mod exchange;
mod health;
pub mod load;
mod observe;
pub mod outbox;
mod problem;
mod query;
mod session;
mod timeouts;
mod tls;

pub use address::{AddressError, SiteUrl};
pub use attachment::{AttachmentError, Uploaded};
pub use backoff::Backoff;
pub use builder::{Builder, Client};
pub use command::{Answered, Command};
pub use error::{BuildError, Error};
pub use events::{EventStream, Notice, StreamedEvent, Subscription};
pub use health::SiteHealth;
pub use observe::{Attempt, AttemptOutcome, Observer};
pub use problem::Problem;
pub use query::Page;
pub use session::{Account, PersonInWorkspace, Session, SignedIn, SiteEntry, WorkspaceEntry};
pub use timeouts::Timeouts;
pub use tls::{client_config as tls_config, install_crypto_provider};
