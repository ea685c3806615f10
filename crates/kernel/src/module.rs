//! The [`Module`] trait: what a vertical slice of the product gives to the journal.

use crate::{
    Actor, Aspect, Command, CommandSpec, Event, EventError, Header, ModuleName, PersonId,
    QuerySpec, Refusal, Timestamp,
};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A vertical slice of the product. Deciding and applying are synchronous and pure: they read and
/// write the view's rows and nothing else, so that replaying gives the same rows everywhere.
pub trait Module: Send + Sync {
    /// The module's name, as in `POST /api/<name>/…`.
    fn name(&self) -> ModuleName;

    /// The SQL that makes the module's own tables in an empty view. Names starting with `kernel_`
    /// belong to the view itself.
    fn schema(&self) -> &'static str;

    /// Grows with every change of [`Module::schema`] or of how rows are derived: a view of another
    /// version is dropped and replayed.
    fn schema_version(&self) -> u32;

    /// The commands it decides.
    fn commands(&self) -> &'static [CommandSpec];

    /// The queries it answers.
    fn queries(&self) -> &'static [QuerySpec];

    /// Decides a command on the rows as they are. Writes nothing.
    ///
    /// # Errors
    /// [`DecideError::Refused`] with the reason, or a failure to read the view.
    fn decide(
        &self,
        rows: &Connection,
        context: &DecideContext,
        command: &Command,
    ) -> Result<Decision, DecideError>;

    /// Writes one event of this module's own chain into the rows.
    ///
    /// # Errors
    /// When the event cannot be read or the rows cannot be written; the partition then stops.
    fn apply(&self, rows: &Connection, header: &Header, event: &Event) -> Result<(), ApplyError>;

    /// Modules of the same workspace (or `installation`) whose events this module follows.
    fn follows(&self) -> &'static [ModuleName] {
        &[]
    }

    /// Writes one event of a followed module into this module's own copy of the facts it needs.
    ///
    /// # Errors
    /// As for [`Module::apply`].
    fn follow(&self, rows: &Connection, header: &Header, event: &Event) -> Result<(), ApplyError> {
        let _ = (rows, header, event);
        Ok(())
    }

    /// Commands that are due by themselves at `now` (a reminder). Asked at the lead about once a
    /// second; ids must follow from the fact ([`crate::CommandId::derived`]) so that two sites
    /// asking at once do it once.
    ///
    /// # Errors
    /// When the view cannot be read.
    fn due(&self, rows: &Connection, now: Timestamp) -> Result<Vec<Command>, rusqlite::Error> {
        let _ = (rows, now);
        Ok(Vec::new())
    }

    /// Whether [`Module::due`] may give something else at another time with the same rows. Where it
    /// does not, and no other module is followed, it is not asked again before the next entry.
    fn is_due_by_time(&self) -> bool {
        true
    }

    /// Who is shown an event as it happens. Asked after the event was applied.
    ///
    /// # Errors
    /// When the view cannot be read.
    fn audience(&self, rows: &Connection, event: &Event) -> Result<Audience, rusqlite::Error>;

    /// The aspects ([`Aspect`]) an event of this module's own chain touches. Asked with the rows as
    /// they are before the event, or before its entry: what the event takes along (a group's members
    /// when the group is deleted) is only there then; what an earlier event of the same entry makes
    /// is not there, and that is no error. What cannot be put back (a read mark) is no aspect.
    ///
    /// # Errors
    /// When the event or the view cannot be read.
    fn touches(&self, rows: &Connection, event: &Event) -> Result<Vec<Aspect>, ApplyError> {
        let _ = (rows, event);
        Ok(Vec::new())
    }

    /// What an aspect is in the rows; null where the object is not there. Of text it is
    /// `{"seq": n}`, the position of its last update.
    ///
    /// # Errors
    /// When the view cannot be read.
    fn aspect_value(&self, rows: &Connection, aspect: &Aspect) -> Result<Value, rusqlite::Error> {
        let _ = (rows, aspect);
        Ok(Value::Null)
    }

    /// What people call the object of an aspect, in the rows.
    ///
    /// # Errors
    /// When the view cannot be read.
    fn object_label(
        &self,
        rows: &Connection,
        aspect: &Aspect,
    ) -> Result<Option<String>, rusqlite::Error> {
        let _ = (rows, aspect);
        Ok(None)
    }

    /// What the object of an aspect lies in, at any depth, as `exists` aspects: taking one of these
    /// away takes the object along.
    ///
    /// # Errors
    /// When the view cannot be read.
    fn held_in(&self, rows: &Connection, aspect: &Aspect) -> Result<Vec<Aspect>, rusqlite::Error> {
        let _ = (rows, aspect);
        Ok(Vec::new())
    }

    /// The topics a person is entitled to at this moment.
    ///
    /// # Errors
    /// When the view cannot be read.
    fn topics(&self, rows: &Connection, person: PersonId) -> Result<Vec<Topic>, rusqlite::Error>;
}

/// What a decision may know besides the rows and the command.
#[derive(Clone, Debug)]
pub struct DecideContext {
    /// The time the entry will carry; never before the entry before it.
    pub time: Timestamp,
}

/// The outcome of a command that was granted.
#[derive(Clone, Debug, PartialEq)]
pub enum Decision {
    /// It changes something: one entry with these events, and this answer for the client.
    Accepted {
        /// The facts; at least one.
        events: Vec<Event>,
        /// What the client is answered, now and whenever it asks again with the same id.
        answer: Value,
    },
    /// What was wished is so already: no entry.
    Unchanged {
        /// What the client is answered.
        answer: Value,
    },
}

impl Decision {
    /// Accepted with the given events and an empty answer.
    #[must_use]
    pub fn accepted(events: Vec<Event>) -> Self {
        Self::Accepted {
            events,
            answer: Value::Object(serde_json::Map::new()),
        }
    }

    /// Unchanged with an empty answer.
    #[must_use]
    pub fn unchanged() -> Self {
        Self::Unchanged {
            answer: Value::Object(serde_json::Map::new()),
        }
    }
}

/// Why a command was not granted.
#[derive(Debug, thiserror::Error)]
pub enum DecideError {
    /// The module refuses, with a reason for the client.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The view could not be read.
    #[error("the view cannot be read")]
    View(#[from] rusqlite::Error),
}

/// Why an event could not be applied.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// The event cannot be read.
    #[error(transparent)]
    Event(#[from] EventError),
    /// The rows cannot be written.
    #[error("the view cannot be written")]
    View(#[from] rusqlite::Error),
}

/// A set of listeners. Whoever is entitled to a topic is shown its events.
pub type Topic = String;

/// Who is shown an event.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audience {
    /// The topics it is shown to; none: nobody is shown it.
    pub topics: Vec<Topic>,
    /// Persons whose own topics this event changed, and who must be asked for them again.
    pub entitled_anew: Vec<PersonId>,
}

impl Audience {
    /// The topic every person of a workspace is entitled to.
    pub const EVERYONE: &'static str = "everyone";

    /// Shown to everyone in the workspace.
    #[must_use]
    pub fn everyone() -> Self {
        Self {
            topics: vec![Self::EVERYONE.into()],
            entitled_anew: Vec::new(),
        }
    }

    /// Shown to the given topic.
    #[must_use]
    pub fn topic(topic: Topic) -> Self {
        Self {
            topics: vec![topic],
            entitled_anew: Vec::new(),
        }
    }
}

impl Actor {
    /// The person, where the actor is one.
    #[must_use]
    pub const fn person(&self) -> Option<PersonId> {
        match self {
            Self::Person(person) => Some(*person),
            Self::Account(_) | Self::Site(_) => None,
        }
    }
}
