//! Makes a document what it was, as an edit like any other: nothing that came between is lost.

use super::Deciding;
use super::shared::{require_fit, unfit};
use crate::access::Action;
use crate::events::{DocumentUpdated, Fact, Origin};
use crate::moment::Moment;
use crate::place::Place;
use crate::store::{Progress, load_at, load_for, unusable};
use crate::{DocumentId, VersionId, base64};
use kernel::{CommandSpec, DecideError, Decision, Refusal};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

/// How it is offered.
pub const SPEC: CommandSpec = CommandSpec::new::<RestoreVersion>(
    "restore-version",
    "Make a document what it was at an earlier moment.",
);

/// Make a document what it was; exactly one of the three moments.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RestoreVersion {
    /// The document.
    pub document_id: DocumentId,
    /// A named version.
    pub version_id: Option<VersionId>,
    /// Position of the last update it had.
    pub seq: Option<u64>,
    /// A time, in milliseconds since 1970.
    pub at: Option<i64>,
}

/// Decides it. Answers the position of the update that does it.
///
/// # Errors
/// Refused for moments that are none, what is in the trash, and those who may not.
pub fn decide(of: &Deciding<'_>, body: RestoreVersion) -> Result<Decision, DecideError> {
    let place = Place::document(of.rows, of.viewer, "command.document_id", body.document_id)?;
    place.require(Action::Update, None)?;
    place.require_present()?;
    let moment = Moment {
        seq: body.seq,
        at: body.at,
        version_id: body.version_id,
    };
    let seq = moment.find(of.rows, &place, "command")?.ok_or_else(|| {
        let detail = "Name a moment: a version, a position or a time.";
        Refusal::invalid("command", "moment_missing", detail)
    })?;
    let wanted = load_at(of.rows, place.key, seq)?
        .blocks()
        .map_err(unusable)?;
    let last = Progress::of(of.rows, place.key)?.last_seq;
    let content = load_for(of.rows, place.key, of.command)?;
    let update = content.rewrite(&wanted).map_err(|e| unfit("command", &e))?;
    let Some(update) = update else {
        let answer = json!({ "seq": last });
        return Ok(Decision::Unchanged { answer });
    };
    require_fit(&content, "command")?;
    let fact = DocumentUpdated {
        document_id: body.document_id,
        seq: last + 1,
        author: of.viewer.id,
        update: base64::encode(&update),
        origin: Some(Origin::Restore {
            seq,
            version_id: body.version_id,
        }),
    };
    Ok(Decision::Accepted {
        answer: json!({ "seq": fact.seq }),
        events: vec![fact.event()],
    })
}
