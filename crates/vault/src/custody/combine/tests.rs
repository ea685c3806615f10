use super::*;
use crate::custody::{SplitRule, split};
use kernel::random::SeededRandom;
use kernel::{Hash, Random};
use proptest::prelude::*;

fn dealt(seed: u64, threshold: u8, count: u8) -> (RecoveryIdentity, Vec<Share>) {
    let random = SeededRandom::new(seed);
    let identity = RecoveryIdentity::make(&random);
    let rule = SplitRule::new(threshold, count).unwrap();
    let names: Vec<_> = (1..=count).map(|n| format!("custodian {n}")).collect();
    let shares = split(&identity, rule, &names, Hash([7; 32]), &random).unwrap();
    (identity, shares)
}

/// The same share in every respect but what it holds.
fn forged(share: &Share) -> Share {
    let mut part = Zeroizing::new([0; SECRET_LEN]);
    SeededRandom::new(u64::from(share.index())).fill(&mut *part);
    Share::new(*share.claim(), share.index(), share.custodian(), part).unwrap()
}

/// The same share with another claim.
fn saying(share: &Share, claim: Claim) -> Share {
    let part = Zeroizing::new(*share.part());
    Share::new(claim, share.index(), share.custodian(), part).unwrap()
}

fn fails(shares: &[Share]) -> CombineError {
    combine(shares).unwrap_err()
}

#[test]
fn every_selection_of_enough_shares_gives_the_identity_back() {
    for count in 2..=6 {
        for threshold in 2..=count {
            let (identity, shares) = dealt(u64::from(count), threshold, count);
            for size in usize::from(threshold)..=usize::from(count) {
                for members in subsets(usize::from(count), size) {
                    let some: Vec<_> = members.iter().map(|&at| shares[at].clone()).collect();
                    let combined = combine(&some).unwrap();
                    assert_eq!(combined.identity, identity);
                    assert_eq!(combined.not_genuine, []);
                }
            }
        }
    }
}

#[test]
fn one_share_fewer_is_refused_whichever_they_are() {
    let (_, shares) = dealt(1, 4, 6);
    for size in 1..4 {
        for members in subsets(6, size) {
            let some: Vec<_> = members.iter().map(|&at| shares[at].clone()).collect();
            let (given, needed) = (size, 4);
            assert_eq!(fails(&some), CombineError::TooFew { given, needed });
        }
    }
    assert_eq!(fails(&[]), CombineError::None);
}

#[test]
fn with_no_share_to_spare_a_forged_one_is_noticed() {
    let (_, shares) = dealt(1, 3, 5);
    for at in 0..3 {
        let mut some = shares[..3].to_vec();
        some[at] = forged(&some[at]);
        assert_eq!(fails(&some), CombineError::NotGenuine(3));
    }
}

#[test]
fn with_shares_to_spare_the_forged_ones_are_named() {
    let (identity, shares) = dealt(1, 3, 5);
    for wrong in subsets(5, 2) {
        let mut some = shares.clone();
        for &at in &wrong {
            some[at] = forged(&some[at]);
        }
        let combined = combine(&some).unwrap();
        assert_eq!(combined.identity, identity);
        let named: Vec<_> = wrong.iter().map(|&at| shares[at].holder()).collect();
        assert_eq!(combined.not_genuine, named);
    }
    let mut some = shares;
    for share in &mut some[..3] {
        *share = forged(share);
    }
    let (given, needed) = (5, 3);
    let found = fails(&some);
    assert_eq!(found, CombineError::TooFewGenuine { given, needed });
    assert!(found.to_string().contains("at least 3 of them"), "{found}");
}

#[test]
fn many_shares_with_forged_ones_among_them_are_sorted_out() {
    let (identity, mut shares) = dealt(2, 16, 32);
    for at in [0, 5, 31] {
        shares[at] = forged(&shares[at]);
    }
    let combined = combine(&shares).unwrap();
    assert_eq!(combined.identity, identity);
    let named: Vec<_> = combined.not_genuine.iter().map(|h| h.index).collect();
    assert_eq!(named, [1, 6, 32]);
}

#[test]
fn a_share_given_twice_counts_once_and_is_named() {
    let (_, shares) = dealt(1, 3, 5);
    let some = [shares[0].clone(), shares[1].clone(), shares[0].clone()];
    assert_eq!(fails(&some), CombineError::Twice(shares[0].holder()));
    let mut some = shares[..3].to_vec();
    some.push(forged(&shares[1]));
    let holder = shares[1].holder();
    assert_eq!(fails(&some), CombineError::Impostor(holder.clone(), holder));
}

#[test]
fn shares_of_another_split_are_named() {
    let (_, ours) = dealt(1, 3, 5);
    let (_, theirs) = dealt(2, 3, 5);
    let some = [ours[0].clone(), theirs[1].clone(), ours[2].clone()];
    let other = CombineError::OtherSet {
        holder: theirs[1].holder(),
        found: theirs[1].claim().set,
        expected: ours[0].claim().set,
    };
    assert_eq!(fails(&some), other);
    assert_eq!(fails(&[theirs[1].clone(), ours[0].clone()]), {
        CombineError::OtherSet {
            holder: ours[0].holder(),
            found: ours[0].claim().set,
            expected: theirs[1].claim().set,
        }
    });
}

#[test]
fn a_share_that_contradicts_the_others_is_named_with_what_it_contradicts() {
    let (_, shares) = dealt(1, 3, 5);
    let claim = *shares[0].claim();
    let (_, theirs) = dealt(2, 3, 5);
    let rule = |threshold, count| SplitRule::new(threshold, count).unwrap();
    let others = [
        (
            "threshold",
            Claim {
                rule: rule(2, 5),
                ..claim
            },
        ),
        (
            "number of custodians",
            Claim {
                rule: rule(3, 6),
                ..claim
            },
        ),
        (
            "trust",
            Claim {
                trust: Hash::ZERO,
                ..claim
            },
        ),
        (
            "commitment",
            Claim {
                commitment: theirs[0].claim().commitment,
                ..claim
            },
        ),
    ];
    for (what, other) in others {
        let mut some = shares.clone();
        some[1] = saying(&some[1], other);
        let holder = shares[1].holder();
        assert_eq!(fails(&some), CombineError::Contradiction { holder, what });
    }
}

#[test]
fn shares_that_all_claim_a_lower_threshold_or_another_trust_give_nothing() {
    let (_, shares) = dealt(1, 3, 5);
    let claim = *shares[0].claim();
    let rule = SplitRule::new(2, 5).unwrap();
    for other in [
        Claim { rule, ..claim },
        Claim {
            trust: Hash::ZERO,
            ..claim
        },
    ] {
        let some: Vec<_> = shares.iter().map(|share| saying(share, other)).collect();
        assert!(combine(&some).is_err(), "{other:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_identity_and_any_rule(
        seed: u64,
        (count, threshold) in (2u8..=32).prop_flat_map(|count| (Just(count), 2..=count)),
        skip in 0usize..32,
    ) {
        let (identity, mut shares) = dealt(seed, threshold, count);
        let spare = usize::from(count - threshold);
        shares.rotate_left(skip % usize::from(count));
        shares.truncate(usize::from(count) - spare);
        prop_assert_eq!(combine(&shares).unwrap().identity, identity);
        shares.pop();
        prop_assert!(combine(&shares).is_err());
    }
}
