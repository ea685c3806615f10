//! No acknowledged command is lost: whatever a client was told is accepted stands in the chain, at
//! the place and with the answer it was told.

use crate::history::History;
use journal::partition::Outcome;
use std::iter::once;

pub(super) fn check(history: &History) -> Vec<String> {
    let mut found = Vec::new();
    for (number, issue) in history.issues.iter().enumerate() {
        for reply in issue.replies().chain(once(&issue.answer).flatten()) {
            let Outcome::Accepted { seq, answer, .. } = &reply.outcome else {
                continue;
            };
            let place = usize::try_from(*seq).unwrap_or(0).wrapping_sub(1);
            let kept = history.chain.get(place).zip(history.payloads.get(place));
            let stands = kept.is_some_and(|(entry, payload)| {
                entry.header.command == issue.command.id
                    && payload.digest == issue.command.digest
                    && payload.answer == *answer
            });
            if !stands {
                found.push(format!(
                    "issue {number} was accepted as entry {seq}, which is not it"
                ));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::sample::{accepted_at, answer_with, bites, some_accepted};
    use super::check;

    #[test]
    fn an_entry_missing_at_the_end_is_noticed() {
        bites(check, |history| {
            let last = history
                .issues
                .iter()
                .filter_map(|issue| issue.accepted())
                .map(|(seq, _)| seq)
                .max();
            history.chain.truncate(last.unwrap_or(1) as usize - 1);
        });
    }

    #[test]
    fn an_answer_that_is_not_in_the_entry_is_noticed() {
        bites(check, |history| {
            let issue = some_accepted(history);
            let seq = history.issues[issue].accepted().expect("accepted").0;
            answer_with(&mut history.issues[issue], accepted_at(seq));
        });
    }
}
