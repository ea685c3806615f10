//! Makes a conversation.

use super::Deciding;
use crate::access::{Action, conversation_key};
use crate::apply::direct_pair;
use crate::events::{ConversationCreated, ConversationKind, Fact, Posters, Readers};
use crate::limits::PEOPLE_MAX;
use crate::rows::require_people;
use crate::{ConversationId, text};
use kernel::{CommandSpec, DecideError, Decision, PersonId, Refusal};
use rusqlite::OptionalExtension;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

/// How it is offered.
pub const SPEC: CommandSpec = CommandSpec::new::<CreateConversation>(
    "create-conversation",
    "Make a conversation: one-to-one, group or official channel.",
);

/// Make a conversation. A one-to-one that exists already is answered with its id.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateConversation {
    /// The client's id for it.
    pub conversation_id: ConversationId,
    /// Its kind.
    pub kind: ConversationKind,
    /// Its name; channels need one, one-to-ones have none.
    pub name: Option<String>,
    /// What it is about.
    pub topic: Option<String>,
    /// Its members; the maker becomes one too.
    #[serde(default)]
    pub members: Vec<PersonId>,
    /// Who may write: in channels the maker alone unless said otherwise, elsewhere all members.
    pub posters: Option<Posters>,
    /// Who may read; `everyone` only in channels.
    pub audience: Option<Readers>,
}

/// Decides it.
///
/// # Errors
/// Refused when the shape does not fit the kind, people are unknown or the maker may not.
pub fn decide(of: &Deciding<'_>, body: CreateConversation) -> Result<Decision, DecideError> {
    of.viewer.require(match body.kind {
        ConversationKind::Direct => Action::CreateDirect,
        ConversationKind::Group => Action::CreateGroup,
        ConversationKind::Channel => Action::CreateChannel,
    })?;
    let fact = checked(of, body)?;
    if let (ConversationKind::Direct, [a, b]) = (fact.kind, fact.members.as_slice())
        && let Some(existing) = find_direct(of, *a, *b)?
    {
        let answer = json!({ "conversation_id": existing });
        return Ok(Decision::Unchanged { answer });
    }
    if conversation_key(of.rows, fact.conversation_id)?.is_some() {
        let detail = "A conversation with this id exists already.";
        return Err(Refusal::conflict("conversation_exists", detail).into());
    }
    require_people(of.rows, "command.members", &fact.members)?;
    if let Posters::Listed(posters) = &fact.posters {
        check_posters(of, fact.audience, &fact.members, posters)?;
    }
    Ok(Decision::Accepted {
        answer: json!({ "conversation_id": fact.conversation_id }),
        events: vec![fact.event()],
    })
}

fn checked(of: &Deciding<'_>, body: CreateConversation) -> Result<ConversationCreated, Refusal> {
    let me = of.viewer.id;
    let mut members = body.members;
    members.push(me);
    let members = text::people("command.members", members, PEOPLE_MAX)?;
    let is_channel = body.kind == ConversationKind::Channel;
    let is_direct = body.kind == ConversationKind::Direct;
    let audience = body.audience.unwrap_or_default();
    let name = match &body.name {
        Some(name) if !is_direct => Some(text::name("command.name", name)?),
        None if !is_channel => None,
        Some(_) => return Err(unfit("command.name", "A one-to-one has no name.")),
        None => return Err(unfit("command.name", "A channel has a name.")),
    };
    let topic = match &body.topic {
        Some(topic) if !is_direct => Some(text::topic("command.topic", topic)?),
        None => None,
        Some(_) => return Err(unfit("command.topic", "A one-to-one has no topic.")),
    };
    if is_direct && members.len() != 2 {
        let detail = "A one-to-one has exactly one other member.";
        return Err(unfit("command.members", detail));
    }
    if audience == Readers::Everyone && !is_channel {
        let detail = "Only channels are for everyone.";
        return Err(unfit("command.audience", detail));
    }
    let posters = match body.posters {
        None if is_channel => Posters::Listed(vec![me]),
        None | Some(Posters::Members(_)) => Posters::MEMBERS,
        Some(Posters::Listed(posters)) if is_channel => {
            Posters::Listed(text::people("command.posters", posters, PEOPLE_MAX)?)
        }
        Some(Posters::Listed(_)) => {
            let detail = "Only channels have chosen posters.";
            return Err(unfit("command.posters", detail));
        }
    };
    Ok(ConversationCreated {
        conversation_id: body.conversation_id,
        kind: body.kind,
        audience,
        posters,
        name,
        topic,
        created_by: me,
        members,
    })
}

fn unfit(field: &str, detail: &str) -> Refusal {
    Refusal::invalid(field, "kind_mismatch", detail)
}

/// Posters are active people, and members where members read.
pub(super) fn check_posters(
    of: &Deciding<'_>,
    audience: Readers,
    members: &[PersonId],
    posters: &[PersonId],
) -> Result<(), DecideError> {
    require_people(of.rows, "command.posters", posters)?;
    let is_outside = |poster: &&PersonId| members.binary_search(poster).is_err();
    if audience == Readers::Members && posters.iter().any(|poster| is_outside(&poster)) {
        let detail = "Somebody who is not a member cannot be a poster.";
        return Err(Refusal::invalid("command.posters", "poster_not_member", detail).into());
    }
    Ok(())
}

fn find_direct(
    of: &Deciding<'_>,
    a: PersonId,
    b: PersonId,
) -> rusqlite::Result<Option<ConversationId>> {
    of.rows
        .prepare_cached("SELECT id FROM conversation WHERE direct_pair = ?1")?
        .query_row([direct_pair(a, b)], |row| row.get(0))
        .optional()
}

#[cfg(test)]
mod tests {
    use crate::testing::*;
    use serde_json::json;

    #[test]
    fn a_one_to_one_exists_once() {
        let mut given = office();
        let ask = |id: u128, other| json!({ "conversation_id": conversation(id), "kind": "direct", "members": [other] });
        given
            .by(BEN)
            .when("create-conversation", ask(1, CYD))
            .accepted("conversation-created");
        let again = given
            .by(CYD)
            .when("create-conversation", ask(2, BEN))
            .unchanged();
        assert_eq!(again["conversation_id"], json!(conversation(1)));
        given
            .when("create-conversation", ask(3, CYD))
            .refused("kind_mismatch");
        given.assert_replays();
    }

    #[test]
    fn shapes_must_fit_the_kind() {
        let mut given = office();
        given.by(BEN);
        for body in [
            json!({ "kind": "channel" }),
            json!({ "kind": "direct", "members": [CYD], "name": "x" }),
            json!({ "kind": "direct", "members": [CYD, ANN] }),
            json!({ "kind": "direct" }),
            json!({ "kind": "group", "audience": "everyone" }),
            json!({ "kind": "group", "posters": [BEN] }),
        ] {
            let mut body = body;
            body["conversation_id"] = json!(conversation(1));
            given
                .when("create-conversation", body)
                .refused("kind_mismatch");
        }
        let body = |extra: &str, value: serde_json::Value| {
            let mut body = json!({ "conversation_id": conversation(1), "kind": "channel",
                                   "name": "News", "members": [CYD] });
            body[extra] = value;
            body
        };
        let mut refuse = |extra, value, code| {
            given
                .when("create-conversation", body(extra, value))
                .refused(code);
        };
        refuse("members", json!([STRANGER]), "person_not_found");
        refuse("members", json!([DEA]), "person_not_found");
        refuse("posters", json!([ANN]), "poster_not_member");
        refuse("name", json!(" "), "too_short");
        refuse("color", json!("red"), "malformed");
    }

    #[test]
    fn guests_make_nothing() {
        let mut given = office();
        let body =
            json!({ "conversation_id": conversation(1), "kind": "direct", "members": [CYD] });
        given
            .by(GUS)
            .when("create-conversation", body.clone())
            .refused("not_permitted");
        given
            .by(DEA)
            .when("create-conversation", body.clone())
            .refused("workspace_not_found");
        given
            .by(STRANGER)
            .when("create-conversation", body)
            .refused("workspace_not_found");
    }

    #[test]
    fn an_id_is_used_once() {
        let mut given = office();
        let body = json!({ "conversation_id": conversation(1), "kind": "group", "members": [CYD] });
        given
            .by(BEN)
            .when("create-conversation", body.clone())
            .accepted("conversation-created");
        given
            .by(ANN)
            .when("create-conversation", body)
            .refused("conversation_exists");
    }
}
