//! Calling people until enough of them have answered: who is told when, who comes next where nobody
//! answers, and how it ends.
//!
//! Pure: no clock, no rows, no network. A [`Call`] is folded from what happened to it; [`Call::due`]
//! says what has to happen at a moment, [`Call::advance`] writes it down. Whoever keeps calls (an
//! incident, a drill, an urgent notice, a request for succession) records the [`Advance`] as a fact and
//! folds it again, at every site alike.
//!
//! A call has *places* to be filled: a role with its holder and deputies in order, or one person. A
//! place is filled by one person who says yes, and one person fills one place. `needed` of the places
//! have to be filled.

mod due;
mod filled;

use kernel::{PersonId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How insistently people are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Those who have not answered are told again after so many milliseconds.
    pub remind_every_ms: i64,
    /// The next in a place's chain is told too where nobody of it said yes for so many milliseconds.
    pub escalate_after_ms: i64,
    /// How many places have to be filled.
    pub needed: u32,
    /// When the call is over, whoever has answered.
    pub ends_at: Timestamp,
}

/// What is to be filled by one person who says yes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// What the place is called; none: it is the person's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Who is asked, in this order.
    pub chain: Vec<PersonId>,
}

/// What somebody answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// They are there and take it.
    Yes,
    /// They are reached and cannot.
    Cannot,
    /// They will not.
    Declined,
}

/// An answer with its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Answered {
    /// What they said.
    pub answer: Answer,
    /// When.
    pub at: Timestamp,
}

/// Somebody whose turn came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Asked {
    /// Who.
    pub person_id: PersonId,
    /// When they were told first; none: they were gone already.
    pub first_told_at: Option<Timestamp>,
    /// When they were told last.
    pub last_told_at: Option<Timestamp>,
    /// How often they were told.
    pub times_told: u32,
    /// What they said.
    pub answered: Option<Answered>,
    /// Whether they had left when it was their turn to be told.
    pub is_gone: bool,
}

/// How far down a place's chain the call has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Level {
    /// How many of the chain had their turn.
    pub opened: u32,
    /// When the last of them had.
    pub since: Timestamp,
}

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Enough places are filled.
    Reached,
    /// Its time was over and too few places were filled.
    NotReached,
    /// Its time was over and nobody had answered at all.
    NobodyAnswered,
    /// So many have said no, or are gone, that too few are left.
    TooFewLeft,
    /// It was called off.
    Cancelled,
}

/// The end of a call, with the figures of that moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct End {
    /// How.
    pub outcome: Outcome,
    /// Places filled.
    pub filled: u32,
    /// Places that had to be.
    pub needed: u32,
    /// Places there were.
    pub places: u32,
    /// Who was told and never answered.
    pub silent: Vec<PersonId>,
}

/// The next in a chain had their turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Opened {
    /// Which place, counted from 0.
    pub place: u32,
    /// Who.
    pub person_id: PersonId,
}

/// What has to happen to a call at a moment; as a fact, what happened.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Advance {
    /// Whose turn it is, in which place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub opened: Vec<Opened>,
    /// Who is found to have left.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gone: Vec<PersonId>,
    /// Who is told, for the first time or again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub told: Vec<PersonId>,
    /// The end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<End>,
}

impl Advance {
    /// Whether nothing has to happen.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.opened.is_empty() && self.gone.is_empty() && self.told.is_empty() && self.end.is_none()
    }
}

/// A call as far as it has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Call {
    /// When it was placed.
    pub placed_at: Timestamp,
    /// How insistently people are called.
    pub policy: Policy,
    /// What is to be filled.
    pub places: Vec<Place>,
    /// How far down each chain it has come.
    pub levels: Vec<Level>,
    /// Everybody whose turn came, in that order.
    pub asked: Vec<Asked>,
    /// Its end, once it has ended.
    pub end: Option<End>,
    /// How many advances it took.
    pub steps: u32,
}

impl Call {
    /// A call nobody was told of yet: [`Call::due`] at `placed_at` begins it.
    #[must_use]
    pub fn place(placed_at: Timestamp, policy: Policy, places: Vec<Place>) -> Self {
        let level = Level {
            opened: 0,
            since: placed_at,
        };
        Self {
            placed_at,
            policy,
            levels: vec![level; places.len()],
            places,
            asked: Vec::new(),
            end: None,
            steps: 0,
        }
    }

    /// Writes down what happened at `at`.
    pub fn advance(&mut self, advance: &Advance, at: Timestamp) {
        self.steps += 1;
        for opened in &advance.opened {
            if let Some(level) = self.levels.get_mut(opened.place as usize) {
                level.opened += 1;
                level.since = at;
            }
            self.asked_mut(opened.person_id);
        }
        for person in &advance.gone {
            self.asked_mut(*person).is_gone = true;
        }
        for person in &advance.told {
            let asked = self.asked_mut(*person);
            asked.first_told_at.get_or_insert(at);
            asked.last_told_at = Some(at);
            asked.times_told += 1;
        }
        if let Some(end) = &advance.end {
            self.end.get_or_insert_with(|| end.clone());
        }
    }

    /// Writes down what somebody said at `at`. The last word counts.
    pub fn answer(&mut self, person: PersonId, answer: Answer, at: Timestamp) {
        self.asked_mut(person).answered = Some(Answered { answer, at });
    }

    /// Somebody whose turn came.
    #[must_use]
    pub fn asked(&self, person: PersonId) -> Option<&Asked> {
        self.asked.iter().find(|asked| asked.person_id == person)
    }

    /// How many places are filled.
    #[must_use]
    pub fn filled(&self) -> u32 {
        filled::count(self, &|person| {
            self.asked(person).is_some_and(Asked::is_yes)
        })
    }

    /// The end it would have now with this outcome.
    #[must_use]
    pub fn ended(&self, outcome: Outcome) -> End {
        End {
            outcome,
            filled: self.filled(),
            needed: self.policy.needed,
            places: u32::try_from(self.places.len()).unwrap_or(u32::MAX),
            silent: self
                .asked
                .iter()
                .filter(|asked| asked.times_told > 0 && asked.answered.is_none())
                .map(|asked| asked.person_id)
                .collect(),
        }
    }

    /// Those of a place whose turn came.
    fn opened(&self, place: usize) -> &[PersonId] {
        let chain = &self.places[place].chain;
        let opened = self.levels[place].opened as usize;
        &chain[..opened.min(chain.len())]
    }

    fn asked_mut(&mut self, person: PersonId) -> &mut Asked {
        let found = self
            .asked
            .iter()
            .position(|asked| asked.person_id == person);
        let at = found.unwrap_or_else(|| {
            self.asked.push(Asked {
                person_id: person,
                first_told_at: None,
                last_told_at: None,
                times_told: 0,
                answered: None,
                is_gone: false,
            });
            self.asked.len() - 1
        });
        &mut self.asked[at]
    }
}

impl Asked {
    fn is_yes(&self) -> bool {
        self.answered
            .is_some_and(|answered| answered.answer == Answer::Yes)
    }

    /// Whether they can still be expected to say yes.
    const fn is_awaited(&self) -> bool {
        self.answered.is_none() && !self.is_gone
    }
}
