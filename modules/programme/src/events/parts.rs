//! What facts about assets are made of.

use crate::AssetId;
use kernel::PersonId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What an asset is.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum AssetKind {
    /// A part of this product.
    Module,
    /// A group of people or a conversation.
    Group,
    /// A document.
    Document,
    /// Something that other systems do with this one.
    Integration,
    /// A place.
    Site,
    /// A machine.
    Machine,
    /// A key or certificate.
    Key,
    /// Somebody who supplies something.
    Provider,
    /// Somebody nobody can stand in for yet.
    KeyPerson,
}

impl AssetKind {
    /// Every kind, as it is written.
    pub const ALL: [(&'static str, Self); 9] = [
        ("module", Self::Module),
        ("group", Self::Group),
        ("document", Self::Document),
        ("integration", Self::Integration),
        ("site", Self::Site),
        ("machine", Self::Machine),
        ("key", Self::Key),
        ("provider", Self::Provider),
        ("key_person", Self::KeyPerson),
    ];

    /// The kind with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let found = Self::ALL.iter().find(|(known, _)| *known == name)?;
        Some(found.1)
    }

    /// How it is written.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        let found = Self::ALL.iter().find(|(_, kind)| *kind == self);
        found.map_or("module", |(name, _)| name)
    }
}

/// What is known of an asset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssetFields {
    /// A key of its own that stays what it is: imports and templates know the asset by it. 1 to 100
    /// of `a-z`, `0-9`, `.`, `_`, `-` and `/`, beginning with a letter or digit.
    pub key: String,
    /// What it is.
    pub kind: AssetKind,
    /// What people call it, 1 to 200 characters.
    pub name: String,
    /// Who answers for it: a person of the workspace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<PersonId>,
    /// What people should know of it, at most 2,000 characters.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// After how many days somebody has to look whether this is still true, 1 to 730; 180 unless
    /// said.
    #[serde(default = "review_days")]
    pub review_days: u32,
    /// What of a drill shows how fast it is back: `module:NAME`, `module:NAME/FUNCTION`, or
    /// `drill:SCENARIO`; none: nothing measures it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measured_by: Option<String>,
}

const fn review_days() -> u32 {
    crate::limits::REVIEW_DAYS_DEFAULT
}

/// That one asset stops when another does.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(deny_unknown_fields)]
pub struct Dependency {
    /// What depends.
    pub asset_id: AssetId,
    /// On what.
    pub depends_on: AssetId,
}

/// Whom or what an outage harms.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// People's safety and health.
    Safety,
    /// Money.
    Financial,
    /// Law, regulation and contracts.
    Legal,
    /// What others think of us.
    Reputation,
    /// What we do day by day.
    Operations,
}

/// How much.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Not at all.
    None,
    /// Hardly anybody notices.
    Minor,
    /// It hurts and passes.
    Moderate,
    /// It may not happen.
    Serious,
    /// It may end us, or somebody.
    Severe,
}

/// What an outage that has lasted so long does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// How long the outage has lasted, in milliseconds: one of the fixed bands.
    pub after_ms: i64,
    /// Whom or what it harms.
    pub category: Category,
    /// How much.
    pub level: Level,
}

/// Why an asset has its class: the answer that decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Because {
    /// How long the outage has lasted by then.
    pub after_ms: i64,
    /// Whom or what it harms.
    pub category: Category,
    /// How much.
    pub level: Level,
}

/// What people decided against the rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Override {
    /// The priority class, 1 to 4; none: as the rule says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<u8>,
    /// The maximum tolerable outage; none: as the rule says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tolerable_ms: Option<i64>,
    /// Why, 1 to 1,000 characters.
    pub reason: String,
}

/// Answers about an asset's outage and what follows from them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Impact {
    /// The answers.
    pub answers: Vec<Answer>,
    /// The priority class by the rule, 1 (first) to 4.
    pub class_by_rule: u8,
    /// The maximum tolerable outage by the rule.
    pub tolerable_ms_by_rule: i64,
    /// The answer that decided; none: no answer makes it urgent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<Because>,
    /// What people decided against it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub r#override: Option<Override>,
}

impl Impact {
    /// The class that counts.
    #[must_use]
    pub fn class(&self) -> u8 {
        let decided = self.r#override.as_ref().and_then(|other| other.class);
        decided.unwrap_or(self.class_by_rule)
    }

    /// The maximum tolerable outage that counts.
    #[must_use]
    pub fn tolerable_ms(&self) -> i64 {
        let decided = self.r#override.as_ref();
        let decided = decided.and_then(|other| other.tolerable_ms);
        decided.unwrap_or(self.tolerable_ms_by_rule)
    }
}

/// What is promised of an asset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Objective {
    /// How long it may take until it is back, in milliseconds.
    pub rto_target_ms: i64,
    /// How much of the latest work may be lost, in milliseconds of it.
    pub rpo_target_ms: i64,
}

/// What a minute without an asset costs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Cost {
    /// Three letters of ISO 4217.
    pub currency: String,
    /// The smallest units of it a minute (cents).
    pub minor_per_minute: i64,
    /// How long an outage would have lasted without all this, in milliseconds; none: as long as the
    /// objective allows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline_ms: Option<i64>,
}

/// What is filled into a field of a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FormFieldKind {
    /// A line.
    Line,
    /// Several lines.
    Text,
    /// A number.
    Number,
    /// A day.
    Date,
    /// A day and a time.
    Moment,
    /// A person of the workspace.
    Person,
    /// Yes or no.
    Check,
    /// One of the choices.
    Choice,
    /// A file.
    File,
}

/// A field of a form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FormField {
    /// Its key, the same in every language.
    pub key: String,
    /// What it is called.
    pub name: String,
    /// What is filled in.
    pub kind: FormFieldKind,
    /// Whether it has to be filled in.
    #[serde(default)]
    pub is_required: bool,
}
