//! Calls: who was told how and when, and who has answered.

use super::{NoParams, json};
use crate::access::{Action, Asking};
use crate::events::{CallRules, Purpose};
use crate::{CallId, IncidentId, MessageId};
use calling::{Asked, Call, End, Level, Place, Policy};
use kernel::page::{Page, after, limit};
use kernel::{Actor, DecideError, PersonId, Refusal, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which calls.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CallListParams {
    /// Only those that call you.
    pub is_own: Option<bool>,
    /// Only those under way (`true`), or that have ended (`false`).
    pub is_open: Option<bool>,
    /// Only those for this incident.
    pub incident_id: Option<IncidentId>,
    /// Where the page begins.
    pub cursor: Option<String>,
    /// How many; 50 unless asked for, 200 at most.
    pub limit: Option<u32>,
}

/// Which call.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CallParams {
    /// The call.
    pub call_id: CallId,
}

/// A call in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CallSummary {
    #[serde(skip)]
    key: i64,
    #[serde(skip)]
    call: Call,
    /// Its id.
    pub call_id: CallId,
    /// What for.
    pub purpose: Purpose,
    /// What people are told.
    pub text: String,
    /// Who placed it; none: a site by itself.
    pub placed_by: Option<PersonId>,
    /// When.
    pub placed_at: Timestamp,
    /// When it is over at the latest.
    pub ends_at: Timestamp,
    /// Roles that were called and that nobody holds.
    pub vacant: Vec<String>,
    /// Places filled by somebody who said yes.
    pub filled: u32,
    /// Places that have to be.
    pub needed: u32,
    /// Places there are.
    pub places: u32,
    /// People who were told so far.
    pub told: u32,
    /// People who have answered.
    pub answered: u32,
    /// Where you are called: what you have been told and have said.
    pub own: Option<Asked>,
    /// How it ended; none: it is under way.
    pub end: Option<End>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Who called it off.
    pub cancelled_by: Option<PersonId>,
    /// Why.
    pub cancelled_because: Option<String>,
}

/// A call in full.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CallDetail {
    /// The call.
    #[serde(flatten)]
    pub summary: CallSummary,
    /// How insistently people are called.
    pub policy: Policy,
    /// What is to be filled, with who comes next.
    pub chains: Vec<Place>,
    /// How far down each chain it has come.
    pub levels: Vec<Level>,
    /// Everybody whose turn came, with what they were told and said.
    pub asked: Vec<Asked>,
    /// What was sent besides the app, in order; at most 1,000.
    pub messages: Vec<Message>,
}

/// Something that was sent.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Message {
    /// Its id.
    pub message_id: MessageId,
    /// To whom.
    pub person_id: PersonId,
    /// `email`, `webhook` or `web_push`.
    pub kind: String,
    /// The address, masked.
    pub masked: String,
    /// When it was to be sent.
    pub due_at: Timestamp,
    /// `pending`, `taken` by the next in line, or `given_up`.
    pub state: String,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was taken or given up.
    pub settled_at: Option<Timestamp>,
    /// Why it was not taken.
    pub reason: Option<String>,
}

const COLUMNS: &str = "c.key, c.id, c.purpose, c.text, c.placed_by, c.placed_at, c.vacant, c.state,
    c.ended_at, c.cancelled_by, c.cancelled_because";

impl CallSummary {
    fn read(row: &Row<'_>, own: Option<PersonId>) -> rusqlite::Result<Self> {
        let call: Call = json(row, 7)?;
        let count = |is: fn(&Asked) -> bool| {
            let found = call.asked.iter().filter(|asked| is(asked)).count();
            u32::try_from(found).unwrap_or(u32::MAX)
        };
        Ok(Self {
            key: row.get(0)?,
            call_id: row.get(1)?,
            purpose: json(row, 2)?,
            text: row.get(3)?,
            placed_by: row.get(4)?,
            placed_at: Timestamp(row.get(5)?),
            ends_at: call.policy.ends_at,
            vacant: json(row, 6)?,
            filled: call.filled(),
            needed: call.policy.needed,
            places: u32::try_from(call.places.len()).unwrap_or(u32::MAX),
            told: count(|asked| asked.times_told > 0),
            answered: count(|asked| asked.answered.is_some()),
            own: own.and_then(|person| call.asked(person).cloned()),
            end: call.end.clone(),
            ended_at: row.get::<_, Option<i64>>(8)?.map(Timestamp),
            cancelled_by: row.get(9)?,
            cancelled_because: row.get(10)?,
            call,
        })
    }
}

/// Answers it. Who may not look sees the calls that call them.
///
/// # Errors
/// `not_permitted` for those who may not look and ask for others' calls.
pub fn call_list(
    rows: &Connection,
    actor: &Actor,
    params: CallListParams,
) -> Result<Page<CallSummary>, DecideError> {
    let asking = Asking::of(rows, actor)?;
    let is_own = params.is_own.unwrap_or(false);
    if !is_own {
        asking.require(Action::Look)?;
    }
    let limit = limit(params.limit)?;
    let before: i64 = after(params.cursor.as_deref())?.unwrap_or(i64::MAX);
    let items = rows
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM call c WHERE c.key < ?1
             AND (NOT ?2 OR EXISTS (SELECT 1 FROM called w WHERE w.call = c.key AND w.person = ?3))
             AND (?4 IS NULL OR (c.next_at IS NOT NULL) = ?4)
             AND (?5 IS NULL OR c.incident = ?5) ORDER BY c.key DESC LIMIT ?6"
        ))?
        .query_map(
            params![
                before,
                is_own,
                asking.id,
                params.is_open,
                params.incident_id,
                limit + 1
            ],
            |row| CallSummary::read(row, Some(asking.id)),
        )?
        .collect::<Result<_, _>>()?;
    Ok(Page::cut(items, limit, |call: &CallSummary| call.key))
}

/// Answers it, for those who may look and those who are called.
///
/// # Errors
/// `call_not_found`.
pub fn call(
    rows: &Connection,
    actor: &Actor,
    params: CallParams,
) -> Result<CallDetail, DecideError> {
    let asking = Asking::of(rows, actor)?;
    let found = find(rows, params.call_id, Some(asking.id))?;
    let may_look = asking.may(Action::Look, false)?;
    let found = found.filter(|call| may_look || call.own.is_some());
    let found = found.ok_or_else(|| {
        let detail = "There is no such call, or you are not called.";
        Refusal::not_found("call_id", "call_not_found", detail)
    })?;
    Ok(detail(rows, found)?)
}

/// The same, for a site itself.
///
/// # Errors
/// When there is no such call, or the view cannot be read.
pub fn call_of(rows: &Connection, call: CallId) -> rusqlite::Result<CallDetail> {
    let found = find(rows, call, None)?.ok_or(rusqlite::Error::QueryReturnedNoRows)?;
    detail(rows, found)
}

fn find(
    rows: &Connection,
    call: CallId,
    own: Option<PersonId>,
) -> rusqlite::Result<Option<CallSummary>> {
    rows.prepare_cached(&format!("SELECT {COLUMNS} FROM call c WHERE c.id = ?1"))?
        .query_row([call], |row| CallSummary::read(row, own))
        .optional()
}

fn detail(rows: &Connection, summary: CallSummary) -> rusqlite::Result<CallDetail> {
    let messages = rows
        .prepare_cached(
            "SELECT id, person, kind, masked, due_at, state, attempts, settled_at, reason
             FROM message WHERE call = ?1 ORDER BY key LIMIT 1000",
        )?
        .query_map([summary.key], |row| {
            Ok(Message {
                message_id: row.get(0)?,
                person_id: row.get(1)?,
                kind: row.get(2)?,
                masked: row.get(3)?,
                due_at: Timestamp(row.get(4)?),
                state: row.get(5)?,
                attempts: row.get(6)?,
                settled_at: row.get::<_, Option<i64>>(7)?.map(Timestamp),
                reason: row.get(8)?,
            })
        })?
        .collect::<Result<_, _>>()?;
    let call = summary.call.clone();
    Ok(CallDetail {
        summary,
        policy: call.policy,
        chains: call.places,
        levels: call.levels,
        asked: call.asked,
        messages,
    })
}

/// Whom an incident calls by itself.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CallSettings {
    /// The rules that hold.
    pub rules: CallRules,
    /// Who set them; none: they are those of the product.
    pub set_by: Option<PersonId>,
    /// When.
    pub set_at: Option<Timestamp>,
}

/// Answers it.
///
/// # Errors
/// `not_permitted` for those who may not look.
pub fn call_settings(
    rows: &Connection,
    actor: &Actor,
    _: NoParams,
) -> Result<CallSettings, DecideError> {
    Asking::permitted(rows, actor, Action::Look)?;
    let set: Option<(PersonId, i64)> = rows
        .prepare_cached("SELECT set_by, set_at FROM call_policy")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(CallSettings {
        rules: crate::commands::calls::rules(rows)?,
        set_by: set.map(|(by, _)| by),
        set_at: set.map(|(_, at)| Timestamp(at)),
    })
}
