//! Sessions: signed tokens that either site verifies by itself.

pub mod keys;
pub mod throttle;
pub mod token;
