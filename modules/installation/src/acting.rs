//! Who asks for something, and whether they may.

use crate::rows;
use authorization::{Kind, Policies, Thing};
use kernel::{AccountId, Actor, DecideError, Refusal, SiteName};
use rusqlite::Connection;
use std::sync::LazyLock;

static POLICIES: LazyLock<Policies> = LazyLock::new(|| {
    Policies::parse(include_str!("policies.cedar")).expect("the policies parse; every test asks")
});
static ACCOUNT: Kind = Kind::new("Account");
static SITE: Kind = Kind::new("Site");
static INSTALLATION: Kind = Kind::new("Installation");

/// A command or query being looked at: the rows, and who asks.
pub struct Asked<'a> {
    pub rows: &'a Connection,
    actor: &'a Actor,
    principal: Thing,
}

/// What a right is asked on.
pub enum On {
    Installation,
    Account(AccountId),
}

impl<'a> Asked<'a> {
    /// Finds out who asks. Accounts that are unknown or deactivated are not signed in.
    pub fn by(rows: &'a Connection, actor: &'a Actor) -> Result<Self, DecideError> {
        let principal = match actor {
            Actor::Account(id) => match rows::account(rows, *id)? {
                Some(account) if account.is_active => {
                    account_thing(*id).with("is_operator", account.is_operator)
                }
                _ => return Err(not_signed_in().into()),
            },
            Actor::Site(name) => Thing::new(&SITE, name.as_str()),
            Actor::Person(_) => return Err(not_signed_in().into()),
        };
        Ok(Self {
            rows,
            actor,
            principal,
        })
    }

    /// Nothing, where the one who asks may do `action` on that.
    pub fn may(&self, action: &str, on: On) -> Result<(), Refusal> {
        let resource = match on {
            On::Installation => Thing::new(&INSTALLATION, "this"),
            On::Account(id) => account_thing(id),
        };
        POLICIES.require(&self.principal, action, &resource, [])
    }

    /// The account that asks.
    pub fn account(&self) -> Result<AccountId, Refusal> {
        match self.actor {
            Actor::Account(id) => Ok(*id),
            Actor::Person(_) | Actor::Site(_) => Err(not_signed_in()),
        }
    }

    /// The site that asks.
    pub fn site(&self) -> Result<&'a SiteName, Refusal> {
        match self.actor {
            Actor::Site(name) => Ok(name),
            Actor::Person(_) | Actor::Account(_) => {
                let detail = "Only a site can do this.";
                Err(Refusal::forbidden("not_permitted", detail))
            }
        }
    }

    /// The account with this id, for a command that may do `action` on it. Whether it exists is
    /// told only to those who may.
    pub fn may_on(&self, action: &str, id: AccountId) -> Result<rows::Account, DecideError> {
        self.may(action, On::Account(id))?;
        let detail = "There is no such account.";
        let none = || Refusal::not_found("command.account_id", "account_not_found", detail);
        Ok(rows::account(self.rows, id)?.ok_or_else(none)?)
    }
}

fn account_thing(id: AccountId) -> Thing {
    Thing::new(&ACCOUNT, &id.to_string())
}

fn not_signed_in() -> Refusal {
    Refusal::forbidden(
        "not_permitted",
        "Only accounts that are active can do this.",
    )
}
