//! `sekoci keys init`: the first keys of an installation.

use super::ceremony::Plan;
use crate::cli::{Failure, Reporting};
use crate::vault::place::{Access, Place};
use kernel::Clock;
use kernel::clock::SystemClock;
use kernel::random::OsRandom;
use vault::custody::in_vault::publish;

/// Arguments of `sekoci keys init`.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    plan: Plan,
    /// The vault to put the trust into as well
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    reporting: Reporting,
}

/// Runs it. The identity exists in memory alone, and only until its shares are made.
///
/// # Errors
/// When an argument cannot be used, or files or the trust cannot be written.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let Arguments {
        plan,
        place,
        reporting,
    } = arguments;
    reporting.check()?;
    plan.check()?;
    let store = match place.is_given() {
        true => Some(place.open(Access::OrNew)?),
        false => None,
    };
    let made = plan.make(Vec::new(), SystemClock.now(), &OsRandom)?;
    plan.write(&made)?;
    if let Some(store) = &store {
        crate::cli::block_on(async {
            let put = publish(&**store, &made.trust, &[], None).await;
            put.map_err(|e| super::rotate::unpublished(plan, &e))
        })?;
    }
    let report = plan.report(&made, store.is_some());
    reporting.write(&report)?;
    if !reporting.is_stdout() {
        report.print();
    }
    Ok(())
}
