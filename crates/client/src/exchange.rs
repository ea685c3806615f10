//! Rounds over the sites: the same request again and again until one gives a final answer or the
//! caller's time is over.

use crate::call::{Call, Reply};
use crate::classify::{Verdict, classify};
use crate::{Attempt, AttemptOutcome, Client, Error, Problem};
use bytes::Bytes;
use std::time::Duration;
use tokio::time::Instant;

/// What became of a call so far.
pub(crate) struct Progress {
    started: Instant,
    deadline: Instant,
    attempts: u32,
    may_have_taken_effect: bool,
    last: String,
}

/// Why the rounds ended without a reply.
pub(crate) enum Ended {
    SignInAgain(Problem),
    Failed(Error),
}

/// How one attempt ended.
enum Tried {
    Granted(Bytes),
    Refused(Problem),
    SignInAgain(Problem),
    Again { wait: Option<Duration> },
}

impl Progress {
    pub fn new(patience: Duration) -> Self {
        let started = Instant::now();
        Self {
            started,
            deadline: started + patience,
            attempts: 0,
            may_have_taken_effect: false,
            last: "not tried".into(),
        }
    }

    fn remaining(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    fn no_answer(&self, call: &Call) -> Error {
        Error::NoAnswer {
            operation: call.operation.clone(),
            waited: self.started.elapsed(),
            attempts: self.attempts,
            last: self.last.clone(),
            may_have_taken_effect: self.may_have_taken_effect,
        }
    }
}

impl Client {
    /// Sends `call` until it has a final answer, signing in where that is needed.
    pub(crate) async fn exchange(&self, call: &Call) -> Result<Reply, Error> {
        let mut progress = Progress::new(call.patience);
        let mut may_sign_in = self.shared.session.has_credentials();
        loop {
            let token = match call.is_signed_in {
                true => Some(self.token(progress.remaining()).await?),
                false => None,
            };
            match self.rounds(call, token.as_deref(), &mut progress).await {
                Ok(reply) => return Ok(reply),
                Err(Ended::SignInAgain(_)) if may_sign_in && token.is_some() => {
                    may_sign_in = false;
                    self.shared.session.forget(token.as_deref());
                }
                Err(Ended::SignInAgain(problem)) => return Err(Error::Refused(problem)),
                Err(Ended::Failed(error)) => return Err(error),
            }
        }
    }

    /// Sends `call` with the given token to one site after the other.
    pub(crate) async fn rounds(
        &self,
        call: &Call,
        token: Option<&str>,
        progress: &mut Progress,
    ) -> Result<Reply, Ended> {
        let sites = call.only_site.map_or(self.shared.sites.len(), |_| 1);
        let (mut round, mut failed_in_round) = (0, 0);
        loop {
            let limit = progress.remaining().min(self.shared.timeouts.attempt);
            if limit.is_zero() {
                return Err(Ended::Failed(progress.no_answer(call)));
            }
            let site = call.only_site.unwrap_or_else(|| self.preferred_site());
            progress.attempts += 1;
            let wait = match self.attempt(call, site, token, limit, progress).await {
                Tried::Granted(body) => {
                    self.prefer(site);
                    return Ok(Reply {
                        body,
                        site,
                        attempts: progress.attempts,
                        took: progress.started.elapsed(),
                    });
                }
                Tried::Refused(problem) => return Err(Ended::Failed(Error::Refused(problem))),
                Tried::SignInAgain(problem) => return Err(Ended::SignInAgain(problem)),
                Tried::Again { wait } => wait,
            };
            failed_in_round += 1;
            if wait.is_none() {
                self.move_on_from(site);
            }
            if wait.is_some() || failed_in_round >= sites {
                let pause = self.shared.backoff.wait(round, &*self.shared.random);
                let pause = pause
                    .max(wait.unwrap_or_default())
                    .min(progress.remaining());
                tokio::time::sleep(pause).await;
                (round, failed_in_round) = (round + 1, 0);
            }
        }
    }

    async fn attempt(
        &self,
        call: &Call,
        site: usize,
        token: Option<&str>,
        limit: Duration,
        progress: &mut Progress,
    ) -> Tried {
        let (sent_at, sent) = (self.shared.clock.now(), Instant::now());
        let answer = self.send(call, site, token, limit).await;
        let took = sent.elapsed();
        let url = &self.shared.sites[site];
        let (outcome, tried) = match answer {
            Ok((status, body)) => match classify(status, &body) {
                Verdict::Granted => (AttemptOutcome::Final { status }, Tried::Granted(body)),
                Verdict::Refused(problem) => {
                    (AttemptOutcome::Final { status }, Tried::Refused(problem))
                }
                Verdict::SignInAgain(problem) => (
                    AttemptOutcome::Passing { status },
                    Tried::SignInAgain(problem),
                ),
                Verdict::Retry {
                    problem,
                    may_have_taken_effect,
                    wait,
                } => {
                    progress.may_have_taken_effect |= may_have_taken_effect;
                    progress.last = format!("{url} answered {status} {problem}");
                    (AttemptOutcome::Passing { status }, Tried::Again { wait })
                }
            },
            Err(error) => {
                progress.last = format!("{url}: {}", root_cause(&error));
                let again = Tried::Again { wait: None };
                if error.is_connect() || error.is_builder() {
                    (AttemptOutcome::Unreachable, again)
                } else {
                    progress.may_have_taken_effect = true;
                    (AttemptOutcome::Unanswered, again)
                }
            }
        };
        self.observe(&call.operation, site, sent_at, took, outcome);
        tried
    }

    async fn send(
        &self,
        call: &Call,
        site: usize,
        token: Option<&str>,
        limit: Duration,
    ) -> Result<(u16, Bytes), reqwest::Error> {
        let url = self.shared.sites[site].at(&call.path);
        let mut request = self
            .shared
            .http
            .request(call.method.clone(), url)
            .timeout(limit)
            .query(&call.query);
        if let Some((content_type, body)) = &call.body {
            request = request
                .header(reqwest::header::CONTENT_TYPE, *content_type)
                .body(body.clone());
        }
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let response = request.send().await?;
        let status = response.status().as_u16();
        Ok((status, response.bytes().await?))
    }

    pub(crate) fn observe(
        &self,
        operation: &str,
        site: usize,
        sent_at: kernel::Timestamp,
        took: Duration,
        outcome: AttemptOutcome,
    ) {
        let attempt = Attempt {
            operation,
            site,
            sent_at,
            took,
            outcome,
        };
        tracing::trace!(?attempt, "attempt");
        for observer in &self.shared.observers {
            observer.attempt(&attempt);
        }
    }
}

/// The innermost cause, which says most ("connection refused").
pub(crate) fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}
