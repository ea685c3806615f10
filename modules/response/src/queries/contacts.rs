//! Contact points: one's own in full, others' as far as readiness needs it.

use super::{NoParams, json};
use crate::PointId;
use crate::access::{Action, Asking};
use crate::events::Address;
use kernel::page::{Page, after, limit};
use kernel::{Actor, DecideError, PersonId, Timestamp};
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One's own contact points, besides the app itself.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OwnPoints {
    /// The points.
    pub points: Vec<OwnPoint>,
}

/// A contact point.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OwnPoint {
    /// Its id.
    pub point_id: PointId,
    /// Where.
    pub address: Address,
    /// What it is called.
    pub label: Option<String>,
    /// When it was added.
    pub added_at: Timestamp,
    /// When its code was answered; none: it does not count yet.
    pub verified_at: Option<Timestamp>,
    /// When the last code was sent.
    pub code_sent_at: Timestamp,
}

/// Whose.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactListParams {
    /// Where the page begins.
    pub cursor: Option<String>,
    /// How many people; 50 unless asked for, 200 at most.
    pub limit: Option<u32>,
}

/// How somebody of the command team is reached.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PersonContacts {
    /// Who.
    pub person_id: PersonId,
    /// Whether they take part in the workspace no more.
    pub is_gone: bool,
    /// The points, besides the app itself.
    pub points: Vec<MaskedPoint>,
}

/// What others see of a contact point.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MaskedPoint {
    /// `email`, `webhook` or `web_push`.
    pub kind: String,
    /// The address, masked.
    pub masked: String,
    /// Whether its code was answered.
    pub is_verified: bool,
}

/// Answers it.
///
/// # Errors
/// For strangers.
pub fn own_contact_points(
    rows: &Connection,
    actor: &Actor,
    _: NoParams,
) -> Result<OwnPoints, DecideError> {
    let asking = Asking::of(rows, actor)?;
    let points = rows
        .prepare_cached(
            "SELECT id, address, label, added_at, verified_at, code_at FROM contact_point
             WHERE person = ?1 ORDER BY added_at, id",
        )?
        .query_map([asking.id], |row| {
            Ok(OwnPoint {
                point_id: row.get(0)?,
                address: json(row, 1)?,
                label: row.get(2)?,
                added_at: Timestamp(row.get(3)?),
                verified_at: row.get::<_, Option<i64>>(4)?.map(Timestamp),
                code_sent_at: Timestamp(row.get(5)?),
            })
        })?
        .collect::<Result<_, _>>()?;
    Ok(OwnPoints { points })
}

/// Answers it: people of the team, and whoever else has a contact point.
///
/// # Errors
/// `not_permitted` for those who may not look.
pub fn contact_list(
    rows: &Connection,
    actor: &Actor,
    params: ContactListParams,
) -> Result<Page<PersonContacts>, DecideError> {
    Asking::permitted(rows, actor, Action::Look)?;
    let limit = limit(params.limit)?;
    let after: Option<PersonId> = after(params.cursor.as_deref())?;
    let mut people: Vec<PersonContacts> = rows
        .prepare_cached(
            "SELECT w.id, NOT coalesce((SELECT p.is_active FROM person p WHERE p.id = w.id), 0)
             FROM (SELECT holder AS id FROM command_role WHERE holder IS NOT NULL
                UNION SELECT person FROM command_deputy
                UNION SELECT person FROM contact_point) w
             WHERE (?1 IS NULL OR w.id > ?1) ORDER BY w.id LIMIT ?2",
        )?
        .query_map(params![after, limit + 1], |row| {
            Ok(PersonContacts {
                person_id: row.get(0)?,
                is_gone: row.get(1)?,
                points: Vec::new(),
            })
        })?
        .collect::<Result<_, _>>()?;
    for person in &mut people {
        person.points = masked(rows, person.person_id)?;
    }
    Ok(Page::cut(people, limit, |person: &PersonContacts| {
        person.person_id
    }))
}

fn masked(rows: &Connection, person: PersonId) -> rusqlite::Result<Vec<MaskedPoint>> {
    rows.prepare_cached(
        "SELECT address, verified_at IS NOT NULL FROM contact_point
         WHERE person = ?1 ORDER BY added_at, id",
    )?
    .query_map([person], |row| {
        let address: Address = json(row, 0)?;
        Ok(MaskedPoint {
            kind: address.kind().into(),
            masked: address.masked(),
            is_verified: row.get(1)?,
        })
    })?
    .collect()
}
