//! `sekoci keys rotate`: a new identity and new shares, after a custodian has left or a share was
//! lost. What was sealed before stays readable: the old identity goes into the vault, sealed for the
//! new one.

use super::ceremony::Plan;
use super::shares::{Shares, combined};
use crate::cli::{Failure, Reporting};
use crate::vault::place::{Access, Place};
use kernel::Clock;
use kernel::clock::SystemClock;
use kernel::random::OsRandom;
use vault::Store;
use vault::custody::in_vault::{publish, successor};
use vault::custody::{Combined, CustodyError, open_all};

/// Arguments of `sekoci keys rotate`.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    shares: Shares,
    #[command(flatten)]
    plan: Plan,
    /// Rotate shares that were rotated before, because that rotation was never finished: whatever
    /// was sealed for it cannot be opened with the shares that are made now
    #[arg(long)]
    despite_successor: bool,
    #[command(flatten)]
    reporting: Reporting,
}

/// Runs it.
///
/// # Errors
/// When the old shares do not open what the vault holds, or the new ones cannot be made or written.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    arguments.reporting.check()?;
    arguments.plan.check()?;
    let store = arguments.place.open(Access::Existing)?;
    let combined = combined(&arguments.shares.read()?)?;
    let report = crate::cli::block_on(rotate(arguments, &*store, &combined))?;
    arguments.reporting.write(&report)?;
    if !arguments.reporting.is_stdout() {
        report.print();
        println!("  then destroy the old shares: they go on opening what was sealed before");
    }
    Ok(())
}

/// The files are written first: a trust in the vault for which nobody has shares could do harm,
/// shares whose trust is not in the vault cannot.
async fn rotate(
    arguments: &Arguments,
    store: &dyn Store,
    old: &Combined,
) -> Result<super::ceremony::Report, Failure> {
    let failed = |e: CustodyError| Failure::failed(format!("--vault: {e}"));
    let opened = open_all(store, &old.identity, old.claim.trust)
        .await
        .map_err(failed)?;
    if let Some(newer) = successor(store, old.claim.trust).await.map_err(failed)?
        && !arguments.despite_successor
    {
        return Err(Failure::argument(
            "--share",
            format!(
                "these shares were rotated before: trust {} takes the place of theirs; use its \
                 shares, or --despite-successor if that rotation was never finished",
                newer.digest()
            ),
        ));
    }
    let plan = &arguments.plan;
    let made = plan.make(vec![old.claim.trust], SystemClock.now(), &OsRandom)?;
    plan.write(&made)?;
    publish(store, &made.trust, &opened.secrets, None)
        .await
        .map_err(|e| unpublished(plan, &e))?;
    Ok(plan.report(&made, true))
}

/// What is said where shares were written, but their trust may not be in the vault.
pub fn unpublished(plan: &Plan, cause: &CustodyError) -> Failure {
    Failure::failed(format!(
        "--vault: {cause}; the shares in {} do not count: destroy them, and begin again with \
         another folder",
        plan.out().display()
    ))
}
