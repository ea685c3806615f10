//! Attachments: their bytes, kept as chunks at both sites before a message names them.

pub mod address;
mod check;
pub mod copies;
mod download;

pub mod range;
pub mod store;

pub use check::check;
pub use copies::{ChunkPeer, ChunkPeerError, Chunks};
pub use download::download;
