//! Brings conversations from another system.

use super::Deciding;
use crate::access::{Action, conversation_key};
use crate::apply::direct_pair;
use crate::events::{ConversationImported, ConversationKind, Fact, Posters, Readers};
use crate::limits::{EXTERNAL_ID_BYTES_MAX, IMPORT_CONVERSATIONS_MAX, IMPORT_MEMBERS_MAX};
use crate::{ConversationId, text};
use kernel::{CommandSpec, DecideError, Decision, PersonId, Refusal, Timestamp};
use rusqlite::OptionalExtension;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::HashSet;
use utoipa::ToSchema;

/// How it is offered.
pub const SPEC: CommandSpec = CommandSpec::new::<ImportConversations>(
    "import-conversations",
    "Bring conversations from another system; those brought before only gain members.",
);

/// Bring conversations from another system.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportConversations {
    /// At most 500, with at most 25,000 members together.
    pub conversations: Vec<ConversationToImport>,
}

/// A conversation of another system.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConversationToImport {
    /// Its id there; the id here follows from it.
    pub external_id: String,
    /// Its kind.
    pub kind: ConversationKind,
    /// Its name; channels need one.
    pub name: Option<String>,
    /// What it is about.
    pub topic: Option<String>,
    /// Who made it.
    pub created_by: Option<PersonId>,
    /// When.
    pub created_at: Timestamp,
    /// Its members; they need not be known here yet.
    #[serde(default)]
    pub members: Vec<PersonId>,
    /// Who may write; all members unless said otherwise.
    pub posters: Option<Posters>,
    /// Who may read.
    pub audience: Option<Readers>,
    /// Whether it is archived there.
    #[serde(default)]
    pub archived: bool,
}

/// What became of a conversation.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportedConversation {
    /// Its id there.
    pub external_id: String,
    /// Its id here.
    pub conversation_id: ConversationId,
    /// Whether it was made now.
    pub is_new: bool,
}

/// Decides it. Answers the id of each conversation here, in the order given.
///
/// # Errors
/// Refused as a whole when one of them is unfit, naming it; and without the permission.
pub fn decide(of: &Deciding<'_>, body: ImportConversations) -> Result<Decision, DecideError> {
    of.viewer.require(Action::Import)?;
    let members: usize = body.conversations.iter().map(|c| c.members.len()).sum();
    if body.conversations.len() > IMPORT_CONVERSATIONS_MAX || members > IMPORT_MEMBERS_MAX {
        let detail = "At most 500 conversations with 25,000 members are imported at once.";
        return Err(Refusal::invalid("command.conversations", "import_too_large", detail).into());
    }
    let mut events = Vec::new();
    let mut answers = Vec::new();
    let mut seen = HashSet::new();
    for (i, conversation) in body.conversations.into_iter().enumerate() {
        let external_id = conversation.external_id.clone();
        let field = format!("command.conversations[{i}]");
        let (fact, existing) = prepared(of, &field, conversation)?;
        if !seen.insert(fact.conversation_id) {
            let detail = "The conversation is listed twice.";
            return Err(Refusal::invalid(&field, "external_id_repeated", detail).into());
        }
        answers.push(ImportedConversation {
            external_id,
            conversation_id: fact.conversation_id,
            is_new: existing.is_none(),
        });
        if existing.is_none_or(|existing| !existing.is_imported) || !fact.members.is_empty() {
            events.push(fact.event());
        }
    }
    let answer = json!({ "conversations": answers });
    if events.is_empty() {
        return Ok(Decision::Unchanged { answer });
    }
    Ok(Decision::Accepted { events, answer })
}

/// A conversation that is here already.
struct Existing {
    key: i64,
    is_imported: bool,
}

fn prepared(
    of: &Deciding<'_>,
    field: &str,
    given: ConversationToImport,
) -> Result<(ConversationImported, Option<Existing>), DecideError> {
    let fact = checked(field, given)?;
    let (id, existing) = match existing_direct(of, &fact)? {
        Some((id, existing)) => (id, Some(existing)),
        None => (fact.conversation_id, existing(of, fact.conversation_id)?),
    };
    let mut fact = ConversationImported {
        conversation_id: id,
        ..fact
    };
    if let Some(Existing { key, .. }) = existing {
        let mut query = of
            .rows
            .prepare_cached("SELECT 1 FROM member WHERE conversation = ?1 AND person = ?2")?;
        let mut missing = Vec::new();
        for person in fact.members {
            if !query.exists((key, person))? {
                missing.push(person);
            }
        }
        fact.members = missing;
    }
    Ok((fact, existing))
}

fn checked(field: &str, given: ConversationToImport) -> Result<ConversationImported, Refusal> {
    if given.external_id.is_empty() || given.external_id.len() > EXTERNAL_ID_BYTES_MAX {
        let detail = format!("External ids have 1 to {EXTERNAL_ID_BYTES_MAX} bytes.");
        return Err(Refusal::invalid(field, "external_id_invalid", detail));
    }
    let members = text::people(field, given.members, IMPORT_MEMBERS_MAX)?;
    let is_direct = given.kind == ConversationKind::Direct;
    if is_direct && members.len() != 2 {
        let detail = "A one-to-one has exactly two members.";
        return Err(Refusal::invalid(field, "kind_mismatch", detail));
    }
    if given.kind == ConversationKind::Channel && given.name.is_none() {
        let detail = "A channel has a name.";
        return Err(Refusal::invalid(field, "kind_mismatch", detail));
    }
    let audience = given.audience.unwrap_or_default();
    if audience == Readers::Everyone && given.kind != ConversationKind::Channel {
        let detail = "Only channels are for everyone.";
        return Err(Refusal::invalid(field, "kind_mismatch", detail));
    }
    Ok(ConversationImported {
        conversation_id: ConversationId::imported(&given.external_id),
        kind: given.kind,
        audience,
        posters: given.posters.unwrap_or(Posters::MEMBERS),
        name: match given.name {
            Some(name) if !is_direct => Some(text::name(field, &name)?),
            _ => None,
        },
        topic: match given.topic {
            Some(topic) if !is_direct => Some(text::topic(field, &topic)?),
            _ => None,
        },
        created_by: given.created_by,
        created_at: given.created_at,
        archived: given.archived,
        members,
    })
}

fn existing(of: &Deciding<'_>, id: ConversationId) -> rusqlite::Result<Option<Existing>> {
    let Some(key) = conversation_key(of.rows, id)? else {
        return Ok(None);
    };
    let is_imported = of
        .rows
        .prepare_cached("SELECT is_imported FROM conversation WHERE key = ?1")?
        .query_row([key], |row| row.get(0))?;
    Ok(Some(Existing { key, is_imported }))
}

/// The one-to-one these two people have already, whatever its id.
fn existing_direct(
    of: &Deciding<'_>,
    fact: &ConversationImported,
) -> rusqlite::Result<Option<(ConversationId, Existing)>> {
    let (ConversationKind::Direct, [a, b]) = (fact.kind, fact.members.as_slice()) else {
        return Ok(None);
    };
    of.rows
        .prepare_cached("SELECT id, key, is_imported FROM conversation WHERE direct_pair = ?1")?
        .query_row([direct_pair(*a, *b)], |row| {
            let existing = Existing {
                key: row.get(1)?,
                is_imported: row.get(2)?,
            };
            Ok((row.get(0)?, existing))
        })
        .optional()
}

#[cfg(test)]
mod tests {
    use crate::ConversationId;
    use crate::testing::*;
    use serde_json::{Value, json};

    fn ask(conversations: Value) -> Value {
        json!({ "conversations": conversations })
    }

    #[test]
    fn importing_twice_changes_nothing() {
        let mut given = office_with_rooms();
        let one = json!({ "external_id": "C1", "kind": "channel", "name": "ubuntu",
                          "created_at": 5, "members": [BEN, STRANGER] });
        let import = "import-conversations";
        given
            .by(BEN)
            .when(import, ask(json!([one])))
            .refused("not_permitted");
        let answer = given
            .by(ANN)
            .when(import, ask(json!([one])))
            .accepted("conversation-imported");
        assert_eq!(
            answer["conversations"][0],
            json!({ "external_id": "C1",
            "conversation_id": ConversationId::imported("C1"), "is_new": true })
        );
        let again = given.when(import, ask(json!([one]))).unchanged();
        assert_eq!(again["conversations"][0]["is_new"], false);
        let mut more = one.clone();
        more["members"] = json!([CYD]);
        given
            .when(import, ask(json!([more])))
            .accepted("conversation-imported");
        given
            .when(import, ask(json!([one, one])))
            .refused("external_id_repeated");
        given.assert_replays();
    }

    #[test]
    fn a_one_to_one_that_is_here_is_taken() {
        let mut given = office_with_rooms();
        let direct = json!({ "external_id": "D1", "kind": "direct", "created_at": 5,
                             "members": [CYD, BEN] });
        given.by(ANN);
        let answer = given
            .when("import-conversations", ask(json!([direct])))
            .accepted("conversation-imported");
        assert_eq!(answer["conversations"][0]["conversation_id"], json!(DIRECT));
        given
            .when("import-conversations", ask(json!([direct])))
            .unchanged();
        given.assert_replays();
    }

    #[test]
    fn unfit_conversations_are_named() {
        let mut given = office_with_rooms();
        given.by(ANN);
        for (extra, code) in [
            (json!({ "external_id": "" }), "external_id_invalid"),
            (json!({ "kind": "channel" }), "kind_mismatch"),
            (json!({ "kind": "direct" }), "kind_mismatch"),
            (json!({ "audience": "everyone" }), "kind_mismatch"),
        ] {
            let mut one = json!({ "external_id": "G", "kind": "group", "created_at": 5 });
            one.as_object_mut()
                .unwrap()
                .extend(extra.as_object().unwrap().clone());
            let refusal = given
                .when("import-conversations", ask(json!([one])))
                .refused(code);
            assert_eq!(refusal.field.as_deref(), Some("command.conversations[0]"));
        }
    }
}
