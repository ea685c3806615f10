//! From Slack's shapes to ours, as pure functions.

pub(crate) mod conversation;
mod emoji;
mod handle;
pub(crate) mod message;
pub(crate) mod moment;
pub(crate) mod person;
pub(crate) mod text;

pub(crate) use handle::{Handles, distinct as distinct_handle};
pub(crate) use moment::Moment;
