//! How [`PUT_BACK`](super::PUT_BACK) is decided, the same in every module.
//!
//! An item may depend upon another: members come back once their group is there again, a name is
//! free once somebody else has given it up. So every item is decided on the rows as the items before
//! it leave them, and what is impossible is tried again after the others. Where names went round in a
//! circle, each is taken by another item of the command and none can begin: then one of them steps
//! aside first, if that lets it be put back. The rows are changed for all that in a savepoint that is
//! rolled back whatever happens; nothing of it stays.

use super::{
    Aspect, ChangesPutBack, PUT_BACK_MAX, PutBack, PutBackAnswer, PutBackItem, PutBackOutcome,
};
use crate::{
    Actor, ApplyError, Command, CommandId, DecideContext, DecideError, Decision, Event, Hash,
    Header, KeyId, Module, PartitionId, PersonId, Refusal, RefusalKind, SiteName, Timestamp,
    WorkspaceId, parse_body,
};
use rusqlite::Connection;
use serde_json::{Value, json};

/// Why there are no facts that put an item back.
#[derive(Debug)]
pub enum NotPutBack {
    /// The module's rules forbid it, and why.
    Impossible(String),
    /// Deciding failed.
    Failed(DecideError),
}

impl NotPutBack {
    /// It cannot be done, and why.
    #[must_use]
    pub fn because(reason: impl Into<String>) -> Self {
        Self::Impossible(reason.into())
    }
}

/// What an ordinary command would be refused for is impossible here too, for the same reason.
impl<E: Into<DecideError>> From<E> for NotPutBack {
    fn from(error: E) -> Self {
        match error.into() {
            DecideError::Refused(refusal) if refusal.kind != RefusalKind::Failed => {
                Self::Impossible(refusal.detail)
            }
            error => Self::Failed(error),
        }
    }
}

/// What putting back one item may know besides the rows.
#[derive(Clone, Copy, Debug)]
pub struct PuttingBack<'a> {
    /// All items of the command, where one is decided in the light of another.
    pub items: &'a [PutBackItem],
    /// Who answers for it.
    pub by: PersonId,
    /// The time the entry will carry.
    pub time: Timestamp,
    /// The command's id.
    pub command: CommandId,
    /// The rewind, or the request to the time machine, it belongs to.
    pub rewind_id: crate::id::Uuid,
}

/// A module whose aspects can be put back.
pub trait PutsBack: Module {
    /// An item whose form is right.
    type Wish;

    /// Nothing, where this actor may have things put back.
    ///
    /// # Errors
    /// The refusal, or a failure to read the view.
    fn may_put_back(
        &self,
        rows: &Connection,
        context: &DecideContext,
        actor: &Actor,
    ) -> Result<(), DecideError>;

    /// Reads an item; `field` is its path in the request.
    ///
    /// # Errors
    /// The refusal, naming the part of the item that does not fit.
    fn read_wish(&self, field: &str, item: &PutBackItem) -> Result<Self::Wish, Refusal>;

    /// Whether the aspect is a text with a [`TextWish`](super::TextWish): it is not compared.
    fn is_text(&self, aspect: &Aspect) -> bool {
        let _ = aspect;
        false
    }

    /// The facts that make it so; none where it is so already.
    ///
    /// # Errors
    /// Why it cannot be.
    fn facts(
        &self,
        rows: &Connection,
        putting: &PuttingBack<'_>,
        wish: &Self::Wish,
    ) -> Result<Vec<Event>, NotPutBack>;

    /// The facts by which the object of an item lets go of a name that is there once only, until the
    /// item itself is put back; none where it holds none, as in most modules.
    ///
    /// # Errors
    /// Why it cannot.
    fn step_aside(
        &self,
        rows: &Connection,
        putting: &PuttingBack<'_>,
        wish: &Self::Wish,
    ) -> Result<Vec<Event>, NotPutBack> {
        let _ = (rows, putting, wish);
        Ok(Vec::new())
    }
}

/// Decides the command for a module.
///
/// # Errors
/// Refused for anybody who may not, and for items that are malformed or too many.
pub fn decide_put_back<M: PutsBack>(
    module: &M,
    rows: &Connection,
    context: &DecideContext,
    command: &Command,
) -> Result<Decision, DecideError> {
    module.may_put_back(rows, context, &command.actor)?;
    let by = command.actor.person().ok_or_else(nobody)?;
    let body: PutBack = parse_body(&command.body)?;
    let wishes = read(module, &body.items)?;
    let putting = PuttingBack {
        items: &body.items,
        by,
        time: context.time,
        command: command.id,
        rewind_id: body.rewind_id,
    };
    let mut attempt = Attempt {
        module,
        rows,
        putting,
        header: header(module, context, command)?,
        items: &body.items,
        wishes,
        before: Vec::new(),
        outcomes: Vec::new(),
        events: Vec::new(),
    };
    let scratch = Scratch::open(rows)?;
    let done = attempt.run();
    scratch.close()?;
    done?;
    Ok(attempt.decision())
}

/// The items in their typed form.
fn read<M: PutsBack>(module: &M, items: &[PutBackItem]) -> Result<Vec<M::Wish>, Refusal> {
    let field = "command.items";
    if items.is_empty() || items.len() > PUT_BACK_MAX {
        let detail = format!("Name 1 to {PUT_BACK_MAX} items.");
        return Err(Refusal::invalid(field, "out_of_range", detail));
    }
    let mut wishes = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        wishes.push(module.read_wish(&format!("{field}[{index}]"), item)?);
    }
    Ok(wishes)
}

fn nobody() -> Refusal {
    let detail = "A person answers for what is put back.";
    Refusal::forbidden("not_permitted", detail)
}

/// The header the scratch rows are written with. Its place in the chain is not known yet, and does
/// not matter: the rows are thrown away.
fn header<M: PutsBack>(
    module: &M,
    context: &DecideContext,
    command: &Command,
) -> Result<Header, Refusal> {
    let site = SiteName::new("scratch")
        .map_err(|error| Refusal::failed("put_back_failed", error.to_string()))?;
    Ok(Header {
        partition: PartitionId::new(WorkspaceId::INSTALLATION, module.name()),
        seq: 0,
        site: site.clone(),
        lead: site,
        time: context.time,
        actor: command.actor.clone(),
        command: command.id,
        key: KeyId(0),
        prev: Hash::ZERO,
    })
}

/// A savepoint that is rolled back whatever happens.
struct Scratch<'c> {
    rows: &'c Connection,
    is_open: bool,
}

const BACK: &str = "ROLLBACK TO put_back; RELEASE put_back";

impl<'c> Scratch<'c> {
    fn open(rows: &'c Connection) -> rusqlite::Result<Self> {
        rows.execute_batch("SAVEPOINT put_back")?;
        Ok(Self {
            rows,
            is_open: true,
        })
    }

    fn close(mut self) -> rusqlite::Result<()> {
        self.is_open = false;
        self.rows.execute_batch(BACK)
    }
}

impl Drop for Scratch<'_> {
    fn drop(&mut self) {
        if self.is_open {
            let _ = self.rows.execute_batch(BACK);
        }
    }
}

struct Attempt<'a, M: PutsBack> {
    module: &'a M,
    rows: &'a Connection,
    putting: PuttingBack<'a>,
    header: Header,
    items: &'a [PutBackItem],
    wishes: Vec<M::Wish>,
    /// What each aspect was before the command.
    before: Vec<Value>,
    outcomes: Vec<PutBackOutcome>,
    events: Vec<Event>,
}

impl<M: PutsBack> Attempt<'_, M> {
    fn run(&mut self) -> Result<(), DecideError> {
        for item in self.items {
            let value = self.module.aspect_value(self.rows, &item.aspect)?;
            self.before.push(value);
        }
        for index in 0..self.items.len() {
            let outcome = self.outcome(index)?;
            self.outcomes.push(outcome);
        }
        while self.again()? || self.with_one_aside()? {}
        Ok(())
    }

    /// Lets one object step aside, where what was impossible for its item is done then; says whether
    /// there is one.
    fn with_one_aside(&mut self) -> Result<bool, DecideError> {
        for index in 0..self.items.len() {
            if !matches!(self.outcomes[index], PutBackOutcome::Impossible(_)) {
                continue;
            }
            let wish = &self.wishes[index];
            let aside = match self.module.step_aside(self.rows, &self.putting, wish) {
                Ok(events) if !events.is_empty() => events,
                Ok(_) | Err(NotPutBack::Impossible(_)) => continue,
                Err(NotPutBack::Failed(error)) => return Err(error),
            };
            let (outcomes, events) = (self.outcomes.clone(), self.events.len());
            self.rows.execute_batch("SAVEPOINT aside")?;
            self.take(aside)?;
            while self.again()? {}
            if self.outcomes[index] == PutBackOutcome::Done {
                self.rows.execute_batch("RELEASE aside")?;
                return Ok(true);
            }
            self.rows
                .execute_batch("ROLLBACK TO aside; RELEASE aside")?;
            self.outcomes = outcomes;
            self.events.truncate(events);
        }
        Ok(false)
    }

    /// Tries what was impossible once more; says whether that was of use.
    fn again(&mut self) -> Result<bool, DecideError> {
        let mut is_done = false;
        for index in 0..self.items.len() {
            if !matches!(self.outcomes[index], PutBackOutcome::Impossible(_)) {
                continue;
            }
            let outcome = self.outcome(index)?;
            is_done |= outcome == PutBackOutcome::Done;
            self.outcomes[index] = outcome;
        }
        Ok(is_done)
    }

    fn outcome(&mut self, index: usize) -> Result<PutBackOutcome, DecideError> {
        let item = &self.items[index];
        if !self.module.is_text(&item.aspect) {
            let now = self.module.aspect_value(self.rows, &item.aspect)?;
            let (before, wanted) = (&self.before[index], &item.value);
            if now == *wanted {
                // Where it was something else before, an item before this one has made it so.
                return Ok(match before == wanted {
                    true => PutBackOutcome::AlreadySo,
                    false => PutBackOutcome::Done,
                });
            }
            if *before != item.expected && before != wanted {
                return Ok(PutBackOutcome::ChangedSince);
            }
        }
        match self
            .module
            .facts(self.rows, &self.putting, &self.wishes[index])
        {
            Ok(events) if events.is_empty() => Ok(PutBackOutcome::AlreadySo),
            Ok(events) => {
                self.take(events)?;
                Ok(PutBackOutcome::Done)
            }
            Err(NotPutBack::Impossible(reason)) => Ok(PutBackOutcome::Impossible(reason)),
            Err(NotPutBack::Failed(error)) => Err(error),
        }
    }

    /// Writes facts into the scratch rows, for the items after them.
    fn take(&mut self, events: Vec<Event>) -> Result<(), DecideError> {
        for event in events {
            match self.module.apply(self.rows, &self.header, &event) {
                Ok(()) => self.events.push(event),
                Err(ApplyError::View(error)) => return Err(error.into()),
                Err(ApplyError::Event(error)) => {
                    return Err(Refusal::failed("put_back_failed", error.to_string()).into());
                }
            }
        }
        Ok(())
    }

    fn decision(self) -> Decision {
        let answer = json!(PutBackAnswer {
            outcomes: self.outcomes.clone(),
        });
        if self.events.is_empty() {
            return Decision::Unchanged { answer };
        }
        let aspects = self.items.iter().zip(&self.outcomes);
        let fact = ChangesPutBack {
            rewind_id: self.putting.rewind_id,
            by: self.putting.by,
            aspects: aspects
                .filter(|(_, outcome)| **outcome == PutBackOutcome::Done)
                .map(|(item, _)| item.aspect.clone())
                .collect(),
        };
        let mut events = self.events;
        events.push(Event::new(ChangesPutBack::KIND, 1, &fact));
        Decision::Accepted { events, answer }
    }
}
