//! Which shares to try together, so many at a time.

/// The most subsets that are tried.
pub(super) const TRIES: u64 = 20_000;

/// Subsets of `0..of` with `taking` members, each in ascending order, the first members first: all
/// of them where there are at most [`TRIES`], else that many drawn by lot. Shares are tried by lot
/// since going through them in order would keep a false first one for a very long time; the lot is
/// the same every time and needs no secrecy.
pub(super) fn subsets(of: usize, taking: usize) -> Box<dyn Iterator<Item = Vec<usize>>> {
    if are_all(of, taking) {
        return Box::new(all(of, taking));
    }
    let first = std::iter::once((0..taking).collect());
    Box::new(first.chain(by_lot(of, taking)).take(TRIES as usize))
}

/// Whether [`subsets`] gives all there are.
pub(super) fn are_all(of: usize, taking: usize) -> bool {
    // Each step divides evenly: it is the number of ways to choose that many.
    let ways = (0..taking.min(of)).try_fold(1u64, |ways, n| {
        Some(ways.checked_mul((of - n) as u64)? / (n as u64 + 1))
    });
    ways.is_some_and(|ways| ways <= TRIES)
}

fn all(of: usize, taking: usize) -> impl Iterator<Item = Vec<usize>> {
    let mut next = (taking <= of).then(|| (0..taking).collect::<Vec<_>>());
    std::iter::from_fn(move || {
        let current = next.take()?;
        // The last member that can still move up does, and those after it follow closely.
        next = (0..taking)
            .rev()
            .find(|&at| current[at] < of - taking + at)
            .map(|at| {
                let mut moved = current.clone();
                let from = current[at] + 1;
                for (step, member) in moved[at..].iter_mut().enumerate() {
                    *member = from + step;
                }
                moved
            });
        Some(current)
    })
}

fn by_lot(of: usize, taking: usize) -> impl Iterator<Item = Vec<usize>> {
    let mut lot = blake3::Hasher::new_derive_key("sekoci 2026 shares tried by lot").finalize_xof();
    std::iter::repeat_with(move || {
        let mut members: Vec<usize> = (0..of).collect();
        for at in 0..taking {
            let mut bytes = [0; 8];
            lot.fill(&mut bytes);
            let left = (of - at) as u64;
            members.swap(at, at + (u64::from_le_bytes(bytes) % left) as usize);
        }
        members.truncate(taking);
        members.sort_unstable();
        members
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn few_are_all_given_once() {
        for (of, taking, ways) in [(5, 3, 10), (5, 5, 1), (10, 5, 252), (32, 2, 496), (3, 4, 0)] {
            let given: Vec<_> = subsets(of, taking).collect();
            assert!(are_all(of, taking));
            assert_eq!(given.len(), ways, "{taking} of {of}");
            assert_eq!(given.iter().collect::<BTreeSet<_>>().len(), ways);
        }
    }

    #[test]
    fn many_are_drawn_by_lot_and_leave_nobody_in_for_ever() {
        assert!(!are_all(32, 16));
        let given: Vec<_> = subsets(32, 16).collect();
        assert_eq!(given.len() as u64, TRIES);
        assert_eq!(given[0], (0..16).collect::<Vec<_>>());
        for one in 0..32 {
            assert!(given[..50].iter().any(|subset| !subset.contains(&one)));
        }
        assert!(
            given
                .iter()
                .all(|s| s.windows(2).all(|w| w[0] < w[1]) && s[15] < 32)
        );
    }
}
