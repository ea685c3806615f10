//! `sekoci keys combine`: the identity, put together for a recovery.

use super::shares::{Shares, combined};
use crate::cli::Failure;
use crate::cli::write_private;
use std::path::PathBuf;
use vault::custody::identity_file::IdentityFile;

/// Arguments of `sekoci keys combine`.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    shares: Shares,
    /// File to write the identity to; must not exist
    #[arg(long, value_name = "FILE")]
    identity_out: PathBuf,
}

/// Runs it.
///
/// # Errors
/// When the shares do not give the identity back, or the file exists or cannot be written.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let out = &arguments.identity_out;
    if out.symlink_metadata().is_ok() {
        let cause = format!("{}: it exists; nothing is written over", out.display());
        return Err(Failure::argument("--identity-out", cause));
    }
    let combined = combined(&arguments.shares.read()?)?;
    let file = IdentityFile {
        trust: combined.claim.trust,
        identity: combined.identity,
    };
    write_private(out, &file.to_text())?;
    println!(
        "the identity of {} is in {}",
        file.identity.recipient(),
        out.display()
    );
    println!("trust {}", file.trust);
    println!(
        "whoever has the file can read everything in the vault: destroy it once it has been used"
    );
    Ok(())
}
