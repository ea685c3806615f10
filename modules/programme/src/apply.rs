//! Writing facts into the rows.

mod assets;
mod drills;

use crate::events::*;
use kernel::{ApplyError, Event, Header};
use rusqlite::Connection;
use serde::Serialize;

/// Writes an event of this module's chain into the rows.
///
/// # Errors
/// When the event has another shape or the rows cannot be written.
pub fn apply(rows: &Connection, header: &Header, event: &Event) -> Result<(), ApplyError> {
    if event.version != 1 {
        return Err(event.unknown().into());
    }
    let at = header.time.0;
    match event.kind.as_str() {
        AssetRegistered::KIND => assets::registered(rows, at, &event.decode()?)?,
        AssetEdited::KIND => assets::edited(rows, at, &event.decode()?)?,
        AssetRetired::KIND => assets::retired(rows, at, &event.decode()?)?,
        AssetReinstated::KIND => assets::reinstated(rows, at, &event.decode()?)?,
        AssetsReviewed::KIND => assets::reviewed(rows, at, &event.decode()?)?,
        DependenciesAdded::KIND => assets::depend(rows, &event.decode()?)?,
        DependenciesRemoved::KIND => assets::depend_no_more(rows, &event.decode()?)?,
        ImpactAnswered::KIND => assets::answered(rows, at, &event.decode()?)?,
        ObjectiveSet::KIND => assets::promised(rows, at, &event.decode()?)?,
        ObjectiveWithdrawn::KIND => assets::withdrawn(rows, at, &event.decode()?)?,
        CostStated::KIND => assets::cost(rows, &event.decode()?)?,
        RolePlanned::KIND => drills::role(rows, &event.decode()?)?,
        FormPlanned::KIND => drills::form(rows, &event.decode()?)?,
        TemplateApplied::KIND => drills::template(rows, at, &event.decode()?)?,
        DrillPlanned::KIND => drills::planned(rows, at, &event.decode()?)?,
        DrillPlanCancelled::KIND => drills::cancelled(rows, at, &event.decode()?)?,
        FindingRecorded::KIND => drills::found(rows, at, &event.decode()?)?,
        FindingAssigned::KIND => drills::assigned(rows, &event.decode()?)?,
        FindingClosed::KIND => drills::closed(rows, at, &event.decode()?)?,
        BreachNoted::KIND => drills::breached(rows, at, &event.decode()?)?,
        BreachCleared::KIND => drills::cleared(rows, at, &event.decode()?)?,
        RolloutBegun::KIND => drills::begun(rows, &event.decode()?)?,
        TaskTicked::KIND => drills::ticked(rows, at, &event.decode()?)?,
        _ => return Err(event.unknown().into()),
    }
    Ok(())
}

fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("facts are plain values")
}
