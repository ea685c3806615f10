//! The vault: the journal, sealed for keys that no site holds, kept where no site can undo it, and
//! the way back from it.

pub mod custody;
pub mod files;
pub mod manifest;
pub mod recovery;
pub mod restore;
pub mod sealer;
pub mod segment;
pub mod store;
pub mod verify;

pub use store::directory::{DirectoryStore, Retention};
pub use store::{ObjectName, Put, Store, StoreError, Stored};
