//! Facts about the command team and how its people are reached.

use crate::{CommandRoleId, PointId, ShiftId};
use kernel::{PersonId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A command role is this from now on, all of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CommandRoleDefined {
    /// The role.
    pub role_id: CommandRoleId,
    /// Its name.
    pub name: String,
    /// What whoever holds it may decide, in words.
    pub powers: String,
    /// Its place among the roles.
    pub place: u32,
    /// Who holds it; none: it is vacant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder: Option<PersonId>,
    /// Who stands in, in this order.
    pub deputies: Vec<PersonId>,
    /// Who defined it.
    pub by: PersonId,
}

/// A command role is no more; so are its shifts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CommandRoleRemoved {
    /// The role.
    pub role_id: CommandRoleId,
    /// Who removed it.
    pub by: PersonId,
}

/// Somebody is on call for a role.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShiftPlanned {
    /// The shift.
    pub shift_id: ShiftId,
    /// The role.
    pub role_id: CommandRoleId,
    /// Who.
    pub person_id: PersonId,
    /// From when on.
    pub begins_at: Timestamp,
    /// Until when.
    pub ends_at: Timestamp,
    /// Who planned it.
    pub by: PersonId,
}

/// A shift does not take place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShiftCancelled {
    /// The shift.
    pub shift_id: ShiftId,
    /// Who cancelled it.
    pub by: PersonId,
}

/// Where somebody is reached besides the app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Address {
    /// Electronic mail.
    Email {
        /// The mail address.
        address: String,
    },
    /// A provider of SMS or voice, at a webhook the operators configured.
    Webhook {
        /// The provider's name in the site's configuration.
        provider: String,
        /// Whom it is to reach: a telephone number.
        to: String,
    },
    /// A browser (RFC 8030).
    WebPush {
        /// The push service's address for this browser.
        endpoint: String,
        /// The browser's public key (P-256, base64url).
        p256dh: String,
        /// The browser's secret (base64url).
        auth: String,
    },
}

impl Address {
    /// The kind in one word.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Email { .. } => "email",
            Self::Webhook { .. } => "webhook",
            Self::WebPush { .. } => "web_push",
        }
    }

    /// What others may see of it.
    #[must_use]
    pub fn masked(&self) -> String {
        match self {
            Self::Email { address } => match address.rsplit_once('@') {
                Some((local, domain)) => {
                    let first: String = local.chars().take(1).collect();
                    format!("{first}•••@{domain}")
                }
                None => "•••".into(),
            },
            Self::Webhook { provider, to } => {
                let count = to.chars().count();
                let last: String = to.chars().skip(count.saturating_sub(2)).collect();
                format!("{provider} •••{last}")
            }
            Self::WebPush { endpoint, .. } => {
                let host = endpoint.strip_prefix("https://").unwrap_or(endpoint);
                host.split('/').next().unwrap_or_default().into()
            }
        }
    }
}

/// Somebody can be reached at an address, once they have answered the code that is sent there. The code
/// is shown to nobody: it is only sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ContactPointAdded {
    /// The contact point.
    pub point_id: PointId,
    /// Whose.
    pub person_id: PersonId,
    /// Where.
    pub address: Address,
    /// What the person calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The code that is sent there.
    pub code: String,
}

/// Another code is sent to an address.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ContactCodeRenewed {
    /// The contact point.
    pub point_id: PointId,
    /// Whose.
    pub person_id: PersonId,
    /// The code.
    pub code: String,
}

/// Somebody answered with a wrong code.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ContactCodeWrong {
    /// The contact point.
    pub point_id: PointId,
    /// Whose.
    pub person_id: PersonId,
}

/// Somebody answered with the code: they are reached there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ContactPointVerified {
    /// The contact point.
    pub point_id: PointId,
    /// Whose.
    pub person_id: PersonId,
}

/// Somebody is not reached at an address any more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ContactPointRemoved {
    /// The contact point.
    pub point_id: PointId,
    /// Whose.
    pub person_id: PersonId,
}
