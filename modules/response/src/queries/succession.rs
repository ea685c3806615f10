//! Break-glass access: the rules, requests with their approvals, and what is lent now.

use super::{NoParams, json, json_or_none};
use crate::RequestId;
use crate::access::{Action, Asking};
use crate::events::{SuccessionEnded, SuccessionGranted, SuccessionRefused, SuccessionRules};
use kernel::page::{Page, after, limit};
use kernel::{Actor, DecideError, PersonId, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The rules.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SuccessionSettings {
    /// The rules; none: nobody has set any, and nobody can be given anything.
    pub rules: Option<SuccessionRules>,
    /// Who set them.
    pub set_by: Option<PersonId>,
    /// When.
    pub set_at: Option<Timestamp>,
}

/// Which requests.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SuccessionListParams {
    /// Only this one.
    pub request_id: Option<RequestId>,
    /// Where the page begins.
    pub cursor: Option<String>,
    /// How many; 50 unless asked for, 200 at most.
    pub limit: Option<u32>,
}

/// A request for break-glass access.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SuccessionRequest {
    #[serde(skip)]
    key: i64,
    /// Its id.
    pub request_id: RequestId,
    /// Why.
    pub reason: String,
    /// Whether it is a drill.
    pub is_drill: bool,
    /// The rules when it was asked for; stricter ones of now count as well.
    pub rules: SuccessionRules,
    /// Who asks.
    pub requested_by: PersonId,
    /// When.
    pub requested_at: Timestamp,
    /// `requested`, `refused`, `granted` or `ended`.
    pub state: String,
    /// Who has approved, in order.
    pub approvals: Vec<Approval>,
    /// Why nothing came of it.
    pub refused_because: Option<String>,
    /// Who refused or withdrew it.
    pub refused_by: Option<PersonId>,
    /// In words.
    pub refused_reason: Option<String>,
    /// When it was granted.
    pub granted_at: Option<Timestamp>,
    /// The permissions given.
    pub powers: Option<Vec<String>>,
    /// Until when.
    pub until: Option<Timestamp>,
    /// Why it ended.
    pub ended_because: Option<String>,
    /// Who ended it.
    pub ended_by: Option<PersonId>,
    /// When it was refused, or ended.
    pub decided_at: Option<Timestamp>,
}

/// Somebody approved.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Approval {
    /// Who.
    pub person_id: PersonId,
    /// When.
    pub at: Timestamp,
}

/// Break-glass access that was given, for the sites: they lend the role, and take it back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The request.
    pub request_id: RequestId,
    /// To whom.
    pub person_id: PersonId,
    /// Which permissions.
    pub powers: Vec<String>,
    /// When it was given.
    pub granted_at: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// Position of the entry that ended it; none: it lasts.
    pub ended_seq: Option<u64>,
}

/// Answers it.
///
/// # Errors
/// `not_permitted` for those whom it does not concern.
pub fn succession_settings(
    rows: &Connection,
    actor: &Actor,
    _: NoParams,
) -> Result<SuccessionSettings, DecideError> {
    Asking::permitted(rows, actor, Action::SeeSuccession)?;
    let found = rows
        .prepare_cached("SELECT rules, set_by, set_at FROM succession_policy")?
        .query_row([], |row| {
            Ok(SuccessionSettings {
                rules: Some(json(row, 0)?),
                set_by: Some(row.get(1)?),
                set_at: Some(Timestamp(row.get(2)?)),
            })
        })
        .optional()?;
    Ok(found.unwrap_or(SuccessionSettings {
        rules: None,
        set_by: None,
        set_at: None,
    }))
}

/// Answers it.
///
/// # Errors
/// `not_permitted` for those whom it does not concern.
pub fn succession_list(
    rows: &Connection,
    actor: &Actor,
    params: SuccessionListParams,
) -> Result<Page<SuccessionRequest>, DecideError> {
    Asking::permitted(rows, actor, Action::SeeSuccession)?;
    let limit = limit(params.limit)?;
    let before: i64 = after(params.cursor.as_deref())?.unwrap_or(i64::MAX);
    let mut items: Vec<SuccessionRequest> = rows
        .prepare_cached(
            "SELECT key, id, reason, is_drill, rules, requested_by, requested_at, state, refused,
                granted, granted_at, ended, decided_at
             FROM succession WHERE key < ?1 AND (?2 IS NULL OR id = ?2)
             ORDER BY key DESC LIMIT ?3",
        )?
        .query_map(params![before, params.request_id, limit + 1], read)?
        .collect::<Result<_, _>>()?;
    for request in &mut items {
        request.approvals = approvals(rows, request.key)?;
    }
    Ok(Page::cut(items, limit, |request: &SuccessionRequest| {
        request.key
    }))
}

fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<SuccessionRequest> {
    let refused: Option<SuccessionRefused> = json_or_none(row, 8)?;
    let granted: Option<SuccessionGranted> = json_or_none(row, 9)?;
    let ended: Option<SuccessionEnded> = json_or_none(row, 11)?;
    let at = |column: usize| -> rusqlite::Result<Option<Timestamp>> {
        Ok(row.get::<_, Option<i64>>(column)?.map(Timestamp))
    };
    Ok(SuccessionRequest {
        key: row.get(0)?,
        request_id: row.get(1)?,
        reason: row.get(2)?,
        is_drill: row.get(3)?,
        rules: json(row, 4)?,
        requested_by: row.get(5)?,
        requested_at: Timestamp(row.get(6)?),
        state: row.get(7)?,
        approvals: Vec::new(),
        refused_because: refused.as_ref().map(|fact| word(&fact.because)),
        refused_by: refused.as_ref().and_then(|fact| fact.by),
        refused_reason: refused.and_then(|fact| fact.reason),
        granted_at: at(10)?,
        until: granted.as_ref().map(|fact| fact.until),
        powers: granted.map(|fact| fact.powers),
        ended_because: ended.as_ref().map(|fact| word(&fact.because)),
        ended_by: ended.and_then(|fact| fact.by),
        decided_at: at(12)?,
    })
}

fn word<T: Serialize>(value: &T) -> String {
    let value = serde_json::to_value(value).expect("plain enums serialise");
    value.as_str().unwrap_or_default().into()
}

fn approvals(rows: &Connection, request: i64) -> rusqlite::Result<Vec<Approval>> {
    rows.prepare_cached(
        "SELECT person, at FROM succession_approval WHERE request = ?1 ORDER BY at, person",
    )?
    .query_map([request], |row| {
        Ok(Approval {
            person_id: row.get(0)?,
            at: Timestamp(row.get(1)?),
        })
    })?
    .collect()
}

/// All access that was given, ended or not, the oldest first. Drills give none.
///
/// # Errors
/// When the view cannot be read.
pub fn grants(rows: &Connection) -> rusqlite::Result<Vec<Grant>> {
    rows.prepare_cached(
        "SELECT granted, ended_seq, granted_at FROM succession
         WHERE granted IS NOT NULL AND NOT is_drill ORDER BY key",
    )?
    .query_map([], |row| {
        let granted: SuccessionGranted = json(row, 0)?;
        Ok(Grant {
            request_id: granted.request_id,
            person_id: granted.person_id,
            powers: granted.powers,
            granted_at: Timestamp(row.get(2)?),
            until: granted.until,
            ended_seq: row.get(1)?,
        })
    })?
    .collect()
}
