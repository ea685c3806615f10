//! What facts do to the rows.

mod calls;
mod incidents;
mod succession;
mod team;

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
    let is_known = team::apply(rows, header, event)?
        || calls::apply(rows, header, event)?
        || incidents::apply(rows, header, event)?
        || succession::apply(rows, header, event)?;
    if is_known {
        Ok(())
    } else {
        Err(event.unknown().into())
    }
}

fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("facts are plain values")
}

/// The name a plain enum is stored under.
fn name<T: Serialize>(value: &T) -> String {
    let value = serde_json::to_value(value).expect("facts are plain values");
    value.as_str().unwrap_or_default().into()
}
