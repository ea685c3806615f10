//! Reacts to a message.

use super::Deciding;
use crate::access::Action;
use crate::events::{Fact, ReactionAdded};
use crate::limits::REACTIONS_MAX;
use crate::rows::Message;
use crate::{MessageId, text};
use kernel::{CommandSpec, DecideError, Decision, Refusal};
use serde::Deserialize;
use utoipa::ToSchema;

/// How it is offered.
pub const SPEC: CommandSpec =
    CommandSpec::new::<AddReaction>("add-reaction", "React to a message with an emoji.");

/// React to a message with an emoji.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddReaction {
    /// The message.
    pub message_id: MessageId,
    /// The emoji, or its `:name:`.
    pub emoji: String,
}

/// Decides it.
///
/// # Errors
/// Refused for what is no emoji, deleted messages, too many reactions and archived conversations.
pub fn decide(of: &Deciding<'_>, body: AddReaction) -> Result<Decision, DecideError> {
    let (message, seat) = Message::read_by(of.rows, of.viewer, body.message_id)?;
    seat.require(Action::React, None)?;
    message.require_present()?;
    seat.require_open()?;
    text::check_emoji("command.emoji", &body.emoji)?;
    let has_reacted = of
        .rows
        .prepare_cached("SELECT 1 FROM reaction WHERE message = ?1 AND emoji = ?2 AND person = ?3")?
        .exists((message.key, &body.emoji, of.viewer.id))?;
    if has_reacted {
        return Ok(Decision::unchanged());
    }
    let others: u64 = of
        .rows
        .prepare_cached(
            "SELECT count(DISTINCT emoji) FROM reaction WHERE message = ?1 AND emoji <> ?2",
        )?
        .query_row((message.key, &body.emoji), |row| row.get(0))?;
    if others >= REACTIONS_MAX {
        let detail = format!("A message has at most {REACTIONS_MAX} different reactions.");
        return Err(Refusal::conflict("too_many_reactions", detail).into());
    }
    let fact = ReactionAdded {
        message_id: message.id,
        conversation_id: seat.id,
        position: message.position(),
        person: of.viewer.id,
        emoji: body.emoji,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}

#[cfg(test)]
mod tests {
    use crate::testing::*;
    use serde_json::json;

    #[test]
    fn reactions_are_counted_per_emoji() {
        let mut given = office_with_rooms();
        let id = post(given.by(BEN), CHANNEL, "news");
        let ask = |emoji: &str| json!({ "message_id": id, "emoji": emoji });
        given
            .by(CYD)
            .when("add-reaction", ask("👍"))
            .accepted("reaction-added");
        given.when("add-reaction", ask("👍")).unchanged();
        given
            .by(BEN)
            .when("add-reaction", ask("👍"))
            .accepted("reaction-added");
        let later = given.now().plus_ms(1);
        given.at(later);
        given
            .when("add-reaction", ask("🎉"))
            .accepted("reaction-added");
        given
            .when("add-reaction", ask("a b"))
            .refused("emoji_invalid");
        let list = query(
            &given,
            CYD,
            "message-list",
            &format!("conversation_id={CHANNEL}"),
        );
        assert_eq!(
            list.unwrap()["items"][0]["reactions"],
            json!([
                { "emoji": "👍", "count": 2, "mine": true },
                { "emoji": "🎉", "count": 1, "mine": false },
            ])
        );
        given
            .by(CYD)
            .when("remove-reaction", ask("👍"))
            .accepted("reaction-removed");
        given.when("remove-reaction", ask("👍")).unchanged();
        given.assert_replays();
    }

    #[test]
    fn there_is_an_end_to_different_reactions() {
        let mut given = office_with_rooms();
        let id = post(given.by(BEN), GROUP, "news");
        for i in 0..100 {
            let ask = json!({ "message_id": id, "emoji": format!(":e{i}:") });
            given.when("add-reaction", ask).accepted("reaction-added");
        }
        let ask = |emoji: &str| json!({ "message_id": id, "emoji": emoji });
        given
            .when("add-reaction", ask(":one-more:"))
            .refused("too_many_reactions");
        given
            .by(CYD)
            .when("add-reaction", ask(":e1:"))
            .accepted("reaction-added");
    }
}
