//! What is usual: a robust summary of past windows.

use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// Fewer past windows than this do not make a habit.
const PAST_MIN: usize = 8;

/// Sums of past windows in which something happened, the latest ones.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Baseline(VecDeque<u64>);

impl Baseline {
    pub(crate) fn learn(&mut self, sum: u64, max: usize) {
        while self.0.len() >= max {
            self.0.pop_front();
        }
        self.0.push_back(sum);
    }

    /// The most that is still usual: the greater of twice the median and the median plus six
    /// standard deviations, these estimated as 1.4826 times the median absolute deviation
    /// (Rousseeuw and Croux, *Alternatives to the Median Absolute Deviation*, JASA 88, 1993), so
    /// that a few extraordinary windows among the past ones do not move it. None while there is no
    /// habit.
    pub(crate) fn usual_max(&self) -> Option<u64> {
        if self.0.len() < PAST_MIN {
            return None;
        }
        let center = median(self.0.iter().copied())?;
        let spread = median(self.0.iter().map(|sum| sum.abs_diff(center)))?;
        // 6 × 1.4826 = 8.8956.
        Some((2 * center).max(center + spread * 8_896 / 1_000))
    }
}

fn median(values: impl Iterator<Item = u64>) -> Option<u64> {
    let mut sorted: Vec<u64> = values.collect();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(sums: &[u64]) -> Option<u64> {
        let mut baseline = Baseline::default();
        for sum in sums {
            baseline.learn(*sum, 16);
        }
        baseline.usual_max()
    }

    #[test]
    fn a_habit_takes_some_windows() {
        assert_eq!(of(&[5; 7]), None);
        assert_eq!(of(&[5; 8]), Some(10));
    }

    #[test]
    fn extraordinary_windows_do_not_move_it() {
        let usual = of(&[10, 11, 12, 10, 9, 10, 11, 10, 9]);
        assert_eq!(of(&[10, 11, 12, 10, 9, 9_000, 8_000, 10, 11]), Some(22));
        assert_eq!(usual, Some(20));
        assert_eq!(
            of(&[10, 20, 30, 40, 50, 60, 70, 80]),
            Some(50 + 20 * 8_896 / 1_000)
        );
    }

    #[test]
    fn old_windows_are_forgotten() {
        let sums: Vec<u64> = [100; 16].into_iter().chain([1; 16]).collect();
        assert_eq!(of(&sums), Some(2));
    }
}
