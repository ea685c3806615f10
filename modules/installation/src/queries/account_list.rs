//! Accounts in order.

use crate::acting::{Asked, On};
use kernel::{AccountId, Actor, DecideError, Timestamp, page};
use rusqlite::{Connection, Row, params};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which accounts.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountListParameters {
    /// Text that login name or display name has somewhere, ignoring case.
    pub search: Option<String>,
    /// Where the page starts.
    pub cursor: Option<String>,
    /// Items on the page, 1 to 200; 50 where it is not said.
    pub limit: Option<u32>,
}

/// An account.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct AccountRow {
    /// The account.
    pub id: AccountId,
    /// Login name.
    pub user: String,
    /// Display name.
    pub name: String,
    /// Whether it runs the installation.
    pub operator: bool,
    /// Whether it can sign in.
    pub status: AccountStatus,
    /// When it was created.
    pub created_at: Timestamp,
    /// How many passkeys it has.
    pub passkeys_count: u32,
}

/// Whether an account can sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AccountStatus {
    /// It can.
    Active,
    /// It was shut out.
    Deactivated,
}

/// A page of accounts.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct AccountList {
    /// The accounts.
    pub items: Vec<AccountRow>,
    /// Where the next page starts; none: this is the last.
    pub next: Option<String>,
}

impl AccountRow {
    pub(super) const COLUMNS: &str = "id, user, name, is_operator, is_active, created_at,
         (SELECT count(*) FROM passkey WHERE passkey.account = account.id)";

    pub(super) fn read(row: &Row<'_>) -> Result<Self, rusqlite::Error> {
        Ok(Self {
            id: row.get(0)?,
            user: row.get(1)?,
            name: row.get(2)?,
            operator: row.get(3)?,
            status: if row.get(4)? {
                AccountStatus::Active
            } else {
                AccountStatus::Deactivated
            },
            created_at: Timestamp(row.get(5)?),
            passkeys_count: row.get(6)?,
        })
    }
}

/// The accounts of a page.
///
/// # Errors
/// `not_permitted` unless the actor is an operator; refusals for parameters out of bounds.
pub fn account_list(
    rows: &Connection,
    actor: &Actor,
    wanted: AccountListParameters,
) -> Result<AccountList, DecideError> {
    Asked::by(rows, actor)?.may("list-accounts", On::Installation)?;
    let limit = page::limit(wanted.limit)?;
    // A login name is unique, so it is a whole sort key.
    let after: Option<String> = page::after(wanted.cursor.as_deref())?;
    let search = wanted.search.unwrap_or_default().trim().to_lowercase();
    let items = rows
        .prepare_cached(&format!(
            "SELECT {} FROM account
             WHERE (?1 IS NULL OR user_key > ?1) AND (instr(user_key, ?2) OR instr(name_key, ?2))
             ORDER BY user_key LIMIT ?3",
            AccountRow::COLUMNS
        ))?
        .query_map(params![after, search, limit + 1], AccountRow::read)?
        .collect::<Result<_, _>>()?;
    let (items, next) = page::cut(items, limit, |account| account.user.to_lowercase());
    Ok(AccountList { items, next })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::{ANN, OPERATOR, founded};

    #[test]
    fn operators_page_and_search() {
        let given = founded();
        let ask = |actor, search: &str, cursor, limit| {
            let search = Some(search.to_owned());
            let wanted = AccountListParameters {
                search,
                cursor,
                limit,
            };
            account_list(given.rows(), &Actor::Account(actor), wanted)
        };
        let first = ask(OPERATOR, "", None, Some(1)).unwrap();
        let second = ask(OPERATOR, "", first.next, Some(1)).unwrap();
        assert_eq!(
            (first.items[0].user.as_str(), second.items[0].user.as_str()),
            ("ann", "operator")
        );
        assert_eq!(second.next, None);
        assert_eq!(ask(OPERATOR, "ANN", None, None).unwrap().items.len(), 1);
        assert!(
            matches!(ask(ANN, "", None, None), Err(DecideError::Refused(r)) if r.code == "not_permitted")
        );
    }
}
