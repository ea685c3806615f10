//! Let an account back in.

use super::Wish;
use crate::acting::Asked;
use crate::events::{AccountReactivated, Fact};
use kernel::{AccountId, DecideError, Decision};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Lets an account sign in again.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReactivateAccount {
    /// The account.
    pub account_id: AccountId,
}

impl Wish for ReactivateAccount {
    fn decide(self, asked: &Asked<'_>) -> Result<Decision, DecideError> {
        let account = asked.may_on("reactivate-account", self.account_id)?;
        if account.is_active {
            return Ok(Decision::unchanged());
        }
        let account_id = self.account_id;
        Ok(Decision::accepted(vec![
            AccountReactivated { account_id }.event(),
        ]))
    }
}

#[cfg(test)]
mod tests {
    use crate::tests::{ANN, Sent, founded, id};
    use serde_json::json;

    #[test]
    fn an_active_account_stays_as_it_is() {
        let mut given = founded();
        given
            .send("reactivate-account", json!({"account_id": ANN}))
            .unchanged();
        given
            .send("reactivate-account", json!({"account_id": id(99)}))
            .refused("account_not_found");
    }
}
