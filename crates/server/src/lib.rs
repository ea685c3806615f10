//! A site of Sekoci: the gateway people and programs talk to, the runtime around the partition
//! cores, and the link to the other nodes.

mod assets;
pub mod attachments;
pub mod config;
pub mod delivering;
pub mod detecting;
mod events;
pub mod evidence;
pub mod gateway;
pub mod http;
mod hub;
mod key_check;
pub mod limits;
pub mod listen;
pub mod moments;
mod openapi;
pub mod operations;
mod passkey;
pub mod peer;
pub mod problem;
mod quarantine;
pub mod readiness;
pub mod recovering;
mod rehearsal;
pub mod responding;
pub mod rewind;
pub mod runtime;
pub mod sealing;
pub mod session;
pub mod site;
pub mod status;
mod status_page;
pub mod watch;

pub use quarantine::Alarm;
