//! A vault from the outside: every test asks a real door over HTTP.

mod attacks;
mod conformance;
mod deletion;
mod running;
