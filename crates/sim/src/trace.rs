//! What happened, in order: hashed always, printed when wished.

use std::fmt::{Arguments, Write};

/// The trace of a run.
pub(crate) struct Trace {
    hasher: blake3::Hasher,
    line: String,
    is_verbose: bool,
}

impl Trace {
    pub(crate) fn new(is_verbose: bool) -> Self {
        Self {
            hasher: blake3::Hasher::new(),
            line: String::new(),
            is_verbose,
        }
    }

    /// Adds what happened at `now`.
    pub(crate) fn note(&mut self, now: i64, what: Arguments<'_>) {
        self.line.clear();
        let _ = write!(self.line, "{now:>7} {what}");
        self.hasher.update(self.line.as_bytes());
        if self.is_verbose {
            println!("{}", self.line);
        }
    }

    /// A fingerprint of the whole trace.
    pub(crate) fn hash(&self) -> String {
        self.hasher.finalize().to_hex().to_string()
    }
}
