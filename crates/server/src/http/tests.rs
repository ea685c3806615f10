//! The door from outside: every test speaks HTTP with one or two sites over a shared engine in memory.

mod asking;
mod attachments;
mod commands;
mod documents;
mod entering;
mod front;
mod members;
mod passkeys;
mod quarantine;
mod sealing;
mod sessions;
mod support;
mod two_sites;
