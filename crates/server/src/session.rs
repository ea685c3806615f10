//! Sessions: signed tokens that either site verifies by itself, and who is behind them.

mod catch_up;
pub mod keys;
mod live;
mod members;
mod sign_in;
pub mod throttle;
pub mod token;

pub use catch_up::{applied, catch_up, has_read};
pub(crate) use live::installation;
pub use live::{Issued, Sessions};
pub use members::{Members, wait_open};
pub use sign_in::{Attempt, SignIns};
/// A signed-in client, as its verified token states.
pub use token::Claims as SignedIn;
