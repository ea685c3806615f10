//! What an import tells afterwards.

use serde::{Deserialize, Serialize};

/// How many of each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// People brought from an export, placeholders included.
    pub users: u64,
    /// Channels.
    pub channels: u64,
    /// Groups: private channels and group conversations.
    pub groups: u64,
    /// One-to-one conversations.
    pub direct: u64,
    /// Messages, replies included.
    pub messages: u64,
    /// Threads: messages with replies.
    pub threads: u64,
    /// Replies.
    pub replies: u64,
    /// Reactions, one for each person.
    pub reactions: u64,
    /// Attached files.
    pub files: u64,
}

/// A row and what about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowReport {
    /// The entry of the archive.
    pub file: String,
    /// Position in the entry's list, from 0; `None` where it is about the whole entry.
    pub index: Option<usize>,
    /// What about it.
    pub cause: String,
}

/// Rows, with a limit on how many are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rows {
    kept: Vec<RowReport>,
    total: u64,
}

/// Most rows a report keeps; the total is always right.
const KEPT_MAX: usize = 10_000;

impl Rows {
    /// Adds a row.
    pub fn add(&mut self, file: &str, index: Option<usize>, cause: impl Into<String>) {
        self.total += 1;
        if self.kept.len() < KEPT_MAX {
            self.kept.push(RowReport {
                file: file.into(),
                index,
                cause: cause.into(),
            });
        }
    }

    /// How many there were.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.total
    }

    /// Those that were kept, oldest first.
    #[must_use]
    pub fn kept(&self) -> &[RowReport] {
        &self.kept
    }

    /// Adds those of another list.
    pub(crate) fn extend(&mut self, other: Self) {
        self.total += other.total;
        let room = KEPT_MAX.saturating_sub(self.kept.len());
        self.kept.extend(other.kept.into_iter().take(room));
    }
}

/// The whole report; `--json` writes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Whether nothing was written.
    pub dry_run: bool,
    /// The workspace's name.
    pub workspace: String,
    /// Its id; `None` where a dry run found that it would have to be made.
    pub workspace_id: Option<kernel::WorkspaceId>,
    /// Counted from what the installation holds afterwards; in a dry run, from the export.
    #[serde(flatten)]
    pub counts: Counts,
    /// Counted from the export.
    pub export: Counts,
    /// How many of `export.users` are placeholders.
    pub placeholders: u64,
    /// Files named in the export whose bytes were not found.
    pub files_missing: u64,
    /// Rows without content of their own (change notices, deleted messages).
    pub passed_over: u64,
    /// Rows that could not be brought, the first 10,000 of them.
    pub skipped: Vec<RowReport>,
    /// How many rows could not be brought.
    pub skipped_total: u64,
    /// Rows that were brought, but not just as they were.
    pub notes: Vec<RowReport>,
    /// How many of those.
    pub notes_total: u64,
    /// Commands sent.
    pub commands: u64,
    /// How long reading and checking took, in milliseconds.
    pub survey_ms: u64,
    /// How long bringing took, in milliseconds.
    pub bring_ms: u64,
}
