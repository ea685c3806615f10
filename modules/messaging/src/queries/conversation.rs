//! One conversation.

use super::conversation_list::{ConversationRow, of_seat};
use crate::ConversationId;
use crate::access::{Action, Viewer};
use crate::events::Posters;
use crate::rows::Seat;
use kernel::{Actor, DecideError, PersonId, Timestamp};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which conversation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConversationParams {
    /// The conversation.
    pub conversation_id: ConversationId,
}

/// A conversation with what its page shows.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConversationDetails {
    /// As lists show it.
    #[serde(flatten)]
    pub row: ConversationRow,
    /// Who made it.
    pub created_by: Option<PersonId>,
    /// When.
    pub created_at: Timestamp,
    /// Who may write.
    pub posters: Posters,
    /// Whether the asker may change its name and topic.
    pub can_describe: bool,
    /// Whether the asker may take people in.
    pub can_add_members: bool,
    /// Whether the asker may take people out, archive it and choose its posters.
    pub can_manage: bool,
}

/// Answers it.
///
/// # Errors
/// `conversation_not_found` for whoever may not read it.
pub fn conversation(
    rows: &Connection,
    actor: &Actor,
    params: ConversationParams,
) -> Result<ConversationDetails, DecideError> {
    let seat = Seat::find(rows, Viewer::of(rows, actor)?, params.conversation_id)?;
    let created_at = rows
        .prepare_cached("SELECT created_at FROM conversation WHERE key = ?1")?
        .query_row([seat.key], |row| row.get(0))
        .map(Timestamp)?;
    let posters = if seat.is_posting_open {
        Posters::MEMBERS
    } else {
        let people = rows
            .prepare_cached("SELECT person FROM poster WHERE conversation = ?1 ORDER BY person")?
            .query_map([seat.key], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        Posters::Listed(people)
    };
    Ok(ConversationDetails {
        row: of_seat(rows, &seat)?,
        created_by: seat.created_by,
        created_at,
        posters,
        can_describe: seat.may(Action::Describe, None)?,
        can_add_members: seat.may(Action::AddMembers, None)?,
        can_manage: seat.may(Action::Archive, None)?,
    })
}

#[cfg(test)]
mod tests {
    use crate::testing::*;
    use serde_json::json;

    #[test]
    fn it_says_who_may_do_what() {
        let given = office_with_rooms();
        let ask = |person| {
            query(
                &given,
                person,
                "conversation",
                &format!("conversation_id={CHANNEL}"),
            )
            .unwrap()
        };
        let (ben, cyd) = (ask(BEN), ask(CYD));
        assert_eq!(ben["posters"], json!([BEN]));
        assert_eq!(
            (&ben["can_manage"], &cyd["can_manage"]),
            (&json!(true), &json!(false))
        );
        assert_eq!(
            (&ben["can_describe"], &cyd["can_describe"]),
            (&json!(true), &json!(false))
        );
        assert_eq!(cyd["name"], "News");
    }
}
