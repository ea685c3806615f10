//! What templates planned for other modules to take: command roles and forms.

use super::drill_calendar::NoParams;
use super::reader;
use crate::events::FormField;
use crate::rows::json;
use kernel::{Actor, DecideError, PersonId, Timestamp};
use rusqlite::Connection;
use serde::Serialize;
use utoipa::ToSchema;

/// What is planned.
#[derive(Debug, Serialize, ToSchema)]
pub struct Planned {
    /// Command roles.
    pub roles: Vec<PlannedRole>,
    /// Forms.
    pub forms: Vec<PlannedForm>,
    /// Templates that were applied.
    pub templates: Vec<AppliedTemplate>,
}

/// A command role.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlannedRole {
    /// Its key.
    pub role: String,
    /// What it is called.
    pub name: String,
    /// What it decides.
    pub duty: String,
    /// How many deputies it needs.
    pub deputies: u32,
}

/// A form.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlannedForm {
    /// Its key.
    pub form: String,
    /// What it is called.
    pub name: String,
    /// Its fields.
    pub fields: Vec<FormField>,
}

/// A template that was applied.
#[derive(Debug, Serialize, ToSchema)]
pub struct AppliedTemplate {
    /// Which.
    pub template: String,
    /// In which language.
    pub language: String,
    /// Clauses that its evidence is shown against.
    pub clauses: Vec<String>,
    /// When it last added something.
    pub applied_at: Timestamp,
    /// Who applied it.
    pub applied_by: PersonId,
}

/// Answers it. Templates are few, so this is no list with pages.
///
/// # Errors
/// Those who may not see the programme.
pub fn planned(rows: &Connection, actor: &Actor, _: NoParams) -> Result<Planned, DecideError> {
    reader(rows, actor)?;
    let roles = rows
        .prepare_cached("SELECT role, name, duty, deputies FROM planned_role ORDER BY role")?
        .query_map([], |row| {
            Ok(PlannedRole {
                role: row.get(0)?,
                name: row.get(1)?,
                duty: row.get(2)?,
                deputies: row.get(3)?,
            })
        })?
        .collect::<Result<_, _>>()?;
    let forms = rows
        .prepare_cached("SELECT form, name, fields FROM planned_form ORDER BY form")?
        .query_map([], |row| {
            Ok(PlannedForm {
                form: row.get(0)?,
                name: row.get(1)?,
                fields: json(row, 2)?,
            })
        })?
        .collect::<Result<_, _>>()?;
    let templates = rows
        .prepare_cached(
            "SELECT template, language, clauses, applied_at, applied_by
             FROM template_applied ORDER BY template",
        )?
        .query_map([], |row| {
            Ok(AppliedTemplate {
                template: row.get(0)?,
                language: row.get(1)?,
                clauses: json(row, 2)?,
                applied_at: Timestamp(row.get(3)?),
                applied_by: row.get(4)?,
            })
        })?
        .collect::<Result<_, _>>()?;
    Ok(Planned {
        roles,
        forms,
        templates,
    })
}
