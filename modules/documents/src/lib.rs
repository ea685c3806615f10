//! Documents.
mod content;
pub mod limits;
