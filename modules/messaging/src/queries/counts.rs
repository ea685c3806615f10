//! How much the workspace holds, for whoever imports into it.

use crate::access::{Action, Viewer};
use kernel::{Actor, DecideError};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// No parameters.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CountsParams {}

/// How much the workspace holds, whoever may read it; deleted messages count.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Counts {
    /// Official channels.
    pub channels: u64,
    /// Groups.
    pub groups: u64,
    /// One-to-ones.
    pub direct: u64,
    /// Messages, replies included.
    pub messages: u64,
    /// Messages that have replies.
    pub threads: u64,
    /// Replies.
    pub replies: u64,
    /// Reactions, one for each person.
    pub reactions: u64,
    /// Attached files.
    pub files: u64,
}

/// Answers it. Reads every message once: meant for the end of an import, not for screens.
///
/// # Errors
/// `not_permitted` without the permission to import.
pub fn counts(
    rows: &Connection,
    actor: &Actor,
    _params: CountsParams,
) -> Result<Counts, DecideError> {
    Viewer::of(rows, actor)?.require(Action::Import)?;
    let one = |sql: &str| rows.query_row(sql, [], |row| row.get::<_, u64>(0));
    Ok(Counts {
        channels: one("SELECT count(*) FROM conversation WHERE kind = 'channel'")?,
        groups: one("SELECT count(*) FROM conversation WHERE kind = 'group'")?,
        direct: one("SELECT count(*) FROM conversation WHERE kind = 'direct'")?,
        messages: one("SELECT count(*) FROM message")?,
        threads: one("SELECT count(DISTINCT thread) FROM message WHERE thread IS NOT NULL")?,
        replies: one("SELECT count(*) FROM message WHERE thread IS NOT NULL")?,
        reactions: one("SELECT count(*) FROM reaction")?,
        files: one(
            "SELECT coalesce(sum(json_array_length(attachments)), 0) FROM message
             WHERE attachments IS NOT NULL",
        )?,
    })
}

#[cfg(test)]
mod tests {
    use crate::ConversationId;
    use crate::testing::*;
    use serde_json::json;

    #[test]
    fn what_was_imported_is_counted_for_importers_only() {
        let mut given = office_with_rooms();
        let before = query(&given, ANN, "counts", "").unwrap();
        let channel = json!({ "external_id": "C1", "kind": "channel", "name": "ubuntu",
            "created_at": 5, "members": [BEN] });
        let body = json!({ "conversations": [channel] });
        given
            .by(ANN)
            .when("import-conversations", body)
            .accepted("conversation-imported");
        let message = |id: &str, root: Option<&str>| {
            json!({ "external_id": id, "conversation_id": ConversationId::imported("C1"),
                "author": BEN, "time": 1, "text": "x", "thread_of": root,
                "reactions": [{ "emoji": "👍", "people": [ANN, BEN] }] })
        };
        let messages = [
            message("1", None),
            message("2", Some("1")),
            message("3", Some("1")),
        ];
        given
            .when("import-messages", json!({ "messages": messages }))
            .accepted("messages-imported");
        let after = query(&given, ANN, "counts", "").unwrap();
        let grown = |field: &str| after[field].as_u64().unwrap() - before[field].as_u64().unwrap();
        let fields = [
            "channels",
            "messages",
            "threads",
            "replies",
            "reactions",
            "files",
        ];
        assert_eq!(fields.map(grown), [1, 3, 1, 2, 6, 0]);
        assert_eq!(
            query(&given, BEN, "counts", "").unwrap_err().code,
            "not_permitted"
        );
    }
}
