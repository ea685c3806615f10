//! What an HTTP answer means for the call that got it.

use crate::Problem;
use std::time::Duration;

/// What to do after an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Granted; the body is the answer.
    Granted,
    /// Refused for good.
    Refused(Problem),
    /// The session is not valid (any more); with credentials, sign in and ask again.
    SignInAgain(Problem),
    /// Ask again.
    Retry {
        /// What was said.
        problem: Problem,
        /// Whether the command may have taken effect.
        may_have_taken_effect: bool,
        /// Wait at least this long first, at whatever site.
        wait: Option<Duration>,
    },
}

/// Longest wait a site may ask for.
const WAIT_MAX: Duration = Duration::from_secs(30);

/// Judges an answer by its status and body.
pub(crate) fn classify(status: u16, body: &[u8]) -> Verdict {
    if (200..300).contains(&status) {
        return Verdict::Granted;
    }
    let stated = Problem::read(status, body);
    let is_stated = stated.is_some();
    let problem = stated.unwrap_or_else(|| unstated(status, body));
    let wait = problem
        .retry_after_ms
        .map(|ms| Duration::from_millis(ms).min(WAIT_MAX));
    let retry = |may_have_taken_effect, wait| Verdict::Retry {
        problem: problem.clone(),
        may_have_taken_effect,
        wait,
    };
    match (status, problem.code.as_str()) {
        (401, "not_signed_in" | "session_ended") => Verdict::SignInAgain(problem),
        (503, "outcome_unknown") => retry(true, None),
        (503, "unavailable" | "draining") => retry(false, None),
        (429, _) | (503, "overloaded") => {
            retry(false, Some(wait.unwrap_or(Duration::from_millis(200))))
        }
        // A load balancer's own answers: what became of the command behind it is unknown.
        (502..=504, _) => retry(true, wait),
        (408 | 425, _) => retry(false, wait),
        // Without a problem document a 500 did not come from a module's decision.
        (500..=599, _) if !is_stated => retry(true, wait),
        _ => Verdict::Refused(problem),
    }
}

fn unstated(status: u16, body: &[u8]) -> Problem {
    let text = String::from_utf8_lossy(&body[..body.len().min(200)]);
    Problem {
        status,
        code: format!("http_{status}"),
        detail: text.trim().to_owned(),
        field: None,
        retry_after_ms: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn said(status: u16, code: &str) -> Verdict {
        classify(
            status,
            format!(r#"{{"code":"{code}","detail":"d"}}"#).as_bytes(),
        )
    }

    #[test]
    fn final_answers_are_final() {
        assert_eq!(classify(200, b"{}"), Verdict::Granted);
        for (status, code) in [
            (403, "forbidden"),
            (404, "workspace_not_found"),
            (409, "command_id_reused"),
            (413, "too_large"),
            (422, "malformed"),
            (401, "wrong_password"),
            (500, "answer_not_serialisable"),
        ] {
            assert!(matches!(said(status, code), Verdict::Refused(p) if p.code == code));
        }
    }

    #[test]
    fn passing_troubles_are_asked_again() {
        let unknown = |verdict| {
            matches!(
                verdict,
                Verdict::Retry {
                    may_have_taken_effect: true,
                    ..
                }
            )
        };
        assert!(unknown(said(503, "outcome_unknown")));
        assert!(!unknown(said(503, "unavailable")));
        assert!(unknown(said(503, "module_failed")));
        assert!(unknown(classify(502, b"<html>Bad Gateway</html>")));
        assert!(unknown(classify(500, b"")));
    }

    #[test]
    fn a_stated_wait_is_kept_within_bounds() {
        let wait = |ms: u64| match classify(
            429,
            format!(r#"{{"code":"too_many","retry_after_ms":{ms}}}"#).as_bytes(),
        ) {
            Verdict::Retry { wait, .. } => wait.unwrap(),
            other => panic!("{other:?}"),
        };
        assert_eq!(wait(1500), Duration::from_millis(1500));
        assert_eq!(wait(u64::MAX), WAIT_MAX);
    }

    proptest! {
        #[test]
        fn judging_never_panics(status: u16, body: Vec<u8>) {
            let _ = classify(status, &body);
        }
    }
}
