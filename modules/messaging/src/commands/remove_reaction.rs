//! Takes a reaction back. Tested with `add_reaction`.

use super::Deciding;
use crate::MessageId;
use crate::access::Action;
use crate::events::{Fact, ReactionRemoved};
use crate::rows::Message;
use kernel::{CommandSpec, DecideError, Decision};
use serde::Deserialize;
use utoipa::ToSchema;

/// How it is offered.
pub const SPEC: CommandSpec =
    CommandSpec::new::<RemoveReaction>("remove-reaction", "Take one's reaction back.");

/// Take one's reaction back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RemoveReaction {
    /// The message.
    pub message_id: MessageId,
    /// The emoji, or its `:name:`.
    pub emoji: String,
}

/// Decides it.
///
/// # Errors
/// Refused in archived conversations.
pub fn decide(of: &Deciding<'_>, body: RemoveReaction) -> Result<Decision, DecideError> {
    let (message, seat) = Message::read_by(of.rows, of.viewer, body.message_id)?;
    seat.require(Action::React, None)?;
    seat.require_open()?;
    let has_reacted = of
        .rows
        .prepare_cached("SELECT 1 FROM reaction WHERE message = ?1 AND emoji = ?2 AND person = ?3")?
        .exists((message.key, &body.emoji, of.viewer.id))?;
    if !has_reacted {
        return Ok(Decision::unchanged());
    }
    let fact = ReactionRemoved {
        message_id: message.id,
        conversation_id: seat.id,
        position: message.position(),
        person: of.viewer.id,
        emoji: body.emoji,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}
