//! Templates, before they are applied.

use super::drill_calendar::NoParams;
use super::reader;
use crate::events::AssetKind;
use crate::template::{Template, all, language, named, word};
use kernel::{Actor, DecideError};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The templates.
#[derive(Debug, Serialize, ToSchema)]
pub struct TemplateList {
    /// Each in the language of whoever asks.
    pub items: Vec<TemplateItem>,
}

/// A template.
#[derive(Debug, Serialize, ToSchema)]
pub struct TemplateItem {
    /// Its name, as on the command line.
    pub template: &'static str,
    /// What it is called.
    pub title: String,
    /// For whom it is.
    pub summary: String,
    /// How many assets it has.
    pub assets: usize,
    /// How many command roles.
    pub roles: usize,
    /// How many scenarios.
    pub drills: usize,
    /// How many forms.
    pub forms: usize,
}

/// Which template.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TemplateParams {
    /// Its name.
    pub template: String,
    /// In which language; unless said, that of whoever asks.
    pub language: Option<String>,
}

/// What a template brings.
#[derive(Debug, Serialize, ToSchema)]
pub struct TemplateDetail {
    /// In short.
    pub template: TemplateItem,
    /// In which language names are.
    pub language: &'static str,
    /// Assets.
    pub assets: Vec<ShownAsset>,
    /// Command roles.
    pub roles: Vec<ShownRole>,
    /// Scenarios.
    pub drills: Vec<ShownDrill>,
    /// Forms.
    pub forms: Vec<ShownForm>,
    /// Clauses that its evidence is shown against.
    pub clauses: &'static [String],
}

/// An asset of a template.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShownAsset {
    /// Its key.
    pub key: &'static str,
    /// What it is.
    pub kind: AssetKind,
    /// What it is called.
    pub name: &'static str,
    /// Keys of what it depends on.
    pub depends_on: &'static [String],
    /// How long it may take until it is back, in minutes.
    pub rto_minutes: Option<i64>,
    /// How much may be lost, in minutes.
    pub rpo_minutes: Option<i64>,
}

/// A command role of a template.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShownRole {
    /// Its key.
    pub role: &'static str,
    /// What it is called.
    pub name: &'static str,
    /// What it decides.
    pub duty: &'static str,
    /// How many deputies it needs.
    pub deputies: u32,
}

/// A scenario of a template.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShownDrill {
    /// Its name.
    pub scenario: &'static str,
    /// How many days apart.
    pub every_days: u32,
}

/// A form of a template.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShownForm {
    /// Its key.
    pub form: &'static str,
    /// What it is called.
    pub name: &'static str,
    /// What its fields are called.
    pub fields: Vec<&'static str>,
}

/// Answers with the list.
///
/// # Errors
/// Those who may not see the programme.
pub fn template_list(
    rows: &Connection,
    actor: &Actor,
    _: NoParams,
) -> Result<TemplateList, DecideError> {
    let asker = reader(rows, actor)?;
    let language = language("language", None, asker.locale.as_deref())?;
    Ok(TemplateList {
        items: all()
            .iter()
            .map(|template| item(template, language))
            .collect(),
    })
}

fn item(template: &Template, language: &str) -> TemplateItem {
    TemplateItem {
        template: template.name,
        title: word(&template.title, language).into(),
        summary: word(&template.summary, language).into(),
        assets: template.assets.len(),
        roles: template.roles.len(),
        drills: template.drills.len(),
        forms: template.forms.len(),
    }
}

/// Answers with one.
///
/// # Errors
/// `template_not_found`, `unknown_language`, and those who may not see the programme.
pub fn template(
    rows: &Connection,
    actor: &Actor,
    asked: TemplateParams,
) -> Result<TemplateDetail, DecideError> {
    let asker = reader(rows, actor)?;
    let template = named("template", &asked.template)?;
    let wished = asked.language.as_deref();
    let language = language("language", wished, asker.locale.as_deref())?;
    let assets = template.assets.iter().map(|asset| ShownAsset {
        key: &asset.key,
        kind: asset.kind,
        name: word(&asset.name, language),
        depends_on: &asset.depends_on,
        rto_minutes: asset.rto_minutes,
        rpo_minutes: asset.rpo_minutes,
    });
    let roles = template.roles.iter().map(|role| ShownRole {
        role: &role.key,
        name: word(&role.name, language),
        duty: word(&role.duty, language),
        deputies: role.deputies,
    });
    let drills = template.drills.iter().map(|drill| ShownDrill {
        scenario: &drill.scenario,
        every_days: drill.every_days,
    });
    let forms = template.forms.iter().map(|form| ShownForm {
        form: &form.key,
        name: word(&form.name, language),
        fields: form
            .fields
            .iter()
            .map(|field| word(&field.name, language))
            .collect(),
    });
    Ok(TemplateDetail {
        template: item(template, language),
        language,
        assets: assets.collect(),
        roles: roles.collect(),
        drills: drills.collect(),
        forms: forms.collect(),
        clauses: &template.clauses,
    })
}
