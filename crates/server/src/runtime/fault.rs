//! What a drill has a module do, to see that nothing else suffers.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How a module fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// It panics.
    Panic,
    /// It does not come to an end.
    Hang,
    /// It takes ever more memory.
    Leak,
    /// Its process ends at once.
    Abort,
}

impl Fault {
    /// Fails in this way. Of a thread that shares its process only a panic can be survived, so all of
    /// them panic there: see [`Fault::happen_alone`].
    pub(super) fn happen(self) {
        // A drill's own doing, contained like any other panic of a module.
        std::panic::panic_any(format!("a drill has the module fail: {self:?}"));
    }

    /// Fails in this way in a process that holds nothing but one module.
    pub(super) fn happen_alone(self) {
        match self {
            Self::Panic => self.happen(),
            Self::Hang => loop {
                std::hint::spin_loop();
            },
            Self::Leak => {
                let mut taken: Vec<Vec<u8>> = Vec::new();
                loop {
                    taken.push(vec![1; 16 << 20]);
                    std::hint::black_box(&taken);
                }
            }
            Self::Abort => std::process::abort(),
        }
    }
}
