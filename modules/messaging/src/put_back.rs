//! The aspects of conversations and messages, and how they are put back.
//!
//! | kind | aspect | value |
//! |---|---|---|
//! | conversation | `name` | null: none |
//! | conversation | `topic` | null: none |
//! | conversation | `archived` | true, false |
//! | conversation | `posters` | as in `set-posters` |
//! | conversation | `member` of a person | true |
//! | conversation | `exists` | true; put back to null: archived |
//! | message | `text` | while it is deleted: the text it had |
//! | message | `deleted` | true, false |
//! | message | `exists` | true; put back to null: deleted |
//!
//! Whether people are active is not asked: the directory may be put back after this.

mod aspects;
mod conversations;
mod held;
mod messages;
mod touches;
mod wish;

pub use aspects::{label, value};
pub use held::held_in;
pub use touches::touches;

use crate::Messaging;
use crate::access::{Action, Viewer};
use kernel::{
    Actor, DecideContext, DecideError, Event, NotPutBack, PutBackItem, PutsBack, PuttingBack,
    Refusal,
};
use rusqlite::Connection;
use wish::Wish;

impl PutsBack for Messaging {
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

    fn facts(
        &self,
        rows: &Connection,
        putting: &PuttingBack<'_>,
        wish: &Wish,
    ) -> Result<Vec<Event>, NotPutBack> {
        match wish {
            Wish::Conversation(id, change) => conversations::facts(rows, *id, change),
            Wish::Message(id, change) => messages::facts(rows, putting.by, *id, change),
        }
    }
}
