//! Combining shares, and finding out those that are not genuine.
//!
//! What comes out is held against the commitment in the shares, so a made-up share never leads to a
//! wrong secret. With more shares than are needed, those that do not fit are named.

use super::identity::{RecoveryIdentity, SECRET_LEN};
use super::share::{Claim, SetId, Share};
use super::subsets::{are_all, subsets};
use vsss_rs::Gf256;
use zeroize::Zeroizing;

/// Names a share without saying anything of its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The share's number.
    pub index: u8,
    /// Whose it is.
    pub custodian: String,
}

impl std::fmt::Display for Holder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "share {} ({})", self.index, self.custodian)
    }
}

impl Share {
    /// Its number and whose it is.
    #[must_use]
    pub fn holder(&self) -> Holder {
        Holder {
            index: self.index(),
            custodian: self.custodian().to_owned(),
        }
    }
}

/// What shares gave back.
#[derive(Debug)]
pub struct Combined {
    /// The identity that was split.
    pub identity: RecoveryIdentity,
    /// What the shares say of it.
    pub claim: Claim,
    /// Shares that are not what was handed out: altered or made up.
    pub not_genuine: Vec<Holder>,
}

/// Why shares give nothing back.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CombineError {
    /// No share at all.
    #[error("no share was given")]
    None,
    /// Shares of another split.
    #[error(
        "{holder} belongs to set {found}, the others to set {expected}: shares of different sets do not fit together"
    )]
    OtherSet {
        /// The odd one.
        holder: Holder,
        /// Its set.
        found: SetId,
        /// The set of the most.
        expected: SetId,
    },
    /// A share that says other things of the same split.
    #[error(
        "{holder} says another {what} than the others of its set: it is not genuine, or they are not"
    )]
    Contradiction {
        /// The odd one.
        holder: Holder,
        /// What it contradicts.
        what: &'static str,
    },
    /// A share was given twice.
    #[error("{0} was given twice; every share counts once")]
    Twice(Holder),
    /// Two different shares claim the same number.
    #[error("{0} and {1} have the same number and differ: at least one of them is not genuine")]
    Impostor(Holder, Holder),
    /// Not enough.
    #[error("{given} shares were given and {needed} are needed")]
    TooFew {
        /// How many there are.
        given: usize,
        /// How many it takes.
        needed: u8,
    },
    /// Enough, but they do not fit.
    #[error(
        "the {0} shares do not fit together: at least one of them is not genuine; with one share more it can be found out which"
    )]
    NotGenuine(usize),
    /// More than enough, but no selection fits.
    #[error(
        "no {needed} of the {given} shares fit together: at least {} of them are not genuine",
        given - usize::from(*needed) + 1
    )]
    TooFewGenuine {
        /// How many there are.
        given: usize,
        /// How many genuine ones it takes.
        needed: u8,
    },
    /// There are too many selections to try them all.
    #[error(
        "none of the selections tried of {needed} among {given} shares fit together: several are not genuine; give fewer, those that are surest"
    )]
    NotFound {
        /// How many there are.
        given: usize,
        /// How many genuine ones it takes.
        needed: u8,
    },
    /// The arithmetic refused.
    #[error("the shares cannot be combined: {0}")]
    Arithmetic(String),
}

/// Combines shares of one split.
///
/// # Errors
/// When they are too few, of different splits, or not genuine.
pub fn combine(shares: &[Share]) -> Result<Combined, CombineError> {
    let claim = agreed(shares)?;
    each_once(shares)?;
    let needed = claim.rule.threshold();
    let given = shares.len();
    if given < usize::from(needed) {
        return Err(CombineError::TooFew { given, needed });
    }
    for members in subsets(given, needed.into()) {
        let chosen: Vec<&Share> = members.iter().map(|&at| &shares[at]).collect();
        let identity = RecoveryIdentity::from_secret(secret(&chosen)?);
        if !claim.is_of(&identity) {
            continue;
        }
        let mut not_genuine = Vec::new();
        for (at, share) in shares.iter().enumerate() {
            if !members.contains(&at) && !fits(share, &chosen, &identity)? {
                not_genuine.push(share.holder());
            }
        }
        return Ok(Combined {
            identity,
            claim,
            not_genuine,
        });
    }
    Err(match given - usize::from(needed) {
        0 => CombineError::NotGenuine(given),
        _ if are_all(given, needed.into()) => CombineError::TooFewGenuine { given, needed },
        _ => CombineError::NotFound { given, needed },
    })
}

/// What the most shares say; every other one is refused by name.
fn agreed(shares: &[Share]) -> Result<Claim, CombineError> {
    let like = |claim: &Claim| shares.iter().filter(|s| s.claim() == claim).count();
    // Of those that are as many, the first counts: `max_by_key` would take the last.
    let most = shares
        .iter()
        .rev()
        .map(Share::claim)
        .max_by_key(|c| like(c));
    let expected = *most.ok_or(CombineError::None)?;
    let Some(odd) = shares.iter().find(|share| *share.claim() != expected) else {
        return Ok(expected);
    };
    let (holder, found) = (odd.holder(), odd.claim());
    if found.set != expected.set {
        return Err(CombineError::OtherSet {
            holder,
            found: found.set,
            expected: expected.set,
        });
    }
    let what = if found.rule.threshold() != expected.rule.threshold() {
        "threshold"
    } else if found.rule.count() != expected.rule.count() {
        "number of custodians"
    } else if found.trust != expected.trust {
        "trust"
    } else {
        "commitment"
    };
    Err(CombineError::Contradiction { holder, what })
}

fn each_once(shares: &[Share]) -> Result<(), CombineError> {
    for (at, share) in shares.iter().enumerate() {
        let same = |other: &&Share| other.index() == share.index();
        match shares[..at].iter().find(same) {
            Some(first) if first == share => return Err(CombineError::Twice(share.holder())),
            Some(first) => return Err(CombineError::Impostor(first.holder(), share.holder())),
            None => {}
        }
    }
    Ok(())
}

/// Whether `share` lies on the polynomial of the chosen, which give `identity`.
fn fits(
    share: &Share,
    chosen: &[&Share],
    identity: &RecoveryIdentity,
) -> Result<bool, CombineError> {
    let mut exchanged = chosen.to_vec();
    exchanged[0] = share;
    Ok(*secret(&exchanged)? == *identity.secret())
}

fn secret(shares: &[&Share]) -> Result<Zeroizing<[u8; SECRET_LEN]>, CombineError> {
    let failed = |cause: String| CombineError::Arithmetic(cause);
    let parts: Vec<Vec<u8>> = shares.iter().map(|share| numbered(share)).collect();
    let parts = Zeroizing::new(parts);
    let bytes = Gf256::combine_bytes(&parts[..]).map_err(|e| failed(e.to_string()))?;
    let bytes = Zeroizing::new(bytes);
    let secret = <[u8; SECRET_LEN]>::try_from(bytes.as_slice());
    secret
        .map(Zeroizing::new)
        .map_err(|_| failed(format!("{} bytes came out", bytes.len())))
}

/// A share as the arithmetic takes it: the number, then the part.
fn numbered(share: &Share) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(1 + SECRET_LEN);
    bytes.push(share.index());
    bytes.extend(share.part());
    bytes
}

#[cfg(test)]
mod tests;
