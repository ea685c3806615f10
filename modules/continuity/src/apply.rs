//! Writing facts into the rows.

use crate::availability;
use crate::events::{
    AvailabilityMeasured, DrillEnded, DrillStarted, DrillStopAsked, ExclusionDeclared,
    ExclusionWithdrawn, TimelineNoted,
};
use kernel::{ApplyError, Event, Header};
use rusqlite::{Connection, params};

/// Writes one fact.
pub fn apply(rows: &Connection, header: &Header, event: &Event) -> Result<(), ApplyError> {
    match (event.kind.as_str(), event.version) {
        (TimelineNoted::KIND, 1) => {
            let note: TimelineNoted = event.decode()?;
            rows.execute(
                "INSERT INTO note (id, incident, kind, site, at, noted_by, detail, evidence)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                params![
                    note.note_id.as_bytes().to_vec(),
                    note.incident.map(|id| id.as_bytes().to_vec()),
                    note.kind.as_str(),
                    note.site.as_ref().map(kernel::SiteName::as_str),
                    note.at.millis(),
                    note.noted_by.as_str(),
                    note.detail,
                    note.evidence.to_string(),
                ],
            )?;
        }
        (DrillStarted::KIND, 1) => {
            let drill: DrillStarted = event.decode()?;
            rows.execute(
                "INSERT INTO drill (id, scenario, site, started_at, started_by)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
                params![
                    drill.drill_id.as_bytes().to_vec(),
                    drill.scenario,
                    drill.site.as_str(),
                    header.time.millis(),
                    drill.started_by,
                ],
            )?;
        }
        (DrillEnded::KIND, 1) => {
            let drill: DrillEnded = event.decode()?;
            rows.execute(
                "UPDATE drill SET ended_at = ?2, passed = ?3, report = ?4 WHERE id = ?1",
                params![
                    drill.drill_id.as_bytes().to_vec(),
                    header.time.millis(),
                    drill.passed,
                    drill.report.to_string(),
                ],
            )?;
        }
        (AvailabilityMeasured::KIND, 1) => availability::apply_measured(rows, event)?,
        (ExclusionDeclared::KIND, 1) => availability::apply_declared(rows, header, event)?,
        (ExclusionWithdrawn::KIND, 1) => availability::apply_withdrawn(rows, header, event)?,
        (DrillStopAsked::KIND, 1) => {
            let asked: DrillStopAsked = event.decode()?;
            rows.execute(
                "UPDATE drill SET stop_asked_at = ?2 WHERE id = ?1",
                params![asked.drill_id.as_bytes().to_vec(), header.time.millis()],
            )?;
        }
        _ => return Err(event.unknown().into()),
    }
    Ok(())
}
