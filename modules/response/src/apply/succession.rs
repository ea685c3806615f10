//! Break-glass access.

use super::json;
use crate::events::{
    Fact, SuccessionApproved, SuccessionEnded, SuccessionGranted, SuccessionPolicySet,
    SuccessionRefused, SuccessionRequested,
};
use kernel::{ApplyError, Event, Header};
use rusqlite::{Connection, params};

/// Whether it was an event of these.
pub fn apply(rows: &Connection, header: &Header, event: &Event) -> Result<bool, ApplyError> {
    let time = header.time.0;
    match event.kind.as_str() {
        SuccessionPolicySet::KIND => {
            let fact: SuccessionPolicySet = event.decode()?;
            rows.prepare_cached(
                "INSERT OR REPLACE INTO succession_policy (one, rules, set_by, set_at)
                 VALUES (1, ?1, ?2, ?3)",
            )?
            .execute(params![json(&fact.rules), fact.by, time])?;
        }
        SuccessionRequested::KIND => {
            let fact: SuccessionRequested = event.decode()?;
            rows.prepare_cached(
                "INSERT INTO succession
                 (id, reason, is_drill, rules, requested_by, requested_at, state)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'requested')",
            )?
            .execute(params![
                fact.request_id,
                fact.reason,
                fact.is_drill,
                json(&fact.rules),
                fact.by,
                time
            ])?;
        }
        SuccessionApproved::KIND => {
            let fact: SuccessionApproved = event.decode()?;
            rows.prepare_cached(
                "INSERT OR IGNORE INTO succession_approval (request, person, at)
                 SELECT key, ?2, ?3 FROM succession WHERE id = ?1",
            )?
            .execute((fact.request_id, fact.by, time))?;
        }
        SuccessionRefused::KIND => {
            let fact: SuccessionRefused = event.decode()?;
            rows.prepare_cached(
                "UPDATE succession SET state = 'refused', refused = ?2, decided_at = ?3
                 WHERE id = ?1",
            )?
            .execute(params![fact.request_id, json(&fact), time])?;
        }
        SuccessionGranted::KIND => {
            let fact: SuccessionGranted = event.decode()?;
            rows.prepare_cached(
                "UPDATE succession SET state = 'granted', granted = ?2, granted_seq = ?3,
                    granted_at = ?4, until = ?5 WHERE id = ?1",
            )?
            .execute(params![
                fact.request_id,
                json(&fact),
                header.seq,
                time,
                fact.until.0
            ])?;
        }
        SuccessionEnded::KIND => {
            let fact: SuccessionEnded = event.decode()?;
            rows.prepare_cached(
                "UPDATE succession SET state = 'ended', ended = ?2, ended_seq = ?3, decided_at = ?4
                 WHERE id = ?1",
            )?
            .execute(params![fact.request_id, json(&fact), header.seq, time])?;
        }
        _ => return Ok(false),
    }
    Ok(true)
}
