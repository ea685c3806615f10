//! What whoever watches over the workspace may ask about items and texts, besides what entries say.

use crate::content::{Content, plain};
use crate::place::item_key;
use crate::store::{load_at, unusable, update_key};
use crate::{DocumentId, ItemId};
use rusqlite::{Connection, OptionalExtension};

/// The most documents followed at once; the one not looked at for the longest goes.
const FOLLOWED_MAX: usize = 64;
/// A text is read anew once so many bytes of updates came since it was read last: a few dozen
/// keystrokes.
const BYTES_MAX: usize = 1_024;
/// The same for characters that were deleted: a line.
const DELETED_MAX: u64 = 64;

/// How many folders, documents and files lie in an item, at any depth.
///
/// # Errors
/// When the view cannot be read.
pub fn held_by(rows: &Connection, item: ItemId) -> rusqlite::Result<u64> {
    rows.prepare_cached(
        "WITH RECURSIVE held (key) AS (
            SELECT i.key FROM item i JOIN item t ON i.parent = t.key WHERE t.id = ?1
            UNION ALL SELECT i.key FROM item i JOIN held h ON i.parent = h.key
         ) SELECT count(*) FROM held",
    )?
    .query_row([item], |row| row.get(0))
}

/// What an update did to a document's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TextStep {
    /// A few keystrokes: it will be told with the updates that follow.
    Little,
    /// The text when it was last told, and now.
    Changed {
        /// Before.
        before: String,
        /// After.
        after: String,
    },
}

/// Follows documents' texts update by update. Asked in the order of the chain.
#[derive(Default)]
pub struct Texts {
    followed: Vec<Followed>,
}

struct Followed {
    document: DocumentId,
    content: Content,
    seq: u64,
    /// The text when it was last told.
    told: String,
    bytes: usize,
    deleted: u64,
}

impl Texts {
    /// What the update number `seq` did, with rows that hold it; none where there is no such update.
    ///
    /// # Errors
    /// When the view cannot be read.
    pub fn step(
        &mut self,
        rows: &Connection,
        document: DocumentId,
        seq: u64,
    ) -> rusqlite::Result<Option<TextStep>> {
        let Some(key) = item_key(rows, document.into())? else {
            return Ok(None);
        };
        let Some(before) = seq.checked_sub(1) else {
            return Ok(None);
        };
        let Some(update) = update(rows, key, seq)? else {
            return Ok(None);
        };
        let place = self.followed.iter().position(|f| f.document == document);
        let known = place.map(|place| self.followed.remove(place));
        let mut followed = match known.filter(|followed| followed.seq == before) {
            Some(followed) => followed,
            None => Followed::load(rows, document, key, before)?,
        };
        let step = followed.take(&update)?;
        followed.seq = seq;
        if self.followed.len() >= FOLLOWED_MAX {
            self.followed.remove(0);
        }
        self.followed.push(followed);
        Ok(Some(step))
    }
}

impl Followed {
    fn load(rows: &Connection, document: DocumentId, key: i64, seq: u64) -> rusqlite::Result<Self> {
        let content = load_at(rows, key, seq)?;
        let told = text(&content)?;
        Ok(Self {
            document,
            content,
            seq,
            told,
            bytes: 0,
            deleted: 0,
        })
    }

    fn take(&mut self, update: &[u8]) -> rusqlite::Result<TextStep> {
        self.content.apply(update).map_err(unusable)?;
        self.bytes = self.bytes.saturating_add(update.len());
        self.deleted = self.deleted.saturating_add(Content::deletes(update));
        if self.bytes < BYTES_MAX && self.deleted < DELETED_MAX {
            return Ok(TextStep::Little);
        }
        let after = text(&self.content)?;
        let before = std::mem::replace(&mut self.told, after.clone());
        (self.bytes, self.deleted) = (0, 0);
        Ok(TextStep::Changed { before, after })
    }
}

fn text(content: &Content) -> rusqlite::Result<String> {
    Ok(plain(&content.blocks().map_err(unusable)?))
}

fn update(rows: &Connection, item: i64, seq: u64) -> rusqlite::Result<Option<Vec<u8>>> {
    rows.prepare_cached("SELECT bytes FROM document_update WHERE key = ?1")?
        .query_row([update_key(item, seq)], |row| row.get(0))
        .optional()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::*;
    use serde_json::json;

    fn send(given: &mut kernel::testing::Given, update: &[u8]) {
        let body = json!({"document_id": NOTES, "update": crate::base64::encode(update)});
        given
            .by(BEN)
            .when("update-document", body)
            .accepted("document-updated");
    }

    fn write(given: &mut kernel::testing::Given, content: &Content, text: &str) {
        let blocks = crate::content::from_markdown(text).unwrap();
        send(given, &content.rewrite(&blocks).unwrap().unwrap());
    }

    #[test]
    fn a_text_is_told_when_it_changed_by_more_than_a_few_keystrokes() {
        let mut given = office_with_notes();
        let content = Content::empty(7);
        let long = "a line of the minutes that goes on for a while\n\n".repeat(30);
        write(&mut given, &content, "short\n");
        write(&mut given, &content, &long);
        write(&mut given, &content, "gone\n");
        let mut texts = Texts::default();
        let mut step = |seq| texts.step(given.rows(), NOTES, seq).unwrap();
        assert_eq!(step(1), Some(TextStep::Little));
        let Some(TextStep::Changed { before, after }) = step(2) else {
            panic!("the text grew");
        };
        assert_eq!((before.as_str(), after.lines().count()), ("", 30));
        // A deletion is a small update.
        let Some(TextStep::Changed { before, after }) = step(3) else {
            panic!("the text went");
        };
        assert_eq!((before.lines().count(), after.as_str()), (30, "gone"));
        assert_eq!(step(4), None);
        // Without what came before, the rows tell the same.
        let fresh = Texts::default().step(given.rows(), NOTES, 3).unwrap();
        assert_eq!(fresh, Some(TextStep::Changed { before, after }));
    }

    #[test]
    fn a_folder_holds_what_lies_in_it() {
        let given = office_with_notes();
        assert_eq!(held_by(given.rows(), PLANS.into()).unwrap(), 1);
        assert_eq!(held_by(given.rows(), NOTES.into()).unwrap(), 0);
    }
}
