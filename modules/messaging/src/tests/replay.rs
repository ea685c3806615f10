//! Whatever is done in whatever order, replaying the entries gives the same rows, and what must
//! always hold holds.

use crate::testing::*;
use crate::{ConversationId, MessageId};
use kernel::testing::{Aspects, Given};
use kernel::{Aspect, PersonId};
use proptest::prelude::*;
use serde_json::{Value, json};

const PEOPLE: [PersonId; 6] = [ANN, BEN, CYD, GUS, DEA, STRANGER];
const ROOMS: [ConversationId; 4] = [GROUP, DIRECT, CHANNEL, HALL];

/// Something that may happen; numbers choose among what there is.
#[derive(Clone, Debug)]
enum Step {
    Do {
        person: usize,
        command: usize,
        room: usize,
        message: u64,
        other: usize,
    },
    Wait {
        ms: i64,
    },
    TurnAway {
        person: usize,
    },
    LetIn {
        person: usize,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let act = (
        0..PEOPLE.len(),
        0..22_usize,
        0..ROOMS.len(),
        0..12_u64,
        0..PEOPLE.len(),
    );
    prop_oneof![
        20 => act.prop_map(|(person, command, room, message, other)| Step::Do {
            person, command, room, message, other
        }),
        3 => (0..400_000_i64).prop_map(|ms| Step::Wait { ms }),
        1 => (0..5_usize).prop_map(|person| Step::TurnAway { person }),
        1 => (0..5_usize).prop_map(|person| Step::LetIn { person }),
    ]
}

fn body(command: usize, room: ConversationId, n: u64, other: PersonId) -> (&'static str, Value) {
    let id = message(1000 + u128::from(n));
    let old: String = format!("old-{n}");
    match command {
        0..=4 => (
            "post-message",
            json!({
                "message_id": message(1000 + u128::from(n) + 12 * command as u128),
                "conversation_id": room, "text": format!("会议 {n} rapat"),
                "thread_of": (command == 1).then_some(id),
                "mentions": if command == 2 { vec![other] } else { vec![] },
                "mention_everyone": command == 3,
                "urgent": (command == 4).then(|| json!({ "remind_every_s": 300 })),
            }),
        ),
        5 => (
            "edit-message",
            json!({ "message_id": id, "text": format!("edited {n}") }),
        ),
        6 => ("delete-message", json!({ "message_id": id })),
        7 => ("add-reaction", json!({ "message_id": id, "emoji": "👍" })),
        8 => (
            "remove-reaction",
            json!({ "message_id": id, "emoji": "👍" }),
        ),
        9 => ("mark-read", json!({ "conversation_id": room, "up_to": n })),
        10 => (
            "save-draft",
            json!({ "conversation_id": room, "text": "x".repeat(n as usize % 3) }),
        ),
        11 => ("acknowledge-urgent", json!({ "message_id": id })),
        12 => (
            "add-members",
            json!({ "conversation_id": room, "people": [other] }),
        ),
        13 => (
            "remove-members",
            json!({ "conversation_id": room, "people": [other] }),
        ),
        14 => ("leave-conversation", json!({ "conversation_id": room })),
        15 => (
            "set-posters",
            json!({ "conversation_id": room, "posters": [other] }),
        ),
        16 => (
            "import-conversations",
            json!({ "conversations": [{ "external_id": "C",
            "kind": "channel", "name": "old", "created_at": n, "members": [other] }] }),
        ),
        17 => (
            "rename-conversation",
            json!({ "conversation_id": room, "name": format!("Room {n}") }),
        ),
        18 => (
            "set-topic",
            json!({ "conversation_id": room, "topic": "x".repeat(n as usize % 3) }),
        ),
        19 => ("archive-conversation", json!({ "conversation_id": room })),
        20 => ("unarchive-conversation", json!({ "conversation_id": room })),
        _ => (
            "import-messages",
            json!({ "messages": [{ "external_id": old,
            "conversation_id": ConversationId::imported("C"), "author": other, "time": n,
            "text": "旧 lama", "reactions": [{ "emoji": ":x:", "people": [other] }] }] }),
        ),
    }
}

fn play(given: &mut Given, step: &Step) {
    match *step {
        Step::Do {
            person,
            command,
            room,
            message,
            other,
        } => {
            let (name, body) = body(command, ROOMS[room], message, PEOPLE[other]);
            // Refusals are as welcome as acceptance; failures of the view panic.
            let _ = given.by(PEOPLE[person]).when(name, body).result();
        }
        Step::Wait { ms } => {
            let later = given.now().plus_ms(ms);
            given.at(later);
            for command in due(given, later) {
                let _ = given.decide(command).result();
            }
        }
        Step::TurnAway { person } => deactivate(given, PEOPLE[person]),
        Step::LetIn { person } => reactivate(given, PEOPLE[person]),
    }
}

const ASPECTS: Aspects = Aspects {
    of: &[
        (
            "conversation",
            &["name", "topic", "archived", "posters", "exists"],
        ),
        ("message", &["text", "deleted", "exists"]),
    ],
    holds,
};

/// Nothing that was made is unmade: conversations are archived, messages deleted.
fn holds(rows: &rusqlite::Connection, aspect: &Aspect, value: &Value) -> Option<bool> {
    if aspect.aspect != "exists" || !value.is_null() {
        return None;
    }
    let gone = match aspect.kind.as_str() {
        "message" => "deleted",
        _ => "archived",
    };
    let gone = Aspect::new(&aspect.kind, &aspect.object, gone);
    Some(crate::put_back::value(rows, &gone).unwrap() == json!(true))
}

/// The index finds exactly the messages that are there.
fn check_texts(given: &Given) {
    let one = |sql: &str| -> i64 { given.rows().query_row(sql, [], |row| row.get(0)).unwrap() };
    let present = one("SELECT count(*) FROM message WHERE deleted_at IS NULL");
    let indexed = one("SELECT count(*) FROM message_text
         WHERE tokens MATCH '\"rapat\" OR \"edited\" OR \"lama\"'");
    assert_eq!(present, indexed);
}

/// Positions have no gaps, and the index finds exactly the messages that are there.
fn check(given: &Given) {
    let one = |sql: &str| -> i64 { given.rows().query_row(sql, [], |row| row.get(0)).unwrap() };
    let misplaced = one(
        "SELECT count(*) FROM conversation c WHERE c.last_position <>
            (SELECT count(*) FROM message m WHERE m.key >> 32 = c.key)",
    );
    assert_eq!(misplaced, 0);
    check_texts(given);
    let miscounted = one("SELECT count(*) FROM message r WHERE r.reply_count <>
            (SELECT count(*) FROM message m WHERE m.thread = r.key)");
    assert_eq!(miscounted, 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn replaying_gives_the_same_rows(steps in prop::collection::vec(step(), 1..120)) {
        let mut given = office_with_rooms();
        for step in &steps {
            play(&mut given, step);
        }
        check(&given);
        given.assert_replays();
    }

    #[test]
    fn whatever_happened_is_put_back_to_any_moment(
        steps in prop::collection::vec(step(), 1..120),
        share in 0.0..1.0_f64,
    ) {
        let mut given = office_with_rooms();
        for step in &steps {
            play(&mut given, step);
        }
        reactivate(&mut given, ANN);
        given.assert_put_back(share, ANN, ASPECTS);
        check_texts(&given);
    }
}

#[test]
fn a_message_out_of_place_stops_the_partition() {
    use kernel::Module;
    let mut given = office_with_rooms();
    let id: MessageId = message(1);
    let (events, _) = given
        .by(BEN)
        .when("post-message", post_body(1, GROUP, "x"))
        .accepted_events();
    let mut event = events[0].clone();
    event.data["id"] = json!(message(2));
    let header = kernel::Header {
        partition: kernel::PartitionId::new(kernel::WorkspaceId::INSTALLATION, "messaging"),
        seq: 100,
        site: kernel::SiteName::new("a").unwrap(),
        lead: kernel::SiteName::new("a").unwrap(),
        time: given.now(),
        actor: BEN.into(),
        command: kernel::CommandId(id.0),
        key: kernel::KeyId(0),
        prev: kernel::Hash::ZERO,
    };
    let module = crate::Messaging::default();
    let error = module.apply(given.rows(), &header, &event).unwrap_err();
    assert!(matches!(error, kernel::ApplyError::Event(_)), "{error:?}");
    event.data["position"] = json!(2);
    assert!(module.apply(given.rows(), &header, &event).is_ok());
    event.kind = "message-sent".into();
    assert!(module.apply(given.rows(), &header, &event).is_err());
}
