//! Drills: breaking something on purpose, under load, through doors that any operator has, and
//! measuring what people would have noticed.
//!
//! A drill is a [`scenario::Scenario`]; its evidence is a [`Report`]. It is written whether the drill
//! passed, failed or was aborted.

pub mod absence;
mod capped;
mod cast;
mod doors;
mod engine;
mod finding;
mod function_line;
mod functions;
pub mod ransomware;
mod report;
pub mod scenario;

pub use capped::capped;
pub use cast::SignIn;
pub use doors::{DoorError, Doors, Fault, Fingerprint, Health};
pub use engine::{
    Aborted, AbortedDrill, Confirmed, Ledger, LeftOver, Options, Plan, PutBack, Undoing, plan,
    put_back, run,
};
pub use finding::{Finding, Miss, Severity, findings};
pub use function_line::{FunctionLine, Moments, objective, share_available};
pub use functions::{Function, Place, Tries, Try, attempt, watch};
pub use report::{LoadLine, Phase, Report, StepLine};
