//! Says who may write in a channel.

use super::{Deciding, create_conversation::check_posters};
use crate::access::Action;
use crate::events::{ConversationKind, Fact, Posters, PostersSet};
use crate::limits::PEOPLE_MAX;
use crate::rows::Seat;
use crate::{ConversationId, text};
use kernel::{CommandSpec, DecideError, Decision, PersonId, Refusal};
use serde::Deserialize;
use utoipa::ToSchema;

/// How it is offered.
pub const SPEC: CommandSpec =
    CommandSpec::new::<SetPosters>("set-posters", "Say who may write in an official channel.");

/// Say who may write in an official channel.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetPosters {
    /// The channel.
    pub conversation_id: ConversationId,
    /// Who may write from now on.
    pub posters: Posters,
}

/// Decides it.
///
/// # Errors
/// Refused for what is no channel, people who are unknown or no members, archived channels, and
/// those who may not.
pub fn decide(of: &Deciding<'_>, body: SetPosters) -> Result<Decision, DecideError> {
    let seat = Seat::find(of.rows, of.viewer, body.conversation_id)?;
    if seat.kind != ConversationKind::Channel {
        let detail = "Only channels have chosen posters.";
        return Err(Refusal::conflict("not_a_channel", detail).into());
    }
    seat.require(Action::SetPosters, None)?;
    seat.require_open()?;
    let posters = match body.posters {
        Posters::Members(_) => Posters::MEMBERS,
        Posters::Listed(people) => {
            let people = text::people("command.posters", people, PEOPLE_MAX)?;
            let members = list(
                of,
                "SELECT person FROM member WHERE conversation = ?1",
                seat.key,
            )?;
            check_posters(of, seat.audience, &members, &people)?;
            Posters::Listed(people)
        }
    };
    if is_so_already(of, &seat, &posters)? {
        return Ok(Decision::unchanged());
    }
    let fact = PostersSet {
        conversation_id: seat.id,
        posters,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}

fn is_so_already(of: &Deciding<'_>, seat: &Seat, posters: &Posters) -> rusqlite::Result<bool> {
    match posters {
        Posters::Members(_) => Ok(seat.is_posting_open),
        Posters::Listed(people) => {
            let present = list(
                of,
                "SELECT person FROM poster WHERE conversation = ?1",
                seat.key,
            )?;
            Ok(!seat.is_posting_open && present == *people)
        }
    }
}

/// People of a conversation, in order.
fn list(of: &Deciding<'_>, sql: &str, conversation: i64) -> rusqlite::Result<Vec<PersonId>> {
    let mut query = of.rows.prepare_cached(sql)?;
    let people = query.query_map([conversation], |row| row.get(0))?;
    let mut people: Vec<PersonId> = people.collect::<Result<_, _>>()?;
    people.sort_unstable();
    Ok(people)
}

#[cfg(test)]
mod tests {
    use crate::testing::*;
    use serde_json::json;

    #[test]
    fn only_posters_write() {
        let mut given = office_with_rooms();
        let ask =
            |posters: serde_json::Value| json!({ "conversation_id": CHANNEL, "posters": posters });
        given
            .by(CYD)
            .when("post-message", post_body(1, CHANNEL, "hi"))
            .refused("not_permitted");
        given
            .when("set-posters", ask(json!([CYD])))
            .refused("not_permitted");
        given
            .by(BEN)
            .when("set-posters", ask(json!([CYD])))
            .accepted("posters-set");
        given.when("set-posters", ask(json!([CYD]))).unchanged();
        given
            .when("post-message", post_body(1, CHANNEL, "hi"))
            .refused("not_permitted");
        given
            .by(CYD)
            .when("post-message", post_body(1, CHANNEL, "hi"))
            .accepted("message-posted");
        given
            .by(BEN)
            .when("set-posters", ask(json!("members")))
            .accepted("posters-set");
        given.when("set-posters", ask(json!("members"))).unchanged();
        given
            .when("post-message", post_body(2, CHANNEL, "hi"))
            .accepted("message-posted");
        given
            .when("set-posters", ask(json!([ANN])))
            .refused("poster_not_member");
        given
            .when(
                "set-posters",
                json!({ "conversation_id": GROUP, "posters": "members" }),
            )
            .refused("not_a_channel");
        given.assert_replays();
    }
}
