//! The door from outside: every test speaks HTTP with one or two sites over a shared engine in memory.

pub(crate) mod asking;
mod attachments;
mod commands;
mod detecting;

mod documents;
mod entering;
mod evidence;
mod front;
mod members;
mod moments;
mod passkeys;
mod programme;
mod quarantine;
mod rehearsing;
mod responding;
mod rewinding;
mod sealing;
mod sessions;
pub(crate) mod support;
mod two_sites;
