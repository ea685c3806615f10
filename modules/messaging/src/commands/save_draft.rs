//! Keeps a text to post later.

use super::{Deciding, post_message::require_root};
use crate::access::Action;
use crate::events::{DraftSaved, Fact};
use crate::limits::TEXT_CHARS_MAX;
use crate::rows::Seat;
use crate::{ConversationId, MessageId, text};
use kernel::{CommandSpec, DecideError, Decision};
use rusqlite::OptionalExtension;
use serde::Deserialize;
use utoipa::ToSchema;

/// How it is offered.
pub const SPEC: CommandSpec =
    CommandSpec::new::<SaveDraft>("save-draft", "Keep a text to post later.");

/// Keep a text to post later. Posting discards it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SaveDraft {
    /// Where it would be posted.
    pub conversation_id: ConversationId,
    /// The message it would reply to.
    pub thread_of: Option<MessageId>,
    /// The text; an empty one discards the draft.
    pub text: String,
}

/// Decides it.
///
/// # Errors
/// Refused for texts that are too long, where one may not write, and for unknown threads.
pub fn decide(of: &Deciding<'_>, body: SaveDraft) -> Result<Decision, DecideError> {
    let seat = Seat::find(of.rows, of.viewer, body.conversation_id)?;
    if !body.text.is_empty() {
        seat.require(Action::Draft, None)?;
    }
    // A draft is never too short.
    text::check_message("command.text", &body.text, true, TEXT_CHARS_MAX)?;
    let thread = match body.thread_of {
        Some(root) => require_root(of, &seat, root)?.key,
        None => 0,
    };
    let present: Option<String> = of
        .rows
        .prepare_cached(
            "SELECT text FROM draft WHERE person = ?1 AND conversation = ?2 AND thread = ?3",
        )?
        .query_row((of.viewer.id, seat.key, thread), |row| row.get(0))
        .optional()?;
    if present.unwrap_or_default() == body.text {
        return Ok(Decision::unchanged());
    }
    let fact = DraftSaved {
        conversation_id: seat.id,
        person: of.viewer.id,
        thread_of: body.thread_of,
        text: body.text,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}

#[cfg(test)]
mod tests {
    use crate::testing::*;
    use serde_json::json;

    #[test]
    fn drafts_are_private_and_go_when_posted() {
        let mut given = office_with_rooms();
        let root = post(given.by(CYD), GROUP, "root");
        let ask = |text: &str| json!({ "conversation_id": GROUP, "text": text });
        let reply = json!({ "conversation_id": GROUP, "thread_of": root, "text": "in thread" });
        let (events, _) = given
            .by(BEN)
            .when("save-draft", ask("dear all"))
            .accepted_events();
        assert_eq!(
            audience(&given, &events[0]).topics,
            [format!("person:{BEN}")]
        );
        given.when("save-draft", ask("dear all")).unchanged();
        given.when("save-draft", reply).accepted("draft-saved");
        let drafts = query(&given, BEN, "draft-list", "").unwrap();
        assert_eq!(drafts["items"].as_array().unwrap().len(), 2);
        assert_eq!(
            query(&given, CYD, "draft-list", "").unwrap()["items"],
            json!([])
        );
        given
            .when("post-message", post_body(2, GROUP, "dear all"))
            .accepted("message-posted");
        let drafts = query(&given, BEN, "draft-list", "").unwrap();
        assert_eq!(drafts["items"][0]["text"], "in thread");
        given.when("save-draft", ask("")).unchanged();
        given.assert_replays();
    }

    #[test]
    fn an_empty_text_discards() {
        let mut given = office_with_rooms();
        let ask = |text: &str| json!({ "conversation_id": GROUP, "text": text });
        given
            .by(BEN)
            .when("save-draft", ask("x"))
            .accepted("draft-saved");
        given.when("save-draft", ask("")).accepted("draft-saved");
        assert_eq!(
            query(&given, BEN, "draft-list", "").unwrap()["items"],
            json!([])
        );
        given
            .when("save-draft", ask(&"x".repeat(20_001)))
            .refused("text_too_long");
        let channel = json!({ "conversation_id": CHANNEL, "text": "hm" });
        given
            .by(CYD)
            .when("save-draft", channel)
            .refused("not_permitted");
        given.assert_replays();
    }
}
