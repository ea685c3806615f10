//! Whatever is done in whatever order, everything is put back to any moment.

use crate::testing::*;
use crate::{DocumentId, FolderId};
use kernel::testing::{Aspects, Given};
use kernel::{Aspect, PersonId};
use proptest::prelude::*;
use serde_json::{Value, json};

type Step = (usize, usize, u128, u128, usize);

const PEOPLE: [PersonId; 3] = [BEN, CYD, EVE];

fn step() -> impl Strategy<Value = Step> {
    (0..3_usize, 0..14_usize, 1..4_u128, 1..4_u128, 0..3_usize)
}

fn command(given: &Given, step: Step) -> Option<(&'static str, Value)> {
    let (_, command, a, b, other) = step;
    let (folder, document): (FolderId, DocumentId) = (folder(a), document(b));
    let into = [Some(crate::testing::folder(b)), None][usize::from(b == 3)];
    let item = [json!(folder), json!(document)][other % 2].clone();
    let grants = json!([
        { "to": { "person": BEN }, "role": "manager" },
        { "to": { "person": PEOPLE[other] }, "role": "editor" },
    ]);
    Some(match command {
        0 => (
            "create-folder",
            json!({ "folder_id": folder, "parent": into, "name": format!("Folder {b}") }),
        ),
        1 => (
            "create-document",
            json!({ "document_id": document, "folder_id": folder, "title": format!("Doc {a}") }),
        ),
        2 => (
            "rename-folder",
            json!({ "folder_id": folder, "name": format!("Named {b}") }),
        ),
        3 => (
            "rename-document",
            json!({ "document_id": document, "title": format!("Called {a}") }),
        ),
        4 => (
            "move-folder",
            json!({ "folder_id": folder, "parent": into }),
        ),
        5 => (
            "move-document",
            json!({ "document_id": document, "folder_id": folder }),
        ),
        6 => ("trash", json!({ "item_id": item })),
        7 => ("restore-from-trash", json!({ "item_id": item })),
        8 => (
            "set-permissions",
            json!({ "item_id": item, "inherits": a == 1, "grants": grants }),
        ),
        9 => (
            "add-comment",
            json!({ "comment_id": comment(a), "document_id": document, "text": "why?" }),
        ),
        10 => (
            "edit-comment",
            json!({ "comment_id": comment(a), "text": format!("why {b}?") }),
        ),
        11 => ("delete-comment", json!({ "comment_id": comment(a) })),
        _ => {
            crate::place::item_key(given.rows(), document.into()).ok()??;
            let client = 100 + u32::try_from(command * 9 + other).ok()?;
            let editor = Editor::open(given, client, document);
            let text = format!("text {a}\n\nby {other}");
            ("update-document", editor.try_write(&text)?)
        }
    })
}

const ITEM: &[&str] = &["name", "place", "trashed", "permissions", "exists"];
const ASPECTS: Aspects = Aspects {
    of: &[
        ("folder", ITEM),
        (
            "document",
            &["name", "place", "trashed", "permissions", "exists", "text"],
        ),
        ("file", ITEM),
        ("comment", &["text", "deleted", "exists"]),
    ],
    holds,
};

/// Nothing is unmade, and a text is the same, not its position.
fn holds(rows: &rusqlite::Connection, aspect: &Aspect, value: &Value) -> Option<bool> {
    let is = |name: &str| {
        let other = Aspect::new(&aspect.kind, &aspect.object, name);
        crate::put_back::value(rows, &other).unwrap() == json!(true)
    };
    if let Some(seq) = value.get("seq").and_then(Value::as_u64) {
        let id: DocumentId = aspect.object.parse().unwrap();
        let key = crate::place::item_key(rows, id.into()).unwrap().unwrap();
        let then = crate::store::load_at(rows, key, seq).unwrap().blocks();
        let now = crate::store::load(rows, key, 0).unwrap().blocks();
        return Some(now == then);
    }
    if aspect.aspect != "exists" || !value.is_null() {
        return None;
    }
    Some(is(if aspect.kind == "comment" {
        "deleted"
    } else {
        "trashed"
    }))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn whatever_happened_is_put_back_to_any_moment(
        steps in prop::collection::vec(step(), 1..60),
        share in 0.0..1.0_f64,
    ) {
        let mut given = office_with_notes();
        share_all(&mut given);
        for step in steps {
            if let Some((name, body)) = command(&given, step) {
                let _ = given.by(PEOPLE[step.0]).when(name, body).result();
            }
        }
        given.assert_put_back(share, ANN, ASPECTS);
    }
}

fn share_all(given: &mut Given) {
    share(
        given.by(BEN),
        json!(PLANS),
        &[(CYD, "manager"), (EVE, "editor")],
    );
}
