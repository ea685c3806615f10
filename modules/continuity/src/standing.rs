//! Who may note and who may run drills: followed from the installation.

use kernel::{AccountId, Actor, ApplyError, Event};
use rusqlite::{Connection, OptionalExtension, params};
use serde::Deserialize;

/// What an actor may do with the continuity record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// May note what was seen.
    pub may_note: bool,
    /// May run drills and read everything.
    pub is_operator: bool,
    /// How it is called in records.
    pub name: String,
}

/// The login name of the probers' account.
pub const PROBER: &str = "prober";

/// The standing of an actor.
pub fn standing(rows: &Connection, actor: &Actor) -> Result<Standing, rusqlite::Error> {
    match actor {
        Actor::Site(site) => Ok(Standing {
            may_note: true,
            is_operator: false,
            name: format!("site {site}"),
        }),
        Actor::Account(account) => {
            let found = rows
                .prepare_cached("SELECT user, is_operator, is_active FROM account WHERE id = ?1")?
                .query_row([account], |row| {
                    Ok((
                        row.get::<_, String>(0)?,
                        row.get::<_, bool>(1)?,
                        row.get::<_, bool>(2)?,
                    ))
                })
                .optional()?;
            Ok(match found {
                Some((user, is_operator, true)) => Standing {
                    may_note: is_operator || user == PROBER,
                    is_operator,
                    name: user,
                },
                _ => nobody(),
            })
        }
        Actor::Person(_) => Ok(nobody()),
    }
}

fn nobody() -> Standing {
    Standing {
        may_note: false,
        is_operator: false,
        name: String::new(),
    }
}

#[derive(Deserialize)]
struct AccountFact {
    account_id: AccountId,
    #[serde(default)]
    user: Option<String>,
    #[serde(default)]
    operator: Option<bool>,
}

/// Keeps accounts as far as they matter here; everything else of the installation is passed over.
pub fn follow(rows: &Connection, event: &Event) -> Result<(), ApplyError> {
    let is_active = match event.kind.as_str() {
        "account-created" | "operator-set" => None,
        "account-deactivated" => Some(false),
        "account-reactivated" => Some(true),
        _ => return Ok(()),
    };
    let fact: AccountFact = event.decode()?;
    rows.prepare_cached(
        "INSERT INTO account (id, user, is_operator, is_active)
         VALUES (?1, coalesce(?2, ''), coalesce(?3, 0), coalesce(?4, 1))
         ON CONFLICT (id) DO UPDATE SET
           user = coalesce(?2, user), is_operator = coalesce(?3, is_operator),
           is_active = coalesce(?4, is_active)",
    )?
    .execute(params![
        fact.account_id,
        fact.user,
        fact.operator,
        is_active
    ])?;
    Ok(())
}
