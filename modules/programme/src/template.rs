//! Templates: what a line of business usually depends on, as TOML in `templates/`.
//!
//! Every template takes along `platform.toml`: this product's own modules, sites and keys, the command
//! roles and the quarterly drills.

use crate::events::{AssetKind, Category, FormFieldKind};
use kernel::Refusal;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// The languages that templates are written in.
pub const LANGUAGES: [&str; 4] = ["en", "id", "zh-Hans", "zh-Hant"];

/// A text in every language.
pub type Words = BTreeMap<String, String>;

/// A template as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// Its name, as on the command line.
    #[serde(skip)]
    pub name: &'static str,
    /// What it is called.
    pub title: Words,
    /// For whom it is.
    pub summary: Words,
    /// Clauses that its evidence is shown against.
    pub clauses: Vec<String>,
    /// Assets.
    #[serde(rename = "asset")]
    pub assets: Vec<TemplateAsset>,
    /// Command roles.
    #[serde(default, rename = "role")]
    pub roles: Vec<TemplateRole>,
    /// Lines of the drill calendar.
    #[serde(default, rename = "drill")]
    pub drills: Vec<TemplateDrill>,
    /// Forms for business records.
    #[serde(default, rename = "form")]
    pub forms: Vec<TemplateForm>,
}

/// An asset of a template.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TemplateAsset {
    /// Its key.
    pub key: String,
    /// What it is.
    pub kind: AssetKind,
    /// What people call it.
    pub name: Words,
    /// What of a drill shows how fast it is back.
    pub measured_by: Option<String>,
    /// Keys of what it depends on.
    #[serde(default)]
    pub depends_on: Vec<String>,
    /// Whom or what an outage harms seriously first.
    pub harms: Option<Category>,
    /// After how many minutes; one of the bands.
    pub after_minutes: Option<i64>,
    /// How long it may take until it is back, in minutes.
    pub rto_minutes: Option<i64>,
    /// How much of the latest work may be lost, in minutes.
    pub rpo_minutes: Option<i64>,
}

/// A command role of a template.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TemplateRole {
    /// Its key.
    pub key: String,
    /// What it is called.
    pub name: Words,
    /// What it decides.
    pub duty: Words,
    /// How many deputies it needs.
    pub deputies: u32,
}

/// A line of the drill calendar.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TemplateDrill {
    /// The scenario.
    pub scenario: String,
    /// How many days apart.
    pub every_days: u32,
    /// How many days after the template was applied the first one is due.
    pub first_after_days: u32,
}

/// A form of a template.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TemplateForm {
    /// Its key.
    pub key: String,
    /// What it is called.
    pub name: Words,
    /// Its fields.
    #[serde(rename = "field")]
    pub fields: Vec<TemplateField>,
}

/// A field of a form.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TemplateField {
    /// Its key.
    pub key: String,
    /// What it is called.
    pub name: Words,
    /// What is filled in.
    pub kind: FormFieldKind,
    /// Whether it has to be.
    #[serde(default)]
    pub is_required: bool,
}

static TEMPLATES: LazyLock<Vec<Template>> = LazyLock::new(|| {
    let platform = || parse("", include_str!("templates/platform.toml"));
    let written = [
        ("finance", include_str!("templates/finance.toml")),
        ("health", include_str!("templates/health.toml")),
        ("retail", include_str!("templates/retail.toml")),
        ("education", include_str!("templates/education.toml")),
        ("logistics", include_str!("templates/logistics.toml")),
    ];
    let whole = written.map(|(name, text)| joined(platform(), parse(name, text)));
    whole.into()
});

fn parse(name: &'static str, text: &str) -> Template {
    let mut template: Template =
        toml::from_str(text).expect("templates are part of the program; tests read them");
    template.name = name;
    template
}

/// A template with what every one takes along, before its own.
fn joined(platform: Template, own: Template) -> Template {
    let both = |mut first: Vec<String>, second: Vec<String>| {
        first.extend(second);
        first
    };
    Template {
        clauses: both(platform.clauses, own.clauses),
        assets: platform.assets.into_iter().chain(own.assets).collect(),
        roles: platform.roles.into_iter().chain(own.roles).collect(),
        drills: platform.drills.into_iter().chain(own.drills).collect(),
        forms: platform.forms.into_iter().chain(own.forms).collect(),
        ..own
    }
}

/// All templates.
#[must_use]
pub fn all() -> &'static [Template] {
    &TEMPLATES
}

/// The template with this name.
///
/// # Errors
/// `template_not_found`, naming those there are.
pub fn named(field: &str, name: &str) -> Result<&'static Template, Refusal> {
    let found = all().iter().find(|template| template.name == name);
    found.ok_or_else(|| {
        let names: Vec<_> = all().iter().map(|template| template.name).collect();
        let detail = format!(
            "There is no template {name:?}; there are {}.",
            names.join(", ")
        );
        Refusal::not_found(field, "template_not_found", detail)
    })
}

/// The language that is meant: the wished one, or the nearest to a person's language tag, or English.
///
/// # Errors
/// `unknown_language` for a wish that templates are not written in.
pub fn language(
    field: &str,
    wished: Option<&str>,
    locale: Option<&str>,
) -> Result<&'static str, Refusal> {
    if let Some(wished) = wished {
        let found = LANGUAGES.iter().find(|language| **language == wished);
        return found.copied().ok_or_else(|| {
            let detail = format!("{wished:?} is none of {}.", LANGUAGES.join(", "));
            Refusal::invalid(field, "unknown_language", detail)
        });
    }
    let locale = locale.unwrap_or_default().to_lowercase();
    let is_traditional = ["hant", "-hk", "-tw", "-mo"]
        .iter()
        .any(|mark| locale.contains(mark));
    Ok(match locale.split('-').next() {
        Some("id") => "id",
        Some("zh") if is_traditional => "zh-Hant",
        Some("zh") => "zh-Hans",
        _ => "en",
    })
}

/// A text in a language.
#[must_use]
pub fn word<'a>(words: &'a Words, language: &str) -> &'a str {
    let found = words.get(language).or_else(|| words.get("en"));
    found.map_or("", String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::templates::{fields_of, impact_of, objective_of};
    use crate::limits::ASSETS_AT_ONCE_MAX;
    use std::collections::BTreeSet;

    fn in_every_language(words: &Words, what: &str) {
        let keys: Vec<_> = words.keys().map(String::as_str).collect();
        assert_eq!(keys, LANGUAGES, "{what}");
        for text in words.values() {
            assert!((1..=200).contains(&text.chars().count()), "{what}");
        }
    }

    #[test]
    fn templates_are_whole() {
        for template in all() {
            let name = template.name;
            in_every_language(&template.title, name);
            in_every_language(&template.summary, name);
            assert!(template.clauses.len() >= 3, "{name}");
            assert!(template.assets.len() < ASSETS_AT_ONCE_MAX, "{name}");
            assert!(!template.forms.is_empty(), "{name}");
            let mut keys = BTreeSet::new();
            for asset in &template.assets {
                in_every_language(&asset.name, &asset.key);
                assert!(keys.insert(asset.key.as_str()), "{} twice", asset.key);
                fields_of(asset, "en").unwrap();
                let impact = impact_of(asset).unwrap();
                let objective = objective_of(asset);
                if let (Some(impact), Some(objective)) = (&impact, &objective) {
                    assert!(
                        objective.rto_target_ms <= impact.tolerable_ms(),
                        "{}",
                        asset.key
                    );
                }
                assert_eq!(impact.is_some(), objective.is_some(), "{}", asset.key);
            }
            for asset in &template.assets {
                for on in &asset.depends_on {
                    assert!(keys.contains(on.as_str()), "{} on {on}", asset.key);
                    assert_ne!(on, &asset.key);
                }
            }
            for role in &template.roles {
                in_every_language(&role.name, &role.key);
                in_every_language(&role.duty, &role.key);
                assert!(role.deputies >= 1, "{}: no single person", role.key);
            }
            for form in &template.forms {
                in_every_language(&form.name, &form.key);
                assert!(form.fields.len() >= 3, "{}", form.key);
                for field in &form.fields {
                    in_every_language(&field.name, &field.key);
                }
            }
            assert!(template.drills.len() >= 4, "{name}: one a quarter at least");
        }
        assert_eq!(named("f", "shoes").unwrap_err().code, "template_not_found");
    }

    #[test]
    fn languages_are_found_by_tags() {
        let meant = |locale| language("f", None, Some(locale)).unwrap();
        for (tag, language) in [
            ("id", "id"),
            ("id-ID", "id"),
            ("zh-Hant-HK", "zh-Hant"),
            ("zh-TW", "zh-Hant"),
            ("zh", "zh-Hans"),
            ("fr", "en"),
        ] {
            assert_eq!(meant(tag), language);
        }
        assert_eq!(language("f", Some("zh-Hans"), Some("id")), Ok("zh-Hans"));
        let refused = language("f", Some("fr"), None).unwrap_err();
        assert_eq!(refused.code, "unknown_language");
    }
}
