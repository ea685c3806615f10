//! What differs between two lists.

use similar::{Algorithm, DiffOp, capture_diff_slices};
use std::hash::Hash;
use std::ops::Range;

/// Finding the shortest way costs about (what differs) × (all there is); beyond this the middle
/// counts as replaced.
const COST_MAX: usize = 20_000_000;

/// A part of the old list that became a part of the new one; one of them may be empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// In the old list.
    pub old: Range<usize>,
    /// In the new list.
    pub new: Range<usize>,
}

/// The changes in order; what lies between them is equal.
pub fn changes<T: Hash + Ord>(old: &[T], new: &[T]) -> Vec<Change> {
    let start = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let (old, new) = (&old[start..], &new[start..]);
    let same = old.iter().rev().zip(new.iter().rev());
    let end = same.take_while(|(a, b)| a == b).count();
    let (old, new) = (&old[..old.len() - end], &new[..new.len() - end]);
    if old.is_empty() && new.is_empty() {
        return Vec::new();
    }
    let moved = |range: Range<usize>| range.start + start..range.end + start;
    if old.is_empty() || new.is_empty() || (old.len() + new.len()).pow(2) > COST_MAX {
        return vec![Change {
            old: moved(0..old.len()),
            new: moved(0..new.len()),
        }];
    }
    let mut found: Vec<Change> = Vec::new();
    for op in capture_diff_slices(Algorithm::Myers, old, new) {
        if matches!(op, DiffOp::Equal { .. }) {
            continue;
        }
        let (old, new) = (moved(op.old_range()), moved(op.new_range()));
        match found.last_mut() {
            Some(last) if last.old.end == old.start && last.new.end == new.start => {
                last.old.end = old.end;
                last.new.end = new.end;
            }
            _ => found.push(Change { old, new }),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rebuilt(old: &[u8], new: &[u8]) -> Vec<u8> {
        let mut rebuilt = Vec::new();
        let mut at = 0;
        for change in changes(old, new) {
            rebuilt.extend(&old[at..change.old.start]);
            rebuilt.extend(&new[change.new]);
            at = change.old.end;
        }
        rebuilt.extend(&old[at..]);
        rebuilt
    }

    #[test]
    fn what_is_too_costly_counts_as_replaced() {
        let (old, new): (Vec<u32>, Vec<u32>) = ((0..9_000).collect(), (5_000..14_000).collect());
        let all = Change {
            old: 0..9_000,
            new: 0..9_000,
        };
        assert_eq!(changes(&old, &new), [all]);
    }

    proptest! {
        #[test]
        fn changes_lead_from_one_to_the_other(
            old in proptest::collection::vec(0..5_u8, 0..30),
            new in proptest::collection::vec(0..5_u8, 0..30),
        ) {
            prop_assert_eq!(rebuilt(&old, &new), new);
        }
    }
}
