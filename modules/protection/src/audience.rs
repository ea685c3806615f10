//! Who is shown what as it happens: those who watch over the workspace.

use crate::access::watchers;
use kernel::{Audience, PersonId, Topic};
use rusqlite::Connection;

const WATCHERS: &str = "watchers";

/// Whoever watches over the workspace is shown every event.
#[must_use]
pub fn audience() -> Audience {
    Audience::topic(WATCHERS.into())
}

/// The topics a person is entitled to.
///
/// # Errors
/// When the view cannot be read.
pub fn topics(rows: &Connection, person: PersonId) -> rusqlite::Result<Vec<Topic>> {
    let is_watcher = watchers(rows)?.contains(&person);
    Ok(is_watcher.then(|| WATCHERS.into()).into_iter().collect())
}
