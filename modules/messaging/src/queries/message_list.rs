//! Messages of a conversation, by position.

use super::message_row::{MessageRow, select_messages};
use crate::ConversationId;
use crate::access::Viewer;
use crate::rows::{Seat, message_key};
use kernel::page::limit;
use kernel::{Actor, DecideError, Refusal};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which messages: at most one of `before`, `after` and `around`; without them the last ones.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MessageListParams {
    /// The conversation.
    pub conversation_id: ConversationId,
    /// Those just before this position.
    pub before: Option<u64>,
    /// Those just after this position.
    pub after: Option<u64>,
    /// Those around this position, itself included.
    pub around: Option<u64>,
    /// How many; 50 unless asked for, 200 at most.
    pub limit: Option<u32>,
}

/// Messages by position, ascending.
#[derive(Debug, Serialize, ToSchema)]
pub struct MessagePage {
    /// The messages.
    pub items: Vec<MessageRow>,
    /// Whether there are earlier ones.
    pub has_before: bool,
    /// Whether there are later ones.
    pub has_after: bool,
    /// Position of the conversation's last message.
    pub last_position: u64,
}

/// Answers it.
///
/// # Errors
/// `conversation_not_found` for whoever may not read it.
pub fn message_list(
    rows: &Connection,
    actor: &Actor,
    params: MessageListParams,
) -> Result<MessagePage, DecideError> {
    let seat = Seat::find(rows, Viewer::of(rows, actor)?, params.conversation_id)?;
    let (first, last) = range(&params, seat.last_position)?;
    let mut query = rows.prepare_cached(select_messages!(
        "WHERE m.key BETWEEN ?1 AND ?2 ORDER BY m.key"
    ))?;
    let bounds = (message_key(seat.key, first), message_key(seat.key, last));
    let items = query
        .query_map(bounds, |row| MessageRow::read(row, seat.id))?
        .map(|row| row.and_then(|row| row.complete(rows, seat.key, seat.viewer.id)))
        .collect::<Result<_, _>>()?;
    Ok(MessagePage {
        items,
        has_before: first > 1,
        has_after: last < seat.last_position,
        last_position: seat.last_position,
    })
}

/// First and last position asked for, within the conversation: positions have no gaps.
fn range(params: &MessageListParams, end: u64) -> Result<(u64, u64), Refusal> {
    let count = u64::from(limit(params.limit)?);
    let (first, last) = match (params.before, params.after, params.around) {
        (None, None, None) => (end.saturating_sub(count - 1), end),
        (Some(before), None, None) => {
            let last = before.saturating_sub(1).min(end);
            (last.saturating_sub(count - 1), last)
        }
        (None, Some(after), None) => {
            let first = after.min(end) + 1;
            (first, first + count - 1)
        }
        (None, None, Some(around)) => {
            let around = around.min(end);
            let first = around.saturating_sub(count / 2).max(1);
            (first, first + count - 1)
        }
        _ => {
            let detail = "Give at most one of before, after and around.";
            return Err(Refusal::invalid("around", "range_ambiguous", detail));
        }
    };
    Ok((first.max(1), last.min(end)))
}

#[cfg(test)]
mod tests {
    use crate::testing::*;
    use serde_json::Value;

    fn positions(answer: &Value) -> Vec<u64> {
        let items = answer["items"].as_array().unwrap();
        items
            .iter()
            .map(|item| item["position"].as_u64().unwrap())
            .collect()
    }

    #[test]
    fn pages_go_both_ways_and_around() {
        let mut given = office_with_rooms();
        for i in 1..=10 {
            post(given.by(BEN), GROUP, &i.to_string());
        }
        let ask = |which: &str| {
            let params = format!("conversation_id={GROUP}&limit=3&{which}");
            query(&given, CYD, "message-list", &params).unwrap()
        };
        let last = ask("");
        assert_eq!(positions(&last), [8, 9, 10]);
        assert_eq!(
            (&last["has_before"], &last["has_after"]),
            (&true.into(), &false.into())
        );
        assert_eq!(positions(&ask("before=8")), [5, 6, 7]);
        assert_eq!(positions(&ask("before=2")), [1]);
        assert_eq!(positions(&ask("before=1")), [0; 0]);
        assert_eq!(positions(&ask("after=8")), [9, 10]);
        assert_eq!(positions(&ask("after=0")), [1, 2, 3]);
        assert_eq!(positions(&ask("after=10")), [0; 0]);
        assert_eq!(positions(&ask("around=5")), [4, 5, 6]);
        assert_eq!(positions(&ask("around=1")), [1, 2, 3]);
        assert_eq!(positions(&ask("before=18446744073709551615")), [8, 9, 10]);
        assert_eq!(positions(&ask("after=18446744073709551615")), [0; 0]);
    }

    #[test]
    fn unknown_and_contradicting_parameters_are_refused() {
        let given = office_with_rooms();
        let ask = |which: &str| {
            let params = format!("conversation_id={GROUP}&{which}");
            query(&given, CYD, "message-list", &params)
                .unwrap_err()
                .code
        };
        assert_eq!(ask("before=1&after=1"), "range_ambiguous");
        assert_eq!(ask("colour=red"), "malformed");
        assert_eq!(ask("before=-1"), "malformed");
    }
}
