//! The office the tests play in: Ann owns it, Ben and Cyd are members, Gus is a guest, Dea was
//! deactivated, and nobody knows the stranger. Ben made four rooms: a group with Cyd and Gus, a
//! one-to-one with Cyd, a channel in which he posts and Cyd reads, and a hall for everyone.

use crate::{ConversationId, MessageId, Messaging, QUERIES};
use kernel::id::Uuid;
use kernel::testing::Given;
use kernel::{
    Actor, Audience, Command, DecideError, Event, Module, PersonId, Refusal, SiteName, Timestamp,
    Topic,
};
use serde_json::{Value, json};

pub const ANN: PersonId = person(1);
pub const BEN: PersonId = person(2);
pub const CYD: PersonId = person(3);
pub const GUS: PersonId = person(4);
pub const DEA: PersonId = person(5);
pub const STRANGER: PersonId = person(99);

pub const GROUP: ConversationId = conversation(0x1001);
pub const DIRECT: ConversationId = conversation(0x1002);
pub const CHANNEL: ConversationId = conversation(0x1003);
pub const HALL: ConversationId = conversation(0x1004);

pub const fn person(n: u128) -> PersonId {
    PersonId(Uuid::from_u128(0xa000 + n))
}

pub const fn conversation(n: u128) -> ConversationId {
    ConversationId(Uuid::from_u128(0xc000_0000 + n))
}

pub const fn message(n: u128) -> MessageId {
    MessageId(Uuid::from_u128(0xe000_0000 + n))
}

/// A site as the actor.
pub fn site() -> Actor {
    Actor::Site(SiteName::new("a").unwrap())
}

/// The people, without rooms.
pub fn office() -> Given {
    let mut given = Given::module(Messaging::default());
    let all = [
        "messages.send",
        "messages.urgent",
        "channels.create",
        "channels.manage",
        "import.run",
        "people.manage",
        "workspace.manage",
    ];
    let role = |role: &str, permissions: &[&str]| {
        let data = json!({ "role": role, "permissions": permissions, "built_in": true });
        Event::new("role-defined", 1, &data)
    };
    let roles = vec![
        role("owner", &all),
        role("member", &all[..3]),
        role("guest", &all[..1]),
    ];
    given.follows("directory", roles);
    add_person(&mut given, ANN, "owner");
    for person in [BEN, CYD, DEA] {
        add_person(&mut given, person, "member");
    }
    add_person(&mut given, GUS, "guest");
    deactivate(&mut given, DEA);
    given
}

/// The people and their rooms.
pub fn office_with_rooms() -> Given {
    let mut given = office();
    given.by(BEN);
    for body in [
        json!({ "conversation_id": GROUP, "kind": "group", "name": "Tea club",
                "members": [CYD, GUS] }),
        json!({ "conversation_id": DIRECT, "kind": "direct", "members": [CYD] }),
        json!({ "conversation_id": CHANNEL, "kind": "channel", "name": "News",
                "members": [CYD] }),
        json!({ "conversation_id": HALL, "kind": "channel", "name": "Hall",
                "audience": "everyone" }),
    ] {
        given
            .when("create-conversation", body)
            .accepted("conversation-created");
    }
    given
}

fn directory(given: &mut Given, kind: &str, data: &Value) {
    given.follows("directory", vec![Event::new(kind, 1, data)]);
}

/// Lets somebody join the workspace.
pub fn add_person(given: &mut Given, person: PersonId, role: &str) {
    let name = match person {
        ANN => "Ann",
        BEN => "Ben",
        CYD => "Cyd",
        GUS => "Gus",
        DEA => "Dea",
        _ => "Somebody",
    };
    let data = json!({ "person_id": person, "name": name, "handle": name.to_lowercase(),
                       "role": role, "departments": [], "title": "x" });
    directory(given, "person-added", &data);
}

pub fn quarantine(given: &mut Given, person: PersonId) {
    let because = json!({ "text": "An alarm" });
    let fact = json!({ "person_id": person, "because": because });
    directory(given, "person-quarantined", &fact);
}

pub fn release(given: &mut Given, person: PersonId, is_active: bool) {
    let fact = json!({ "person_id": person, "by": { "person": ANN }, "is_active": is_active,
        "note": "A restore" });
    directory(given, "person-released", &fact);
}

pub fn deactivate(given: &mut Given, person: PersonId) {
    directory(given, "person-deactivated", &json!({ "person_id": person }));
}

pub fn reactivate(given: &mut Given, person: PersonId) {
    directory(given, "person-reactivated", &json!({ "person_id": person }));
}

/// The parameters of `post-message` with the id `message(n)`.
pub fn post_body(n: u128, conversation: ConversationId, text: &str) -> Value {
    json!({ "message_id": message(n), "conversation_id": conversation, "text": text })
}

/// Posts a message as the present actor; ids are `message(1000)` and on.
pub fn post(given: &mut Given, conversation: ConversationId, text: &str) -> MessageId {
    post_with(given, conversation, text, &json!({}))
}

/// Posts an urgent notice as the present actor.
pub fn post_urgent(
    given: &mut Given,
    conversation: ConversationId,
    remind_every_s: u32,
) -> MessageId {
    let urgent = json!({ "urgent": { "remind_every_s": remind_every_s } });
    post_with(given, conversation, "Urgent!", &urgent)
}

fn post_with(
    given: &mut Given,
    conversation: ConversationId,
    text: &str,
    more: &Value,
) -> MessageId {
    let count: u32 = given
        .rows()
        .query_row("SELECT count(*) FROM message", [], |row| row.get(0))
        .unwrap();
    let n = 1000 + u128::from(count);
    let mut body = post_body(n, conversation, text);
    let more = more.as_object().unwrap().clone();
    body.as_object_mut().unwrap().extend(more);
    given.when("post-message", body).accepted("message-posted");
    message(n)
}

/// Asks a query through the module's door.
pub fn query(given: &Given, by: PersonId, name: &str, params: &str) -> Result<Value, Refusal> {
    let spec = QUERIES.iter().find(|spec| spec.name == name).unwrap();
    match (spec.run)(given.rows(), &Actor::Person(by), params) {
        Ok(answer) => Ok(answer),
        Err(DecideError::Refused(refusal)) => Err(refusal),
        Err(DecideError::View(error)) => panic!("{name} fails: {error}"),
    }
}

pub fn due(given: &Given, now: Timestamp) -> Vec<Command> {
    Messaging::default().due(given.rows(), now).unwrap()
}

pub fn audience(given: &Given, event: &Event) -> Audience {
    Messaging::default().audience(given.rows(), event).unwrap()
}

pub fn topics(given: &Given, person: PersonId) -> Vec<Topic> {
    Messaging::default().topics(given.rows(), person).unwrap()
}
