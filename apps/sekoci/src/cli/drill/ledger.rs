//! Where a drill that runs here writes down how everything is put back.

use crate::cli::{Connection, Failure};
use drill::{DoorError, Doors, LeftOver, PutBack, put_back};
use serde_json::json;
use std::path::PathBuf;

/// The folder: `SEKOCI_DRILLS`, or where programs of this user keep their state.
pub fn folder() -> PathBuf {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    if let Some(folder) = variable("SEKOCI_DRILLS") {
        return folder.into();
    }
    if let Some(state) = variable("XDG_STATE_HOME") {
        return PathBuf::from(state).join("sekoci/drills");
    }
    if let Some(home) = variable("HOME") {
        return PathBuf::from(home).join(".local/state/sekoci/drills");
    }
    let user = nix::unistd::getuid();
    std::env::temp_dir().join(format!("sekoci-drills-{user}"))
}

/// Puts back what drills have left whose runners are gone, and ends them on record. Gives how many.
///
/// # Errors
/// With what people have to do, where something could not be put back.
pub async fn put_back_left_overs(connection: &Connection, doors: &Doors) -> Result<usize, Failure> {
    let urls: Vec<String> = connection.urls.iter().map(ToString::to_string).collect();
    let folder = folder();
    let found = LeftOver::find(&folder, &urls)
        .map_err(|e| Failure::failed(format!("{}: {e}", folder.display())))?;
    let count = found.len();
    for left in found {
        let id = left.drill_id;
        eprintln!(
            "drill: {id} ({}) was left by its runner; putting back",
            left.scenario
        );
        must_be_back(&put_back(doors, &left.undoings).await)?;
        end(doors, id).await?;
        left.close();
    }
    Ok(count)
}

/// Refuses, with what people have to do, where something is not back.
pub fn must_be_back(put_back: &[PutBack]) -> Result<(), Failure> {
    let manual: Vec<&str> = put_back
        .iter()
        .filter_map(|one| one.manual.as_deref())
        .collect();
    if manual.is_empty() {
        return Ok(());
    }
    let manual = manual.join("; ");
    Err(Failure::refused(format!(
        "could not be put back; do this: {manual}"
    )))
}

/// Ends a drill on record whose runner is gone; it may have its end already, or never have begun there.
///
/// # Errors
/// When it cannot be recorded now: the drill is still to be ended, and what was written down is kept.
pub async fn end(doors: &Doors, id: kernel::id::Uuid) -> Result<(), Failure> {
    let report = json!({ "drill_id": id, "passed": false, "aborted": "its runner was gone" });
    match doors.record_end(id, false, &report).await {
        Err(DoorError::Client(client::Error::Refused(problem)))
            if ["drill_ended", "drill_not_found"].contains(&problem.code.as_str()) =>
        {
            Ok(())
        }
        ended => ended.map_err(|error| {
            Failure::refused(format!("drill {id} could not be ended on record: {error}"))
        }),
    }
}
