//! The observations of all vantage points, and what they mean together.

use crate::ledger::{Ledger, Window};
use crate::observation::{Deed, Observation, Report, Step};
use kernel::{SiteName, Timestamp};
use serde::Serialize;
use std::collections::{BTreeMap, VecDeque};

/// Observations kept per vantage point, site and step.
const KEPT: usize = 16;
/// Failures in a row that make an opinion.
const FAILURES: usize = 3;
/// Older observations say nothing about now. Three looks at a silent site take a second each, and they
/// must all count when the third is told.
const FRESH_MS: i64 = 8_000;
/// Votes that make a verdict.
const VOTES: usize = 2;
/// Deeds kept.
const DEEDS_KEPT: usize = 32;

/// What one vantage point thinks of a site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Opinion {
    /// It answers.
    Up,
    /// It did not answer several times in a row.
    Down,
    /// Nothing fresh is known.
    Unknown,
}

/// What all vantage points together say of a site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// The site.
    pub site: SiteName,
    /// The result of the vote.
    pub opinion: Opinion,
    /// The votes behind it.
    pub votes: BTreeMap<SiteName, Opinion>,
}

/// All that was seen lately.
#[derive(Debug, Default)]
pub struct Board {
    seen: BTreeMap<(SiteName, SiteName, Step), VecDeque<Observation>>,
    deeds: VecDeque<Deed>,
    ledger: Ledger,
}

impl Board {
    /// Adds what a node reported; what is known already is passed over. Times are taken as
    /// reported: nodes whose clocks differ are told apart by [`Board::verdict`]'s freshness, which
    /// callers feed with receive times.
    pub fn add(&mut self, report: Report) {
        for observation in report.observations {
            let key = (
                observation.vantage.clone(),
                observation.site.clone(),
                observation.step,
            );
            let seen = self.seen.entry(key).or_default();
            if seen.back().is_none_or(|last| last.at < observation.at) {
                self.ledger.add(&observation);
                seen.push_back(observation);
                if seen.len() > KEPT {
                    seen.pop_front();
                }
            }
        }
        for deed in report.deeds {
            if !self.deeds.contains(&deed) {
                self.deeds.push_back(deed);
                if self.deeds.len() > DEEDS_KEPT {
                    self.deeds.pop_front();
                }
            }
        }
    }

    /// What `vantage` reports to the others.
    #[must_use]
    pub fn report_of(&self, vantage: &SiteName) -> Report {
        let own = self.seen.iter().filter(|((by, _, _), _)| by == vantage);
        let observations = own.flat_map(|(_, seen)| seen.iter().rev().take(FAILURES).rev());
        Report {
            observations: observations.cloned().collect(),
            deeds: self
                .deeds
                .iter()
                .filter(|deed| deed.by == *vantage)
                .cloned()
                .collect(),
        }
    }

    /// The windows of the availability ledger that have ended by `now`, each given once.
    pub fn take_windows(&mut self, now: Timestamp) -> Vec<Window> {
        self.ledger.take(now)
    }

    /// All deeds known.
    pub fn deeds(&self) -> impl Iterator<Item = &Deed> {
        self.deeds.iter()
    }

    /// What one vantage point thinks of a site at `now`.
    #[must_use]
    pub fn opinion(&self, vantage: &SiteName, site: &SiteName, now: Timestamp) -> Opinion {
        let key = (vantage.clone(), site.clone(), Step::Session);
        let Some(seen) = self.seen.get(&key) else {
            return Opinion::Unknown;
        };
        let fresh = |o: &&Observation| now.since(o.at) <= FRESH_MS;
        let latest: Vec<&Observation> = seen.iter().rev().take(FAILURES).filter(fresh).collect();
        match latest.first() {
            None => Opinion::Unknown,
            Some(last) if last.failure.is_none() => Opinion::Up,
            Some(_) if latest.len() == FAILURES && latest.iter().all(|o| o.failure.is_some()) => {
                Opinion::Down
            }
            Some(_) => Opinion::Unknown,
        }
    }

    /// What the vantage points together say of a site at `now`: two of them make a verdict.
    #[must_use]
    pub fn verdict(&self, vantages: &[SiteName], site: &SiteName, now: Timestamp) -> Verdict {
        let votes: BTreeMap<SiteName, Opinion> = vantages
            .iter()
            .map(|vantage| (vantage.clone(), self.opinion(vantage, site, now)))
            .collect();
        let count = |opinion| votes.values().filter(|vote| **vote == opinion).count();
        let needed = VOTES.min(vantages.len());
        let opinion = if count(Opinion::Down) >= needed {
            Opinion::Down
        } else if count(Opinion::Up) >= needed {
            Opinion::Up
        } else {
            Opinion::Unknown
        };
        Verdict {
            site: site.clone(),
            opinion,
            votes,
        }
    }

    /// When a step last worked at a site, seen from anywhere.
    #[must_use]
    pub fn last_good(&self, site: &SiteName, step: Step) -> Option<Timestamp> {
        let about = self
            .seen
            .iter()
            .filter(|((_, of, s), _)| of == site && *s == step);
        about
            .flat_map(|(_, seen)| seen)
            .filter(|o| o.failure.is_none())
            .map(|o| o.at)
            .max()
    }

    /// The latest observation of each kind, for the console.
    #[must_use]
    pub fn latest(&self) -> Vec<&Observation> {
        self.seen.values().filter_map(VecDeque::back).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(name: &str) -> SiteName {
        SiteName::new(name).unwrap()
    }

    fn see(board: &mut Board, vantage: &str, at: i64, works: bool) {
        board.add(Report {
            observations: vec![Observation {
                vantage: name(vantage),
                site: name("a"),
                step: Step::Session,
                at: Timestamp(at),
                took_ms: 1,
                failure: (!works).then(|| "no answer".into()),
            }],
            deeds: Vec::new(),
        });
    }

    fn verdict(board: &Board, now: i64) -> Opinion {
        board
            .verdict(
                &[name("a"), name("b"), name("w")],
                &name("a"),
                Timestamp(now),
            )
            .opinion
    }

    #[test]
    fn one_vantage_point_alone_decides_nothing() {
        let mut board = Board::default();
        for at in [1_000, 1_500, 2_000] {
            see(&mut board, "b", at, false);
        }
        assert_eq!(verdict(&board, 2_000), Opinion::Unknown);
        for at in [1_000, 1_500, 2_000] {
            see(&mut board, "w", at, false);
        }
        assert_eq!(verdict(&board, 2_000), Opinion::Down);
    }

    #[test]
    fn a_site_that_only_sees_itself_is_lost_to_the_others() {
        let mut board = Board::default();
        for at in [1_000, 1_500, 2_000] {
            see(&mut board, "a", at, true);
            see(&mut board, "b", at, false);
            see(&mut board, "w", at, false);
        }
        assert_eq!(verdict(&board, 2_000), Opinion::Down);
    }

    #[test]
    fn two_failures_in_a_row_are_not_enough() {
        let mut board = Board::default();
        for vantage in ["b", "w"] {
            see(&mut board, vantage, 1_000, true);
            see(&mut board, vantage, 1_500, false);
            see(&mut board, vantage, 2_000, false);
        }
        assert_eq!(verdict(&board, 2_000), Opinion::Unknown);
    }

    #[test]
    fn stale_observations_say_nothing() {
        let mut board = Board::default();
        for vantage in ["a", "b", "w"] {
            see(&mut board, vantage, 1_000, true);
        }
        assert_eq!(verdict(&board, 2_000), Opinion::Up);
        assert_eq!(verdict(&board, 60_000), Opinion::Unknown);
    }
}
