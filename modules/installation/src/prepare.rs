//! From what a client sent to what is decided: passwords become hashes, and new keys are drawn.
//! Deciding is pure, so this is done before, once, by the gateway.

use crate::acting::{Asked, On};
use crate::commands::*;
use crate::events::{KeyBytes, SessionId};
use crate::password::{self, Passwords};
use crate::{fields, rows};
use kernel::{AccountId, Actor, DecideError, Random, Refusal, parse_body};
use rusqlite::Connection;
use serde::Serialize;
use serde_json::Value;

/// What preparing needs.
#[derive(Clone, Copy)]
pub struct Preparation<'a> {
    /// The rows of the installation's view.
    pub rows: &'a Connection,
    /// Who asks.
    pub actor: &'a Actor,
    /// The session it is asked from, which `change-password` spares.
    pub session: Option<SessionId>,
    /// For salts and keys.
    pub random: &'a dyn Random,
    /// For hashes.
    pub passwords: &'a Passwords,
}

/// The body to decide ([`kernel::Command::body`]) for what a client sent. To be called for every
/// command of this module, after looking whether the command id was decided before, on a thread
/// that may block: hashing takes tens of milliseconds.
///
/// # Errors
/// Refusals for bodies without the command's shape, passwords that break the rules or are wrong
/// (`wrong_password`), and where the actor may not send the command anyway.
pub fn prepare(name: &str, sent: Value, with: &Preparation<'_>) -> Result<Value, DecideError> {
    match name {
        "found-installation" => {
            let wish: FoundInstallation = parse_body(&sent)?;
            with.may(name)?;
            let account = with.account(wish.account_id, wish.user, wish.name, &wish.password)?;
            let seed = with.key();
            body(&FoundInstallationPrepared { account, seed })
        }
        "create-account" => {
            let wish: CreateAccount = parse_body(&sent)?;
            with.may(name)?;
            let account = with.account(wish.account_id, wish.user, wish.name, &wish.password)?;
            let operator = wish.operator;
            body(&CreateAccountPrepared { account, operator })
        }
        "register-account" => {
            let wish: RegisterAccount = parse_body(&sent)?;
            with.may(name)?;
            body(&with.account(wish.account_id, wish.user, wish.name, &wish.password)?)
        }
        "set-password" => {
            let wish: SetPassword = parse_body(&sent)?;
            let account = with.asked()?.may_on(name, wish.account_id)?;
            password::check("command.password", &wish.password, &account.user)?;
            body(&SetPasswordPrepared {
                account_id: wish.account_id,
                password_hash: with.hash(&wish.password)?,
            })
        }
        "change-password" => with.change_password(&parse_body(&sent)?),
        "end-sessions" => {
            let wish: EndSessions = parse_body(&sent)?;
            let spared = with.session.filter(|_| wish.except_this);
            body(&EndSessionsPrepared {
                account_id: wish.account_id,
                spared,
            })
        }
        "create-workspace" => with.keyed::<CreateWorkspace>(&sent),
        "rotate-data-key" => with.keyed::<RotateDataKey>(&sent),
        "rotate-signing-key" => with.keyed::<RotateSigningKey>(&sent),
        _ => Ok(sent),
    }
}

impl Preparation<'_> {
    fn asked(&self) -> Result<Asked<'_>, DecideError> {
        Asked::by(self.rows, self.actor)
    }

    /// Hashing is dear, so it is done only for those who may.
    fn may(&self, name: &str) -> Result<(), DecideError> {
        Ok(self.asked()?.may(name, On::Installation)?)
    }

    fn hash(&self, password: &str) -> Result<String, Refusal> {
        Ok(self.passwords.hash(password, self.random)?)
    }

    fn key(&self) -> KeyBytes {
        let mut bytes = [0; 32];
        self.random.fill(&mut bytes);
        KeyBytes(bytes)
    }

    fn keyed<T: serde::de::DeserializeOwned + Serialize>(
        &self,
        sent: &Value,
    ) -> Result<Value, DecideError> {
        let wish: T = parse_body(sent)?;
        let bytes = self.key();
        body(&Keyed { wish, bytes })
    }

    /// Everything cheap is checked before the password is hashed.
    fn account(
        &self,
        account_id: AccountId,
        user: String,
        name: String,
        password: &str,
    ) -> Result<NewAccount, DecideError> {
        fields::user("command.user", &user)?;
        fields::name("command.name", &name)?;
        password::check("command.password", password, &user)?;
        let password_hash = self.hash(password)?;
        Ok(NewAccount {
            account_id,
            user,
            name,
            password_hash,
        })
    }

    fn change_password(&self, wish: &ChangePassword) -> Result<Value, DecideError> {
        let asked = self.asked()?;
        let account = asked.account()?;
        asked.may("change-password", On::Account(account))?;
        let account = rows::account(self.rows, account)?;
        let user = account.as_ref().map_or("", |account| account.user.as_str());
        password::check("command.new", &wish.new, user)?;
        let verified_hash = account
            .as_ref()
            .map(|account| account.password_hash.as_str());
        if !self.passwords.verify(verified_hash, &wish.current) {
            let detail = "The present password is another one.";
            return Err(Refusal::invalid("command.current", "wrong_password", detail).into());
        }
        body(&ChangePasswordPrepared {
            verified_hash: verified_hash.unwrap_or_default().into(),
            password_hash: self.hash(&wish.new)?,
            spared: self.session,
        })
    }
}

fn body<T: Serialize>(prepared: &T) -> Result<Value, DecideError> {
    Ok(serde_json::to_value(prepared).map_err(|e| Refusal::malformed(&e))?)
}
