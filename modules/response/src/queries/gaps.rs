//! What is missing for people to be reached and to act: facts for readiness.

use super::NoParams;
use super::team::{Role, Staff, command_team_of};
use crate::CommandRoleId;
use crate::access::{Action, Asking, takes_part};
use crate::events::SuccessionRules;
use kernel::{Actor, DecideError, PersonId};
use rusqlite::{Connection, OptionalExtension};
use serde::Serialize;
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// All that is missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Gaps {
    /// The gaps, in the order of roles; empty: none was found.
    pub gaps: Vec<Gap>,
}

/// Something that is missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Gap {
    /// There is no command role at all.
    NoRoles,
    /// Nobody holds a role.
    RoleVacant {
        /// The role.
        role_id: CommandRoleId,
        /// Its name.
        role: String,
    },
    /// Nobody who takes part stands in for a role.
    RoleWithoutDeputy {
        /// The role.
        role_id: CommandRoleId,
        /// Its name.
        role: String,
    },
    /// Somebody of a role takes part in the workspace no more.
    PersonGone {
        /// The role.
        role_id: CommandRoleId,
        /// Its name.
        role: String,
        /// Who.
        person_id: PersonId,
    },
    /// Somebody of the team has no contact point besides the app.
    ContactMissing {
        /// Who.
        person_id: PersonId,
    },
    /// Somebody of the team has contact points and has verified none.
    ContactNeverVerified {
        /// Who.
        person_id: PersonId,
    },
    /// Nobody is named for break-glass access.
    NoSuccession,
    /// Too few of those named still take part for anything to be given.
    SuccessionOutOfReach {
        /// How many of those named take part.
        there: u32,
        /// How many there have to be: who asks, and who approve.
        wanted: u32,
    },
}

/// Answers it.
///
/// # Errors
/// `not_permitted` for those who may not look.
pub fn response_gaps(rows: &Connection, actor: &Actor, _: NoParams) -> Result<Gaps, DecideError> {
    Asking::permitted(rows, actor, Action::Look)?;
    Ok(gaps_of(rows)?)
}

/// The same, for a site itself.
///
/// # Errors
/// When the view cannot be read.
pub fn gaps_of(rows: &Connection) -> rusqlite::Result<Gaps> {
    let team = command_team_of(rows)?;
    let mut gaps = Vec::new();
    if team.roles.is_empty() {
        gaps.push(Gap::NoRoles);
    }
    let mut people = BTreeSet::new();
    for role in &team.roles {
        of_role(role, &mut gaps);
        let staff = role.holder.iter().chain(&role.deputies);
        people.extend(
            staff
                .filter(|staff| !staff.is_gone)
                .map(|staff| staff.person_id),
        );
    }
    for person_id in people {
        let (points, verified): (u32, u32) = rows
            .prepare_cached(
                "SELECT count(*), count(verified_at) FROM contact_point WHERE person = ?1",
            )?
            .query_row([person_id], |row| Ok((row.get(0)?, row.get(1)?)))?;
        match (points, verified) {
            (0, _) => gaps.push(Gap::ContactMissing { person_id }),
            (_, 0) => gaps.push(Gap::ContactNeverVerified { person_id }),
            _ => {}
        }
    }
    gaps.extend(of_succession(rows)?);
    Ok(Gaps { gaps })
}

fn of_role(role: &Role, gaps: &mut Vec<Gap>) {
    let (role_id, name) = (role.role_id, &role.name);
    if role.holder.is_none() {
        gaps.push(Gap::RoleVacant {
            role_id,
            role: name.clone(),
        });
    }
    if role.deputies.iter().all(|deputy| deputy.is_gone) {
        gaps.push(Gap::RoleWithoutDeputy {
            role_id,
            role: name.clone(),
        });
    }
    let staff = role.holder.iter().chain(&role.deputies);
    gaps.extend(
        staff
            .filter(|staff| staff.is_gone)
            .map(|staff: &Staff| Gap::PersonGone {
                role_id,
                role: name.clone(),
                person_id: staff.person_id,
            }),
    );
}

fn of_succession(rows: &Connection) -> rusqlite::Result<Option<Gap>> {
    let rules: Option<SuccessionRules> = rows
        .prepare_cached("SELECT rules FROM succession_policy")?
        .query_row([], |row| super::json(row, 0))
        .optional()?;
    let Some(rules) = rules else {
        return Ok(Some(Gap::NoSuccession));
    };
    let mut there = 0;
    for person in &rules.named {
        there += u32::from(takes_part(rows, *person)? == Some(true));
    }
    let wanted = rules.needed + 1;
    Ok((there < wanted).then_some(Gap::SuccessionOutOfReach { there, wanted }))
}
