//! Acknowledges an urgent notice.

use super::Deciding;
use crate::MessageId;
use crate::access::Action;
use crate::entitled::Recipients;
use crate::events::{Fact, UrgentAcknowledged};
use crate::rows::Message;
use kernel::{CommandSpec, DecideError, Decision, Refusal};
use serde::Deserialize;
use utoipa::ToSchema;

/// How it is offered.
pub const SPEC: CommandSpec = CommandSpec::new::<AcknowledgeUrgent>(
    "acknowledge-urgent",
    "Acknowledge an urgent notice; one is reminded of it no more.",
);

/// Acknowledge an urgent notice.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AcknowledgeUrgent {
    /// The notice.
    pub message_id: MessageId,
}

/// Decides it.
///
/// # Errors
/// Refused for messages that are no notices, deleted ones, and people it was not meant for.
pub fn decide(of: &Deciding<'_>, body: AcknowledgeUrgent) -> Result<Decision, DecideError> {
    let (message, seat) = Message::read_by(of.rows, of.viewer, body.message_id)?;
    seat.require(Action::Acknowledge, None)?;
    message.require_present()?;
    let is_urgent = of
        .rows
        .prepare_cached("SELECT 1 FROM urgent WHERE message = ?1")?
        .exists([message.key])?;
    if !is_urgent {
        let detail = "The message is not an urgent notice.";
        return Err(Refusal::conflict("not_urgent", detail).into());
    }
    let has_acknowledged = of
        .rows
        .prepare_cached("SELECT 1 FROM acknowledgement WHERE message = ?1 AND person = ?2")?
        .exists((message.key, of.viewer.id))?;
    if has_acknowledged {
        return Ok(Decision::unchanged());
    }
    if !Recipients::of(of.rows, message.key)?.includes(of.rows, of.viewer.id)? {
        let detail = "The notice was sent by you, or before you were here.";
        return Err(Refusal::conflict("not_a_recipient", detail).into());
    }
    let fact = UrgentAcknowledged {
        message_id: message.id,
        conversation_id: seat.id,
        position: message.position(),
        person: of.viewer.id,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}

#[cfg(test)]
mod tests {
    use crate::testing::*;
    use serde_json::json;

    #[test]
    fn recipients_acknowledge_once() {
        let mut given = office_with_rooms();
        let id = post_urgent(given.by(BEN), GROUP, 300);
        let plain = post(given.by(BEN), GROUP, "plain");
        let ask = |id| json!({ "message_id": id });
        given
            .when("acknowledge-urgent", ask(id))
            .refused("not_a_recipient");
        given
            .by(CYD)
            .when("acknowledge-urgent", ask(plain))
            .refused("not_urgent");
        given
            .when("acknowledge-urgent", ask(id))
            .accepted("urgent-acknowledged");
        given.when("acknowledge-urgent", ask(id)).unchanged();
        given
            .by(BEN)
            .when(
                "add-members",
                json!({ "conversation_id": GROUP, "people": [ANN] }),
            )
            .accepted("members-added");
        given
            .by(ANN)
            .when("acknowledge-urgent", ask(id))
            .refused("not_a_recipient");
        let list = query(
            &given,
            CYD,
            "message-list",
            &format!("conversation_id={GROUP}"),
        )
        .unwrap();
        assert_eq!(list["items"][0]["urgent"]["acknowledged"], 1);
        assert_eq!(list["items"][0]["urgent"]["total"], 2);
        assert_eq!(list["items"][0]["urgent"]["mine"], true);
        given.assert_replays();
    }
}
