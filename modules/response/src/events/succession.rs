//! Facts about break-glass access.

use crate::RequestId;
use kernel::{PersonId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Who may be given what, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SuccessionRules {
    /// Who may ask for it, and approve of what another asks for.
    pub named: Vec<PersonId>,
    /// How many of them, other than who asks, have to approve.
    pub needed: u32,
    /// The permissions given, and no others.
    pub powers: Vec<String>,
    /// For how many hours.
    pub hours: u32,
    /// For how many seconds after the request an administrator can refuse before anything is given.
    pub waiting_s: u32,
}

/// These rules hold from now on. A request that is under way becomes no easier by them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SuccessionPolicySet {
    /// The rules.
    pub rules: SuccessionRules,
    /// Who set them.
    pub by: PersonId,
}

/// Somebody asks for break-glass access.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SuccessionRequested {
    /// The request.
    pub request_id: RequestId,
    /// Why.
    pub reason: String,
    /// Whether it is a drill: everything but the access.
    pub is_drill: bool,
    /// The rules at that time.
    pub rules: SuccessionRules,
    /// Who asks.
    pub by: PersonId,
}

/// One of those named approves, in their own session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SuccessionApproved {
    /// The request.
    pub request_id: RequestId,
    /// Who approves.
    pub by: PersonId,
}

/// A request comes to nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SuccessionRefused {
    /// The request.
    pub request_id: RequestId,
    /// Why.
    pub because: RefusedBecause,
    /// In words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Who; none: a site by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
}

/// Why a request comes to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RefusedBecause {
    /// An administrator was there, and refused.
    Administrator,
    /// Who asked withdrew it.
    Withdrawn,
    /// Too few approved in time.
    Lapsed,
}

/// Break-glass access is given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SuccessionGranted {
    /// The request.
    pub request_id: RequestId,
    /// To whom.
    pub person_id: PersonId,
    /// Which permissions; of a drill, those that would have been given.
    pub powers: Vec<String>,
    /// Until when.
    pub until: Timestamp,
    /// Who had approved and still takes part.
    pub approved_by: Vec<PersonId>,
    /// Whether it is a drill, and nothing is given.
    pub is_drill: bool,
}

/// Why break-glass access ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EndedBecause {
    /// Its time was over.
    TimeOver,
    /// Somebody ended it early.
    Early,
    /// It was a drill, and nothing had been given.
    Drill,
    /// Who had it takes part no more.
    PersonGone,
}

/// Break-glass access is over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SuccessionEnded {
    /// The request.
    pub request_id: RequestId,
    /// Whose.
    pub person_id: PersonId,
    /// Why.
    pub because: EndedBecause,
    /// Who ended it; none: a site by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
}
