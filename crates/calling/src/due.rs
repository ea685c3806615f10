//! What has to happen to a call at a moment.

use crate::{Advance, Asked, Call, Opened, Outcome, filled};
use kernel::{PersonId, Timestamp};

impl Call {
    /// What has to happen at `now`, where `is_there` says who takes part now; none: nothing.
    #[must_use]
    pub fn due(&self, now: Timestamp, is_there: &dyn Fn(PersonId) -> bool) -> Option<Advance> {
        if self.end.is_some() {
            return None;
        }
        let mut working = Working {
            call: self.clone(),
            advance: Advance::default(),
            now,
        };
        working.find_gone(is_there);
        if !working.ends_by_answers_or_time() {
            working.open_next(is_there);
            working.remind();
            working.ends_where_too_few_are_left(is_there);
        }
        let advance = working.advance;
        (!advance.is_empty()).then_some(advance)
    }

    /// The next moment at which something may have to happen by itself; none: it has ended.
    #[must_use]
    pub fn next_at(&self) -> Option<Timestamp> {
        if self.end.is_some() {
            return None;
        }
        let mut next = self.policy.ends_at;
        for (place, is_filled) in self.filled_places().into_iter().enumerate() {
            if is_filled {
                continue;
            }
            let level = self.levels[place];
            if (level.opened as usize) < self.places[place].chain.len() {
                next = next.min(level.since.plus_ms(self.policy.escalate_after_ms));
            }
            for asked in self.awaited(place) {
                let told = asked.last_told_at.unwrap_or(self.placed_at);
                next = next.min(told.plus_ms(self.policy.remind_every_ms));
            }
        }
        Some(next)
    }

    fn filled_places(&self) -> Vec<bool> {
        filled::places(self, &|person| {
            self.asked(person).is_some_and(Asked::is_yes)
        })
    }

    /// Those of a place whose turn came and whose answer is awaited.
    fn awaited(&self, place: usize) -> impl Iterator<Item = &Asked> {
        let people = self.opened(place).iter();
        people
            .filter_map(|person| self.asked(*person))
            .filter(|asked| asked.is_awaited())
    }
}

/// A call as it becomes while what is due is found.
struct Working {
    call: Call,
    advance: Advance,
    now: Timestamp,
}

impl Working {
    /// Whoever has left meanwhile is not waited for.
    fn find_gone(&mut self, is_there: &dyn Fn(PersonId) -> bool) {
        let gone: Vec<PersonId> = self
            .call
            .asked
            .iter()
            .filter(|asked| asked.is_awaited() && !is_there(asked.person_id))
            .map(|asked| asked.person_id)
            .collect();
        for person in gone {
            self.mark_gone(person);
        }
    }

    fn mark_gone(&mut self, person: PersonId) {
        self.call.asked_mut(person).is_gone = true;
        self.advance.gone.push(person);
    }

    /// Whether it ends because enough have said yes, or because its time is over.
    fn ends_by_answers_or_time(&mut self) -> bool {
        let outcome = if self.call.filled() >= self.call.policy.needed {
            Outcome::Reached
        } else if self.now < self.call.policy.ends_at {
            return false;
        } else if self.call.asked.iter().all(|asked| asked.answered.is_none()) {
            Outcome::NobodyAnswered
        } else {
            Outcome::NotReached
        };
        self.advance.end = Some(self.call.ended(outcome));
        true
    }

    /// Gives the next of each chain their turn where nobody of those before them will fill the place
    /// or they had their time.
    fn open_next(&mut self, is_there: &dyn Fn(PersonId) -> bool) {
        let filled = self.call.filled_places();
        for (place, is_filled) in filled.into_iter().enumerate() {
            if is_filled {
                continue;
            }
            while self.is_turn_of_next(place) {
                let level = &mut self.call.levels[place];
                let Some(person) = self.call.places[place]
                    .chain
                    .get(level.opened as usize)
                    .copied()
                else {
                    break;
                };
                level.opened += 1;
                level.since = self.now;
                self.advance.opened.push(Opened {
                    place: u32::try_from(place).unwrap_or(u32::MAX),
                    person_id: person,
                });
                self.tell_first(person, is_there);
            }
        }
    }

    fn is_turn_of_next(&self, place: usize) -> bool {
        let level = self.call.levels[place];
        let waited = self.now.since(level.since);
        self.call.awaited(place).next().is_none() || waited >= self.call.policy.escalate_after_ms
    }

    fn tell_first(&mut self, person: PersonId, is_there: &dyn Fn(PersonId) -> bool) {
        let asked = self.call.asked_mut(person);
        if asked.is_gone || asked.times_told > 0 {
            return;
        }
        if is_there(person) {
            self.tell(person);
        } else {
            self.mark_gone(person);
        }
    }

    fn tell(&mut self, person: PersonId) {
        let now = self.now;
        let asked = self.call.asked_mut(person);
        asked.first_told_at.get_or_insert(now);
        asked.last_told_at = Some(now);
        asked.times_told += 1;
        self.advance.told.push(person);
    }

    /// Tells those again who have not answered, where their place is still open.
    fn remind(&mut self) {
        let filled = self.call.filled_places();
        let mut due: Vec<PersonId> = Vec::new();
        for (place, is_filled) in filled.into_iter().enumerate() {
            if is_filled {
                continue;
            }
            for asked in self.call.awaited(place) {
                let told = asked.last_told_at.unwrap_or(self.call.placed_at);
                let is_due = self.now.since(told) >= self.call.policy.remind_every_ms;
                if is_due && !due.contains(&asked.person_id) {
                    due.push(asked.person_id);
                }
            }
        }
        for person in due {
            self.tell(person);
        }
    }

    /// Waiting to the end would help nobody once too few are left who could say yes.
    fn ends_where_too_few_are_left(&mut self, is_there: &dyn Fn(PersonId) -> bool) {
        let possible = filled::count(&self.call, &|person| match self.call.asked(person) {
            Some(asked) => asked.is_yes() || asked.is_awaited(),
            None => is_there(person),
        });
        if possible < self.call.policy.needed {
            self.advance.end = Some(self.call.ended(Outcome::TooFewLeft));
        }
    }
}

#[cfg(test)]
mod tests;
