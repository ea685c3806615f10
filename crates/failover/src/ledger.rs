//! How often each step worked, minute by minute: what availability is counted from.
//!
//! A minute of a step at a site is judged by the other vantage points: a site that is cut off sees
//! itself up. Its own observations count only where nobody else looked.

use crate::observation::Observation;
use kernel::{SiteName, Timestamp};
use serde::Serialize;
use std::collections::BTreeMap;

const MINUTE_MS: i64 = 60_000;
/// Minutes in a window: what is recorded together.
pub const WINDOW_MINUTES: usize = 5;
const WINDOW_MS: i64 = MINUTE_MS * WINDOW_MINUTES as i64;
/// A window waits this long for what other vantage points saw at its end.
const GRACE_MS: i64 = 15_000;

/// Steps tried in the minutes of one window, by the site and the step.
#[derive(Debug, Default)]
pub struct Ledger {
    windows: BTreeMap<i64, BTreeMap<(SiteName, &'static str), Minutes>>,
    /// Windows before this one were given away.
    taken_until: Option<i64>,
}

#[derive(Debug, Default)]
struct Minutes {
    module: &'static str,
    by_others: [Tally; WINDOW_MINUTES],
    by_itself: [Tally; WINDOW_MINUTES],
}

#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    tried: u32,
    failed: u32,
    worst_ms: i64,
}

/// What was seen in one window.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Window {
    /// When it began; a multiple of its length since the Unix epoch.
    pub started_at: Timestamp,
    /// One line for each step at each site.
    pub lines: Vec<Line>,
}

/// A step at a site in the minutes of a window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// The site.
    pub site: SiteName,
    /// The module that had to answer.
    pub module: &'static str,
    /// The step.
    pub step: &'static str,
    /// How often it was tried, minute by minute. Zero: not measured.
    pub tried: [u32; WINDOW_MINUTES],
    /// How often it failed.
    pub failed: [u32; WINDOW_MINUTES],
    /// The longest it took, in milliseconds.
    pub worst_ms: [i64; WINDOW_MINUTES],
}

impl Ledger {
    /// Counts what was seen. What is older than the windows given away comes too late to count.
    pub fn add(&mut self, observation: &Observation) {
        let at = observation.at.millis();
        let window = at.div_euclid(WINDOW_MS);
        let Ok(minute) = usize::try_from(at.rem_euclid(WINDOW_MS) / MINUTE_MS) else {
            return;
        };
        if self.taken_until.is_some_and(|until| window < until) {
            return;
        }
        let key = (observation.site.clone(), observation.step.as_str());
        let minutes = self
            .windows
            .entry(window)
            .or_default()
            .entry(key)
            .or_default();
        minutes.module = observation.step.module();
        let tallies = match observation.vantage == observation.site {
            true => &mut minutes.by_itself,
            false => &mut minutes.by_others,
        };
        tallies[minute].add(observation);
    }

    /// The windows that have ended by `now`, oldest first, each given once.
    pub fn take(&mut self, now: Timestamp) -> Vec<Window> {
        let until = (now.millis() - GRACE_MS).div_euclid(WINDOW_MS);
        let open = self.windows.split_off(&until);
        self.taken_until = self.taken_until.max(Some(until));
        std::mem::replace(&mut self.windows, open)
            .into_iter()
            .map(|(window, steps)| Window {
                started_at: Timestamp(window * WINDOW_MS),
                lines: steps.into_iter().map(line).collect(),
            })
            .collect()
    }
}

impl Tally {
    fn add(&mut self, observation: &Observation) {
        self.tried += 1;
        self.failed += u32::from(observation.failure.is_some());
        self.worst_ms = self.worst_ms.max(observation.took_ms);
    }
}

fn line(((site, step), minutes): ((SiteName, &'static str), Minutes)) -> Line {
    let judged: [Tally; WINDOW_MINUTES] = std::array::from_fn(|at| match minutes.by_others[at] {
        Tally { tried: 0, .. } => minutes.by_itself[at],
        others => others,
    });
    Line {
        site,
        module: minutes.module,
        step,
        tried: judged.map(|tally| tally.tried),
        failed: judged.map(|tally| tally.failed),
        worst_ms: judged.map(|tally| tally.worst_ms),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observation::Step;

    fn name(name: &str) -> SiteName {
        SiteName::new(name).unwrap()
    }

    fn see(ledger: &mut Ledger, vantage: &str, at: i64, works: bool) {
        ledger.add(&Observation {
            vantage: name(vantage),
            site: name("a"),
            step: Step::Session,
            at: Timestamp(at),
            took_ms: 7,
            failure: (!works).then(|| "no answer".into()),
        });
    }

    #[test]
    fn a_window_is_given_once_and_only_when_it_has_ended() {
        let mut ledger = Ledger::default();
        see(&mut ledger, "b", WINDOW_MS - 1, true);
        see(&mut ledger, "b", WINDOW_MS, true);
        assert_eq!(ledger.take(Timestamp(WINDOW_MS + 1_000)), []);
        let taken = ledger.take(Timestamp(WINDOW_MS + GRACE_MS));
        assert_eq!(taken.len(), 1);
        assert_eq!(taken[0].started_at, Timestamp(0));
        assert_eq!(taken[0].lines[0].tried, [0, 0, 0, 0, 1]);
        assert_eq!(taken[0].lines[0].module, "installation");
        see(&mut ledger, "w", WINDOW_MS - 1, false);
        assert_eq!(ledger.take(Timestamp(WINDOW_MS + GRACE_MS)), []);
    }

    #[test]
    fn a_site_that_only_sees_itself_is_not_up() {
        let mut ledger = Ledger::default();
        for at in [1_000, 2_000] {
            see(&mut ledger, "a", at, true);
            see(&mut ledger, "b", at, false);
        }
        see(&mut ledger, "a", MINUTE_MS, true);
        let line = ledger.take(Timestamp(WINDOW_MS * 2))[0].lines[0].clone();
        assert_eq!(line.tried, [2, 1, 0, 0, 0]);
        assert_eq!(line.failed, [2, 0, 0, 0, 0]);
        assert_eq!(line.worst_ms, [7, 7, 0, 0, 0]);
    }
}
