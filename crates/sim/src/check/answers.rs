//! The first answer is repeated exactly, at any site and at any time.
//!
//! One exception is inherent to a design without leases and is counted as none: a site that still
//! believes to lead, because nothing has told it of the entry yet, may refuse or call unchanged what
//! it does not know. It can never accept it again.

use crate::history::{History, Issue, Kind, Reply};
use journal::partition::Outcome;
use std::collections::BTreeMap;

pub(super) fn check(history: &History) -> Vec<String> {
    let mut found = Vec::new();
    let mut first = BTreeMap::new();
    for (number, issue) in history.issues.iter().enumerate() {
        for reply in issue.replies() {
            if matches!(reply.outcome, Outcome::NotLead { .. }) {
                found.push(format!("issue {number}: a client was told who leads"));
            }
            let Outcome::Accepted { seq, answer, .. } = &reply.outcome else {
                continue;
            };
            let known = first
                .entry(issue.command.id)
                .or_insert((seq, answer, number));
            if (known.0, known.1) != (seq, answer) {
                found.push(format!(
                    "issue {number} was answered {seq} {answer}, issue {} {} {}",
                    known.2, known.0, known.1
                ));
            }
        }
        if let Kind::Repeat(of) = issue.kind {
            found.extend(check_repeat(number, issue, &history.issues[of]));
        }
    }
    found
}

fn check_repeat(number: usize, issue: &Issue, first: &Issue) -> Option<String> {
    let (seq, _) = first.accepted()?;
    let wrong: Vec<&Reply> = issue
        .replies()
        .filter(|reply| match &reply.outcome {
            Outcome::Refused(refusal) if refusal.code == "module_failed" => false,
            Outcome::Refused(_) | Outcome::Unchanged { .. } => !is_stale_lead(reply, seq),
            _ => false,
        })
        .collect();
    wrong.first().map(|reply| {
        format!(
            "issue {number} repeats one that was accepted as {seq} and was answered {:?} \
             by a site at {}",
            reply.outcome, reply.head
        )
    })
}

fn is_stale_lead(reply: &Reply, seq: u64) -> bool {
    reply.led && reply.head < seq
}

#[cfg(test)]
mod tests {
    use super::super::sample::{accepted_at, answer_with, bites};
    use super::check;
    use crate::history::{History, Kind};
    use journal::partition::Outcome;
    use serde_json::json;

    fn some_repeat(history: &History) -> usize {
        let found = history
            .issues
            .iter()
            .position(|issue| matches!(issue.kind, Kind::Repeat(_)));
        found.expect("a calm run repeats commands")
    }

    #[test]
    fn another_answer_is_noticed() {
        bites(check, |history| {
            let repeat = some_repeat(history);
            answer_with(&mut history.issues[repeat], accepted_at(1));
        });
    }

    #[test]
    fn an_answer_without_an_entry_is_noticed() {
        bites(check, |history| {
            let repeat = some_repeat(history);
            let answer = json!({});
            answer_with(&mut history.issues[repeat], Outcome::Unchanged { answer });
            let issue = &mut history.issues[repeat];
            issue.attempts[0].reply.as_mut().expect("answered").head = 1_000;
        });
    }
}
