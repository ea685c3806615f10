//! Takes people out of a conversation.

use super::{Deciding, add_members::retain_members};
use crate::access::Action;
use crate::events::{Fact, MembersRemoved};
use crate::limits::PEOPLE_MAX;
use crate::rows::Seat;
use crate::{ConversationId, text};
use kernel::{CommandSpec, DecideError, Decision, PersonId};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

/// How it is offered.
pub const SPEC: CommandSpec =
    CommandSpec::new::<RemoveMembers>("remove-members", "Take people out of a group or a channel.");

/// Take people out of a group or a channel.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RemoveMembers {
    /// The conversation.
    pub conversation_id: ConversationId,
    /// Whom, at most 1,000.
    pub people: Vec<PersonId>,
}

/// Decides it. Answers whom it removed: those who were members.
///
/// # Errors
/// Refused for one-to-ones, archived conversations, and those who may not.
pub fn decide(of: &Deciding<'_>, body: RemoveMembers) -> Result<Decision, DecideError> {
    let seat = Seat::find(of.rows, of.viewer, body.conversation_id)?;
    seat.require_shared()?;
    seat.require(Action::RemoveMembers, None)?;
    seat.require_open()?;
    let mut people = text::people("command.people", body.people, PEOPLE_MAX)?;
    retain_members(of, &seat, &mut people, true)?;
    let answer = json!({ "removed": people });
    if people.is_empty() {
        return Ok(Decision::Unchanged { answer });
    }
    let fact = MembersRemoved {
        conversation_id: seat.id,
        people,
    };
    Ok(Decision::Accepted {
        events: vec![fact.event()],
        answer,
    })
}

#[cfg(test)]
mod tests {
    use crate::testing::*;
    use serde_json::json;

    #[test]
    fn whoever_is_removed_sees_nothing_more() {
        let mut given = office_with_rooms();
        let ask = json!({ "conversation_id": GROUP, "people": [CYD, ANN] });
        given
            .by(CYD)
            .when("remove-members", ask.clone())
            .refused("not_permitted");
        let answer = given
            .by(BEN)
            .when("remove-members", ask.clone())
            .accepted("members-removed");
        assert_eq!(answer["removed"], json!([CYD]));
        given.when("remove-members", ask).unchanged();
        given
            .by(CYD)
            .when("post-message", post_body(1, GROUP, "still here?"))
            .refused("conversation_not_found");
        let list = query(
            &given,
            CYD,
            "message-list",
            &format!("conversation_id={GROUP}"),
        );
        assert_eq!(list.unwrap_err().code, "conversation_not_found");
        assert!(!topics(&given, CYD).contains(&format!("conversation:{GROUP}")));
        given.assert_replays();
    }
}
