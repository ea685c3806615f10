//! Drills: breaking something on purpose, under load, through doors that any operator has, and
//! measuring what people would have noticed.
//!
//! A drill's evidence is a [`Report`]. It is written whether the drill passed, failed or was
//! aborted.

mod doors;
mod functions;
pub mod ransomware;
mod report;
pub mod scenario;
mod site_loss;

pub use doors::{DoorError, Doors, Fingerprint, Health};
pub use functions::{Function, FunctionGap, Place, attempt};
pub use report::{Phase, Report};
pub use site_loss::{Aborted, Fault, Settings, run};
