//! One account.

use super::{AccountRow, readable};
use crate::acting::Asked;
use kernel::{AccountId, Actor, DecideError, Refusal};
use rusqlite::{Connection, OptionalExtension};
use serde::Deserialize;
use utoipa::ToSchema;

/// Which account.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountParameters {
    /// The account; oneself where none is named.
    pub account_id: Option<AccountId>,
}

/// The account.
///
/// # Errors
/// `not_permitted` for another account than one's own, except for operators; `account_not_found`.
pub fn account(
    rows: &Connection,
    actor: &Actor,
    wanted: AccountParameters,
) -> Result<AccountRow, DecideError> {
    let id = readable(&Asked::by(rows, actor)?, wanted.account_id)?;
    let sql = format!("SELECT {} FROM account WHERE id = ?1", AccountRow::COLUMNS);
    let found = rows
        .prepare_cached(&sql)?
        .query_row([id], AccountRow::read)
        .optional()?;
    let detail = "There is no such account.";
    Ok(found.ok_or_else(|| Refusal::not_found("account_id", "account_not_found", detail))?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::{ANN, OPERATOR, founded, id};

    #[test]
    fn people_read_themselves_and_operators_anybody() {
        let given = founded();
        let ask = |actor, account_id| {
            account(
                given.rows(),
                &Actor::Account(actor),
                AccountParameters { account_id },
            )
        };
        assert_eq!(ask(ANN, None).unwrap().user, "ann");
        assert_eq!(ask(OPERATOR, Some(ANN)).unwrap().user, "ann");
        assert!(
            matches!(ask(ANN, Some(OPERATOR)), Err(DecideError::Refused(r)) if r.code == "not_permitted")
        );
        let unknown = Some(AccountId(id(99)));
        assert!(
            matches!(ask(OPERATOR, unknown), Err(DecideError::Refused(r)) if r.code == "account_not_found")
        );
    }
}
