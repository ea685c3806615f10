//! Everything was brought back from the vault alone, lately.

use super::{Check, Seen, gap};
use crate::rehearsal::State;

/// The check.
pub const CHECK: Check = Check {
    name: "rehearsal-fresh",
    weight: 10,
    asks: "The way back from the vault alone was rehearsed lately.",
    fix: "Run `sekoci rehearse` on a verifier, every night.",
    look: |facts| {
        let detail = match facts.rehearsal {
            Some(State::Fresh) => return Seen::one(None),
            Some(State::Stale) => "The last rehearsal that passed is too long ago.",
            Some(State::Failed) => "The last rehearsal failed.",
            Some(State::Never) => "Nobody ever rehearsed it.",
            None if facts.vault.is_none() => "There is no vault to come back from.",
            None => return Seen::NotKnown("The record of rehearsals cannot be read now."),
        };
        Seen::one(Some(gap("rehearsal", detail)))
    },
};

#[cfg(test)]
mod tests {
    use super::super::{CheckState, given};
    use super::*;

    #[test]
    fn only_a_fresh_rehearsal_counts() {
        let mut facts = given::facts(Vec::new());
        for state in [State::Never, State::Stale, State::Failed] {
            facts.rehearsal = Some(state);
            assert_eq!((CHECK.look)(&facts).state(), CheckState::Missing);
        }
        facts.rehearsal = Some(State::Fresh);
        assert_eq!((CHECK.look)(&facts).state(), CheckState::Ok);
    }
}
