//! What became of one message.

use kernel::id::Uuid;
use serde::{Deserialize, Serialize};

/// One message of a load and what became of it. Times are microseconds since the epoch, counted
/// from the start of the load by a clock that never jumps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Its number in the load, from 0.
    pub index: u64,
    /// The message's id.
    pub message_id: Uuid,
    /// The command's id.
    pub command_id: Uuid,
    /// The message's text, unique in the load.
    pub text: String,
    /// When it was first sent.
    pub sent_us: i64,
    /// When its final answer or the end of patience came.
    pub ended_us: i64,
    /// Attempts it took; 0 where none ended.
    pub attempts: u32,
    /// How it ended.
    pub outcome: Outcome,
}

/// How a message ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum Outcome {
    /// The installation said that it holds it.
    Acknowledged {
        /// Name of the site that said so.
        site: String,
        /// Index of that site.
        site_index: usize,
        /// Position of its entry.
        seq: u64,
        /// `protected` or `stored_here`.
        durability: String,
    },
    /// The installation refused it.
    Refused {
        /// The problem's code.
        code: String,
    },
    /// No final answer: it may be there or not.
    Unknown,
    /// No final answer, and certainly nothing was written.
    NotTaken,
}

impl Record {
    /// Whether the installation vouched for it.
    #[must_use]
    pub const fn is_acknowledged(&self) -> bool {
        matches!(self.outcome, Outcome::Acknowledged { .. })
    }

    /// From sending to the final answer.
    #[must_use]
    pub const fn took_us(&self) -> i64 {
        self.ended_us - self.sent_us
    }
}
