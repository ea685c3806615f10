//! Takes a conversation back from the archive. Tested with `archive_conversation`.

use super::Deciding;
use crate::ConversationId;
use crate::access::Action;
use crate::events::{ConversationUnarchived, Fact};
use crate::rows::Seat;
use kernel::{CommandSpec, DecideError, Decision};
use serde::Deserialize;
use utoipa::ToSchema;

/// How it is offered.
pub const SPEC: CommandSpec = CommandSpec::new::<UnarchiveConversation>(
    "unarchive-conversation",
    "Take a group or a channel back from the archive.",
);

/// Take a group or a channel back from the archive.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UnarchiveConversation {
    /// The conversation.
    pub conversation_id: ConversationId,
}

/// Decides it.
///
/// # Errors
/// Refused for one-to-ones and those who may not.
pub fn decide(of: &Deciding<'_>, body: UnarchiveConversation) -> Result<Decision, DecideError> {
    let seat = Seat::find(of.rows, of.viewer, body.conversation_id)?;
    seat.require_shared()?;
    seat.require(Action::Archive, None)?;
    if !seat.is_archived {
        return Ok(Decision::unchanged());
    }
    let fact = ConversationUnarchived {
        conversation_id: seat.id,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}
