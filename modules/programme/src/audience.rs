//! Who is shown what as it happens: those who may read the programme.

use kernel::{Audience, PersonId, Topic};
use rusqlite::Connection;

const READERS: &str = "readers";

/// Whoever may read the programme is shown every event.
#[must_use]
pub fn audience() -> Audience {
    Audience::topic(READERS.into())
}

/// The topics a person is entitled to.
///
/// # Errors
/// When the view cannot be read.
pub fn topics(rows: &Connection, person: PersonId) -> rusqlite::Result<Vec<Topic>> {
    let is_reader: bool = rows
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM person p JOIN role r ON r.name = p.role
             WHERE p.id = ?1 AND p.is_active AND (r.may_read OR r.may_manage))",
        )?
        .query_row([person], |row| row.get(0))?;
    Ok(is_reader.then(|| READERS.into()).into_iter().collect())
}
