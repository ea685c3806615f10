//! Facts about calls and what was sent for them.

use crate::{CallId, CommandRoleId, IncidentId, MessageId, PointId, RequestId};
use calling::{Advance, Answer, End, Place, Policy};
use kernel::PersonId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What people are called for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Purpose {
    /// An incident.
    Incident {
        /// Which.
        incident_id: IncidentId,
        /// Whether it is a drill; what is wished for here is not heeded.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        is_drill: bool,
    },
    /// A drill: everything but the need.
    Drill {},
    /// An urgent notice.
    Notice {},
    /// A request for break-glass access.
    Succession {
        /// Which.
        request_id: RequestId,
        /// Whether it is a drill; what is wished for here is not heeded.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        is_drill: bool,
    },
}

impl Purpose {
    /// The incident it is about.
    #[must_use]
    pub const fn incident(&self) -> Option<IncidentId> {
        match self {
            Self::Incident { incident_id, .. } => Some(*incident_id),
            _ => None,
        }
    }

    /// Whether there is no need: it is a drill.
    #[must_use]
    pub const fn is_drill(&self) -> bool {
        match self {
            Self::Incident { is_drill, .. } | Self::Succession { is_drill, .. } => *is_drill,
            Self::Drill {} => true,
            Self::Notice {} => false,
        }
    }
}

/// Whom an incident calls by itself, and how insistently.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CallRules {
    /// Whether incidents call by themselves.
    pub is_on: bool,
    /// The roles that are called; none: all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub roles: Option<Vec<CommandRoleId>>,
    /// How many of them have to answer yes, or all where there are fewer.
    pub needed: u32,
    /// Those who have not answered are told again after so many seconds; 15 to 86,400.
    pub remind_every_s: u32,
    /// The next of a role is told where nobody of it said yes for so many seconds; 15 to 86,400.
    pub escalate_after_s: u32,
    /// How long the call lasts, in seconds; 30 to 604,800.
    pub ends_in_s: u32,
}

impl Default for CallRules {
    fn default() -> Self {
        Self {
            is_on: true,
            roles: None,
            needed: 1,
            remind_every_s: 60,
            escalate_after_s: 180,
            ends_in_s: 3_600,
        }
    }
}

/// Somebody said whom incidents call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CallPolicySet {
    /// The rules.
    pub rules: CallRules,
    /// Who set them.
    pub by: PersonId,
}

/// People are called.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CallPlaced {
    /// The call.
    pub call_id: CallId,
    /// What for.
    pub purpose: Purpose,
    /// What they are told.
    pub text: String,
    /// How insistently.
    pub policy: Policy,
    /// Who is to be reached, with who comes next.
    pub places: Vec<Place>,
    /// Roles that were called and that nobody holds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub vacant: Vec<String>,
    /// Who placed it; none: a site by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
}

/// Something is sent to somebody at a contact point.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageDue {
    /// The message.
    pub message_id: MessageId,
    /// To whom.
    pub person_id: PersonId,
    /// Where.
    pub point_id: PointId,
}

/// A call went a step on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CallAdvanced {
    /// The call.
    pub call_id: CallId,
    /// What happened. Whoever was told was told in the app by this fact.
    pub advance: Advance,
    /// What is sent besides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<MessageDue>,
}

/// Somebody answered a call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CallAcknowledged {
    /// The call.
    pub call_id: CallId,
    /// Who.
    pub person_id: PersonId,
    /// What they said.
    pub answer: Answer,
}

/// A call was called off.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CallCancelled {
    /// The call.
    pub call_id: CallId,
    /// Why.
    pub reason: String,
    /// Who called it off.
    pub by: PersonId,
    /// How far it had come.
    pub end: End,
}

/// What became of an attempt to send.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Delivered {
    /// The next in line took it: a mail server, a push service, a provider.
    Taken {},
    /// It was not taken, and is tried again.
    Failed {
        /// Why, without addresses and secrets.
        reason: String,
    },
    /// It was not taken and is not tried again.
    GivenUp {
        /// Why, without addresses and secrets.
        reason: String,
    },
}

/// An attempt to send was made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeliveryRecorded {
    /// The message.
    pub message_id: MessageId,
    /// To whom.
    pub person_id: PersonId,
    /// The how-manieth attempt, from 1.
    pub attempt: u32,
    /// What became of it.
    pub delivered: Delivered,
}
