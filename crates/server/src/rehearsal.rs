//! Whether the way back from the vault is proven: what the continuity record says of the last
//! rehearsal, and how old it is by now.

use crate::config::REHEARSAL_MAX_HOURS;
use crate::session::has_read;
use crate::site::Site;
use continuity::{Rehearsal, last_rehearsal};
use kernel::{PartitionId, Timestamp, WorkspaceId};
use serde::Serialize;
use std::num::NonZeroU32;

const HOUR_MS: i64 = 3_600_000;

/// How many hours rehearsals may be apart where a configuration does not say.
pub const fn max_hours() -> NonZeroU32 {
    REHEARSAL_MAX_HOURS
}

/// How far the way back is proven.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// No rehearsal has ended yet. Not good, and no alarm either: somebody has to set it up first.
    Never,
    /// The last one passed, and lately.
    Fresh,
    /// The last one passed, too long ago.
    Stale,
    /// The last one failed.
    Failed,
}

/// The last rehearsal, as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// What to make of it.
    pub state: State,
    /// When it ended.
    pub last_at: Option<Timestamp>,
    /// Whether it passed.
    pub passed: Option<bool>,
    /// How long ago that was, in seconds.
    pub age_s: Option<i64>,
    /// When one last passed.
    pub proven_at: Option<Timestamp>,
    /// Whether every live head was in what came back.
    pub heads_equal: Option<bool>,
    /// Messages that came back.
    pub messages: Option<u64>,
    /// Documents that came back.
    pub documents: Option<u64>,
    /// How long it took until everything was back.
    pub complete_ms: Option<i64>,
}

impl Standing {
    /// What the record comes to now, where rehearsals may be this many hours apart.
    #[must_use]
    pub fn of(last: Option<Rehearsal>, max_hours: NonZeroU32, now: Timestamp) -> Self {
        let Some(last) = last else {
            return Self {
                state: State::Never,
                last_at: None,
                passed: None,
                age_s: None,
                proven_at: None,
                heads_equal: None,
                messages: None,
                documents: None,
                complete_ms: None,
            };
        };
        // The site that wrote the entry may be ahead by what clocks differ.
        let age_ms = now.since(last.at).max(0);
        let state = if !last.passed {
            State::Failed
        } else if age_ms > i64::from(max_hours.get()) * HOUR_MS {
            State::Stale
        } else {
            State::Fresh
        };
        Self {
            state,
            last_at: Some(last.at),
            passed: Some(last.passed),
            age_s: Some(age_ms / 1_000),
            proven_at: last.proven_at,
            heads_equal: last.heads_equal,
            messages: last.messages,
            documents: last.documents,
            complete_ms: last.complete_ms,
        }
    }

    /// Writes the gauges: not a number, never zero, while nothing is proven.
    pub fn record_metrics(&self, now: Timestamp) {
        #[expect(clippy::cast_precision_loss, reason = "milliseconds of an age fit")]
        let age = self
            .proven_at
            .map_or(f64::NAN, |at| now.since(at).max(0) as f64 / 1_000.0);
        let failed = f64::from(u8::from(self.state == State::Failed));
        metrics::gauge!("sekoci_rehearsal_age_seconds").set(age);
        metrics::gauge!("sekoci_rehearsal_failed").set(failed);
    }
}

/// How it stands; `None` where this site does not seal, or cannot read the record now.
pub async fn look(site: &Site) -> Option<Standing> {
    site.look_at_sealing()?;
    let last = site
        .query(&record(), None, |rows| Ok(last_rehearsal(rows)?))
        .await;
    let last = last
        .inspect_err(|error| tracing::warn!(%error, "the last rehearsal is not known"))
        .ok()?;
    let vault = site.config.vault.as_ref();
    let max_hours = vault.map_or(REHEARSAL_MAX_HOURS, |vault| vault.rehearsal_max_hours);
    Some(Standing::of(last, max_hours, site.clock.now()))
}

/// Whether this site has read all of the record: right after a start an old rehearsal may only look
/// like the last one.
#[must_use]
pub fn is_record_read(site: &Site) -> bool {
    has_read(site, &record())
}

fn record() -> PartitionId {
    PartitionId::new(WorkspaceId::INSTALLATION, "continuity")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn last(at: i64, passed: bool) -> Rehearsal {
        Rehearsal {
            at: Timestamp(at),
            passed,
            proven_at: passed.then_some(Timestamp(at)),
            heads_equal: Some(true),
            messages: Some(3),
            documents: Some(1),
            complete_ms: Some(700),
        }
    }

    #[test]
    fn without_a_rehearsal_nothing_is_proven_and_nothing_failed() {
        let standing = Standing::of(None, REHEARSAL_MAX_HOURS, Timestamp(9));
        assert_eq!((standing.state, standing.age_s), (State::Never, None));
    }

    #[test]
    fn a_rehearsal_grows_stale() {
        let at = |now, hours| Standing::of(Some(last(1_000, true)), hours, Timestamp(now));
        let limit = 1_000 + 26 * HOUR_MS;
        assert_eq!(at(limit, REHEARSAL_MAX_HOURS).state, State::Fresh);
        assert_eq!(at(limit + 1, REHEARSAL_MAX_HOURS).state, State::Stale);
        assert_eq!(
            at(limit + 1, NonZeroU32::new(27).unwrap()).state,
            State::Fresh
        );
        assert_eq!(at(limit, REHEARSAL_MAX_HOURS).age_s, Some(26 * 3_600));
        // Written by the other site, whose clock is ahead.
        let ahead = at(400, REHEARSAL_MAX_HOURS);
        assert_eq!((ahead.state, ahead.age_s), (State::Fresh, Some(0)));
    }

    #[test]
    fn a_failure_is_a_failure_however_old() {
        for now in [1_000, 1_000 + 90 * HOUR_MS] {
            let standing = Standing::of(
                Some(last(1_000, false)),
                REHEARSAL_MAX_HOURS,
                Timestamp(now),
            );
            assert_eq!(standing.state, State::Failed);
            assert_eq!(standing.passed, Some(false));
        }
    }
}
