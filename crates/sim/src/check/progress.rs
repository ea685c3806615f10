//! Progress: everyone gets a final answer soon after everything is repaired, soon when nothing is
//! broken, and soon while one site is lost or cut off.

use crate::history::{History, Issue};
use crate::plan::Mix;

/// After healing: time-outs of clients, forwards and commands, one after the other.
const AFTER_HEALING_MS: i64 = 15_000;
/// When nothing breaks.
const CALM_MS: i64 = 1_000;
/// With one site gone: the engine's lease, and a client's time-out at the lost site.
const ONE_SITE_MS: i64 = 14_000;

pub(super) fn check(history: &History) -> Vec<String> {
    let mut found = Vec::new();
    for (number, issue) in history.issues.iter().enumerate() {
        let Some(took) = took(history, issue) else {
            found.push(format!(
                "issue {number} of client {}, begun at {}, had no final answer by {}",
                issue.client, issue.began_at, history.ended_at
            ));
            continue;
        };
        let is_late = issue.began_at + took > history.healed_at + AFTER_HEALING_MS;
        if is_late || bound(history).is_some_and(|bound| took > bound) {
            found.push(format!(
                "issue {number} of client {}, begun at {}, took {took} ms",
                issue.client, issue.began_at
            ));
        }
    }
    if history.issues.is_empty() {
        found.push("no command was issued".into());
    }
    found
}

fn took(_: &History, issue: &Issue) -> Option<i64> {
    issue.answer.as_ref().map(|reply| reply.at - issue.began_at)
}

fn bound(history: &History) -> Option<i64> {
    match history.mix {
        Mix::Calm => Some(CALM_MS),
        Mix::SiteLoss | Mix::CutOff => Some(ONE_SITE_MS),
        Mix::Storm => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::bites;
    use super::check;

    #[test]
    fn an_answer_that_never_came_is_noticed() {
        bites(check, |history| history.issues[3].answer = None);
    }

    #[test]
    fn a_late_answer_is_noticed() {
        bites(check, |history| {
            history.issues[3].answer.as_mut().expect("answered").at += 5_000;
        });
    }
}
