//! Gives a moment of a document a name.

use super::Deciding;
use crate::access::Action;
use crate::events::{Fact, VersionNamed};
use crate::limits::VERSIONS_MAX;
use crate::moment::Moment;
use crate::place::Place;
use crate::store::Progress;
use crate::{DocumentId, VersionId, check};
use kernel::{CommandSpec, DecideError, Decision, Refusal};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

/// How it is offered.
pub const SPEC: CommandSpec =
    CommandSpec::new::<NameVersion>("name-version", "Give a moment of a document a name.");

/// Give a moment of a document a name.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NameVersion {
    /// The client's id for the version.
    pub version_id: VersionId,
    /// The document.
    pub document_id: DocumentId,
    /// The name, 1 to 200 characters.
    pub name: String,
    /// Position of the last update it has; none: the present.
    pub seq: Option<u64>,
}

/// Decides it. Answers the position.
///
/// # Errors
/// Refused for a bad name, a used id, a position that was not reached, too many versions, and those
/// who may not.
pub fn decide(of: &Deciding<'_>, body: NameVersion) -> Result<Decision, DecideError> {
    let place = Place::document(of.rows, of.viewer, "command.document_id", body.document_id)?;
    place.require(Action::NameVersion, None)?;
    place.require_present()?;
    let name = check::name("command.name", &body.name)?;
    let moment = Moment {
        seq: body.seq,
        ..Moment::default()
    };
    let seq = match moment.find(of.rows, &place, "command.seq")? {
        Some(seq) => seq,
        None => Progress::of(of.rows, place.key)?.last_seq,
    };
    let (count, is_used): (u32, bool) = of
        .rows
        .prepare_cached(
            "SELECT (SELECT count(*) FROM version WHERE item = ?1),
                    EXISTS (SELECT 1 FROM version WHERE id = ?2)",
        )?
        .query_row((place.key, body.version_id), |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    if is_used {
        let detail = "A version with this id exists already.";
        return Err(Refusal::conflict("version_exists", detail).into());
    }
    if count >= VERSIONS_MAX {
        let detail = format!("A document has at most {VERSIONS_MAX} named versions.");
        return Err(Refusal::conflict("too_many_versions", detail).into());
    }
    let fact = VersionNamed {
        version_id: body.version_id,
        document_id: body.document_id,
        seq,
        name,
        named_by: of.viewer.id,
    };
    Ok(Decision::Accepted {
        answer: json!({ "seq": seq }),
        events: vec![fact.event()],
    })
}
