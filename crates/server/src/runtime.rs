//! The shell around the partition cores: a writer thread for each partition, the processes in which
//! its core runs, readers for queries, and the wiring between partitions that follow each other.

mod follow;
mod misbehave;
mod partition;
mod place;
mod process;
mod readers;
mod suspects;
mod writer;

pub use follow::{follow_source, source_of};
pub use misbehave::Misbehaviour;
pub use partition::{Announcement, ModuleState, Partition, PartitionStatus};
pub use place::{Failure, Opening, OwnThread, Place, Running, State, Stepped, Work};
pub use process::{Processes, host};
pub use readers::QueryFailure;
pub(crate) use readers::Readers;
pub use writer::{Remote, WriterContext};
