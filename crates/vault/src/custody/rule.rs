//! The [`SplitRule`]: how many shares there are, and how many of them are needed.

use serde::{Deserialize, Serialize};

/// The most custodians.
pub const COUNT_MAX: u8 = 32;

/// "K of N": N shares, of which any K give the secret back and K - 1 say nothing about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct SplitRule {
    threshold: u8,
    count: u8,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unchecked {
    threshold: u8,
    count: u8,
}

/// Why there is no such rule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// Every share would be the secret.
    #[error(
        "threshold {0}: at least 2 custodians must be needed, or each of them could read alone"
    )]
    ThresholdTooSmall(u8),
    /// The secret could never be had again.
    #[error("threshold {threshold}: more than the {count} custodians there are")]
    ThresholdTooLarge {
        /// How many are needed.
        threshold: u8,
        /// How many there are.
        count: u8,
    },
    /// More than can be handled.
    #[error("{0} custodians: at most {COUNT_MAX} are possible")]
    CountTooLarge(u8),
}

impl SplitRule {
    /// `threshold` of `count`.
    ///
    /// # Errors
    /// Unless 2 ≤ `threshold` ≤ `count` ≤ [`COUNT_MAX`].
    pub const fn new(threshold: u8, count: u8) -> Result<Self, RuleError> {
        if count > COUNT_MAX {
            return Err(RuleError::CountTooLarge(count));
        }
        if threshold < 2 {
            return Err(RuleError::ThresholdTooSmall(threshold));
        }
        if threshold > count {
            return Err(RuleError::ThresholdTooLarge { threshold, count });
        }
        Ok(Self { threshold, count })
    }

    /// How many shares are needed.
    #[must_use]
    pub const fn threshold(self) -> u8 {
        self.threshold
    }

    /// How many shares there are.
    #[must_use]
    pub const fn count(self) -> u8 {
        self.count
    }
}

impl TryFrom<Unchecked> for SplitRule {
    type Error = RuleError;
    fn try_from(rule: Unchecked) -> Result<Self, RuleError> {
        Self::new(rule.threshold, rule.count)
    }
}

impl std::fmt::Display for SplitRule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} of {}", self.threshold, self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_person_alone_never_suffices_and_nobody_is_needed_twice() {
        for (threshold, count) in [(2, 2), (2, 3), (3, 5), (32, 32)] {
            let rule = SplitRule::new(threshold, count).unwrap();
            assert_eq!((rule.threshold(), rule.count()), (threshold, count));
        }
        for (threshold, count) in [(0, 0), (0, 3), (1, 1), (1, 3), (4, 3), (2, 33), (2, 255)] {
            assert!(SplitRule::new(threshold, count).is_err());
            let json = serde_json::json!({ "threshold": threshold, "count": count });
            assert!(serde_json::from_value::<SplitRule>(json).is_err());
        }
    }
}
