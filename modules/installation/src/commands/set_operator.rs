//! Make an account an operator, or no longer.

use super::{Wish, conflict};
use crate::acting::Asked;
use crate::events::{Fact, OperatorSet};
use crate::rows;
use kernel::{AccountId, DecideError, Decision};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Sets whether an account runs the installation.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetOperator {
    /// The account.
    pub account_id: AccountId,
    /// Whether it does.
    pub operator: bool,
}

impl Wish for SetOperator {
    fn decide(self, asked: &Asked<'_>) -> Result<Decision, DecideError> {
        let account = asked.may_on("set-operator", self.account_id)?;
        if account.is_operator == self.operator {
            return Ok(Decision::unchanged());
        }
        keep_an_operator(asked, &account)?;
        let fact = OperatorSet {
            account_id: self.account_id,
            operator: self.operator,
        };
        Ok(Decision::accepted(vec![fact.event()]))
    }
}

/// Nothing, where the installation has another active operator.
pub fn keep_an_operator(asked: &Asked<'_>, account: &rows::Account) -> Result<(), DecideError> {
    let is_operator = account.is_operator && account.is_active;
    if is_operator && rows::other_operators(asked.rows, account.account_id)? == 0 {
        let detail = "This is the last operator; make another account an operator first.";
        return Err(conflict("command.account_id", "last_operator", detail).into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::tests::{ANN, OPERATOR, Sent, as_ann, founded, id};
    use serde_json::json;

    #[test]
    fn there_is_always_an_operator() {
        let mut given = founded();
        let set = |account, operator| json!({"account_id": account, "operator": operator});
        given
            .send("set-operator", set(OPERATOR.0, false))
            .refused("last_operator");
        given
            .send("set-operator", set(ANN.0, true))
            .accepted("operator-set");
        given.send("set-operator", set(ANN.0, true)).unchanged();
        given
            .send("set-operator", set(OPERATOR.0, false))
            .accepted("operator-set");
        given
            .send("set-operator", set(OPERATOR.0, true))
            .refused("not_permitted");
        founded()
            .send("set-operator", set(id(99), true))
            .refused("account_not_found");
    }

    #[test]
    fn nobody_makes_themselves_one() {
        as_ann()
            .send("set-operator", json!({"account_id": ANN, "operator": true}))
            .refused("not_permitted");
    }
}
