//! Says what a conversation is about.

use super::Deciding;
use crate::access::Action;
use crate::events::{Fact, TopicSet};
use crate::rows::Seat;
use crate::{ConversationId, text};
use kernel::{CommandSpec, DecideError, Decision};
use serde::Deserialize;
use utoipa::ToSchema;

/// How it is offered.
pub const SPEC: CommandSpec =
    CommandSpec::new::<SetTopic>("set-topic", "Say what a group or a channel is about.");

/// Say what a group or a channel is about.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetTopic {
    /// The conversation.
    pub conversation_id: ConversationId,
    /// Its topic from now on; empty for none.
    pub topic: String,
}

/// Decides it.
///
/// # Errors
/// Refused for a topic that is too long, one-to-ones, archived conversations, and those who may
/// not.
pub fn decide(of: &Deciding<'_>, body: SetTopic) -> Result<Decision, DecideError> {
    let seat = Seat::find(of.rows, of.viewer, body.conversation_id)?;
    seat.require_shared()?;
    seat.require(Action::Describe, None)?;
    seat.require_open()?;
    let topic = text::topic("command.topic", &body.topic)?;
    let present: Option<String> = of
        .rows
        .prepare_cached("SELECT topic FROM conversation WHERE key = ?1")?
        .query_row([seat.key], |row| row.get(0))?;
    if present.unwrap_or_default() == topic {
        return Ok(Decision::unchanged());
    }
    let fact = TopicSet {
        conversation_id: seat.id,
        topic,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}

#[cfg(test)]
mod tests {
    use crate::testing::*;
    use serde_json::json;

    #[test]
    fn a_topic_is_set_and_taken_away() {
        let mut given = office_with_rooms();
        let ask = |topic: &str| json!({ "conversation_id": GROUP, "topic": topic });
        given.by(CYD).when("set-topic", ask("")).unchanged();
        given
            .when("set-topic", ask("Tea at four"))
            .accepted("topic-set");
        given.when("set-topic", ask("Tea at four")).unchanged();
        given.when("set-topic", ask("")).accepted("topic-set");
        given
            .when("set-topic", ask(&"x".repeat(1001)))
            .refused("too_long");
        given.assert_replays();
    }
}
