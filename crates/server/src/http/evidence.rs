//! The doors to evidence: `GET /api/continuity/drill-evidence`, `…/period-evidence`, `…/evidence-keys`.

use super::envelope::{missing, uuid};
use super::{Answer, Api, Session};
use crate::evidence::PeriodAsked;
use crate::problem::Problem;
use axum::Json;
use axum::extract::{RawQuery, State};
use evidence::Trust;
use serde_json::Value;
use std::collections::BTreeMap;

/// The report of a drill, signed by this site.
pub(super) async fn drill_evidence(
    State(api): State<Api>,
    Session(session): Session,
    RawQuery(text): RawQuery,
) -> Answer<Value> {
    let given = given(text.as_deref(), &["drill_id"])?;
    let drill = given.get("drill_id").ok_or_else(|| missing("drill_id"))?;
    let drill = uuid("drill_id", drill)?;
    Ok(Json(
        api.site().drill_evidence(session.account, drill).await?,
    ))
}

/// What is on record of a year or quarter, signed by this site.
pub(super) async fn period_evidence(
    State(api): State<Api>,
    Session(session): Session,
    RawQuery(text): RawQuery,
) -> Answer<Value> {
    let given = given(text.as_deref(), &["year", "quarter"])?;
    let number = |name: &str| {
        let text = given.get(name);
        let number = text.map(|text| text.parse::<i16>()).transpose();
        number.map_err(|_| Problem::invalid(name, "malformed", "It must be a whole number."))
    };
    let quarter = number("quarter")?.map(|quarter| i8::try_from(quarter).unwrap_or(-1));
    let asked = PeriodAsked {
        year: number("year")?.ok_or_else(|| missing("year"))?,
        quarter,
    };
    Ok(Json(
        api.site().period_evidence(session.account, asked).await?,
    ))
}

/// The keys with which sites sign. They are public: whoever is signed in may have them.
pub(super) async fn evidence_keys(
    State(api): State<Api>,
    Session(_): Session,
    RawQuery(text): RawQuery,
) -> Answer<Trust> {
    given(text.as_deref(), &[])?;
    Ok(Json(api.site().evidence_trust().await?))
}

/// The parameters, each once and none but those.
fn given(text: Option<&str>, known: &[&str]) -> Result<BTreeMap<String, String>, Problem> {
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(text.unwrap_or_default())
        .map_err(|error| Problem::invalid("query", "malformed", error.to_string()))?;
    let mut given = BTreeMap::new();
    for (name, value) in pairs {
        if !known.contains(&name.as_str()) {
            let detail = "The request must not have this field.";
            return Err(Problem::invalid(&name, "unknown_field", detail));
        }
        if given.insert(name.clone(), value).is_some() {
            let detail = "It may be given only once.";
            return Err(Problem::invalid(&name, "malformed", detail));
        }
    }
    Ok(given)
}
