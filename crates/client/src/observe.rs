//! Measured hooks: every attempt at every site, as it ends.

use kernel::Timestamp;
use std::time::Duration;

/// Is told of every attempt.
pub trait Observer: Send + Sync {
    /// An attempt ended. Called on the client's own task: be quick.
    fn attempt(&self, attempt: &Attempt<'_>);
}

impl<F: Fn(&Attempt<'_>) + Send + Sync> Observer for F {
    fn attempt(&self, attempt: &Attempt<'_>) {
        self(attempt);
    }
}

/// One attempt at one site.
#[derive(Clone, Debug)]
pub struct Attempt<'a> {
    /// What was asked, as `module/name`.
    pub operation: &'a str,
    /// Index of the site in the order the client was given them.
    pub site: usize,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// How long it took.
    pub took: Duration,
    /// How it ended.
    pub outcome: AttemptOutcome,
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttemptOutcome {
    /// Granted or refused for good.
    Final {
        /// The HTTP status.
        status: u16,
    },
    /// Answered, but to be asked again.
    Passing {
        /// The HTTP status.
        status: u16,
    },
    /// No connection: certainly nothing was sent.
    Unreachable,
    /// Sent, and no (whole) answer came.
    Unanswered,
}
