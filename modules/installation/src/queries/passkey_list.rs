//! The passkeys of an account.

use super::readable;
use crate::acting::Asked;
use kernel::{AccountId, Actor, DecideError, Timestamp};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Of which account.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasskeyListParameters {
    /// The account; oneself where none is named.
    pub account_id: Option<AccountId>,
}

/// A passkey, without its credential.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct PasskeyRow {
    /// The credential's id.
    pub credential_id: String,
    /// What its owner calls it.
    pub label: String,
    /// When it was added.
    pub added_at: Timestamp,
    /// When its last use was recorded; passkeys without a counter are not recorded.
    pub used_at: Option<Timestamp>,
}

/// The passkeys of an account.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct PasskeyList {
    /// The passkeys, the oldest first; at most 20.
    pub items: Vec<PasskeyRow>,
    /// Always none.
    pub next: Option<String>,
}

/// The passkeys of an account.
///
/// # Errors
/// `not_permitted` for another account than one's own, except for operators.
pub fn passkey_list(
    rows: &Connection,
    actor: &Actor,
    wanted: PasskeyListParameters,
) -> Result<PasskeyList, DecideError> {
    let account = readable(&Asked::by(rows, actor)?, wanted.account_id)?;
    let items = rows
        .prepare_cached(
            "SELECT credential_id, label, added_at, used_at FROM passkey
             WHERE account = ?1 ORDER BY added_at, credential_id",
        )?
        .query_map([account], |row| {
            Ok(PasskeyRow {
                credential_id: row.get(0)?,
                label: row.get(1)?,
                added_at: Timestamp(row.get(2)?),
                used_at: row.get::<_, Option<i64>>(3)?.map(Timestamp),
            })
        })?
        .collect::<Result<_, _>>()?;
    Ok(PasskeyList { items, next: None })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::{ANN, OPERATOR, Sent, as_ann};
    use serde_json::json;

    #[test]
    fn people_see_their_own() {
        let mut given = as_ann();
        given
            .send(
                "add-passkey",
                json!({"credential_id": "k1", "label": "Phone", "credential": "1"}),
            )
            .accepted("passkey-added");
        let ask = |actor, account_id| {
            let wanted = PasskeyListParameters { account_id };
            passkey_list(given.rows(), &Actor::Account(actor), wanted)
        };
        assert_eq!(ask(ANN, None).unwrap().items[0].label, "Phone");
        assert_eq!(ask(OPERATOR, Some(ANN)).unwrap().items.len(), 1);
        assert!(ask(ANN, Some(OPERATOR)).is_err());
    }
}
