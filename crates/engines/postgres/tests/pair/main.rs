//! The engine on real servers: a primary and a synchronous standby that each test starts.

mod conformance;
mod degraded;
mod failover;
mod false_acknowledgements;
mod reads;
mod storage;
mod support;
