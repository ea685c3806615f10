//! A module that panics, on command.

use std::sync::atomic::{AtomicU32, Ordering};

/// Where a module can be made to panic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Where {
    Decide,
    Apply,
    Follow,
    Due,
}

/// Panics still to come, by place.
#[derive(Debug, Default)]
pub(crate) struct Failures([AtomicU32; 4]);

impl Failures {
    /// Lets the next `count` calls at `place` panic.
    pub(crate) fn plan(&self, place: Where, count: u32) {
        self.0[place as usize].store(count, Ordering::Relaxed);
    }

    /// No panics any more.
    pub(crate) fn clear(&self) {
        for count in &self.0 {
            count.store(0, Ordering::Relaxed);
        }
    }

    /// Panics if that is planned.
    pub(super) fn strike(&self, place: Where) {
        let left = &self.0[place as usize];
        if left.load(Ordering::Relaxed) > 0 {
            left.fetch_sub(1, Ordering::Relaxed);
            panic_quietly();
        }
    }
}

/// Unwinds like a panic but without the message that thousands of runs would print.
pub(crate) fn panic_quietly() -> ! {
    std::panic::resume_unwind(Box::new("a planned panic"))
}
