//! Bringing conversations.

use super::people::People;
use super::{Bringing, ImportError, Stage};
use crate::Rows;
use crate::convert::conversation::{Conversation, Kind};
use kernel::PersonId;
use kernel::id::Uuid;
use serde::Deserialize;
use serde_json::{Value, json};

/// Members in one command.
const MEMBERS_MAX: usize = 5_000;
/// Conversations in one command.
const CONVERSATIONS_MAX: usize = 100;

#[derive(Deserialize)]
struct Answer {
    conversations: Vec<Made>,
}

#[derive(Deserialize)]
struct Made {
    conversation_id: Uuid,
}

/// Brings every conversation and returns their ids here, in the export's order; `None` for those
/// that were refused.
pub(super) async fn bring(
    bringing: &Bringing,
    people: &People,
    skipped: &mut Rows,
) -> Result<Vec<Option<Uuid>>, ImportError> {
    let all = &bringing.export.conversations;
    bringing
        .progress
        .begin(Stage::Conversations, Some(all.len() as u64));
    let mut ids = vec![None; all.len()];
    let mut batch: Vec<(usize, Value)> = Vec::new();
    let mut members = 0;
    for (place, conversation) in all.iter().enumerate() {
        for row in rows(conversation, people) {
            let count = row["members"].as_array().map_or(0, Vec::len);
            // A conversation is listed once in a command; its further members go in the next.
            let is_repeated = batch.last().is_some_and(|(last, _)| *last == place);
            let is_full = members + count > MEMBERS_MAX || batch.len() >= CONVERSATIONS_MAX;
            if is_repeated || (is_full && !batch.is_empty()) {
                send(bringing, std::mem::take(&mut batch), &mut ids, skipped).await?;
                members = 0;
            }
            members += count;
            batch.push((place, row));
        }
    }
    send(bringing, batch, &mut ids, skipped).await?;
    Ok(ids)
}

/// Sends a batch; rows that are refused are left out and the others sent again.
async fn send(
    bringing: &Bringing,
    mut batch: Vec<(usize, Value)>,
    ids: &mut [Option<Uuid>],
    skipped: &mut Rows,
) -> Result<(), ImportError> {
    while !batch.is_empty() {
        let rows: Vec<&Value> = batch.iter().map(|(_, row)| row).collect();
        let body = json!({ "conversations": rows });
        let command = bringing.command("messaging", "import-conversations", body);
        match bringing.send(&command).await {
            Ok(answer) => {
                let answer: Answer = serde_json::from_value(answer).map_err(|e| {
                    ImportError::Client(client::Error::Unreadable {
                        operation: "messaging/import-conversations".into(),
                        site: String::new(),
                        cause: e.to_string(),
                    })
                })?;
                for ((place, _), made) in batch.iter().zip(answer.conversations) {
                    ids[*place] = Some(made.conversation_id);
                }
                bringing.progress.advance(batch.len() as u64);
                return Ok(());
            }
            Err(error) => {
                let Some(index) = refused_row(&error, "conversations", batch.len()) else {
                    return Err(error.into());
                };
                let (place, _) = batch.remove(index);
                let folder = &bringing.export.conversations[place].folder;
                skipped.add(folder, None, error.to_string());
            }
        }
    }
    Ok(())
}

/// Which row of a list a refusal is about (`command.messages[3].text` is about 3).
pub(super) fn refused_row(error: &client::Error, list: &str, count: usize) -> Option<usize> {
    let field = error.problem()?.field.as_deref()?;
    let (index, _) = field
        .strip_prefix("command.")?
        .strip_prefix(list)?
        .strip_prefix('[')?
        .split_once(']')?;
    index.parse().ok().filter(|index| *index < count)
}

/// The conversation as one row, or several where it has many members.
fn rows(conversation: &Conversation, people: &People) -> Vec<Value> {
    let members: Vec<PersonId> = conversation
        .members
        .iter()
        .filter_map(|member| people.get(member).copied())
        .collect();
    let creator = conversation.creator.as_ref().and_then(|id| people.get(id));
    let row = |members: &[PersonId]| {
        let mut row = json!({
            "external_id": format!("slack:{}", conversation.slack_id),
            "kind": conversation.kind.as_str(),
            "created_at": conversation.created_ms,
            "archived": conversation.is_archived,
            "members": members,
        });
        if let Some(name) = &conversation.name {
            row["name"] = json!(name);
        }
        if let Some(topic) = &conversation.topic {
            row["topic"] = json!(topic);
        }
        if let Some(creator) = creator {
            row["created_by"] = json!(creator);
        }
        if conversation.kind == Kind::Channel {
            row["audience"] = json!("everyone");
            row["posters"] = json!("members");
        }
        row
    };
    if members.is_empty() {
        return vec![row(&[])];
    }
    members.chunks(MEMBERS_MAX).map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use client::{Error, Problem};

    #[test]
    fn the_row_a_refusal_is_about_is_found() {
        let about = |field: &str| {
            let problem = Problem {
                status: 422,
                code: "text_too_long".into(),
                detail: String::new(),
                field: Some(field.into()),
                retry_after_ms: None,
            };
            refused_row(&Error::Refused(problem), "messages", 5)
        };
        assert_eq!(about("command.messages[3].text"), Some(3));
        assert_eq!(about("command.messages[3]"), Some(3));
        assert_eq!(about("command.messages[7].text"), None);
        assert_eq!(about("command.messages"), None);
        assert_eq!(about("command.people[3]"), None);
    }
}
