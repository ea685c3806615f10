//! Brings a Slack export into a workspace: people, conversations, messages, threads, reactions,
//! edits and the files it can find.
//!
//! The export is read twice and never held in memory: [`Survey::of`] reads all of it, finds what
//! is wrong with it and counts, before [`import`] sends anything. Ids follow from Slack's ids and
//! command ids from what is sent, so importing twice, or going on after an interruption, adds
//! nothing twice.
//!
//! # What becomes of what
//!
//! | in Slack | here |
//! |---|---|
//! | user | person; deactivated where deleted or a bot; guests stay guests, no other right is taken over |
//! | author, member or reacting person who is missing in `users.json` | deactivated placeholder person |
//! | bot or integration without a user | deactivated person named after it |
//! | public channel | channel for everyone, whoever reads may write |
//! | private channel | group with its members |
//! | one-to-one, group conversation | the same |
//! | message, thread reply, broadcast reply | message, reply |
//! | message with nothing to show | message that says so, with a note |
//! | `/me` message | message that begins with `* ` and the name |
//! | notice (joined, left, topic, renamed, pinned …) | message of the person concerned |
//! | `edited` | time of the last edit; the earlier text is not in an export |
//! | `message_changed` | the message with its new text and the earlier one in its history |
//! | `message_deleted`, deleted message without replies | passed over |
//! | deleted message with replies (`tombstone`) | message that says so, so that the thread stands |
//! | reply whose first message is missing | message outside a thread, with a note |
//! | mention of a person, channel, group, everyone | `@handle`, `#name`, `@group`, `@here` as text; people are mentioned |
//! | link | its label and address as text |
//! | file in the export or in the folder given | attachment |
//! | file that is not there | a line in the message, and a note |
//! | reaction | the same emoji, or its `:name:` where there is none |

mod archive;
mod bring;
mod convert;
mod error;
mod export;
mod outcome;
mod raw;
pub mod sample;
mod survey;

pub use archive::{Archive, Limits};
pub use bring::{ImportError, Options, Progress, Silent, Stage, import};
pub use error::ArchiveError;
pub use export::Export;
pub use outcome::{Counts, Report, RowReport, Rows};
pub use survey::Survey;
