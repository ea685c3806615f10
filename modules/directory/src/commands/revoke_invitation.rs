//! Revoke an invitation.

use super::{Wish, conflict};
use crate::acting::{Asked, On};
use crate::events::{Fact, InvitationId, InvitationRevoked};
use crate::rows;
use kernel::{DecideError, Decision, Refusal};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Makes an invitation unusable.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RevokeInvitation {
    /// The invitation.
    pub invitation_id: InvitationId,
}

impl Wish for RevokeInvitation {
    fn decide(self, asked: &Asked<'_>) -> Result<Decision, DecideError> {
        asked.may("revoke-invitation", On::Workspace)?;
        let field = "command.invitation_id";
        let invitation = rows::invitation(asked.rows, self.invitation_id)?.ok_or_else(|| {
            Refusal::not_found(
                field,
                "invitation_not_found",
                "There is no such invitation.",
            )
        })?;
        if invitation.accepted_by.is_some() {
            let detail = "This invitation was accepted already.";
            return Err(conflict(field, "invitation_used", detail).into());
        }
        if invitation.is_revoked {
            return Ok(Decision::unchanged());
        }
        let invitation_id = self.invitation_id;
        Ok(Decision::accepted(vec![
            InvitationRevoked { invitation_id }.event(),
        ]))
    }
}

#[cfg(test)]
mod tests {
    use crate::tests::{as_admin, id};
    use serde_json::json;

    #[test]
    fn an_invitation_is_revoked_once() {
        let mut given = as_admin();
        let wish = json!({"invitation_id": id(60), "role": "guest"});
        given
            .when(
                "invite",
                json!({"wish": wish, "code_hash": "ab".repeat(32)}),
            )
            .accepted("invitation-made");
        let body = json!({"invitation_id": id(60)});
        given
            .when("revoke-invitation", body.clone())
            .accepted("invitation-revoked");
        given.when("revoke-invitation", body).unchanged();
        given
            .when("revoke-invitation", json!({"invitation_id": id(61)}))
            .refused("invitation_not_found");
    }
}
