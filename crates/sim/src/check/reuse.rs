//! A command id that is used again for something else is refused, and the first command stands.

use crate::history::{History, Kind};
use journal::partition::Outcome;

pub(super) fn check(history: &History) -> Vec<String> {
    let mut found = Vec::new();
    for (number, issue) in history.issues.iter().enumerate() {
        let is_reuse = matches!(issue.kind, Kind::Reuse(_));
        for reply in issue.replies() {
            let says_reused = matches!(
                &reply.outcome,
                Outcome::Refused(refusal) if refusal.code == "command_id_reused"
            );
            // A module that is made to fail may do so before anyone knows that the id is old.
            let failed = matches!(
                &reply.outcome,
                Outcome::Refused(refusal) if refusal.code == "module_failed"
            );
            let is_final = crate::history::is_final(&reply.outcome);
            if is_reuse && is_final && !says_reused && !(failed && history.panics) {
                found.push(format!(
                    "issue {number} reuses an id and was answered {:?}",
                    reply.outcome
                ));
            }
            if !is_reuse && says_reused && !someone_reuses(history, number) {
                found.push(format!("issue {number} was called reused and is not"));
            }
        }
    }
    found
}

fn someone_reuses(history: &History, number: usize) -> bool {
    let id = history.issues[number].command.id;
    history
        .issues
        .iter()
        .any(|other| other.command.id == id && matches!(other.kind, Kind::Reuse(_)))
}

#[cfg(test)]
mod tests {
    use super::super::sample::{accepted_at, answer_with, bites, some_accepted};
    use super::check;
    use crate::history::Kind;
    use journal::partition::Outcome;
    use kernel::Refusal;

    #[test]
    fn a_reuse_that_is_accepted_is_noticed() {
        bites(check, |history| {
            let reuse = history
                .issues
                .iter()
                .position(|issue| matches!(issue.kind, Kind::Reuse(_)));
            let reuse = reuse.expect("a calm run reuses ids");
            answer_with(&mut history.issues[reuse], accepted_at(1));
        });
    }

    #[test]
    fn a_first_use_that_is_called_reused_is_noticed() {
        bites(check, |history| {
            history.issues.retain(|issue| issue.kind == Kind::First);
            let issue = some_accepted(history);
            let refusal = Refusal::conflict("command_id_reused", "it is not");
            answer_with(&mut history.issues[issue], Outcome::Refused(refusal));
        });
    }
}
