//! The last rehearsal of the worst day: whether the way back from the vault is proven, and since when.

use kernel::Timestamp;
use rusqlite::{Connection, OptionalExtension};
use serde_json::Value;

/// The scenario of drills that bring everything back from the vault alone.
pub const REHEARSAL: &str = "both-sites-lost";

/// How the last rehearsal that ended went. Figures are absent where it did not get that far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rehearsal {
    /// When it ended.
    pub at: Timestamp,
    /// Whether it passed.
    pub passed: bool,
    /// When the last one ended that passed; this one, where it did.
    pub proven_at: Option<Timestamp>,
    /// Whether every live head was in what came back.
    pub heads_equal: Option<bool>,
    /// Messages that came back.
    pub messages: Option<u64>,
    /// Documents that came back.
    pub documents: Option<u64>,
    /// How long it took until everything was back.
    pub complete_ms: Option<i64>,
}

/// The last rehearsal; `None`: there was none that ended. One that was begun and not ended, because its
/// verifier was stopped, says nothing.
///
/// # Errors
/// When the rows cannot be read.
pub fn last_rehearsal(rows: &Connection) -> Result<Option<Rehearsal>, rusqlite::Error> {
    let last = rows
        .prepare_cached(
            "SELECT ended_at, passed, report FROM drill
             WHERE scenario = ?1 AND ended_at IS NOT NULL
             ORDER BY ended_at DESC, number DESC LIMIT 1",
        )?
        .query_row([REHEARSAL], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get::<_, String>(2)?))
        })
        .optional()?;
    let Some((at, passed, report)) = last else {
        return Ok(None);
    };
    let proven_at: Option<i64> = rows
        .prepare_cached("SELECT MAX(ended_at) FROM drill WHERE scenario = ?1 AND passed")?
        .query_row([REHEARSAL], |row| row.get(0))?;
    // Stored by `apply` from a JSON value, so it is one; what operators put into it is theirs.
    let report: Value = serde_json::from_str(&report).unwrap_or(Value::Null);
    Ok(Some(Rehearsal {
        at: Timestamp(at),
        passed,
        proven_at: proven_at.map(Timestamp),
        heads_equal: report["heads_equal"].as_bool(),
        messages: report["messages"].as_u64(),
        documents: report["documents"].as_u64(),
        complete_ms: report["complete_ms"].as_i64(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Continuity;
    use kernel::testing::Given;

    fn drill(rows: &Connection, id: u8, scenario: &str, ended: Option<(i64, bool, &str)>) {
        rows.execute(
            "INSERT INTO drill (id, scenario, site, started_at, started_by, ended_at, passed, report)
             VALUES (?1, ?2, 'both', 1, 'captain', ?3, ?4, ?5)",
            (
                vec![id; 16],
                scenario,
                ended.map(|end| end.0),
                ended.map(|end| end.1),
                ended.map(|end| end.2),
            ),
        )
        .unwrap();
    }

    #[test]
    fn only_rehearsals_that_ended_say_anything() {
        let given = Given::module(Continuity);
        let rows = given.rows();
        assert_eq!(last_rehearsal(rows).unwrap(), None);
        drill(rows, 1, "site-loss", Some((10, true, "{}")));
        drill(rows, 2, REHEARSAL, None);
        assert_eq!(last_rehearsal(rows).unwrap(), None);
    }

    #[test]
    fn a_failure_does_not_hide_when_it_last_worked() {
        let given = Given::module(Continuity);
        let rows = given.rows();
        let figures = r#"{"heads_equal":true,"messages":5,"documents":2,"complete_ms":900}"#;
        drill(rows, 1, REHEARSAL, Some((20, true, figures)));
        let good = last_rehearsal(rows).unwrap().unwrap();
        assert!(good.passed);
        assert_eq!(
            (good.at, good.proven_at),
            (Timestamp(20), Some(Timestamp(20)))
        );
        assert_eq!((good.messages, good.documents), (Some(5), Some(2)));
        assert_eq!(
            (good.heads_equal, good.complete_ms),
            (Some(true), Some(900))
        );
        drill(
            rows,
            2,
            REHEARSAL,
            Some((30, false, r#"{"messages":"many"}"#)),
        );
        let bad = last_rehearsal(rows).unwrap().unwrap();
        assert!(!bad.passed);
        assert_eq!(
            (bad.at, bad.proven_at),
            (Timestamp(30), Some(Timestamp(20)))
        );
        assert_eq!((bad.messages, bad.heads_equal), (None, None));
    }
}
