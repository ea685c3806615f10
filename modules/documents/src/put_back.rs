//! The aspects of folders, documents, files and comments, and how they are put back.
//!
//! | kind | aspect | value |
//! |---|---|---|
//! | folder, document, file | `name` | |
//! | folder, document, file | `place` | `{"parent": id or null}` |
//! | folder, document, file | `trashed` | whether it is itself, not a folder it lies in |
//! | folder, document, file | `permissions` | `{"inherits": …, "grants": […]}`, in order |
//! | folder, document, file | `exists` | true; put back to null: trashed |
//! | document | `text` | `{"seq": n}`; put back by a [`kernel::TextWish`] |
//! | comment | `text` | while it is deleted: the text it had |
//! | comment | `deleted` | true, false |
//! | comment | `exists` | true; put back to null: deleted |

mod aspects;
mod comments;
mod held;
mod items;
mod texts;
mod touches;
mod wish;

pub use aspects::{label, value};
pub use held::held_in;
pub use touches::touches;

use crate::Documents;
use crate::access::{Action, Viewer};
use kernel::{
    Actor, Aspect, DecideContext, DecideError, Event, NotPutBack, PutBackItem, PutsBack,
    PuttingBack, Refusal,
};
use rusqlite::Connection;
use wish::Wish;

impl PutsBack for Documents {
    type Wish = Wish;

    fn may_put_back(
        &self,
        rows: &Connection,
        _context: &DecideContext,
        actor: &Actor,
    ) -> Result<(), DecideError> {
        Ok(Viewer::of(rows, actor)?.require(Action::PutBack)?)
    }

    fn read_wish(&self, field: &str, item: &PutBackItem) -> Result<Wish, Refusal> {
        Wish::read(field, item)
    }

    fn is_text(&self, aspect: &Aspect) -> bool {
        aspect.kind == "document" && aspect.aspect == "text"
    }

    fn facts(
        &self,
        rows: &Connection,
        putting: &PuttingBack<'_>,
        wish: &Wish,
    ) -> Result<Vec<Event>, NotPutBack> {
        match wish {
            Wish::Item(kind, id, wish) => items::facts(rows, putting.by, *kind, *id, wish),
            Wish::Text(id, wish) => texts::facts(rows, putting, *id, wish),
            Wish::Comment(id, wish) => comments::facts(rows, putting.by, *id, wish),
        }
    }
}
