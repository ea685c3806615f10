//! The status page: how it is set, and what anybody may read on it.

use super::NoParams;
use crate::access::{Action, Asking};
use kernel::{Actor, DecideError, Timestamp};
use rusqlite::{Connection, OptionalExtension};
use serde::Serialize;
use utoipa::ToSchema;

/// Public updates shown of an incident.
const UPDATES_MAX: u32 = 20;

/// The status page as it is set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct StatusPage {
    /// Whether anybody can read it.
    pub is_on: bool,
    /// Its public name; empty: nobody has chosen one.
    pub slug: String,
    /// Its heading.
    pub title: String,
    /// When it was set.
    pub set_at: Timestamp,
}

/// An incident as anybody sees it: it has a public update, or it is not shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PublicIncident {
    /// `critical`, `major` or `minor`.
    pub severity: String,
    /// `open`, `mitigated` or `closed`.
    pub state: String,
    /// When it began.
    pub opened_at: Timestamp,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
    /// What was said in public, the newest first.
    pub updates: Vec<PublicUpdate>,
}

/// What was said in public. By whom is not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PublicUpdate {
    /// When.
    pub at: Timestamp,
    /// What.
    pub text: String,
}

/// Answers it.
///
/// # Errors
/// `not_permitted` for those who may not look.
pub fn status_page(
    rows: &Connection,
    actor: &Actor,
    _: NoParams,
) -> Result<StatusPage, DecideError> {
    Asking::permitted(rows, actor, Action::Look)?;
    Ok(status_page_of(rows)?.unwrap_or_default())
}

/// The same, for a site itself; none: nobody has set it.
///
/// # Errors
/// When the view cannot be read.
pub fn status_page_of(rows: &Connection) -> rusqlite::Result<Option<StatusPage>> {
    rows.prepare_cached("SELECT is_on, slug, title, set_at FROM status_page")?
        .query_row([], |row| {
            Ok(StatusPage {
                is_on: row.get(0)?,
                slug: row.get(1)?,
                title: row.get(2)?,
                set_at: Timestamp(row.get(3)?),
            })
        })
        .optional()
}

/// What anybody may read: those that are not closed first, then the newest. Drills are not shown.
///
/// # Errors
/// When the view cannot be read.
pub fn public_incidents(rows: &Connection, most: u32) -> rusqlite::Result<Vec<PublicIncident>> {
    let found: Vec<(i64, PublicIncident)> = rows
        .prepare_cached(
            "SELECT key, severity, state, opened_at, closed_at FROM incident i
             WHERE EXISTS (SELECT 1 FROM incident_line l WHERE l.incident = i.key AND l.is_public)
             AND NOT EXISTS (SELECT 1 FROM json_each(i.cause) c WHERE c.key = 'drill')
             ORDER BY state = 'closed', key DESC LIMIT ?1",
        )?
        .query_map([most], |row| {
            let incident = PublicIncident {
                severity: row.get(1)?,
                state: row.get(2)?,
                opened_at: Timestamp(row.get(3)?),
                closed_at: row.get::<_, Option<i64>>(4)?.map(Timestamp),
                updates: Vec::new(),
            };
            Ok((row.get(0)?, incident))
        })?
        .collect::<Result<_, _>>()?;
    let mut shown = Vec::new();
    for (key, mut incident) in found {
        incident.updates = rows
            .prepare_cached(
                "SELECT at, text FROM incident_line WHERE incident = ?1 AND is_public
                 ORDER BY key DESC LIMIT ?2",
            )?
            .query_map((key, UPDATES_MAX), |row| {
                Ok(PublicUpdate {
                    at: Timestamp(row.get(0)?),
                    text: row.get(1)?,
                })
            })?
            .collect::<Result<_, _>>()?;
        shown.push(incident);
    }
    Ok(shown)
}
