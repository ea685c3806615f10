//! Readiness checks: each says what is not protected, and how to mend it. One file each.
//!
//! A check is a pure function of [`Facts`]. What is not known is not ready, and an empty register
//! passes no check about assets.

mod asset_impact;
mod asset_objective;
mod asset_owner;
mod asset_stale;
mod contacts_verified;
mod copies;
mod custodians;
mod drill_overdue;
mod finding_overdue;
mod integration_sites;
mod objective_breached;
mod objective_proven;
mod owner_gone;
mod register_filled;
mod rehearsal_fresh;
mod rights_both_sites;
mod role_deputies;
mod second_site;
mod vault_fresh;

#[cfg(test)]
pub mod given;

use super::facts::Facts;
use programme::AssetId;
use programme::queries::MeasuredAsset;
use serde::Serialize;
use utoipa::ToSchema;

/// A check.
pub struct Check {
    /// Its name; clients translate by it.
    pub name: &'static str,
    /// How much it counts.
    pub weight: u32,
    /// What it asks for, in English.
    pub asks: &'static str,
    /// How to mend what is missing, in English.
    pub fix: &'static str,
    /// Looks at the facts.
    pub look: fn(&Facts) -> Seen,
}

/// All checks, in the order in which they are shown.
pub const CHECKS: [Check; 19] = [
    register_filled::CHECK,
    asset_owner::CHECK,
    owner_gone::CHECK,
    asset_impact::CHECK,
    asset_objective::CHECK,
    asset_stale::CHECK,
    objective_proven::CHECK,
    objective_breached::CHECK,
    drill_overdue::CHECK,
    finding_overdue::CHECK,
    second_site::CHECK,
    copies::CHECK,
    rights_both_sites::CHECK,
    vault_fresh::CHECK,
    rehearsal_fresh::CHECK,
    custodians::CHECK,
    role_deputies::CHECK,
    contacts_verified::CHECK,
    integration_sites::CHECK,
];

/// What a check came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CheckState {
    /// Nothing is missing.
    Ok,
    /// Some of it is missing.
    Attention,
    /// All of it is missing.
    Missing,
    /// Nobody can tell; that is not ready.
    NotKnown,
}

/// Something that is not protected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Gap {
    /// What, in words: a name or key.
    pub what: String,
    /// What about it, in English.
    pub detail: String,
    /// The asset, where it is one.
    pub asset_id: Option<AssetId>,
}

/// What a check saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// So many things were looked at, and these are not protected.
    Looked {
        /// How many were looked at.
        of: usize,
        /// What is not protected.
        gaps: Vec<Gap>,
    },
    /// Nobody can tell, for this reason.
    NotKnown(&'static str),
}

impl Seen {
    /// What it comes to.
    #[must_use]
    pub fn state(&self) -> CheckState {
        match self {
            Self::NotKnown(_) => CheckState::NotKnown,
            Self::Looked { gaps, .. } if gaps.is_empty() => CheckState::Ok,
            Self::Looked { of, gaps } if gaps.len() < *of => CheckState::Attention,
            Self::Looked { .. } => CheckState::Missing,
        }
    }

    /// What is not protected.
    #[must_use]
    pub fn gaps(&self) -> &[Gap] {
        match self {
            Self::Looked { gaps, .. } => gaps,
            Self::NotKnown(_) => &[],
        }
    }

    /// How much of it is protected, in thousandths; never all of it while something is missing.
    #[must_use]
    pub fn share(&self) -> u64 {
        match self {
            Self::Looked { gaps, .. } if gaps.is_empty() => 1_000,
            Self::Looked { of, gaps } => {
                let whole = of.saturating_sub(gaps.len()) as u64;
                (whole * 1_000 / (*of).max(1) as u64).min(999)
            }
            Self::NotKnown(_) => 0,
        }
    }

    /// One thing, protected or not.
    fn one(gap: Option<Gap>) -> Self {
        Self::Looked {
            of: 1,
            gaps: gap.into_iter().collect(),
        }
    }

    /// Every asset that is `concerned`, of which those with a `detail` are not protected.
    fn assets<'a>(
        facts: &'a Facts,
        concerned: impl Fn(&MeasuredAsset) -> bool,
        detail: impl Fn(&'a MeasuredAsset) -> Option<String>,
    ) -> Self {
        if facts.programme.assets.is_empty() {
            return Self::one(Some(empty()));
        }
        let concerned: Vec<_> = facts
            .programme
            .assets
            .iter()
            .filter(|asset| concerned(asset))
            .collect();
        let gaps = concerned.iter().filter_map(|asset| {
            detail(asset).map(|detail| Gap {
                what: asset.name.clone(),
                detail,
                asset_id: Some(asset.id),
            })
        });
        Self::Looked {
            gaps: gaps.collect(),
            of: concerned.len(),
        }
    }
}

fn gap(what: impl Into<String>, detail: impl Into<String>) -> Gap {
    Gap {
        what: what.into(),
        detail: detail.into(),
        asset_id: None,
    }
}

/// Where nothing is registered, nothing about assets is ready.
fn empty() -> Gap {
    gap("register", "The register has no asset.")
}

/// Days between two moments, for words.
fn days(ms: i64) -> i64 {
    ms / programme::limits::DAY_MS
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn nothing_is_ready_by_default() {
        let facts = Facts::default();
        for check in CHECKS {
            let seen = (check.look)(&facts);
            assert_ne!(seen.state(), CheckState::Ok, "{}", check.name);
            assert_eq!(seen.share(), 0, "{}", check.name);
        }
    }

    #[test]
    fn every_task_that_facts_show_has_its_check_and_names_are_there_once() {
        let names: BTreeSet<_> = CHECKS.iter().map(|check| check.name).collect();
        assert_eq!(names.len(), CHECKS.len());
        for task in programme::rollout::TASKS {
            if let programme::rollout::DoneBy::Check(name) = task.done_by {
                assert!(names.contains(name), "{name}");
            }
        }
    }

    #[test]
    fn a_share_is_never_whole_while_something_is_missing() {
        let seen = |of, missing| Seen::Looked {
            of,
            gaps: vec![gap("x", "y"); missing],
        };
        assert_eq!(seen(100_000, 1).share(), 999);
        assert_eq!(seen(4, 1).share(), 750);
        assert_eq!((seen(4, 4).share(), seen(0, 0).share()), (0, 1_000));
        assert_eq!(seen(4, 4).state(), CheckState::Missing);
        assert_eq!(Seen::NotKnown("x").share(), 0);
    }
}
