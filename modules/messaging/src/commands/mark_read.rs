//! Says how far one has read.

use super::Deciding;
use crate::ConversationId;
use crate::events::{Fact, ReadMarked};
use crate::rows::Seat;
use kernel::{CommandSpec, DecideError, Decision, Refusal};
use rusqlite::OptionalExtension;
use serde::Deserialize;
use utoipa::ToSchema;

/// How it is offered.
pub const SPEC: CommandSpec =
    CommandSpec::new::<MarkRead>("mark-read", "Say how far one has read a conversation.");

/// Say how far one has read a conversation. Marks only move forward.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MarkRead {
    /// The conversation.
    pub conversation_id: ConversationId,
    /// Position of the last message read.
    pub up_to: u64,
}

/// Decides it.
///
/// # Errors
/// Refused beyond the last message.
pub fn decide(of: &Deciding<'_>, body: MarkRead) -> Result<Decision, DecideError> {
    let seat = Seat::find(of.rows, of.viewer, body.conversation_id)?;
    if body.up_to > seat.last_position {
        let detail = format!("The last message has position {}.", seat.last_position);
        return Err(Refusal::invalid("command.up_to", "position_beyond_end", detail).into());
    }
    let present: Option<u64> = of
        .rows
        .prepare_cached("SELECT position FROM read_mark WHERE conversation = ?1 AND person = ?2")?
        .query_row((seat.key, of.viewer.id), |row| row.get(0))
        .optional()?;
    if body.up_to <= present.unwrap_or(0) {
        return Ok(Decision::unchanged());
    }
    let fact = ReadMarked {
        conversation_id: seat.id,
        person: of.viewer.id,
        up_to: body.up_to,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}

#[cfg(test)]
mod tests {
    use crate::testing::*;
    use serde_json::json;

    #[test]
    fn marks_move_forward_to_the_end() {
        let mut given = office_with_rooms();
        post(given.by(BEN), GROUP, "one");
        post(given.by(BEN), GROUP, "two");
        let ask = |up_to: u64| json!({ "conversation_id": GROUP, "up_to": up_to });
        given
            .by(CYD)
            .when("mark-read", ask(3))
            .refused("position_beyond_end");
        given.when("mark-read", ask(0)).unchanged();
        given.when("mark-read", ask(2)).accepted("read-marked");
        given.when("mark-read", ask(1)).unchanged();
        given.when("mark-read", ask(2)).unchanged();
        given.assert_replays();
    }
}
