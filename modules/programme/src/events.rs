//! Facts of this module. Append-only: the shape of a `(kind, version)` is frozen (see
//! `fixtures/events.json`); another shape is another version, and this one still decodes.

mod drills;
mod parts;

pub use drills::{
    BreachCleared, BreachNoted, DrillPlanCancelled, DrillPlanned, FindingAssigned, FindingClosed,
    FindingRecorded, FindingSource, Missed, RolloutBegun, TaskTicked,
};
pub use parts::{
    Answer, AssetFields, AssetKind, Because, Category, Cost, Dependency, FormField, FormFieldKind,
    Impact, Level, Objective, Override,
};

use crate::AssetId;
use kernel::{Event, PersonId};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// A fact with its stored name and version.
pub trait Fact: Serialize + DeserializeOwned {
    /// What happened, past tense in kebab case.
    const KIND: &'static str;
    /// Version of the shape.
    const VERSION: u16 = 1;

    /// The fact as it is stored.
    fn event(&self) -> Event {
        Event::new(Self::KIND, Self::VERSION, self)
    }
}

/// Something the workspace depends on is in the register.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssetRegistered {
    /// The asset.
    pub asset_id: AssetId,
    /// What is known of it.
    pub asset: AssetFields,
}

/// What is known of an asset is this from now on, all of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssetEdited {
    /// The asset.
    pub asset_id: AssetId,
    /// What is known of it.
    pub asset: AssetFields,
}

/// An asset is no more; what was known of it stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssetRetired {
    /// The asset.
    pub asset_id: AssetId,
    /// Why.
    pub reason: String,
    /// Who retired it.
    pub retired_by: PersonId,
}

/// An asset that was retired is there again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssetReinstated {
    /// The asset.
    pub asset_id: AssetId,
    /// Who brought it back.
    pub reinstated_by: PersonId,
}

/// Somebody looked at assets: what is known of them is still true.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssetsReviewed {
    /// Which.
    pub assets: Vec<AssetId>,
    /// Who.
    pub reviewed_by: PersonId,
}

/// Assets depend on others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DependenciesAdded {
    /// Which on which.
    pub dependencies: Vec<Dependency>,
}

/// Assets do not depend on others any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DependenciesRemoved {
    /// Which on which.
    pub dependencies: Vec<Dependency>,
}

/// What an outage of an asset does was answered, and what follows from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImpactAnswered {
    /// The asset.
    pub asset_id: AssetId,
    /// The answers and what follows.
    pub impact: Impact,
    /// Who answered; none: a template.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_by: Option<PersonId>,
}

/// How fast an asset has to be back, and how much may be lost, was promised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectiveSet {
    /// The asset.
    pub asset_id: AssetId,
    /// What was promised.
    pub objective: Objective,
    /// Why this much.
    pub reason: String,
    /// Who promised.
    pub set_by: PersonId,
}

/// Nothing is promised of an asset any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectiveWithdrawn {
    /// The asset.
    pub asset_id: AssetId,
    /// Why.
    pub reason: String,
    /// Who withdrew it.
    pub withdrawn_by: PersonId,
}

/// What a minute without an asset costs was stated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CostStated {
    /// The asset.
    pub asset_id: AssetId,
    /// The cost; none: not known any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<Cost>,
    /// Who stated it.
    pub stated_by: PersonId,
}

/// A role of the command team is planned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RolePlanned {
    /// The role's key, the same in every language.
    pub role: String,
    /// What it is called.
    pub name: String,
    /// What it decides.
    pub duty: String,
    /// How many deputies it needs.
    pub deputies: u32,
}

/// A form for a business record is planned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormPlanned {
    /// The form's key, the same in every language.
    pub form: String,
    /// What it is called.
    pub name: String,
    /// Its fields.
    pub fields: Vec<FormField>,
}

/// A template was applied: what it brought are facts of their own, before this one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateApplied {
    /// Which.
    pub template: String,
    /// In which language.
    pub language: String,
    /// Clauses that its evidence is shown against.
    pub clauses: Vec<String>,
    /// Who applied it.
    pub applied_by: PersonId,
}

macro_rules! facts {
    ($($fact:ident = $kind:literal),* $(,)?) => {
        $(impl Fact for $fact {
            const KIND: &'static str = $kind;
        })*

        /// The kinds this release writes, all in version 1.
        pub const KINDS: &[&str] = &[$($kind),*];
    };
}

facts! {
    AssetRegistered = "asset-registered",
    AssetEdited = "asset-edited",
    AssetRetired = "asset-retired",
    AssetReinstated = "asset-reinstated",
    AssetsReviewed = "assets-reviewed",
    DependenciesAdded = "dependencies-added",
    DependenciesRemoved = "dependencies-removed",
    ImpactAnswered = "impact-answered",
    ObjectiveSet = "objective-set",
    ObjectiveWithdrawn = "objective-withdrawn",
    CostStated = "cost-stated",
    RolePlanned = "role-planned",
    FormPlanned = "form-planned",
    TemplateApplied = "template-applied",
    DrillPlanned = "drill-planned",
    DrillPlanCancelled = "drill-plan-cancelled",
    FindingRecorded = "finding-recorded",
    FindingAssigned = "finding-assigned",
    FindingClosed = "finding-closed",
    BreachNoted = "breach-noted",
    BreachCleared = "breach-cleared",
    RolloutBegun = "rollout-begun",
    TaskTicked = "task-ticked",
}
