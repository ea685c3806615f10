//! Takes what was typed into a document.

use super::Deciding;
use super::shared::{require_fit, unfit};
use crate::access::Action;
use crate::events::{DocumentUpdated, Fact};
use crate::limits::UPDATE_BYTES_MAX;
use crate::place::Place;
use crate::store::{Progress, load};
use crate::{DocumentId, base64};
use kernel::{CommandSpec, DecideError, Decision};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

/// How it is offered.
pub const SPEC: CommandSpec =
    CommandSpec::new::<UpdateDocument>("update-document", "Take what was typed into a document.");

/// Take what was typed into a document.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateDocument {
    /// The document.
    pub document_id: DocumentId,
    /// The Yjs update (version 1) in base64, at most 256 KiB. Everything it builds upon is in the
    /// document already.
    pub update: String,
}

/// Decides it. Answers the position it got, or the last one where it brings nothing new.
///
/// # Errors
/// Refused for updates that are none, that build upon missing ones, or that would make something a
/// document cannot be; for what is in the trash; and for those who may not.
pub fn decide(of: &Deciding<'_>, body: UpdateDocument) -> Result<Decision, DecideError> {
    let place = Place::document(of.rows, of.viewer, "command.document_id", body.document_id)?;
    place.require(Action::Update, None)?;
    place.require_present()?;
    let field = "command.update";
    let update = base64::decode(field, &body.update, UPDATE_BYTES_MAX)?;
    let last = Progress::of(of.rows, place.key)?.last_seq;
    let content = load(of.rows, place.key, 0)?;
    let brings = content.apply(&update).map_err(|e| unfit(field, &e))?;
    if !brings {
        let answer = json!({ "seq": last });
        return Ok(Decision::Unchanged { answer });
    }
    require_fit(&content, field)?;
    let fact = DocumentUpdated {
        document_id: body.document_id,
        seq: last + 1,
        author: of.viewer.id,
        update: body.update,
        origin: None,
    };
    Ok(Decision::Accepted {
        answer: json!({ "seq": fact.seq }),
        events: vec![fact.event()],
    })
}
