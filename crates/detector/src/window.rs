//! Sums over sliding windows, in bounded memory.

use kernel::{Seq, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// Parts of a window: its sum slides on a tenth of its length at a time, and so covers between nine
/// and ten tenths of it.
const PARTS: i64 = 10;

/// A sum over the last so many milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Sliding {
    length_ms: i64,
    sum: u64,
    parts: VecDeque<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Part {
    index: i64,
    sum: u64,
    first: (Timestamp, Seq),
}

impl Sliding {
    pub(crate) const fn new(length_ms: i64) -> Self {
        Self {
            length_ms,
            sum: 0,
            parts: VecDeque::new(),
        }
    }

    pub(crate) const fn length_ms(&self) -> i64 {
        self.length_ms
    }

    /// Forgets what is older than the window at `now`.
    pub(crate) fn slide(&mut self, now: Timestamp) {
        let index = self.index(now);
        while let Some(oldest) = self.parts.front()
            && oldest.index <= index - PARTS
        {
            self.sum -= oldest.sum;
            self.parts.pop_front();
        }
    }

    /// Adds at `now`, which is not before any earlier call's.
    pub(crate) fn add(&mut self, now: Timestamp, seq: Seq, amount: u64) {
        self.slide(now);
        if amount == 0 {
            return;
        }
        let index = self.index(now);
        self.sum += amount;
        match self.parts.back_mut() {
            Some(last) if last.index == index => last.sum += amount,
            _ => self.parts.push_back(Part {
                index,
                sum: amount,
                first: (now, seq),
            }),
        }
    }

    pub(crate) const fn sum(&self) -> u64 {
        self.sum
    }

    /// When the first of what is in it was added.
    pub(crate) fn first_at(&self) -> Option<Timestamp> {
        self.parts.front().map(|part| part.first.0)
    }

    fn index(&self, now: Timestamp) -> i64 {
        now.millis().div_euclid(self.length_ms / PARTS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_older_is_forgotten() {
        let mut window = Sliding::new(10_000);
        window.add(Timestamp(-500), 1, 3);
        window.add(Timestamp(4_000), 2, 4);
        assert_eq!(
            (window.sum(), window.first_at()),
            (7, Some(Timestamp(-500)))
        );
        window.slide(Timestamp(9_100));
        assert_eq!(
            (window.sum(), window.first_at()),
            (4, Some(Timestamp(4_000)))
        );
        window.slide(Timestamp(100_000));
        assert_eq!((window.sum(), window.first_at()), (0, None));
    }

    #[test]
    fn memory_is_bounded() {
        let mut window = Sliding::new(1_000);
        for ms in 0..100_000 {
            window.add(Timestamp(ms), 1, 1);
        }
        assert!(window.parts.len() <= 10 && window.sum() > 900 && window.sum() <= 1_000);
    }
}
