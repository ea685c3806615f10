//! The checkers. Each looks at one promise and at nothing else.

mod acknowledged;
mod answers;
mod chain;
mod core;
mod due;
mod lead;
mod once;
mod order;
mod progress;
mod refused;
mod reuse;
mod times;
mod views;

#[cfg(test)]
mod sample;

use crate::history::{History, Violation};

/// A checker's name and itself.
type Checker = (&'static str, fn(&History) -> Vec<String>);

const ALL: [Checker; 13] = [
    ("acknowledged", acknowledged::check),
    ("answers", answers::check),
    ("chain", chain::check),
    ("core", core::check),
    ("due", due::check),
    ("lead", lead::check),
    ("once", once::check),
    ("order", order::check),
    ("progress", progress::check),
    ("refused", refused::check),
    ("reuse", reuse::check),
    ("times", times::check),
    ("views", views::check),
];

/// What each checker reports at most: the first findings tell the story.
const MOST: usize = 3;

/// Everything all checkers find.
pub(crate) fn all(history: &History) -> Vec<Violation> {
    ALL.iter()
        .flat_map(|(checker, check)| {
            check(history)
                .into_iter()
                .take(MOST)
                .map(|detail| Violation { checker, detail })
        })
        .collect()
}
