//! The aspects of people, departments, groups, roles and invitations, and how they are put back.
//!
//! | kind | aspect | value |
//! |---|---|---|
//! | person | `role` | its name |
//! | person | `active` | true, false |
//! | person | `profile` | name, handle, email, title, locale |
//! | person | `departments` | all ids, in order |
//! | person | `account` | its id, or null; put back to null: deactivated, for the link stays |
//! | person | `exists` | true; put back to null: deactivated |
//! | department | `name` | |
//! | department | `parent` | `{"parent": id or null}` |
//! | department | `exists` | true; made again under its id, with what it was last |
//! | group | `name` | |
//! | group | `member` of a person | true |
//! | group | `exists` | true; made again under its id, empty |
//! | role (by name) | `permissions` | all, in order; null: no such role |
//! | invitation | `open` | false once it was revoked or accepted |

mod aside;
mod aspects;
mod facts;
mod places;
mod rank;
mod touches;
mod wish;

pub use aspects::{label, value};
pub use touches::touches;

use crate::Directory;
use crate::acting::{Asked, On};
use kernel::{
    Actor, DecideContext, DecideError, Event, NotPutBack, PutBackItem, PutsBack, PuttingBack,
    Refusal,
};
use rusqlite::Connection;
use wish::Wish;

impl PutsBack for Directory {
    type Wish = Wish;

    fn may_put_back(
        &self,
        rows: &Connection,
        context: &DecideContext,
        actor: &Actor,
    ) -> Result<(), DecideError> {
        Asked::by(rows, context.time, actor)?.may("put-back", On::Workspace)
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
        rank::require(rows, putting, wish)?;
        facts::facts(rows, putting, wish)
    }

    fn step_aside(
        &self,
        rows: &Connection,
        putting: &PuttingBack<'_>,
        wish: &Wish,
    ) -> Result<Vec<Event>, NotPutBack> {
        rank::require(rows, putting, wish)?;
        aside::step_aside(rows, putting.command, wish)
    }
}
