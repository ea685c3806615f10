//! How many people there are.

use super::{may, sees_quarantine, shown_active};
use kernel::{Actor, DecideError};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// No parameters.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CountsParameters {}

/// How many people there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PeopleCounts {
    /// All of them.
    pub people: u64,
    /// Those who are active; people in quarantine are not, for those who decide over people.
    pub active: u64,
    /// Those who were imported, active or not.
    pub imported: u64,
}

/// How many people there are.
///
/// # Errors
/// `workspace_not_found` for strangers.
pub fn counts(
    rows: &Connection,
    actor: &Actor,
    _: CountsParameters,
) -> Result<PeopleCounts, DecideError> {
    may(rows, actor, "read")?;
    let active = shown_active(sees_quarantine(rows, actor)?);
    let sql =
        format!("SELECT count(*), coalesce(sum({active}), 0), count(external_id) FROM person");
    Ok(rows.prepare_cached(&sql)?.query_row([], |row| {
        Ok(PeopleCounts {
            people: row.get(0)?,
            active: row.get(1)?,
            imported: row.get(2)?,
        })
    })?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::{ADMIN, as_admin, person};
    use serde_json::json;

    #[test]
    fn imported_and_deactivated_people_are_counted_apart() {
        let mut given = as_admin();
        let actor = Actor::Person(ADMIN);
        let before = counts(given.rows(), &actor, CountsParameters {}).unwrap();
        let row = |n: u128, handle: &str, deactivated: bool| {
            json!({"external_id": handle, "person_id": person(n), "name": handle,
                "handle": handle, "deactivated": deactivated})
        };
        let batch = json!({"people": [row(50, "ann", false), row(51, "ben", true)]});
        given
            .when("import-people", batch)
            .accepted("person-added person-added person-deactivated");
        let after = counts(given.rows(), &actor, CountsParameters {}).unwrap();
        assert_eq!(after.people - before.people, 2);
        assert_eq!(after.active - before.active, 1);
        assert_eq!((before.imported, after.imported), (0, 2));
    }
}
