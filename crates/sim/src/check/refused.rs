//! "It was not done" is as true as "it was done": a command whose only request was answered as
//! refused, unchanged, unavailable or overloaded leaves nothing in the chain.

use crate::history::{History, Kind};
use journal::partition::Outcome;
use std::collections::BTreeMap;

pub(super) fn check(history: &History) -> Vec<String> {
    let entries: BTreeMap<_, _> = history
        .chain
        .iter()
        .map(|entry| (entry.header.command, entry.header.seq))
        .collect();
    let mut found = Vec::new();
    for (number, issue) in history.issues.iter().enumerate() {
        let [attempt] = issue.attempts.as_slice() else {
            continue;
        };
        let Some(reply) = attempt.reply.as_ref().filter(|_| issue.kind == Kind::First) else {
            continue;
        };
        let denies = matches!(
            reply.outcome,
            Outcome::Refused(_)
                | Outcome::Unchanged { .. }
                | Outcome::Unavailable { .. }
                | Outcome::Overloaded
        );
        if let Some(seq) = entries.get(&issue.command.id).filter(|_| denies) {
            found.push(format!(
                "issue {number} was answered {:?} and is entry {seq}",
                reply.outcome
            ));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::sample::{answer_with, bites, some_accepted};
    use super::check;
    use journal::partition::Outcome;

    #[test]
    fn a_denied_command_with_an_entry_is_noticed() {
        bites(check, |history| {
            let issue = some_accepted(history);
            let cause = "so it said".into();
            answer_with(&mut history.issues[issue], Outcome::Unavailable { cause });
        });
    }
}
