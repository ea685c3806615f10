//! How ready a workspace is: what was promised against what is measured, what is not protected and how
//! to mend it, and how far the roll-out is.
//!
//! The module `programme` keeps what people say; what is measured is here, at the site. Answers join
//! both at the moment they are asked for; only that an objective is missed becomes an entry
//! ([`breach`]).

pub mod breach;
pub mod checks;
mod door;
pub mod facts;
pub mod objective;
mod rollout;

pub use door::{
    Door, ObjectiveStandings, ReadinessParams, RolloutParams, StandingCounts, StandingParams,
    routes,
};
pub use rollout::{RolloutPlan, RolloutTask};

use checks::{CHECKS, CheckState, Gap, Seen};
use facts::Facts;
use kernel::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// Gaps of one check that are listed; of more, only how many.
const GAPS_MAX: usize = 50;

/// How ready a workspace is.
#[derive(Debug, Serialize, ToSchema)]
pub struct Readiness {
    /// When this was so.
    pub at: Timestamp,
    /// 0 to 100, rounded down: each check counts by its weight and by how much of it is protected.
    /// What is not known counts as not protected.
    pub score: u64,
    /// Whether every check finds nothing missing.
    pub is_ready: bool,
    /// The checks.
    pub checks: Vec<CheckAnswer>,
}

/// What a check came to.
#[derive(Debug, Serialize, ToSchema)]
pub struct CheckAnswer {
    /// Its name.
    pub name: &'static str,
    /// How much it counts.
    pub weight: u32,
    /// What it asks for, in English.
    pub asks: &'static str,
    /// What it came to.
    pub state: CheckState,
    /// How much of it is protected, in thousandths.
    pub share: u64,
    /// What is not protected; at most 50.
    pub gaps: Vec<Gap>,
    /// How many things are not protected.
    pub gap_count: usize,
    /// How to mend it, in English.
    pub fix: &'static str,
    /// Why nobody can tell, where that is so.
    pub reason: Option<&'static str>,
}

/// How ready a workspace is, by these facts.
#[must_use]
pub fn judge(facts: &Facts) -> Readiness {
    let seen: Vec<Seen> = CHECKS.iter().map(|check| (check.look)(facts)).collect();
    let (mut sum, mut whole) = (0, 0);
    let mut answers = Vec::with_capacity(CHECKS.len());
    for (check, seen) in CHECKS.iter().zip(&seen) {
        sum += seen.share() * u64::from(check.weight);
        whole += 1_000 * u64::from(check.weight);
        answers.push(CheckAnswer {
            name: check.name,
            weight: check.weight,
            asks: check.asks,
            state: seen.state(),
            share: seen.share(),
            gaps: seen.gaps().iter().take(GAPS_MAX).cloned().collect(),
            gap_count: seen.gaps().len(),
            fix: check.fix,
            reason: match seen {
                Seen::NotKnown(reason) => Some(reason),
                Seen::Looked { .. } => None,
            },
        });
    }
    Readiness {
        at: facts.now,
        score: sum * 100 / whole,
        is_ready: seen.iter().all(|seen| seen.state() == CheckState::Ok),
        checks: answers,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use checks::given;

    #[test]
    fn nothing_known_scores_nothing() {
        let readiness = judge(&Facts::default());
        assert_eq!((readiness.score, readiness.is_ready), (0, false));
        let registered = judge(&given::facts(vec![given::asset("mail")]));
        assert!((1..50).contains(&registered.score), "{}", registered.score);
        assert!(!registered.is_ready);
    }

    #[test]
    fn many_gaps_are_counted_and_some_are_listed() {
        let assets = (0..200).map(|n| given::asset(&format!("a{n}"))).collect();
        let readiness = judge(&given::facts(assets));
        let owners = readiness.checks.iter();
        let owners = owners.clone().find(|check| check.name == "asset-owner");
        let owners = owners.unwrap();
        assert_eq!((owners.gaps.len(), owners.gap_count), (50, 200));
        assert_eq!(owners.state, CheckState::Missing);
    }
}
