//! The queries: what was found, declared, proposed and approved.

mod alarm_list;
mod canary_list;
mod maintenance_list;
mod rewind_list;
mod standing;

pub use alarm_list::{Alarm, AlarmClosing, AlarmListParams};
pub use canary_list::{Canary, CanaryListParams};
pub use kernel::page::Page;
pub use maintenance_list::{MaintenanceListParams, Window};
pub use rewind_list::{Rewind, RewindListParams, rewind};
pub use standing::{
    Due, HighAlarm, Standing, due, high_alarms, last_high_alarm, may_look, proposed_at, standing,
};

use kernel::{QuerySpec, SchemaOf, run_query};

/// The queries of this module.
pub const QUERIES: &[QuerySpec] = &[
    QuerySpec {
        name: "alarm-list",
        summary: "Alarms of the detectors, the newest first.",
        parameters: SchemaOf::of::<AlarmListParams>(),
        answer: Page::<Alarm>::schema_of(),
        run: |rows, actor, text| run_query(rows, actor, text, alarm_list::alarm_list),
    },
    QuerySpec {
        name: "canary-list",
        summary: "What was planted for nobody to change.",
        parameters: SchemaOf::of::<CanaryListParams>(),
        answer: Page::<Canary>::schema_of(),
        run: |rows, actor, text| run_query(rows, actor, text, canary_list::canary_list),
    },
    QuerySpec {
        name: "maintenance-list",
        summary: "Maintenance windows, the newest first.",
        parameters: SchemaOf::of::<MaintenanceListParams>(),
        answer: Page::<Window>::schema_of(),
        run: |rows, actor, text| run_query(rows, actor, text, maintenance_list::maintenance_list),
    },
    QuerySpec {
        name: "rewind-list",
        summary: "Rewinds, the newest first.",
        parameters: SchemaOf::of::<RewindListParams>(),
        answer: Page::<Rewind>::schema_of(),
        run: |rows, actor, text| run_query(rows, actor, text, rewind_list::rewind_list),
    },
];

/// A stored JSON column. What apply wrote reads back; anything else is a damaged view.
fn json<T: serde::de::DeserializeOwned>(
    row: &rusqlite::Row<'_>,
    column: usize,
) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    serde_json::from_str(&text).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(
            column,
            rusqlite::types::Type::Text,
            Box::new(error),
        )
    })
}

/// The same, where there may be none.
fn json_or_none<T: serde::de::DeserializeOwned>(
    row: &rusqlite::Row<'_>,
    column: usize,
) -> rusqlite::Result<Option<T>> {
    match row.get_ref(column)? {
        rusqlite::types::ValueRef::Null => Ok(None),
        _ => json(row, column).map(Some),
    }
}
