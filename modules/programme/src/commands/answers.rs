//! What an outage does, answered.

use super::Deciding;
use crate::AssetId;
use crate::events::{Answer, Fact, Impact, ImpactAnswered, Override};
use crate::impact::judge;
use kernel::{CommandSpec, DecideError, Decision, Refusal};
use rusqlite::OptionalExtension;
use serde::Deserialize;
use utoipa::ToSchema;

/// Categories times bands: more answers are repetitions.
const ANSWERS_MAX: usize = 30;

/// How answering is offered.
pub const ANSWER: CommandSpec = CommandSpec::new::<AnswerImpact>(
    "answer-impact",
    "Answer what an outage of an asset does; class and tolerable outage follow by a fixed rule.",
);

/// Answer what an outage does.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerImpact {
    /// The asset.
    pub asset_id: AssetId,
    /// 1 to 30 answers, at most one for each category and band. What is not answered is `none`.
    pub answers: Vec<Answer>,
    /// What people decide against the rule.
    #[serde(default)]
    pub r#override: Option<Override>,
}

/// Decides it. The answer says the class, the tolerable outage, and which answer decided.
///
/// # Errors
/// `asset_not_found`, `asset_retired`, and the refusals of [`judge`].
pub fn answer(of: &Deciding<'_>, body: AnswerImpact) -> Result<Decision, DecideError> {
    let keeper = of.keeper()?;
    let asset = of.present_asset("command.asset_id", body.asset_id)?;
    if body.answers.len() > ANSWERS_MAX {
        let detail = format!("At most {ANSWERS_MAX} answers are taken.");
        return Err(Refusal::invalid("command.answers", "too_long", detail).into());
    }
    let impact = judge(body.answers, body.r#override)?;
    let answer = serde_json::json!({
        "class": impact.class(),
        "tolerable_ms": impact.tolerable_ms(),
        "because": impact.because,
    });
    let before: Option<String> = of
        .rows
        .prepare_cached("SELECT impact FROM asset WHERE number = ?1")?
        .query_row([asset.number], |row| row.get(0))
        .optional()?
        .flatten();
    let is_same = before
        .and_then(|text| serde_json::from_str::<Impact>(&text).ok())
        .is_some_and(|before| before == impact);
    if is_same {
        return Ok(Decision::Unchanged { answer });
    }
    let fact = ImpactAnswered {
        asset_id: body.asset_id,
        impact,
        answered_by: Some(keeper.id),
    };
    Ok(Decision::Accepted {
        events: vec![fact.event()],
        answer,
    })
}
