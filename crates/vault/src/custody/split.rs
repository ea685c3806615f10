//! Splitting an identity into shares (Shamir's scheme over GF(256), one polynomial a byte).

use super::combine::combine;
use super::identity::{RecoveryIdentity, SECRET_LEN};
use super::rule::SplitRule;
use super::share::{Claim, SetId, Share, ShareError};
use kernel::{Hash, Random};
use std::convert::Infallible;
use vsss_rs::Gf256;
use zeroize::Zeroizing;

/// Why an identity was not split.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SplitError {
    /// Every share needs a holder, and every holder one share.
    #[error("{names} custodians are named, but there are to be {count} shares")]
    Custodians {
        /// How many names there are.
        names: usize,
        /// How many shares.
        count: u8,
    },
    /// Two holders could not be told apart.
    #[error("custodian {0:?} is named twice")]
    Twice(String),
    /// A name cannot stand in a share.
    #[error("custodian {name:?}: {cause}")]
    Name {
        /// The name.
        name: String,
        /// Why.
        cause: ShareError,
    },
    /// The arithmetic failed, or its result does not give the secret back.
    #[error("the identity could not be split: {0}")]
    Arithmetic(String),
}

/// One share for each custodian, in their order. Before they are handed out it is seen that the
/// first and the last of them give the identity back.
///
/// # Errors
/// When the custodians do not fit the rule.
pub fn split(
    identity: &RecoveryIdentity,
    rule: SplitRule,
    custodians: &[String],
    trust: Hash,
    random: &dyn Random,
) -> Result<Vec<Share>, SplitError> {
    if custodians.len() != usize::from(rule.count()) {
        return Err(SplitError::Custodians {
            names: custodians.len(),
            count: rule.count(),
        });
    }
    for (at, name) in custodians.iter().enumerate() {
        if custodians[..at].contains(name) {
            return Err(SplitError::Twice(name.clone()));
        }
    }
    let (threshold, count) = (usize::from(rule.threshold()), usize::from(rule.count()));
    let parts = Gf256::split_bytes(threshold, count, identity.secret(), Drawn(random))
        .map_err(|e| SplitError::Arithmetic(e.to_string()))?;
    let parts = Zeroizing::new(parts);
    let claim = Claim::new(SetId::make(random), rule, trust, identity);
    let shares = parts
        .iter()
        .zip(custodians)
        .map(|(part, name)| share(claim, part, name))
        .collect::<Result<Vec<_>, _>>()?;
    for some in [&shares[..threshold], &shares[count - threshold..]] {
        let combined = combine(some).map_err(|e| SplitError::Arithmetic(e.to_string()))?;
        if combined.identity != *identity {
            let cause = "the shares give another secret back";
            return Err(SplitError::Arithmetic(cause.into()));
        }
    }
    Ok(shares)
}

/// A share of what the arithmetic gives: the number, then the part.
fn share(claim: Claim, part: &[u8], name: &str) -> Result<Share, SplitError> {
    let (index, part) = part
        .split_first()
        .and_then(|(index, part)| Some((*index, <[u8; SECRET_LEN]>::try_from(part).ok()?)))
        .ok_or_else(|| SplitError::Arithmetic("a part has another length".into()))?;
    Share::new(claim, index, name, Zeroizing::new(part)).map_err(|cause| SplitError::Name {
        name: name.to_owned(),
        cause,
    })
}

/// Our randomness, as the arithmetic takes it.
struct Drawn<'a>(&'a dyn Random);

impl rand_core::TryRng for Drawn<'_> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.0.fill(&mut bytes);
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.0.next_u64())
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.0.fill(bytes);
        Ok(())
    }
}

/// As good as the [`Random`] that is given.
impl rand_core::TryCryptoRng for Drawn<'_> {}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::random::SeededRandom;

    #[test]
    fn custodians_that_do_not_fit_the_rule_are_named() {
        let random = SeededRandom::new(1);
        let identity = RecoveryIdentity::make(&random);
        let rule = SplitRule::new(2, 3).unwrap();
        let fails = |names: &[&str]| {
            let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
            split(&identity, rule, &names, Hash::ZERO, &random).unwrap_err()
        };
        let (names, count) = (2, 3);
        assert_eq!(fails(&["a", "b"]), SplitError::Custodians { names, count });
        assert_eq!(fails(&["a", "b", "a"]), SplitError::Twice("a".into()));
        let (name, cause) = ("b\n".into(), ShareError::Custodian);
        assert_eq!(fails(&["a", "b\n", "c"]), SplitError::Name { name, cause });
    }
}
