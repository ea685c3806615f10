//! Progress: everyone gets a final answer soon after everything is repaired, soon when nothing is
//! broken, and soon while one site is lost or cut off.

use crate::history::{Attempt, History, Issue};
use crate::plan::Mix;

/// After healing: time-outs of clients, forwards and commands, one after the other.
const AFTER_HEALING_MS: i64 = 15_000;
/// When nothing breaks.
const CALM_MS: i64 = 1_000;
/// With one site gone, for a client that goes to and fro: two time-outs at the site that is gone,
/// and someone hands the lead to that site meanwhile.
const ONE_SITE_MS: i64 = 25_000;
/// How long the site that is left may be held up by the loss: the engine's lease, and time-outs of
/// what was under way.
const UPHEAVAL_MS: i64 = 7_000;
/// After that, an answer at the site that is left: a forward in vain at most.
const SURVIVOR_MS: i64 = 2_500;

pub(super) fn check(history: &History) -> Vec<String> {
    let mut found = Vec::new();
    for (number, issue) in history.issues.iter().enumerate() {
        let Some(took) = took(issue) else {
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
    found.extend(check_survivor(history));
    if history.issues.is_empty() {
        found.push("no command was issued".into());
    }
    found
}

fn took(issue: &Issue) -> Option<i64> {
    issue.answer.as_ref().map(|reply| reply.at - issue.began_at)
}

/// The site that is left answers soon, whatever the answer is.
fn check_survivor(history: &History) -> Option<String> {
    let survivor = history.survivor?;
    let (began, ended) = *history.troubles.first()?;
    let slow = |attempt: &&Attempt| {
        let is_asked = attempt.site == survivor && attempt.sent_at > began + UPHEAVAL_MS;
        let reply = attempt.reply.as_ref().map_or(i64::MAX, |reply| reply.at);
        is_asked && attempt.sent_at < ended && reply > attempt.sent_at + SURVIVOR_MS
    };
    let mut attempts = history.issues.iter().flat_map(|issue| &issue.attempts);
    attempts.find(slow).map(|attempt| {
        format!(
            "site {survivor}, left alone, was asked at {} and answered {:?}",
            attempt.sent_at, attempt.reply
        )
    })
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
    fn a_survivor_that_is_silent_is_noticed() {
        bites(check, |history| {
            history.survivor = Some(history.issues[9].attempts[0].site);
            history.troubles.push((-10_000, 8_000));
            history.issues[9].attempts[0].reply = None;
        });
    }

    #[test]
    fn a_late_answer_is_noticed() {
        bites(check, |history| {
            history.issues[3].answer.as_mut().expect("answered").at += 5_000;
        });
    }
}
