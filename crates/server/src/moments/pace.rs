//! How many entries are read at once: the engine counts entries, memory is bytes.

use kernel::Entry;

/// Read at once, this is enough. Some entries hold a whole document.
const BYTES_ENOUGH: usize = 4 << 20;
/// Entries read first, when nothing is known of their size.
const FIRST: usize = 25;

/// The entries to ask for next: fewer where they turn out large, more where they are small.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    next: usize,
    max: usize,
}

impl Pace {
    /// Never asks for more than `max`.
    pub(crate) const fn new(max: usize) -> Self {
        let next = if FIRST < max { FIRST } else { max };
        Self { next, max }
    }

    /// So many are asked for.
    pub(crate) const fn next(&self) -> usize {
        self.next
    }

    /// Takes from `run`, in its order, what is enough: at least one.
    pub(crate) fn cut(&mut self, mut run: Vec<Entry>) -> Vec<Entry> {
        let count = self.taken(run.iter().map(|entry| entry.sealed.len()));
        run.truncate(count);
        run
    }

    fn taken(&mut self, mut lengths: impl Iterator<Item = usize>) -> usize {
        let (mut count, mut bytes) = (0, 0);
        while bytes < BYTES_ENOUGH
            && let Some(len) = lengths.next()
        {
            count += 1;
            bytes += len;
        }
        self.next = if bytes < BYTES_ENOUGH {
            self.max.min(self.next * 2)
        } else {
            count
        };
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_entries_are_read_in_ever_larger_runs() {
        let mut pace = Pace::new(60);
        for asked in [25, 50, 60, 60] {
            assert_eq!(pace.next(), asked);
            assert_eq!(pace.taken(vec![100; asked].into_iter()), asked);
        }
    }

    #[test]
    fn of_large_entries_few_are_taken_and_few_asked_for() {
        let mut pace = Pace::new(200);
        assert_eq!(pace.taken(vec![1 << 20; 25].into_iter()), 4);
        assert_eq!(pace.next(), 4);
        assert_eq!(pace.taken(vec![9 << 20; 4].into_iter()), 1);
        assert_eq!(pace.next(), 1);
        assert_eq!(pace.taken([10].into_iter()), 1);
        assert_eq!(pace.next(), 2);
        assert_eq!(pace.taken([].into_iter()), 0);
    }
}
