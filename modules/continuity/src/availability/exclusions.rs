//! Times that were agreed not to count: announced maintenance, a drill. They are listed, and never
//! leave the measured figure.

use crate::Standing;
use crate::events::{ExclusionDeclared, ExclusionWithdrawn, event};
use kernel::id::Uuid;
use kernel::{ApplyError, DecideError, Decision, Event, Header, Refusal, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

const REASON_CHARS_MAX: usize = 500;
const LENGTH_MAX_MS: i64 = 31 * 24 * 3_600_000;

/// Declare a time that was agreed not to count against the target. Operators do; it is listed with
/// every figure, which is given with and without it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeclareExclusion {
    /// Id of the exclusion.
    #[schema(value_type = String, format = Uuid)]
    pub exclusion_id: Uuid,
    /// From when.
    pub from: Timestamp,
    /// Until when, 31 days after `from` at most.
    pub until: Timestamp,
    /// Why, 1 to 500 characters.
    pub reason: String,
}

/// Withdraw an exclusion: the time counts again. It stays on record.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawExclusion {
    /// Id of the exclusion.
    #[schema(value_type = String, format = Uuid)]
    pub exclusion_id: Uuid,
}

/// A time that was agreed not to count.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ExclusionRow {
    /// Its id.
    #[schema(value_type = String, format = Uuid)]
    pub exclusion_id: Uuid,
    /// From when.
    pub from: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// Why.
    pub reason: String,
    /// Who declared it.
    pub declared_by: String,
    /// When: after the time itself is told as such.
    pub declared_at: Timestamp,
    /// Whether it was declared after it had begun.
    pub declared_afterwards: bool,
}

pub fn declare(
    rows: &Connection,
    standing: &Standing,
    body: DeclareExclusion,
) -> Result<Decision, DecideError> {
    must_be_operator(standing)?;
    let reason = body.reason.trim();
    if reason.is_empty() {
        let detail = "say why this time does not count";
        return Err(Refusal::invalid("command.reason", "missing_field", detail).into());
    }
    if reason.chars().count() > REASON_CHARS_MAX {
        let detail = format!("at most {REASON_CHARS_MAX} characters");
        return Err(Refusal::invalid("command.reason", "too_long", detail).into());
    }
    let length = body.until.since(body.from);
    if length <= 0 || length > LENGTH_MAX_MS {
        let detail = "after `from`, and by 31 days at most";
        return Err(Refusal::invalid("command.until", "out_of_bounds", detail).into());
    }
    if is_withdrawn(rows, body.exclusion_id)?.is_some() {
        let detail = "an exclusion with this id was declared already";
        return Err(Refusal::conflict("exclusion_exists", detail).into());
    }
    let fact = ExclusionDeclared {
        exclusion_id: body.exclusion_id,
        from: body.from,
        until: body.until,
        reason: reason.to_owned(),
        declared_by: standing.name.clone(),
    };
    Ok(Decision::accepted(vec![event(
        ExclusionDeclared::KIND,
        &fact,
    )]))
}

pub fn withdraw(
    rows: &Connection,
    standing: &Standing,
    body: WithdrawExclusion,
) -> Result<Decision, DecideError> {
    must_be_operator(standing)?;
    match is_withdrawn(rows, body.exclusion_id)? {
        None => Err(Refusal::not_found(
            "command.exclusion_id",
            "exclusion_not_found",
            "no such exclusion was declared",
        )
        .into()),
        Some(true) => Ok(Decision::unchanged()),
        Some(false) => {
            let fact = ExclusionWithdrawn {
                exclusion_id: body.exclusion_id,
                withdrawn_by: standing.name.clone(),
            };
            Ok(Decision::accepted(vec![event(
                ExclusionWithdrawn::KIND,
                &fact,
            )]))
        }
    }
}

fn must_be_operator(standing: &Standing) -> Result<(), Refusal> {
    if standing.is_operator {
        return Ok(());
    }
    let detail = "only operators say which times do not count";
    Err(Refusal::forbidden("not_permitted", detail))
}

/// `None` for one that was never declared.
fn is_withdrawn(rows: &Connection, id: Uuid) -> Result<Option<bool>, rusqlite::Error> {
    rows.prepare_cached("SELECT withdrawn_at IS NOT NULL FROM exclusion WHERE id = ?1")?
        .query_row([id.as_bytes()], |row| row.get(0))
        .optional()
}

pub fn apply_declared(rows: &Connection, header: &Header, event: &Event) -> Result<(), ApplyError> {
    let fact: ExclusionDeclared = event.decode()?;
    rows.execute(
        "INSERT INTO exclusion (id, from_at, until_at, reason, declared_by, declared_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            fact.exclusion_id.as_bytes(),
            fact.from.millis(),
            fact.until.millis(),
            fact.reason,
            fact.declared_by,
            header.time.millis(),
        ],
    )?;
    Ok(())
}

pub fn apply_withdrawn(
    rows: &Connection,
    header: &Header,
    event: &Event,
) -> Result<(), ApplyError> {
    let fact: ExclusionWithdrawn = event.decode()?;
    rows.execute(
        "UPDATE exclusion SET withdrawn_at = ?2, withdrawn_by = ?3 WHERE id = ?1",
        params![
            fact.exclusion_id.as_bytes(),
            header.time.millis(),
            fact.withdrawn_by,
        ],
    )?;
    Ok(())
}

/// Those that count in a period, oldest first.
pub(super) fn within(
    rows: &Connection,
    from: i64,
    until: i64,
) -> Result<Vec<ExclusionRow>, rusqlite::Error> {
    rows.prepare_cached(
        "SELECT id, from_at, until_at, reason, declared_by, declared_at FROM exclusion
         WHERE withdrawn_at IS NULL AND until_at > ?1 AND from_at < ?2 ORDER BY from_at, id",
    )?
    .query_map([from, until], |row| {
        let (from, declared_at) = (Timestamp(row.get(1)?), Timestamp(row.get(5)?));
        Ok(ExclusionRow {
            exclusion_id: Uuid::from_bytes(row.get(0)?),
            from,
            until: Timestamp(row.get(2)?),
            reason: row.get(3)?,
            declared_by: row.get(4)?,
            declared_at,
            declared_afterwards: declared_at > from,
        })
    })?
    .collect()
}
