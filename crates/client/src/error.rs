//! Why a call did not succeed.

use crate::{AddressError, Problem};
use std::path::PathBuf;
use std::time::Duration;

/// Why a call did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A site refused for good; asking again would give the same.
    #[error("{0}")]
    Refused(Problem),
    /// No site gave a final answer in time.
    #[error("{operation}: no final answer within {:.1} s ({attempts} attempts); last: {last}", waited.as_secs_f64())]
    NoAnswer {
        /// What was asked, as `module/name`.
        operation: String,
        /// How long was tried.
        waited: Duration,
        /// How many attempts were made.
        attempts: u32,
        /// What the last attempt met.
        last: String,
        /// Whether a command may have taken effect all the same; `false`: it certainly has not.
        may_have_taken_effect: bool,
    },
    /// A site granted the call with a body that is not what the contract says.
    #[error("{operation}: the answer of {site} cannot be read: {cause}")]
    Unreadable {
        /// What was asked.
        operation: String,
        /// The site's URL.
        site: String,
        /// What does not fit.
        cause: String,
    },
    /// The call needs a session and the client was given neither a token nor credentials.
    #[error("not signed in: no user and password given")]
    NoCredentials,
}

impl Error {
    /// The refusal, where it is one.
    #[must_use]
    pub const fn problem(&self) -> Option<&Problem> {
        match self {
            Self::Refused(problem) => Some(problem),
            _ => None,
        }
    }

    /// Whether a command may have taken effect although the call failed.
    #[must_use]
    pub const fn may_have_taken_effect(&self) -> bool {
        match self {
            Self::NoAnswer {
                may_have_taken_effect,
                ..
            } => *may_have_taken_effect,
            Self::Unreadable { .. } => true,
            Self::Refused(_) | Self::NoCredentials => false,
        }
    }
}

/// Why a client could not be built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// A site's URL does not fit.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// No site was given.
    #[error("at least one site's URL is needed")]
    NoSite,
    /// The file with certificate authorities cannot be used.
    #[error("certificate authorities in {path}: {cause}")]
    Authorities {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        cause: String,
    },
    /// The TLS or HTTP library refused its settings.
    #[error("the HTTP client cannot be set up: {0}")]
    Setup(String),
}

impl From<BuildError> for Error {
    fn from(error: BuildError) -> Self {
        Self::NoAnswer {
            operation: "set up the client".into(),
            waited: Duration::ZERO,
            attempts: 0,
            last: error.to_string(),
            may_have_taken_effect: false,
        }
    }
}
