//! Applying a template: it adds what is missing and leaves alone what is there, whatever people made of
//! it.

use super::Deciding;
use super::assets::require_room;
use super::fields::checked;
use crate::events::{
    Answer, AssetFields, AssetRegistered, DependenciesAdded, Dependency, DrillPlanned, Fact,
    FormField, FormPlanned, Impact, ImpactAnswered, Level, Objective, ObjectiveSet, RolePlanned,
    TemplateApplied,
};
use crate::impact::judge;
use crate::limits::{DAY_MS, REVIEW_DAYS_DEFAULT};
use crate::rows::StoredAsset;
use crate::template::{Template, TemplateAsset, TemplateForm, language, named, word};
use crate::{AssetId, DrillPlanId};
use kernel::{CommandId, CommandSpec, DecideError, Decision, Event, PersonId, Refusal};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

const MINUTE_MS: i64 = 60_000;

/// How applying is offered.
pub const APPLY: CommandSpec = CommandSpec::new::<ApplyTemplate>(
    "apply-template",
    "Add what a template has and the workspace lacks: assets, objectives, roles, drills, forms.",
);

/// Apply a template.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApplyTemplate {
    /// Which: finance, health, retail, education, logistics.
    pub template: String,
    /// The language of names: en, id, zh-Hans, zh-Hant; unless said, that of whoever applies it.
    #[serde(default)]
    pub language: Option<String>,
    /// Only say what would be done.
    #[serde(default)]
    pub dry_run: bool,
}

/// What a template adds and what was there.
#[derive(Debug, Default, Serialize)]
struct Told {
    added: BTreeMap<&'static str, Vec<String>>,
    kept: BTreeMap<&'static str, Vec<String>>,
}

impl Told {
    fn tell(&mut self, what: &'static str, key: &str, is_kept: bool) {
        let told = if is_kept {
            &mut self.kept
        } else {
            &mut self.added
        };
        told.entry(what).or_default().push(key.to_owned());
    }
}

struct Applying<'a> {
    of: &'a Deciding<'a>,
    template: &'static Template,
    language: &'static str,
    person: PersonId,
    told: Told,
    events: Vec<Event>,
}

/// Decides it. The answer tells by key what is added and what is kept. What is kept stays as it is:
/// names, owners, objectives and dependencies that people changed or took away.
///
/// # Errors
/// `template_not_found`, `unknown_language`, `too_many_assets`.
pub fn apply(of: &Deciding<'_>, body: ApplyTemplate) -> Result<Decision, DecideError> {
    let keeper = of.keeper()?;
    let template = named("command.template", &body.template)?;
    let language = language(
        "command.language",
        body.language.as_deref(),
        keeper.locale.as_deref(),
    )?;
    let mut applying = Applying {
        of,
        template,
        language,
        person: keeper.id,
        told: Told::default(),
        events: Vec::new(),
    };
    applying.assets()?;
    applying.roles()?;
    applying.drills()?;
    applying.forms()?;
    applying.finish(body.dry_run)
}

impl Applying<'_> {
    fn assets(&mut self) -> Result<(), DecideError> {
        // The ids of all assets of the template, and which of them are new.
        let mut ids: BTreeMap<&str, (AssetId, bool)> = BTreeMap::new();
        for asset in &self.template.assets {
            let before = StoredAsset::by_key(self.of.rows, &asset.key)?;
            self.told.tell("assets", &asset.key, before.is_some());
            let id = match &before {
                Some(before) => before.id,
                None => self.register(asset)?,
            };
            ids.insert(&asset.key, (id, before.is_none()));
        }
        require_room(
            self.of,
            ids.values().filter(|(_, is_new)| *is_new).count() as u64,
        )?;
        self.dependencies(&ids);
        for asset in &self.template.assets {
            if let Some((id, true)) = ids.get(asset.key.as_str()) {
                self.impact_and_objective(asset, *id)?;
            }
        }
        Ok(())
    }

    fn register(&mut self, asset: &TemplateAsset) -> Result<AssetId, Refusal> {
        let asset_id = AssetId(self.derived(&asset.key).0);
        let asset = fields_of(asset, self.language)?;
        self.events
            .push(AssetRegistered { asset_id, asset }.event());
        Ok(asset_id)
    }

    fn derived(&self, key: &str) -> CommandId {
        CommandId::derived(&format!("{} {key}", self.of.command))
    }

    /// Only those of new assets: between assets that were there, people decided.
    fn dependencies(&mut self, ids: &BTreeMap<&str, (AssetId, bool)>) {
        let mut dependencies = Vec::new();
        for asset in &self.template.assets {
            for on in &asset.depends_on {
                let ends = ids.get(asset.key.as_str()).zip(ids.get(on.as_str()));
                if let Some(((asset_id, is_new), (depends_on, is_other_new))) = ends
                    && (*is_new || *is_other_new)
                {
                    dependencies.push(Dependency {
                        asset_id: *asset_id,
                        depends_on: *depends_on,
                    });
                    let text = format!("{} {on}", asset.key);
                    self.told.tell("dependencies", &text, false);
                }
            }
        }
        if !dependencies.is_empty() {
            self.events.push(DependenciesAdded { dependencies }.event());
        }
    }

    fn impact_and_objective(&mut self, asset: &TemplateAsset, id: AssetId) -> Result<(), Refusal> {
        if let Some(impact) = impact_of(asset)? {
            let fact = ImpactAnswered {
                asset_id: id,
                impact,
                answered_by: None,
            };
            self.events.push(fact.event());
        }
        if let Some(objective) = objective_of(asset) {
            let fact = ObjectiveSet {
                asset_id: id,
                objective,
                reason: format!("template {}", self.template.name),
                set_by: self.person,
            };
            self.events.push(fact.event());
            self.told.tell("objectives", &asset.key, false);
        }
        Ok(())
    }

    fn roles(&mut self) -> Result<(), DecideError> {
        for role in &self.template.roles {
            let sql = "SELECT EXISTS (SELECT 1 FROM planned_role WHERE role = ?1)";
            let is_there = self.is_there(sql, &role.key)?;
            self.told.tell("roles", &role.key, is_there);
            if !is_there {
                let fact = RolePlanned {
                    role: role.key.clone(),
                    name: word(&role.name, self.language).into(),
                    duty: word(&role.duty, self.language).into(),
                    deputies: role.deputies,
                };
                self.events.push(fact.event());
            }
        }
        Ok(())
    }

    fn drills(&mut self) -> Result<(), DecideError> {
        for drill in &self.template.drills {
            let sql = "SELECT EXISTS (SELECT 1 FROM drill_plan WHERE scenario = ?1)";
            let is_there = self.is_there(sql, &drill.scenario)?;
            self.told.tell("drills", &drill.scenario, is_there);
            if !is_there {
                let wait_ms = i64::from(drill.first_after_days) * DAY_MS;
                let fact = DrillPlanned {
                    plan_id: DrillPlanId(self.derived(&drill.scenario).0),
                    scenario: drill.scenario.clone(),
                    every_days: drill.every_days,
                    first_due_at: self.of.time.plus_ms(wait_ms),
                    assignee: None,
                };
                self.events.push(fact.event());
            }
        }
        Ok(())
    }

    fn forms(&mut self) -> Result<(), DecideError> {
        for form in &self.template.forms {
            let sql = "SELECT EXISTS (SELECT 1 FROM planned_form WHERE form = ?1)";
            let is_there = self.is_there(sql, &form.key)?;
            self.told.tell("forms", &form.key, is_there);
            if !is_there {
                self.events.push(planned(form, self.language).event());
            }
        }
        Ok(())
    }

    fn is_there(&self, sql: &str, key: &str) -> rusqlite::Result<bool> {
        self.of
            .rows
            .prepare_cached(sql)?
            .query_row([key], |row| row.get(0))
    }

    fn finish(mut self, is_dry: bool) -> Result<Decision, DecideError> {
        let answer = serde_json::json!({
            "template": self.template.name,
            "language": self.language,
            "added": self.told.added,
            "kept": self.told.kept,
        });
        let sql = "SELECT EXISTS (SELECT 1 FROM template_applied WHERE template = ?1)";
        let is_applied = self.is_there(sql, self.template.name)?;
        if is_dry || (is_applied && self.events.is_empty()) {
            return Ok(Decision::Unchanged { answer });
        }
        let fact = TemplateApplied {
            template: self.template.name.into(),
            language: self.language.into(),
            clauses: self.template.clauses.clone(),
            applied_by: self.person,
        };
        self.events.push(fact.event());
        Ok(Decision::Accepted {
            events: self.events,
            answer,
        })
    }
}

/// What is known of a template's asset.
///
/// # Errors
/// When the template says what no person may say.
pub(crate) fn fields_of(asset: &TemplateAsset, language: &str) -> Result<AssetFields, Refusal> {
    let fields = AssetFields {
        key: asset.key.clone(),
        kind: asset.kind,
        name: word(&asset.name, language).into(),
        owner: None,
        description: String::new(),
        review_days: REVIEW_DAYS_DEFAULT,
        measured_by: asset.measured_by.clone(),
    };
    checked("", fields)
}

/// What an outage of a template's asset does, where it says so.
///
/// # Errors
/// When the template says what no person may say.
pub(crate) fn impact_of(asset: &TemplateAsset) -> Result<Option<Impact>, Refusal> {
    let Some((category, minutes)) = asset.harms.zip(asset.after_minutes) else {
        return Ok(None);
    };
    let answer = Answer {
        after_ms: minutes * MINUTE_MS,
        category,
        level: Level::Serious,
    };
    judge(vec![answer], None).map(Some)
}

/// What a template promises of an asset, where it does.
pub(crate) fn objective_of(asset: &TemplateAsset) -> Option<Objective> {
    let (rto, rpo) = asset.rto_minutes.zip(asset.rpo_minutes)?;
    Some(Objective {
        rto_target_ms: rto * MINUTE_MS,
        rpo_target_ms: rpo * MINUTE_MS,
    })
}

fn planned(form: &TemplateForm, language: &str) -> FormPlanned {
    let fields = form.fields.iter().map(|field| FormField {
        key: field.key.clone(),
        name: word(&field.name, language).into(),
        kind: field.kind,
        is_required: field.is_required,
    });
    FormPlanned {
        form: form.key.clone(),
        name: word(&form.name, language).into(),
        fields: fields.collect(),
    }
}
