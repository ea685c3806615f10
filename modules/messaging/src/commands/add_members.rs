//! Takes people into a conversation.

use super::Deciding;
use crate::access::Action;
use crate::events::{Fact, MembersAdded};
use crate::limits::PEOPLE_MAX;
use crate::rows::{Seat, require_people};
use crate::{ConversationId, text};
use kernel::{CommandSpec, DecideError, Decision, PersonId};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

/// How it is offered.
pub const SPEC: CommandSpec =
    CommandSpec::new::<AddMembers>("add-members", "Take people into a group or a channel.");

/// Take people into a group or a channel.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddMembers {
    /// The conversation.
    pub conversation_id: ConversationId,
    /// Whom, at most 1,000.
    pub people: Vec<PersonId>,
}

/// Decides it. Answers whom it added: those who were no members yet.
///
/// # Errors
/// Refused for unknown people, one-to-ones, archived conversations, and those who may not.
pub fn decide(of: &Deciding<'_>, body: AddMembers) -> Result<Decision, DecideError> {
    let seat = Seat::find(of.rows, of.viewer, body.conversation_id)?;
    seat.require_shared()?;
    seat.require(Action::AddMembers, None)?;
    seat.require_open()?;
    let mut people = text::people("command.people", body.people, PEOPLE_MAX)?;
    require_people(of.rows, "command.people", &people)?;
    retain_members(of, &seat, &mut people, false)?;
    let answer = json!({ "added": people });
    if people.is_empty() {
        return Ok(Decision::Unchanged { answer });
    }
    let fact = MembersAdded {
        conversation_id: seat.id,
        people,
    };
    Ok(Decision::Accepted {
        events: vec![fact.event()],
        answer,
    })
}

/// Keeps of the people only members, or only others.
pub(super) fn retain_members(
    of: &Deciding<'_>,
    seat: &Seat,
    people: &mut Vec<PersonId>,
    members: bool,
) -> rusqlite::Result<()> {
    let mut query = of
        .rows
        .prepare_cached("SELECT 1 FROM member WHERE conversation = ?1 AND person = ?2")?;
    let mut kept = Vec::with_capacity(people.len());
    for person in people.drain(..) {
        if query.exists((seat.key, person))? == members {
            kept.push(person);
        }
    }
    *people = kept;
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::testing::*;
    use serde_json::json;

    #[test]
    fn newcomers_are_added_once_and_may_read() {
        let mut given = office_with_rooms();
        let ask =
            |people: &[kernel::PersonId]| json!({ "conversation_id": GROUP, "people": people });
        post(given.by(BEN), GROUP, "before");
        given
            .by(ANN)
            .when("add-members", ask(&[ANN]))
            .refused("conversation_not_found");
        let answer = given
            .by(CYD)
            .when("add-members", ask(&[ANN, BEN]))
            .accepted("members-added");
        assert_eq!(answer["added"], json!([ANN]));
        given.when("add-members", ask(&[ANN])).unchanged();
        let list = query(
            &given,
            ANN,
            "message-list",
            &format!("conversation_id={GROUP}"),
        )
        .unwrap();
        assert_eq!(list["items"][0]["text"], "before");
        given.assert_replays();
    }

    #[test]
    fn strangers_guests_and_one_to_ones_refuse() {
        let mut given = office_with_rooms();
        let add = "add-members";
        let ask =
            |id, people: &[kernel::PersonId]| json!({ "conversation_id": id, "people": people });
        given
            .by(BEN)
            .when(add, ask(GROUP, &[STRANGER]))
            .refused("person_not_found");
        given
            .when(add, ask(GROUP, &[DEA]))
            .refused("person_not_found");
        given
            .when(add, ask(DIRECT, &[ANN]))
            .refused("conversation_direct");
        given
            .by(GUS)
            .when(add, ask(GROUP, &[ANN]))
            .refused("not_permitted");
        given
            .by(CYD)
            .when(add, ask(CHANNEL, &[ANN]))
            .refused("not_permitted");
    }
}
