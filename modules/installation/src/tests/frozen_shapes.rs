//! The stored shape of every event. Never change a line here: an entry like it is in somebody's
//! journal. A new shape is a new version with a line of its own.

use super::{Installation, id, site};
use kernel::{Event, testing::Given};
use serde_json::{Value, json};

/// In an order in which they can be applied.
fn shapes() -> Vec<(&'static str, u16, Value)> {
    let (a1, w1, key) = (id(1), id(70), "ab".repeat(32));
    vec![
        (
            "account-created",
            1,
            json!({"account_id": a1, "user": "ann", "name": "Ann", "password_hash": "$argon2id$1",
                "operator": true}),
        ),
        (
            "password-changed",
            1,
            json!({"account_id": a1, "password_hash": "$argon2id$2"}),
        ),
        (
            "password-changed",
            1,
            json!({"account_id": a1, "password_hash": "$argon2id$3", "spared": id(9)}),
        ),
        (
            "operator-set",
            1,
            json!({"account_id": a1, "operator": false}),
        ),
        ("account-deactivated", 1, json!({"account_id": a1})),
        ("account-reactivated", 1, json!({"account_id": a1})),
        ("sessions-ended", 1, json!({"account_id": a1})),
        (
            "sessions-ended",
            1,
            json!({"account_id": a1, "spared": id(9)}),
        ),
        (
            "session-ended",
            1,
            json!({"account_id": a1, "session_id": id(8)}),
        ),
        (
            "workspace-created",
            1,
            json!({"workspace_id": w1, "name": "Harbour"}),
        ),
        (
            "data-key-added",
            1,
            json!({"workspace_id": w1, "key_id": 1, "bytes": key}),
        ),
        ("signing-key-added", 1, json!({"key_id": 1, "seed": key})),
        (
            "signing-key-retired",
            1,
            json!({"key_id": 1, "revoked": true}),
        ),
        (
            "passkey-added",
            1,
            json!({"account_id": a1, "credential_id": "k1", "label": "Phone", "credential": "{}"}),
        ),
        (
            "passkey-used",
            1,
            json!({"credential_id": "k1", "credential": "{\"counter\":2}"}),
        ),
        ("passkey-removed", 1, json!({"credential_id": "k1"})),
        (
            "evidence-key-published",
            1,
            json!({"site": "a", "key": "cd".repeat(32)}),
        ),
        (
            "evidence-key-retired",
            1,
            json!({"key": "cd".repeat(32), "revoked": false}),
        ),
    ]
}

#[test]
fn every_stored_shape_is_applied() {
    let mut given = Given::module(Installation);
    given.by(site());
    for (kind, version, data) in shapes() {
        given.event(Event {
            kind: kind.into(),
            version,
            data,
        });
    }
    let hash: String = given
        .rows()
        .query_row("SELECT password_hash FROM account", [], |row| row.get(0))
        .unwrap();
    assert_eq!(hash, "$argon2id$3");
    given.assert_replays();
}

#[test]
fn shapes_are_written_as_they_are_frozen() {
    use crate::events::*;
    fn written<F: Fact>(shape: &(&str, u16, Value)) -> Option<Value> {
        let event = Event {
            kind: shape.0.into(),
            version: shape.1,
            data: shape.2.clone(),
        };
        (F::KIND == shape.0 && F::VERSION == shape.1)
            .then(|| serde_json::to_value(event.decode::<F>().unwrap()).unwrap())
    }
    for shape in shapes() {
        let written = [
            written::<AccountCreated>(&shape),
            written::<PasswordChanged>(&shape),
            written::<OperatorSet>(&shape),
            written::<AccountDeactivated>(&shape),
            written::<AccountReactivated>(&shape),
            written::<SessionsEnded>(&shape),
            written::<SessionEnded>(&shape),
            written::<WorkspaceCreated>(&shape),
            written::<DataKeyAdded>(&shape),
            written::<SigningKeyAdded>(&shape),
            written::<SigningKeyRetired>(&shape),
            written::<PasskeyAdded>(&shape),
            written::<PasskeyUsed>(&shape),
            written::<PasskeyRemoved>(&shape),
            written::<EvidenceKeyPublished>(&shape),
            written::<EvidenceKeyRetired>(&shape),
        ];
        let found: Vec<_> = written.into_iter().flatten().collect();
        assert_eq!(found, [shape.2], "{}", shape.0);
    }
}

#[test]
fn keys_are_not_printed() {
    let key = crate::KeyBytes([0xab; 32]);
    assert!(!format!("{key:?}").contains("ab"));
}
