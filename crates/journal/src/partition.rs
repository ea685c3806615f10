//! The partition core.
