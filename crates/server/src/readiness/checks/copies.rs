//! Every promised copy confirms.

use super::{Check, Seen, gap};
use journal::Durability;

/// The check.
pub const CHECK: Check = Check {
    name: "copies",
    weight: 10,
    asks: "What is acknowledged is kept in every place that was promised.",
    fix: "Look at the engine on the status page and bring the missing copy back.",
    look: |facts| match facts.durability {
        Some(Durability::Protected) => Seen::one(None),
        Some(Durability::StoredHere) => Seen::one(Some(gap(
            "copies",
            "Fewer copies confirm than were promised.",
        ))),
        None => Seen::NotKnown("The engine does not answer."),
    },
};

#[cfg(test)]
mod tests {
    use super::super::{CheckState, given};
    use super::*;

    #[test]
    fn fewer_copies_are_told() {
        let mut facts = given::facts(Vec::new());
        let state = |durability| {
            facts.durability = durability;
            (CHECK.look)(&facts).state()
        };
        let mut state = state;
        assert_eq!(state(None), CheckState::NotKnown);
        assert_eq!(state(Some(Durability::StoredHere)), CheckState::Missing);
        assert_eq!(state(Some(Durability::Protected)), CheckState::Ok);
    }
}
