//! A [`Share`]: what one custodian holds.

use super::identity::{RecoveryIdentity, SECRET_LEN};
use super::rule::{RuleError, SplitRule};
use kernel::{Hash, Random};
use zeroize::Zeroizing;

/// Bytes of a custodian's name, at most.
pub const CUSTODIAN_MAX: usize = 60;

const VERSION: u8 = 1;
const SET_LEN: usize = 8;
const COMMITMENT_LEN: usize = 16;
/// Version, set, threshold, count, index, commitment, trust, part; the custodian's name follows.
const FIXED_LEN: usize = 1 + SET_LEN + 3 + COMMITMENT_LEN + 32 + SECRET_LEN;

/// Names one split: shares of one set fit together.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SetId([u8; SET_LEN]);

impl SetId {
    /// A new one.
    #[must_use]
    pub fn make(random: &dyn Random) -> Self {
        let mut bytes = [0; SET_LEN];
        random.fill(&mut bytes);
        Self(bytes)
    }
}

impl std::fmt::Display for SetId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&kernel::hex::encode(&self.0))
    }
}

impl std::fmt::Debug for SetId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SetId({self})")
    }
}

/// What all shares of one split say alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Claim {
    /// The split.
    pub set: SetId,
    /// How many there are and are needed.
    pub rule: SplitRule,
    /// Digest of the trust that was made with it.
    pub trust: Hash,
    /// What the combined secret has to agree with.
    pub(super) commitment: Commitment,
}

/// A hash of the secret and of everything the shares say, so that shares which were altered or made
/// up do not combine to a secret that is taken for the real one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Commitment([u8; COMMITMENT_LEN]);

impl Claim {
    pub(super) fn new(
        set: SetId,
        rule: SplitRule,
        trust: Hash,
        identity: &RecoveryIdentity,
    ) -> Self {
        let commitment = Commitment::to(set, rule, trust, identity);
        Self {
            set,
            rule,
            trust,
            commitment,
        }
    }

    /// Whether it is this identity that was split.
    pub(super) fn is_of(&self, identity: &RecoveryIdentity) -> bool {
        Commitment::to(self.set, self.rule, self.trust, identity) == self.commitment
    }
}

impl Commitment {
    fn to(set: SetId, rule: SplitRule, trust: Hash, identity: &RecoveryIdentity) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key("sekoci 2026 recovery identity commitment");
        hasher
            .update(identity.secret())
            .update(&set.0)
            .update(&[rule.threshold(), rule.count()])
            .update(&trust.0);
        let mut bytes = [0; COMMITMENT_LEN];
        hasher.finalize_xof().fill(&mut bytes);
        Self(bytes)
    }
}

/// One custodian's share. Its memory is wiped when it is dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Share {
    claim: Claim,
    index: u8,
    custodian: String,
    part: Zeroizing<[u8; SECRET_LEN]>,
}

/// Why bytes or fields are no share.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShareError {
    /// A version of another release.
    #[error("share version {0} is unknown to this release")]
    Version(u8),
    /// It ends too early.
    #[error("the share is cut short: it has {0} bytes")]
    Short(usize),
    /// Threshold and count make no sense.
    #[error("the share's rule: {0}")]
    Rule(#[from] RuleError),
    /// It claims a place that its set does not have.
    #[error("the share says that it is number {index} of {count}")]
    Index {
        /// Its number.
        index: u8,
        /// How many there are.
        count: u8,
    },
    /// The name is empty, too long or not plain text.
    #[error("a custodian's name has 1 to {CUSTODIAN_MAX} bytes of plain text on one line")]
    Custodian,
}

impl Share {
    pub(super) fn new(
        claim: Claim,
        index: u8,
        custodian: &str,
        part: Zeroizing<[u8; SECRET_LEN]>,
    ) -> Result<Self, ShareError> {
        let count = claim.rule.count();
        if index == 0 || index > count {
            return Err(ShareError::Index { index, count });
        }
        Ok(Self {
            claim,
            index,
            custodian: checked_name(custodian)?.to_owned(),
            part,
        })
    }

    /// What it says alike with the others of its split.
    #[must_use]
    pub const fn claim(&self) -> &Claim {
        &self.claim
    }

    /// Its number, from 1.
    #[must_use]
    pub const fn index(&self) -> u8 {
        self.index
    }

    /// Whose it is.
    #[must_use]
    pub fn custodian(&self) -> &str {
        &self.custodian
    }

    pub(super) fn part(&self) -> &[u8; SECRET_LEN] {
        &self.part
    }

    /// The share as bytes, its number and part among them.
    pub(super) fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let Claim {
            set,
            rule,
            trust,
            commitment,
        } = &self.claim;
        // All at once, so that no half of it is left behind by a vector that grew.
        let mut bytes = Vec::with_capacity(FIXED_LEN + self.custodian.len());
        bytes.push(VERSION);
        bytes.extend(set.0);
        bytes.extend([rule.threshold(), rule.count(), self.index]);
        bytes.extend(commitment.0);
        bytes.extend(trust.0);
        bytes.extend(*self.part);
        bytes.extend(self.custodian.as_bytes());
        Zeroizing::new(bytes)
    }

    /// Reads what [`Share::to_bytes`] made.
    pub(super) fn from_bytes(bytes: &[u8]) -> Result<Self, ShareError> {
        let short = || ShareError::Short(bytes.len());
        match bytes.first() {
            Some(&VERSION) => {}
            Some(&other) => return Err(ShareError::Version(other)),
            None => return Err(short()),
        }
        let (fixed, name) = bytes.split_at_checked(FIXED_LEN).ok_or_else(short)?;
        let mut rest = &fixed[1..];
        let set = SetId(take(&mut rest).ok_or_else(short)?);
        let [threshold, count, index] = take(&mut rest).ok_or_else(short)?;
        let commitment = Commitment(take(&mut rest).ok_or_else(short)?);
        let trust = Hash(take(&mut rest).ok_or_else(short)?);
        let part = Zeroizing::new(take(&mut rest).ok_or_else(short)?);
        let claim = Claim {
            set,
            rule: SplitRule::new(threshold, count)?,
            trust,
            commitment,
        };
        let name = str::from_utf8(name).map_err(|_| ShareError::Custodian)?;
        Self::new(claim, index, name, part)
    }
}

fn take<const LEN: usize>(from: &mut &[u8]) -> Option<[u8; LEN]> {
    let (first, rest) = from.split_first_chunk()?;
    *from = rest;
    Some(*first)
}

/// The name, if a custodian can be called so.
///
/// # Errors
/// [`ShareError::Custodian`].
pub fn checked_name(name: &str) -> Result<&str, ShareError> {
    let plain = !name.trim().is_empty() && !name.chars().any(char::is_control);
    if plain && name.len() <= CUSTODIAN_MAX {
        return Ok(name);
    }
    Err(ShareError::Custodian)
}

impl std::fmt::Debug for Share {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Share")
            .field("claim", &self.claim)
            .field("index", &self.index)
            .field("custodian", &self.custodian)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use kernel::random::SeededRandom;

    pub(in super::super) fn share(custodian: &str) -> Share {
        let random = SeededRandom::new(1);
        let identity = RecoveryIdentity::make(&random);
        let rule = SplitRule::new(2, 3).unwrap();
        let claim = Claim::new(SetId::make(&random), rule, Hash([7; 32]), &identity);
        let mut part = Zeroizing::new([0; SECRET_LEN]);
        random.fill(&mut *part);
        Share::new(claim, 3, custodian, part).unwrap()
    }

    #[test]
    fn it_comes_back_from_its_bytes() {
        let share = share("Ana – records");
        assert_eq!(Share::from_bytes(&share.to_bytes()), Ok(share));
    }

    #[test]
    fn what_is_wrong_with_bytes_is_named() {
        let bytes = share("Ana").to_bytes();
        let altered = |at: usize, to: u8| {
            let mut bytes = bytes.clone();
            bytes[at] = to;
            Share::from_bytes(&bytes).unwrap_err()
        };
        assert_eq!(altered(0, 9), ShareError::Version(9));
        let one = RuleError::ThresholdTooSmall(1);
        assert_eq!(altered(9, 1), ShareError::Rule(one));
        let (index, count) = (4, 3);
        assert_eq!(altered(11, 4), ShareError::Index { index, count });
        assert_eq!(altered(FIXED_LEN, b'\n'), ShareError::Custodian);
        assert_eq!(altered(FIXED_LEN, 0xff), ShareError::Custodian);
        for len in 0..FIXED_LEN {
            let cut = Share::from_bytes(&bytes[..len]);
            assert_eq!(cut, Err(ShareError::Short(len)));
        }
        let nameless = Share::from_bytes(&bytes[..FIXED_LEN]);
        assert_eq!(nameless, Err(ShareError::Custodian));
    }

    #[test]
    fn it_does_not_show_its_part() {
        let share = share("Ana");
        let shown = format!("{share:?}");
        let part = kernel::hex::encode(share.part());
        assert!(shown.contains("Ana") && !shown.contains(&part), "{shown}");
        assert!(!shown.contains(&format!("{:?}", share.part())));
    }
}
