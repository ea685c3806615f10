//! What a run leaves behind for the checkers.

use crate::plan::Mix;
use journal::partition::Outcome;
use kernel::{Command, Entry, Hash, Payload, Seq};

/// Why a client issues a command id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// For the first time.
    First,
    /// Once more, although it holds the answer to the given issue.
    Repeat(usize),
    /// For something else than the given issue, which was accepted.
    Reuse(usize),
}

/// An answer on its way to a client.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) at: i64,
    pub(crate) outcome: Outcome,
    /// What the answering site had applied.
    pub(crate) head: Seq,
    /// Whether it believed to lead.
    pub(crate) led: bool,
}

/// One request of a client.
#[derive(Clone, Debug)]
pub(crate) struct Attempt {
    pub(crate) site: usize,
    pub(crate) sent_at: i64,
    pub(crate) reply: Option<Reply>,
}

/// One wish of a client, with everything it took to have it answered.
#[derive(Clone, Debug)]
pub(crate) struct Issue {
    pub(crate) client: usize,
    pub(crate) command: Command,
    pub(crate) kind: Kind,
    pub(crate) began_at: i64,
    pub(crate) attempts: Vec<Attempt>,
    /// The first final answer, and when the client had it.
    pub(crate) answer: Option<Reply>,
}

/// An entry that a core reported as applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sighting {
    pub(crate) life: u64,
    pub(crate) seq: Seq,
    pub(crate) hash: Hash,
}

/// Every row of every table of a view.
pub(crate) type Dump = Vec<String>;

/// A whole run.
#[derive(Clone, Debug, Default)]
pub(crate) struct History {
    pub(crate) mix: Mix,
    /// The site that is left while the other is lost or cut off, and nothing else is wrong.
    pub(crate) survivor: Option<usize>,
    /// When something was wrong, from and to.
    pub(crate) troubles: Vec<(i64, i64)>,
    pub(crate) healed_at: i64,
    pub(crate) ended_at: i64,
    pub(crate) issues: Vec<Issue>,
    pub(crate) chain: Vec<Entry>,
    pub(crate) payloads: Vec<Payload>,
    pub(crate) landed_at: Vec<i64>,
    pub(crate) sightings: [Vec<Sighting>; 2],
    pub(crate) views: [Dump; 2],
    pub(crate) replay: Dump,
    /// Failures of a core, and whether a planned panic explains them.
    pub(crate) failures: Vec<(String, bool)>,
    /// The most steps a core asked for in one millisecond.
    pub(crate) busiest_tick: u32,
    /// Whether modules were made to panic.
    pub(crate) panics: bool,
}

/// Something a checker found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Which checker.
    pub checker: &'static str,
    /// What it found.
    pub detail: String,
}

impl Issue {
    /// The answer, if it was [`Outcome::Accepted`].
    pub(crate) fn accepted(&self) -> Option<(Seq, &serde_json::Value)> {
        match &self.answer.as_ref()?.outcome {
            Outcome::Accepted { seq, answer, .. } => Some((*seq, answer)),
            _ => None,
        }
    }

    /// Every answer that reached the client, late ones too.
    pub(crate) fn replies(&self) -> impl Iterator<Item = &Reply> {
        self.attempts
            .iter()
            .filter_map(|attempt| attempt.reply.as_ref())
    }
}

/// Whether a client stops asking after this outcome.
pub(crate) fn is_final(outcome: &Outcome) -> bool {
    matches!(
        outcome,
        Outcome::Accepted { .. } | Outcome::Unchanged { .. } | Outcome::Refused(_)
    )
}
