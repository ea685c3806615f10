//! Posts a message.

use super::Deciding;
use crate::access::{Action, GUEST};
use crate::attachment::{self, Attachment};
use crate::events::{Fact, MessagePosted, Readers, UrgentTerms};
use crate::limits::{MENTIONS_MAX, REMIND_EVERY_S_MAX, REMIND_FOR_MS_MAX, TEXT_CHARS_MAX};
use crate::rows::{Message, Seat, conversation_of};
use crate::{ConversationId, MessageId, text};
use kernel::{CommandSpec, DecideError, Decision, PersonId, Refusal};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

/// How it is offered.
pub const SPEC: CommandSpec = CommandSpec::new::<PostMessage>("post-message", "Post a message.");

/// Post a message.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostMessage {
    /// The client's id for it (version 7).
    pub message_id: MessageId,
    /// Where.
    pub conversation_id: ConversationId,
    /// Its text, 1 to 20,000 characters; may be missing where there are files.
    #[serde(default)]
    pub text: String,
    /// The message that began the thread it belongs to.
    pub thread_of: Option<MessageId>,
    /// People it mentions; they must be able to read it.
    #[serde(default)]
    pub mentions: Vec<PersonId>,
    /// Whether it mentions everyone who can read it.
    #[serde(default)]
    pub mention_everyone: bool,
    /// Its files; their chunks are stored before.
    #[serde(default)]
    pub attachments: Vec<Attachment>,
    /// Makes it an urgent notice that must be acknowledged.
    pub urgent: Option<UrgentTerms>,
}

/// Decides it. Answers the id and the position it got.
///
/// # Errors
/// Refused for unfit content, archived conversations, and those who may not.
pub fn decide(of: &Deciding<'_>, body: PostMessage) -> Result<Decision, DecideError> {
    let seat = Seat::find(of.rows, of.viewer, body.conversation_id)?;
    seat.require(Action::Post, None)?;
    seat.require_open()?;
    let has_files = !body.attachments.is_empty();
    text::check_message("command.text", &body.text, has_files, TEXT_CHARS_MAX)?;
    let attachments = attachment::check(body.attachments)?;
    if Message::find(of.rows, body.message_id)?.is_some() {
        let detail = "A message with this id exists already.";
        return Err(Refusal::conflict("message_exists", detail).into());
    }
    if let Some(root) = body.thread_of {
        require_root(of, &seat, root)?;
    }
    let mentions = text::people("command.mentions", body.mentions, MENTIONS_MAX)?;
    require_readers(of, &seat, &mentions)?;
    if body.mention_everyone {
        seat.require(Action::MentionEveryone, None)?;
    }
    if let Some(terms) = &body.urgent {
        seat.require(Action::PostUrgent, None)?;
        check_terms(of, terms)?;
    }
    let fact = MessagePosted {
        id: body.message_id,
        conversation_id: seat.id,
        position: seat.last_position + 1,
        author: of.viewer.id,
        text: body.text,
        thread_of: body.thread_of,
        mentions,
        mention_everyone: body.mention_everyone,
        attachments,
        urgent: body.urgent,
    };
    Ok(Decision::Accepted {
        answer: json!({ "message_id": fact.id, "position": fact.position }),
        events: vec![fact.event()],
    })
}

/// Replies go to a message of the same conversation that is no reply itself.
pub(super) fn require_root(
    of: &Deciding<'_>,
    seat: &Seat,
    root: MessageId,
) -> Result<Message, DecideError> {
    let message = Message::find(of.rows, root)?
        .filter(|message| conversation_of(message.key) == seat.key)
        .ok_or_else(|| {
            let detail = "There is no such message in this conversation.";
            Refusal::not_found("command.thread_of", "message_not_found", detail)
        })?;
    message.require_present()?;
    if message.thread.is_some() {
        let detail = "A reply cannot be replied to: reply to the message that began the thread.";
        return Err(Refusal::invalid("command.thread_of", "not_a_thread_root", detail).into());
    }
    Ok(message)
}

fn require_readers(of: &Deciding<'_>, seat: &Seat, people: &[PersonId]) -> Result<(), DecideError> {
    if people.is_empty() {
        return Ok(());
    }
    let mut query = of.rows.prepare_cached(
        "SELECT 1 FROM person p WHERE p.id = ?1 AND p.is_active AND (
            (?3 AND p.role <> ?4)
            OR EXISTS (SELECT 1 FROM member m WHERE m.conversation = ?2 AND m.person = p.id))",
    )?;
    let for_everyone = seat.audience == Readers::Everyone;
    for person in people {
        if !query.exists((person, seat.key, for_everyone, GUEST))? {
            let detail = format!("{person} is not in this conversation.");
            return Err(Refusal::invalid(
                "command.mentions",
                "mention_not_in_conversation",
                detail,
            )
            .into());
        }
    }
    Ok(())
}

fn check_terms(of: &Deciding<'_>, terms: &UrgentTerms) -> Result<(), Refusal> {
    let field = "command.urgent.remind_every_s";
    let least = of.limits.remind_every_s_min;
    if !(least..=REMIND_EVERY_S_MAX).contains(&terms.remind_every_s) {
        let detail = format!("Reminders are {least} to {REMIND_EVERY_S_MAX} seconds apart.");
        return Err(Refusal::invalid(field, "remind_every_out_of_range", detail));
    }
    if let Some(until) = terms.until
        && !(1..=REMIND_FOR_MS_MAX).contains(&until.since(of.time))
    {
        let detail = "Reminding ends in the future, within 90 days.";
        return Err(Refusal::invalid(
            "command.urgent.until",
            "until_out_of_range",
            detail,
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::testing::*;
    use serde_json::{Value, json};

    fn refuse(extra: Value, code: &str) {
        let mut given = office_with_rooms();
        post(given.by(BEN), DIRECT, "elsewhere");
        let mut body = post_body(9, GROUP, "hi");
        body.as_object_mut()
            .unwrap()
            .extend(extra.as_object().unwrap().clone());
        given.by(CYD).when("post-message", body).refused(code);
    }

    #[test]
    fn positions_have_no_gaps() {
        let mut given = office_with_rooms();
        for position in 1..=3 {
            let body = post_body(position, GROUP, "hi");
            let answer = given
                .by(BEN)
                .when("post-message", body)
                .accepted("message-posted");
            assert_eq!(answer["position"], json!(position));
        }
        post(given.by(CYD), DIRECT, "one");
        given
            .by(CYD)
            .when("post-message", post_body(2, GROUP, "hi"))
            .refused("message_exists");
        given.assert_replays();
    }

    #[test]
    fn the_event_carries_everything_to_show() {
        let mut given = office_with_rooms();
        let root = post(given.by(BEN), GROUP, "root");
        let mut body = post_body(5, GROUP, "@CYD look");
        body["thread_of"] = json!(root);
        body["mentions"] = json!([CYD, CYD]);
        body["attachments"] = json!([{ "attachment_id": message(1), "name": "../a b.png",
            "type": "IMAGE/PNG", "size": 3, "chunks": ["ab".repeat(32)], "copies": 2 }]);
        body["urgent"] = json!({ "remind_every_s": 300 });
        let (events, _) = given.when("post-message", body).accepted_events();
        assert_eq!(
            events[0].data,
            json!({
            "id": message(5), "conversation_id": GROUP, "position": 2, "author": BEN,
            "text": "@CYD look", "thread_of": root, "mentions": [CYD],
            "attachments": [{ "attachment_id": message(1), "name": "a b.png", "type": "image/png",
                "size": 3, "chunks": ["ab".repeat(32)], "copies": 2 }],
            "urgent": { "remind_every_s": 300 } })
        );
        given.assert_replays();
    }

    #[test]
    fn unfit_content_is_refused() {
        refuse(json!({ "text": "" }), "text_empty");
        refuse(json!({ "text": "a\u{0}b" }), "control_character");
        refuse(json!({ "text": "x".repeat(20_001) }), "text_too_long");
        refuse(json!({ "mentions": [ANN] }), "mention_not_in_conversation");
        refuse(
            json!({ "mentions": [STRANGER] }),
            "mention_not_in_conversation",
        );
        refuse(json!({ "thread_of": message(77) }), "message_not_found");
        refuse(json!({ "thread_of": message(1000) }), "message_not_found");
        refuse(
            json!({ "urgent": { "remind_every_s": 299 } }),
            "remind_every_out_of_range",
        );
        refuse(
            json!({ "urgent": { "remind_every_s": 300, "until": 1 } }),
            "until_out_of_range",
        );
        refuse(json!({ "position": 7 }), "malformed");
        refuse(json!({ "message_id": "7" }), "malformed");
    }

    #[test]
    fn replies_go_to_roots() {
        let mut given = office_with_rooms();
        let root = post(given.by(BEN), GROUP, "root");
        let mut reply = post_body(2, GROUP, "reply");
        reply["thread_of"] = json!(root);
        given.when("post-message", reply).accepted("message-posted");
        let mut nested = post_body(3, GROUP, "nested");
        nested["thread_of"] = json!(message(2));
        given
            .when("post-message", nested.clone())
            .refused("not_a_thread_root");
        given
            .when("delete-message", json!({ "message_id": root }))
            .accepted("message-deleted");
        nested["thread_of"] = json!(root);
        given
            .when("post-message", nested)
            .refused("message_deleted");
    }

    #[test]
    fn guests_write_where_they_are_members_and_no_more() {
        let mut given = office_with_rooms();
        given
            .by(GUS)
            .when("post-message", post_body(1, GROUP, "hi"))
            .accepted("message-posted");
        given
            .when("post-message", post_body(2, HALL, "hi"))
            .refused("conversation_not_found");
        let mut loud = post_body(3, GROUP, "all!");
        loud["mention_everyone"] = json!(true);
        given
            .when("post-message", loud.clone())
            .refused("not_permitted");
        given
            .by(CYD)
            .when("post-message", loud)
            .accepted("message-posted");
        let mut urgent = post_body(4, GROUP, "now!");
        urgent["urgent"] = json!({ "remind_every_s": 300 });
        given
            .by(GUS)
            .when("post-message", urgent)
            .refused("not_permitted");
        given.assert_replays();
    }

    #[test]
    fn whoever_is_in_quarantine_writes_again_as_the_release_says() {
        let mut given = office_with_rooms();
        for (n, is_active) in [(1, true), (2, false)] {
            quarantine(&mut given, CYD);
            given
                .by(CYD)
                .when("post-message", post_body(n, GROUP, "hi"))
                .refused("workspace_not_found");
            release(&mut given, CYD, is_active);
            let after = given
                .by(CYD)
                .when("post-message", post_body(n, GROUP, "hi"));
            assert_eq!(after.result().is_ok(), is_active);
        }
        given.assert_replays();
    }

    #[test]
    fn whoever_is_deactivated_writes_no_more() {
        let mut given = office_with_rooms();
        given
            .by(CYD)
            .when("post-message", post_body(1, GROUP, "hi"))
            .accepted("message-posted");
        deactivate(&mut given, CYD);
        given
            .by(CYD)
            .when("post-message", post_body(2, GROUP, "hi"))
            .refused("workspace_not_found");
        reactivate(&mut given, CYD);
        given
            .by(CYD)
            .when("post-message", post_body(2, GROUP, "hi"))
            .accepted("message-posted");
    }
}
