//! Attachments: their bytes, kept as chunks at both sites before a message names them.

pub mod address;
pub mod copies;

pub mod range;
pub mod store;

pub use copies::{ChunkPeer, ChunkPeerError, Chunks};
