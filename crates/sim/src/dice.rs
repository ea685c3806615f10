//! Every choice of a run comes from here, so the seed alone decides the run.

use kernel::CommandId;
use kernel::id::Uuid;
use kernel::random::{Random, SeededRandom};

/// Repeatable choices.
pub(crate) struct Dice(SeededRandom);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(SeededRandom::new(seed))
    }

    /// A number below `end`.
    pub(crate) fn below(&self, end: usize) -> usize {
        let end = u64::try_from(end.max(1)).unwrap_or(u64::MAX);
        usize::try_from(self.0.next_u64() % end).unwrap_or(0)
    }

    /// A number from `first` up to and including `last`.
    pub(crate) fn between(&self, first: i64, last: i64) -> i64 {
        let span = u64::try_from(last - first + 1).unwrap_or(1);
        first + i64::try_from(self.0.next_u64() % span).unwrap_or(0)
    }

    /// True in `per_mille` of a thousand cases.
    pub(crate) fn chance(&self, per_mille: u32) -> bool {
        self.0.next_u64() % 1_000 < u64::from(per_mille)
    }

    /// A new command id.
    pub(crate) fn command_id(&self) -> CommandId {
        let high = u128::from(self.0.next_u64());
        CommandId(Uuid::from_u128(high << 64 | u128::from(self.0.next_u64())))
    }

    /// The bytes of a new key.
    pub(crate) fn key(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        self.0.fill(&mut bytes);
        bytes
    }
}
