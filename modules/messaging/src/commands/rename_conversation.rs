//! Gives a conversation another name.

use super::Deciding;
use crate::access::Action;
use crate::events::{ConversationRenamed, Fact};
use crate::rows::Seat;
use crate::{ConversationId, text};
use kernel::{CommandSpec, DecideError, Decision};
use serde::Deserialize;
use utoipa::ToSchema;

/// How it is offered.
pub const SPEC: CommandSpec = CommandSpec::new::<RenameConversation>(
    "rename-conversation",
    "Give a group or a channel another name.",
);

/// Give a group or a channel another name.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RenameConversation {
    /// The conversation.
    pub conversation_id: ConversationId,
    /// Its name from now on.
    pub name: String,
}

/// Decides it.
///
/// # Errors
/// Refused for a bad name, one-to-ones, archived conversations, and those who may not.
pub fn decide(of: &Deciding<'_>, body: RenameConversation) -> Result<Decision, DecideError> {
    let seat = Seat::find(of.rows, of.viewer, body.conversation_id)?;
    seat.require_shared()?;
    seat.require(Action::Describe, None)?;
    seat.require_open()?;
    let name = text::name("command.name", &body.name)?;
    let present: Option<String> = of
        .rows
        .prepare_cached("SELECT name FROM conversation WHERE key = ?1")?
        .query_row([seat.key], |row| row.get(0))?;
    if present.as_deref() == Some(name.as_str()) {
        return Ok(Decision::unchanged());
    }
    let fact = ConversationRenamed {
        conversation_id: seat.id,
        name,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}

#[cfg(test)]
mod tests {
    use crate::testing::*;
    use serde_json::json;

    #[test]
    fn members_rename_groups_and_makers_channels() {
        let mut given = office_with_rooms();
        let ask = |id, name: &str| json!({ "conversation_id": id, "name": name });
        let rename = "rename-conversation";
        given
            .by(CYD)
            .when(rename, ask(GROUP, "Tea"))
            .accepted("conversation-renamed");
        given.when(rename, ask(GROUP, " Tea ")).unchanged();
        given
            .when(rename, ask(CHANNEL, "Notices"))
            .refused("not_permitted");
        given
            .by(BEN)
            .when(rename, ask(CHANNEL, "Notices"))
            .accepted("conversation-renamed");
        given
            .by(GUS)
            .when(rename, ask(GROUP, "Mine"))
            .refused("not_permitted");
        given
            .by(BEN)
            .when(rename, ask(DIRECT, "Us"))
            .refused("conversation_direct");
        given
            .when(rename, ask(GROUP, "a\nb"))
            .refused("control_character");
        given.assert_replays();
    }
}
