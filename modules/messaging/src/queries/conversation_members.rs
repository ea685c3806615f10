//! Who is in a conversation.

use crate::ConversationId;
use crate::access::{GUEST, Viewer};
use crate::events::Readers;
use crate::rows::Seat;
use kernel::page::{Page, after, limit};
use kernel::{Actor, DecideError, PersonId, Timestamp};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whose members, and which page.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConversationMembersParams {
    /// The conversation.
    pub conversation_id: ConversationId,
    /// Only those whose name or handle contains this.
    pub search: Option<String>,
    /// Where the page begins.
    pub cursor: Option<String>,
    /// How many; 50 unless asked for, 200 at most.
    pub limit: Option<u32>,
}

/// Somebody in a conversation.
#[derive(Debug, Serialize, ToSchema)]
pub struct MemberRow {
    /// The person.
    pub person: PersonId,
    /// Their name; empty while the directory has not told it.
    pub name: String,
    /// Their handle.
    pub handle: String,
    /// Whether they are active in the workspace.
    pub is_active: bool,
    /// Whether they are a guest of the workspace.
    pub is_guest: bool,
    /// Whether they are a member themselves, not only as part of everyone.
    pub is_member: bool,
    /// Whether they are a chosen poster.
    pub is_poster: bool,
    /// When they became a member.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub joined_at: Option<Timestamp>,
}

/// Answers it, by name: members, and in what is for everyone all active people but guests.
///
/// # Errors
/// `conversation_not_found` for whoever may not read it.
pub fn conversation_members(
    rows: &Connection,
    actor: &Actor,
    params: ConversationMembersParams,
) -> Result<Page<MemberRow>, DecideError> {
    let seat = Seat::find(rows, Viewer::of(rows, actor)?, params.conversation_id)?;
    let limit = limit(params.limit)?;
    let after: Option<(String, PersonId)> = after(params.cursor.as_deref())?;
    let (name, person) = after.unzip();
    let is_for_everyone = seat.audience == Readers::Everyone;
    let items = rows
        .prepare_cached(
            "WITH people (id) AS (
                SELECT person FROM member WHERE conversation = ?1
                UNION
                SELECT id FROM person WHERE ?2 AND is_active AND role <> ?3
            )
            SELECT people.id, coalesce(p.name, ''), coalesce(p.handle, ''),
                   coalesce(p.is_active, 0), coalesce(p.role = ?3, 0), m.joined_at,
                   EXISTS (SELECT 1 FROM poster o
                           WHERE o.conversation = ?1 AND o.person = people.id)
            FROM people LEFT JOIN person p ON p.id = people.id
            LEFT JOIN member m ON m.conversation = ?1 AND m.person = people.id
            WHERE (?4 IS NULL OR (coalesce(p.name, ''), people.id) > (?4, ?5))
            AND (?6 IS NULL OR instr(lower(p.name), lower(?6)) OR instr(p.handle, lower(?6)))
            ORDER BY coalesce(p.name, ''), people.id LIMIT ?7",
        )?
        .query_map(
            (
                seat.key,
                is_for_everyone,
                GUEST,
                name,
                person,
                params.search,
                limit + 1,
            ),
            |row| {
                let joined_at: Option<i64> = row.get(5)?;
                Ok(MemberRow {
                    person: row.get(0)?,
                    name: row.get(1)?,
                    handle: row.get(2)?,
                    is_active: row.get(3)?,
                    is_guest: row.get(4)?,
                    is_member: joined_at.is_some(),
                    is_poster: row.get(6)?,
                    joined_at: joined_at.map(Timestamp),
                })
            },
        )?
        .collect::<Result<_, _>>()?;
    Ok(Page::cut(items, limit, |row| {
        (row.name.clone(), row.person)
    }))
}

#[cfg(test)]
mod tests {
    use crate::testing::*;
    use serde_json::json;

    #[test]
    fn members_come_by_name_in_pages() {
        let given = office_with_rooms();
        let ask = |id, more: &str| {
            let params = format!("conversation_id={id}{more}");
            query(&given, BEN, "conversation-members", &params).unwrap()
        };
        let first = ask(GROUP, "&limit=2");
        assert_eq!(first["items"][0]["person"], json!(BEN));
        assert_eq!(first["items"][1]["person"], json!(CYD));
        let second = ask(
            GROUP,
            &format!("&limit=2&cursor={}", first["next"].as_str().unwrap()),
        );
        assert_eq!(second["items"][0]["is_guest"], true);
        assert_eq!(second["next"], json!(null));
        let everyone = ask(HALL, "");
        assert_eq!(everyone["items"].as_array().unwrap().len(), 3);
        assert_eq!(everyone["items"][0]["is_member"], false);
        let found = ask(GROUP, "&search=CY");
        assert_eq!(found["items"].as_array().unwrap().len(), 1);
    }
}
