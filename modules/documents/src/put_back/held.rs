//! What things lie in: taking a folder away takes along what others put into it.

use super::aspects::Known;
use crate::ItemId;
use kernel::Aspect;
use rusqlite::{Connection, Result};

/// The folders an item lies in, at any depth, and for a comment its document too.
pub fn held_in(rows: &Connection, aspect: &Aspect) -> Result<Vec<Aspect>> {
    let (sql, id) = match Known::of(aspect) {
        Ok(Known::Item(_, id, _)) => ("SELECT parent FROM item WHERE id = ?1", id.0),
        Ok(Known::Comment(id, _)) => ("SELECT item FROM comment WHERE id = ?1", id.0),
        Err(_) => return Ok(Vec::new()),
    };
    let sql = format!(
        "WITH RECURSIVE held (key) AS (
            {sql}
            UNION SELECT i.parent FROM item i JOIN held h ON i.key = h.key WHERE i.parent IS NOT NULL
         ) SELECT i.kind, i.id FROM held h JOIN item i ON i.key = h.key"
    );
    rows.prepare_cached(&sql)?
        .query_map([ItemId(id)], |row| {
            let (kind, id): (String, ItemId) = (row.get(0)?, row.get(1)?);
            Ok(Aspect::new(&kind, id, "exists"))
        })?
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::*;
    use serde_json::json;

    #[test]
    fn comments_lie_in_documents_and_documents_in_folders() {
        let mut given = office_with_notes();
        let body = json!({"comment_id": comment(1), "document_id": NOTES, "text": "really?"});
        given
            .by(BEN)
            .when("add-comment", body)
            .accepted("comment-added");
        let folder = Aspect::new("folder", PLANS, "exists");
        let document = Aspect::new("document", NOTES, "exists");
        let of = |aspect: Aspect| held_in(given.rows(), &aspect).unwrap();
        let of_text = of(Aspect::new("document", NOTES, "text"));
        assert_eq!(of_text, std::slice::from_ref(&folder));
        assert_eq!(
            of(Aspect::new("comment", comment(1), "exists")),
            [document, folder.clone()]
        );
        assert_eq!(of(folder), []);
    }
}
