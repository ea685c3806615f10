//! What became of attempts to send.

use super::{Deciding, require_site};
use crate::MessageId;
use crate::events::{Delivered, DeliveryRecorded, Fact};
use crate::limits::{ATTEMPTS_MAX, NAME_CHARS_MAX};
use kernel::{CommandSpec, DecideError, Decision, PersonId, Refusal};
use rusqlite::OptionalExtension;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How it is offered: not to clients.
pub const RECORD: CommandSpec = CommandSpec::new::<RecordDelivery>(
    "record-delivery",
    "Say what became of an attempt to send; issued by the site that made it.",
)
.internal();

/// Say what became of an attempt to send.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordDelivery {
    /// The message.
    pub message_id: MessageId,
    /// The how-manieth attempt, from 1.
    pub attempt: u32,
    /// What became of it. What failed eight times is given up.
    pub delivered: Delivered,
}

/// Decides it. What was recorded before, by either site, stays.
///
/// # Errors
/// Refused for anybody but sites, and unknown messages.
pub fn record(of: &Deciding<'_>, body: RecordDelivery) -> Result<Decision, DecideError> {
    require_site(of)?;
    let found: Option<(PersonId, u32, String)> = of
        .rows
        .prepare_cached("SELECT person, attempts, state FROM message WHERE id = ?1")?
        .query_row([body.message_id], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()?;
    let Some((person_id, attempts, state)) = found else {
        let detail = "There is no such message.";
        let field = "command.message_id";
        return Err(Refusal::not_found(field, "message_not_found", detail).into());
    };
    let is_settled = match state.as_str() {
        "taken" => true,
        // It was on its way when it was given up, and arrived.
        "given_up" => !matches!(body.delivered, Delivered::Taken {}),
        _ => false,
    };
    if is_settled || body.attempt != attempts + 1 {
        return Ok(Decision::unchanged());
    }
    let fact = DeliveryRecorded {
        message_id: body.message_id,
        person_id,
        attempt: body.attempt,
        delivered: settled(body.delivered, body.attempt),
    };
    Ok(Decision::accepted(vec![fact.event()]))
}

fn settled(delivered: Delivered, attempt: u32) -> Delivered {
    let short = |reason: String| reason.chars().take(NAME_CHARS_MAX).collect();
    match delivered {
        Delivered::Failed { reason } if attempt >= ATTEMPTS_MAX => Delivered::GivenUp {
            reason: short(reason),
        },
        Delivered::Failed { reason } => Delivered::Failed {
            reason: short(reason),
        },
        Delivered::GivenUp { reason } => Delivered::GivenUp {
            reason: short(reason),
        },
        taken @ Delivered::Taken {} => taken,
    }
}

#[cfg(test)]
mod tests {
    use crate::queries::outgoing;
    use crate::tests::{ADMIN, MEMBER, by, called, id, later, reachable, site, team};
    use serde_json::json;

    #[test]
    fn what_fails_is_tried_again_under_the_same_id_and_given_up_at_last() {
        let mut given = team();
        reachable(&mut given, MEMBER, 70);
        called(&mut given, 5, json!({"people": [MEMBER]}));
        let first = outgoing(given.rows(), given.now(), 10).unwrap();
        assert_eq!(first.len(), 1);
        let failed = |attempt: u32| {
            json!({"message_id": first[0].message_id, "attempt": attempt,
                "delivered": {"failed": {"reason": "The mail server does not answer."}}})
        };
        by(&mut given, ADMIN)
            .when("record-delivery", failed(1))
            .refused("not_permitted");
        site(&mut given)
            .when("record-delivery", failed(1))
            .accepted("delivery-recorded");
        // The other site, or the same one again after it died in between.
        site(&mut given)
            .when("record-delivery", failed(1))
            .unchanged();
        assert!(outgoing(given.rows(), given.now(), 10).unwrap().is_empty());
        later(&mut given, 5_000);
        let again = outgoing(given.rows(), given.now(), 10).unwrap();
        assert_eq!(
            (again[0].message_id, again[0].attempt),
            (first[0].message_id, 2)
        );
        for attempt in 2..=8 {
            site(&mut given)
                .when("record-delivery", failed(attempt))
                .accepted("delivery-recorded");
        }
        later(&mut given, 3_600_000);
        assert!(outgoing(given.rows(), given.now(), 10).unwrap().is_empty());
        let call = crate::queries::call_of(given.rows(), crate::CallId(id(5))).unwrap();
        let message = &call.messages[0];
        assert_eq!((message.state.as_str(), message.attempts), ("given_up", 8));
        site(&mut given)
            .when(
                "record-delivery",
                json!({"message_id": id(9), "attempt": 1, "delivered": {"taken": {}}}),
            )
            .refused("message_not_found");
        given.assert_replays();
    }

    #[test]
    fn nothing_is_sent_of_a_call_that_has_ended() {
        let mut given = team();
        reachable(&mut given, MEMBER, 70);
        called(&mut given, 5, json!({"people": [MEMBER]}));
        by(&mut given, MEMBER)
            .when(
                "acknowledge-call",
                json!({"call_id": id(5), "answer": "yes"}),
            )
            .accepted("call-acknowledged call-advanced");
        assert!(outgoing(given.rows(), given.now(), 10).unwrap().is_empty());
        given.assert_replays();
    }
}
