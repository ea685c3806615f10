//! The journal: hash-chained, sealed entries; the [`Engine`] that keeps them; and the partition
//! core that decides, appends, follows and takes over.

pub mod chain;
pub mod engine;
pub mod partition;
pub mod seal;

pub use engine::{AppendError, Appended, Durability, Engine, ReadError};
pub use seal::{DataKey, KeyRing, SealError};
