//! Calls and what is sent for them.

use super::{incidents, json};
use crate::CallId;
use crate::events::{
    Address, CallAcknowledged, CallAdvanced, CallCancelled, CallPlaced, CallPolicySet, Delivered,
    DeliveryRecorded, Fact,
};
use crate::ids::{MessageId, PointId};
use crate::limits::again_after_ms;
use calling::Call;
use kernel::{ApplyError, Event, Header, PersonId, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

/// Whether it was an event of these.
pub fn apply(rows: &Connection, header: &Header, event: &Event) -> Result<bool, ApplyError> {
    match event.kind.as_str() {
        CallPlaced::KIND => placed(rows, header, event)?,
        CallAdvanced::KIND => advanced(rows, header, event)?,
        CallAcknowledged::KIND => acknowledged(rows, header, event)?,
        CallCancelled::KIND => cancelled(rows, header, event)?,
        CallPolicySet::KIND => {
            let fact: CallPolicySet = event.decode()?;
            rows.prepare_cached(
                "INSERT OR REPLACE INTO call_policy (one, rules, set_by, set_at)
                 VALUES (1, ?1, ?2, ?3)",
            )?
            .execute(params![json(&fact.rules), fact.by, header.time.0])?;
        }
        DeliveryRecorded::KIND => delivery_recorded(rows, header.time, &event.decode()?)?,
        _ => return Ok(false),
    }
    Ok(true)
}

fn placed(rows: &Connection, header: &Header, event: &Event) -> Result<(), ApplyError> {
    let fact: CallPlaced = event.decode()?;
    let call = Call::place(header.time, fact.policy, fact.places.clone());
    rows.prepare_cached(
        "INSERT INTO call (id, purpose, incident, text, vacant, placed_by, placed_at, state, next_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?7)",
    )?
    .execute(params![
        fact.call_id,
        json(&fact.purpose),
        fact.purpose.incident(),
        fact.text,
        json(&fact.vacant),
        fact.by,
        header.time.0,
        json(&call)
    ])?;
    incidents::line_of_call(rows, header, event, fact.call_id, fact.by, &fact.text)
}

fn advanced(rows: &Connection, header: &Header, event: &Event) -> Result<(), ApplyError> {
    let fact: CallAdvanced = event.decode()?;
    let Some((key, mut call)) = find(rows, fact.call_id)? else {
        return Ok(());
    };
    call.advance(&fact.advance, header.time);
    store(rows, key, &call, header.time)?;
    for opened in &fact.advance.opened {
        rows.prepare_cached("INSERT OR IGNORE INTO called (call, person) VALUES (?1, ?2)")?
            .execute((key, opened.person_id))?;
    }
    for message in &fact.messages {
        let address: Option<String> = rows
            .prepare_cached("SELECT address FROM contact_point WHERE id = ?1")?
            .query_row([message.point_id], |row| row.get(0))
            .optional()?;
        if let Some(address) = address {
            let (id, person, point) = (message.message_id, message.person_id, message.point_id);
            insert_message(rows, header.time, id, person, point, Some(key), &address)?;
        }
    }
    incidents::line_of_call(rows, header, event, fact.call_id, None, "")
}

fn acknowledged(rows: &Connection, header: &Header, event: &Event) -> Result<(), ApplyError> {
    let fact: CallAcknowledged = event.decode()?;
    let Some((key, mut call)) = find(rows, fact.call_id)? else {
        return Ok(());
    };
    call.answer(fact.person_id, fact.answer, header.time);
    store(rows, key, &call, header.time)?;
    let by = Some(fact.person_id);
    incidents::line_of_call(rows, header, event, fact.call_id, by, "")
}

fn cancelled(rows: &Connection, header: &Header, event: &Event) -> Result<(), ApplyError> {
    let fact: CallCancelled = event.decode()?;
    let Some((key, mut call)) = find(rows, fact.call_id)? else {
        return Ok(());
    };
    call.end.get_or_insert(fact.end);
    store(rows, key, &call, header.time)?;
    rows.prepare_cached(
        "UPDATE call SET cancelled_by = ?2, cancelled_because = ?3 WHERE key = ?1",
    )?
    .execute(params![key, fact.by, fact.reason])?;
    incidents::line_of_call(
        rows,
        header,
        event,
        fact.call_id,
        Some(fact.by),
        &fact.reason,
    )
}

fn find(rows: &Connection, call: CallId) -> rusqlite::Result<Option<(i64, Call)>> {
    rows.prepare_cached("SELECT key, state FROM call WHERE id = ?1")?
        .query_row([call], |row| {
            Ok((row.get(0)?, crate::queries::json(row, 1)?))
        })
        .optional()
}

/// What is not sent yet of a call that has ended is not sent any more.
fn store(rows: &Connection, key: i64, call: &Call, time: Timestamp) -> rusqlite::Result<()> {
    let next_at = call.next_at().map(Timestamp::millis);
    let ended_at = call.end.is_some().then_some(time.0);
    rows.prepare_cached(
        "UPDATE call SET state = ?2, next_at = ?3, ended_at = coalesce(ended_at, ?4) WHERE key = ?1",
    )?
    .execute(params![key, json(call), next_at, ended_at])?;
    if call.end.is_some() {
        rows.prepare_cached(
            "UPDATE message SET state = 'given_up', next_at = NULL, settled_at = ?2,
                reason = 'The call had ended.'
             WHERE call = ?1 AND next_at IS NOT NULL",
        )?
        .execute((key, time.0))?;
    }
    Ok(())
}

/// A message that is to be sent from now on.
pub fn insert_message(
    rows: &Connection,
    time: Timestamp,
    id: MessageId,
    person: PersonId,
    point: PointId,
    call: Option<i64>,
    address: &str,
) -> rusqlite::Result<()> {
    let (kind, masked) = match serde_json::from_str::<Address>(address) {
        Ok(address) => (address.kind(), address.masked()),
        Err(_) => ("", String::new()),
    };
    rows.prepare_cached(
        "INSERT OR IGNORE INTO message
         (id, person, point, call, kind, masked, due_at, next_at, attempts, state)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, 0, 'pending')",
    )?
    .execute(params![id, person, point, call, kind, masked, time.0])?;
    Ok(())
}

fn delivery_recorded(
    rows: &Connection,
    time: Timestamp,
    fact: &DeliveryRecorded,
) -> rusqlite::Result<()> {
    let (state, reason) = match &fact.delivered {
        Delivered::Taken {} => ("taken", None),
        Delivered::Failed { reason } => ("pending", Some(reason)),
        Delivered::GivenUp { reason } => ("given_up", Some(reason)),
    };
    let is_settled = state != "pending";
    let next_at = (!is_settled).then(|| time.plus_ms(again_after_ms(fact.attempt)).0);
    // What was overtaken meanwhile stays unsent, unless it was taken after all.
    rows.prepare_cached(
        "UPDATE message SET attempts = ?2, state = ?3, reason = ?4, settled_at = ?5, next_at = ?6
         WHERE id = ?1 AND (next_at IS NOT NULL OR ?3 = 'taken')",
    )?
    .execute(params![
        fact.message_id,
        fact.attempt,
        state,
        reason,
        is_settled.then_some(time.0),
        next_at
    ])?;
    Ok(())
}
