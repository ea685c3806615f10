//! Create an account for whoever holds an invitation.

use super::{NewAccount, Wish, create_account::created};
use crate::acting::{Asked, On};
use crate::events::Fact;
use kernel::{AccountId, DecideError, Decision};
use serde::Deserialize;
use utoipa::ToSchema;

/// Creates an account; issued by a site after it has checked an invitation's code.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RegisterAccount {
    /// The account's id.
    pub account_id: AccountId,
    /// Login name, unique ignoring case: 1 to 64 letters, digits and '._-+@'.
    pub user: String,
    /// Display name, 1 to 100 characters.
    pub name: String,
    /// Password, 10 to 256 characters.
    pub password: String,
}

impl Wish for NewAccount {
    fn decide(self, asked: &Asked<'_>) -> Result<Decision, DecideError> {
        asked.may("register-account", On::Installation)?;
        match created(asked.rows, self, false)? {
            Some(fact) => Ok(Decision::accepted(vec![fact.event()])),
            None => Ok(Decision::unchanged()),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::tests::{Sent, founded, id, site};
    use serde_json::json;

    #[test]
    fn only_a_site_registers_and_never_an_operator() {
        let mut given = founded();
        let body = json!({
            "account_id": id(50), "user": "bea", "name": "Bea", "password": "correct horse"});
        given
            .send("register-account", body.clone())
            .refused("not_permitted");
        given.by(site());
        let (events, _) = given
            .send("register-account", body.clone())
            .accepted_events();
        assert_eq!(events[0].data["operator"], json!(false));
        given.send("register-account", body).unchanged();
        let taken = json!({
            "account_id": id(51), "user": "BEA", "name": "Bea", "password": "correct horse"});
        given.send("register-account", taken).refused("user_taken");
    }
}
