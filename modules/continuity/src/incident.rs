//! What the timeline says already, and the incident that is open. Every site notes what it sees; the
//! record is one, so what two of them saw is noted once, by whoever came first.

use crate::commands::NoteTimeline;
use crate::events::NoteKind;
use kernel::id::Uuid;
use rusqlite::{Connection, OptionalExtension, params};

/// Nodes see the same change within this time of each other.
const SAME_WITHIN_MS: i64 = 20_000;

/// Whether the timeline says this already: the change before it was to the same state, or the one
/// right after it was, seen a little later by another node. Times are what counts, not the order of
/// arrival, as a site that was cut off notes late.
pub fn is_told(rows: &Connection, note: &NoteTimeline) -> Result<bool, rusqlite::Error> {
    let Some(states) = States::of(note.kind) else {
        return Ok(note.kind == NoteKind::WritableAgain && is_in_open_incident(rows, note)?);
    };
    let before = states.neighbour(rows, note, i64::MIN, note.at.millis(), "DESC")?;
    let undoes = matches!(
        note.kind,
        NoteKind::SiteBack
            | NoteKind::ProtectionBack
            | NoteKind::VaultBack
            | NoteKind::RecoveryProven
    );
    match before {
        Some(state) if state == State::of(note) => return Ok(true),
        None if undoes => return Ok(true),
        _ => {}
    }
    let from = note.at.millis().saturating_add(1);
    let to = note.at.millis().saturating_add(SAME_WITHIN_MS);
    let after = states.neighbour(rows, note, from, to, "ASC")?;
    Ok(after.is_some_and(|state| state == State::of(note)))
}

/// The incident that is not over: some site that it lost is not back.
pub fn open(rows: &Connection) -> Result<Option<Uuid>, rusqlite::Error> {
    // SQLite takes the other columns from the row with the maximum.
    rows.prepare_cached(
        "SELECT incident FROM
             (SELECT kind, incident, MAX(at) AS at FROM note
              WHERE kind IN ('site-lost', 'site-back') GROUP BY site)
         WHERE kind = 'site-lost' AND incident IS NOT NULL ORDER BY at LIMIT 1",
    )?
    .query_row([], |row| row.get::<_, [u8; 16]>(0))
    .optional()
    .map(|found| found.map(Uuid::from_bytes))
}

fn is_in_open_incident(rows: &Connection, note: &NoteTimeline) -> Result<bool, rusqlite::Error> {
    let Some(incident) = open(rows)? else {
        return Ok(false);
    };
    rows.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM note WHERE incident = ?1 AND kind = ?2 AND site IS ?3)",
    )?
    .query_row(
        params![incident.as_bytes(), note.kind.as_str(), site(note)],
        |row| row.get(0),
    )
}

fn site(note: &NoteTimeline) -> Option<&str> {
    note.site.as_ref().map(kernel::SiteName::as_str)
}

/// The state a note says something is in.
#[derive(PartialEq, Eq)]
struct State {
    kind: String,
    site: Option<String>,
}

impl State {
    fn of(note: &NoteTimeline) -> Self {
        Self {
            kind: note.kind.as_str().into(),
            site: site(note).map(String::from),
        }
    }
}

/// Kinds of notes that follow each other as states of one thing.
struct States {
    one: NoteKind,
    other: NoteKind,
    /// Every site has its own state; else the site is the state.
    is_of_site: bool,
}

impl States {
    const fn of(kind: NoteKind) -> Option<Self> {
        let (one, other, is_of_site) = match kind {
            NoteKind::SiteLost | NoteKind::SiteBack => {
                (NoteKind::SiteLost, NoteKind::SiteBack, true)
            }
            NoteKind::ProtectionLost | NoteKind::ProtectionBack => {
                (NoteKind::ProtectionLost, NoteKind::ProtectionBack, true)
            }
            NoteKind::VaultSilent | NoteKind::VaultBack => {
                (NoteKind::VaultSilent, NoteKind::VaultBack, true)
            }
            // Noted of no site: it is the installation's state.
            NoteKind::RecoveryUnproven | NoteKind::RecoveryProven => {
                (NoteKind::RecoveryUnproven, NoteKind::RecoveryProven, true)
            }
            NoteKind::PrimaryMoved => (NoteKind::PrimaryMoved, NoteKind::PrimaryMoved, false),
            NoteKind::LeaseHastened
            | NoteKind::WritableAgain
            | NoteKind::FaultInjected
            | NoteKind::FaultRemoved => return None,
        };
        Some(Self {
            one,
            other,
            is_of_site,
        })
    }

    /// The first of them between two moments, in the given direction.
    fn neighbour(
        &self,
        rows: &Connection,
        note: &NoteTimeline,
        from: i64,
        to: i64,
        direction: &str,
    ) -> Result<Option<State>, rusqlite::Error> {
        rows.prepare_cached(&format!(
            "SELECT kind, site FROM note
             WHERE kind IN (?1, ?2) AND (NOT ?3 OR site IS ?4) AND at BETWEEN ?5 AND ?6
             ORDER BY at {direction}, number {direction} LIMIT 1"
        ))?
        .query_row(
            params![
                self.one.as_str(),
                self.other.as_str(),
                self.is_of_site,
                site(note),
                from,
                to
            ],
            |row| {
                Ok(State {
                    kind: row.get(0)?,
                    site: row.get(1)?,
                })
            },
        )
        .optional()
    }
}

#[cfg(test)]
mod tests;
