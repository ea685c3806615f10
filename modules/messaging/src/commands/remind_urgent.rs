//! Reminds those who have not acknowledged an urgent notice, or ends the reminding. Issued by the
//! leading site when it is due; see [`crate::due`].

use crate::MessageId;
use crate::entitled::Recipients;
use crate::events::{ClosedBecause, Fact, UrgentClosed, UrgentReminded};
use crate::rows::{Message, conversation_of};
use kernel::{Actor, Command, CommandSpec, DecideError, Decision, Refusal, Timestamp, parse_body};
use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How it is offered: not to clients.
pub const SPEC: CommandSpec = CommandSpec::new::<RemindUrgent>(
    "remind-urgent",
    "Remind those who have not acknowledged an urgent notice; issued by the leading site.",
)
.internal();

/// Remind those who have not acknowledged.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RemindUrgent {
    /// The notice.
    pub message_id: MessageId,
    /// The how-manieth reminder, from 1.
    pub reminder: u32,
}

/// Decides it: a reminder to those who wait, or the end where nobody waits or the time is up.
///
/// # Errors
/// Refused for anybody but a site, unknown notices, and before it is due.
pub fn decide(
    rows: &Connection,
    time: Timestamp,
    command: &Command,
) -> Result<Decision, DecideError> {
    if !matches!(command.actor, Actor::Site(_)) {
        let detail = "Only sites issue reminders.";
        return Err(Refusal::forbidden("not_permitted", detail).into());
    }
    let body: RemindUrgent = parse_body(&command.body)?;
    let message = Message::find(rows, body.message_id)?.ok_or_else(no_notice)?;
    let notice = Notice::find(rows, message.key)?.ok_or_else(no_notice)?;
    if notice.is_closed || body.reminder != notice.reminders + 1 {
        return Ok(Decision::unchanged());
    }
    let is_over = notice.until.is_some_and(|until| until <= time);
    if !is_over && notice.next_at > time {
        let detail = "The reminder is not due yet.";
        return Err(Refusal::conflict("not_due", detail).into());
    }
    let conversation_id = rows
        .prepare_cached("SELECT id FROM conversation WHERE key = ?1")?
        .query_row([conversation_of(message.key)], |row| row.get(0))?;
    let people = Recipients::of(rows, message.key)?.waiting(rows)?;
    let closed = |because| UrgentClosed {
        message_id: message.id,
        conversation_id,
        position: message.position(),
        because,
    };
    let event = if people.is_empty() {
        closed(ClosedBecause::AllAcknowledged).event()
    } else if is_over {
        closed(ClosedBecause::Expired).event()
    } else {
        let reminded = UrgentReminded {
            message_id: message.id,
            conversation_id,
            position: message.position(),
            reminder: body.reminder,
            people,
        };
        reminded.event()
    };
    Ok(Decision::accepted(vec![event]))
}

struct Notice {
    until: Option<Timestamp>,
    next_at: Timestamp,
    reminders: u32,
    is_closed: bool,
}

impl Notice {
    fn find(rows: &Connection, message: i64) -> rusqlite::Result<Option<Self>> {
        rows.prepare_cached(
            "SELECT until, next_at, reminders, closed_at IS NOT NULL FROM urgent
             WHERE message = ?1",
        )?
        .query_row([message], |row| {
            Ok(Self {
                until: row.get::<_, Option<i64>>(0)?.map(Timestamp),
                next_at: Timestamp(row.get(1)?),
                reminders: row.get(2)?,
                is_closed: row.get(3)?,
            })
        })
        .optional()
    }
}

fn no_notice() -> Refusal {
    let detail = "There is no such urgent notice.";
    Refusal::not_found("command.message_id", "message_not_found", detail)
}

#[cfg(test)]
mod tests {
    use crate::testing::*;
    use kernel::Timestamp;
    use serde_json::json;

    const MINUTE: i64 = 60_000;

    fn remind(given: &mut kernel::testing::Given) -> Vec<kernel::PersonId> {
        let commands = due(given, given.now());
        assert_eq!(commands.len(), 1);
        let (events, _) = given.decide(commands[0].clone()).accepted_events();
        assert_eq!(events[0].kind, "urgent-reminded");
        serde_json::from_value(events[0].data["people"].clone()).unwrap()
    }

    fn later(given: &mut kernel::testing::Given, ms: i64) {
        let then = given.now().plus_ms(ms);
        given.at(then);
    }

    #[test]
    fn only_those_who_have_not_acknowledged_are_reminded() {
        let mut given = office_with_rooms();
        let id = post_urgent(given.by(BEN), GROUP, 300);
        assert!(due(&given, given.now().plus_ms(5 * MINUTE - 1)).is_empty());
        later(&mut given, 5 * MINUTE);
        assert_eq!(remind(&mut given), [CYD, GUS]);
        assert!(due(&given, given.now()).is_empty());
        given
            .by(CYD)
            .when("acknowledge-urgent", json!({ "message_id": id }))
            .accepted("urgent-acknowledged");
        later(&mut given, 5 * MINUTE);
        assert_eq!(remind(&mut given), [GUS]);
        deactivate(&mut given, GUS);
        later(&mut given, 5 * MINUTE);
        let last = due(&given, given.now());
        given.decide(last[0].clone()).accepted("urgent-closed");
        assert!(due(&given, given.now().plus_ms(1000 * MINUTE)).is_empty());
        given.assert_replays();
    }

    #[test]
    fn two_sites_asking_at_once_remind_once() {
        let mut given = office_with_rooms();
        post_urgent(given.by(BEN), GROUP, 300);
        later(&mut given, 6 * MINUTE);
        let now = given.now();
        assert_eq!(due(&given, now), due(&given, now.plus_ms(MINUTE)));
        let command = due(&given, now).remove(0);
        given.decide(command.clone()).accepted("urgent-reminded");
        given.decide(command).unchanged();
    }

    #[test]
    fn reminding_ends_with_its_time() {
        let mut given = office_with_rooms();
        let mut body = post_body(1, GROUP, "now");
        let until = given.now().plus_ms(7 * MINUTE);
        body["urgent"] = json!({ "remind_every_s": 300, "until": until });
        given
            .by(BEN)
            .when("post-message", body)
            .accepted("message-posted");
        later(&mut given, 5 * MINUTE);
        remind(&mut given);
        later(&mut given, 2 * MINUTE);
        let command = due(&given, given.now()).remove(0);
        given.decide(command).accepted("urgent-closed");
        assert!(due(&given, Timestamp(i64::MAX / 2)).is_empty());
        given.assert_replays();
    }

    #[test]
    fn people_do_not_remind() {
        let mut given = office_with_rooms();
        let id = post_urgent(given.by(BEN), GROUP, 300);
        let body = json!({ "message_id": id, "reminder": 1 });
        given
            .when("remind-urgent", body.clone())
            .refused("not_permitted");
        given
            .by(site())
            .when("remind-urgent", body)
            .refused("not_due");
    }
}
