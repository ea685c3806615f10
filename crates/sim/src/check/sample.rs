//! Histories for the checkers' own tests: real runs without a fault, to be falsified.

use crate::history::{History, Issue, Kind, Reply};
use crate::world::World;
use journal::partition::Outcome;
use serde_json::json;

/// A calm run in which everything is as it should be.
pub(super) fn calm() -> History {
    World::new(20, false).run().0
}

/// Checks that `check` is content with a calm run, and tells what it finds after `falsify`.
pub(super) fn bites(
    check: fn(&History) -> Vec<String>,
    falsify: impl FnOnce(&mut History),
) -> Vec<String> {
    let mut history = calm();
    assert_eq!(check(&history), Vec::<String>::new(), "a calm run is right");
    falsify(&mut history);
    let found = check(&history);
    assert!(!found.is_empty(), "the checker notices nothing");
    found
}

/// The first issue whose answer is an entry of the chain.
pub(super) fn some_accepted(history: &History) -> usize {
    let found = history
        .issues
        .iter()
        .position(|issue| issue.kind == Kind::First && issue.accepted().is_some());
    found.expect("a calm run accepts commands")
}

/// Gives an issue another answer.
pub(super) fn answer_with(issue: &mut Issue, outcome: Outcome) {
    let reply = Reply {
        at: issue.began_at + 10,
        outcome,
        head: 1,
        led: true,
    };
    issue.answer = Some(reply.clone());
    issue.attempts.truncate(1);
    issue.attempts[0].reply = Some(reply);
}

/// An outcome that says the command is entry `seq`.
pub(super) fn accepted_at(seq: u64) -> Outcome {
    Outcome::Accepted {
        seq,
        answer: json!({ "made": "up" }),
        durability: journal::Durability::Protected,
    }
}
