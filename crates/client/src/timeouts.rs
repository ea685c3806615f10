//! The client's time limits.

use std::time::Duration;

/// How long the client waits for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// Making a connection to one site.
    pub connect: Duration,
    /// One attempt at one site; after it the outcome there is unknown and the next site is asked.
    pub attempt: Duration,
    /// All attempts of one call together, unless the caller gives its own limit.
    pub patience: Duration,
    /// Silence on an event stream (its server speaks at least every 5 s) after which the next site
    /// is tried.
    pub stream_silence: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(2),
            attempt: Duration::from_secs(5),
            patience: Duration::from_secs(30),
            stream_silence: Duration::from_secs(12),
        }
    }
}
