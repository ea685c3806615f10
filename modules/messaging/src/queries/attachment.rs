//! A file of a message, for the gateway's download.

use crate::access::Viewer;
use crate::apply::files;
use crate::attachment::Attachment;
use crate::rows::Message;
use crate::{AttachmentId, MessageId};
use kernel::{Actor, DecideError, Refusal};
use rusqlite::Connection;

/// The file, for whoever may read the message.
///
/// # Errors
/// `conversation_not_found` for whoever may not, `attachment_not_found` where the message has no
/// such file or is deleted.
pub fn attachment(
    rows: &Connection,
    actor: &Actor,
    message_id: MessageId,
    attachment_id: AttachmentId,
) -> Result<Attachment, DecideError> {
    let viewer = Viewer::of(rows, actor)?;
    let (message, _) = Message::read_by(rows, viewer, message_id)?;
    let json: Option<String> = rows
        .prepare_cached("SELECT attachments FROM message WHERE key = ?1 AND deleted_at IS NULL")?
        .query_row([message.key], |row| row.get(0))
        .map_or_else(
            |error| match error {
                rusqlite::Error::QueryReturnedNoRows => Ok(None),
                error => Err(error),
            },
            Ok,
        )?;
    let found = files(json.as_deref())?
        .into_iter()
        .find(|file| file.attachment_id == attachment_id);
    found.ok_or_else(|| {
        let detail = "The message has no such file.";
        Refusal::not_found("attachment_id", "attachment_not_found", detail).into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::*;
    use serde_json::json;

    #[test]
    fn files_are_for_whoever_may_read_the_message() {
        let mut given = office_with_rooms();
        let mut body = post_body(1, GROUP, "");
        body["attachments"] = json!([{ "attachment_id": message(5), "name": "a.txt",
            "type": "text/plain", "size": 3, "chunks": ["ab".repeat(32)], "copies": 2 }]);
        given
            .by(BEN)
            .when("post-message", body)
            .accepted("message-posted");
        let file = |given: &kernel::testing::Given, person: kernel::PersonId, id| {
            let id = AttachmentId(message(id).0);
            match attachment(given.rows(), &Actor::Person(person), message(1), id) {
                Ok(file) => file.name,
                Err(DecideError::Refused(refusal)) => refusal.code,
                Err(DecideError::View(error)) => panic!("{error}"),
            }
        };
        assert_eq!(file(&given, CYD, 5), "a.txt");
        assert_eq!(file(&given, CYD, 6), "attachment_not_found");
        assert_eq!(file(&given, ANN, 5), "conversation_not_found");
        assert_eq!(file(&given, STRANGER, 5), "workspace_not_found");
        given
            .when("delete-message", json!({ "message_id": message(1) }))
            .accepted("message-deleted");
        assert_eq!(file(&given, CYD, 5), "attachment_not_found");
    }
}
