//! Urgent notices that wait for somebody's acknowledgement.

use super::message_row::{MessageRow, select_messages};
use crate::access::{GUEST, Viewer};
use crate::audience::with_readable;
use crate::entitled::Recipients;
use crate::rows::{Seat, conversation_of};
use kernel::page::Page;
use kernel::{Actor, DecideError};
use rusqlite::Connection;
use serde::Deserialize;
use utoipa::ToSchema;

/// No parameters.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UrgentListParams {}

/// Answers it, the oldest first, all in one page. Notices that remind no more do not wait.
///
/// # Errors
/// `workspace_not_found` for whoever is not active here.
pub fn urgent_list(
    rows: &Connection,
    actor: &Actor,
    _params: UrgentListParams,
) -> Result<Page<MessageRow>, DecideError> {
    let viewer = Viewer::of(rows, actor)?;
    let open: Vec<i64> = rows
        .prepare_cached(with_readable!(
            "SELECT u.message FROM urgent u JOIN readable ON readable.key = u.message >> 32
             WHERE u.closed_at IS NULL AND NOT EXISTS (
                SELECT 1 FROM acknowledgement a WHERE a.message = u.message AND a.person = ?1)
             ORDER BY u.message"
        ))?
        .query_map((viewer.id, GUEST), |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let mut items = Vec::new();
    for key in open {
        if Recipients::of(rows, key)?.includes(rows, viewer.id)? {
            let seat = Seat::by_key(rows, viewer, conversation_of(key))?;
            let row = rows
                .prepare_cached(select_messages!("WHERE m.key = ?1"))?
                .query_row([key], |row| MessageRow::read(row, seat.id))?;
            items.push(row.complete(rows, seat.key, viewer.id)?);
        }
    }
    items.sort_by_key(|row| row.time);
    Ok(Page { items, next: None })
}

#[cfg(test)]
mod tests {
    use crate::testing::*;
    use serde_json::json;

    #[test]
    fn what_waits_for_me_is_listed_until_i_acknowledge() {
        let mut given = office_with_rooms();
        let id = post_urgent(given.by(BEN), GROUP, 300);
        let count = |given: &kernel::testing::Given, person| {
            let list = query(given, person, "urgent-list", "").unwrap();
            list["items"].as_array().unwrap().len()
        };
        assert_eq!(
            (count(&given, CYD), count(&given, BEN), count(&given, ANN)),
            (1, 0, 0)
        );
        given
            .by(CYD)
            .when("acknowledge-urgent", json!({ "message_id": id }))
            .accepted("urgent-acknowledged");
        assert_eq!((count(&given, CYD), count(&given, GUS)), (0, 1));
    }
}
