//! `sekoci keys publish`: puts a trust into a vault that could not be reached when the keys were
//! made, as is proper on a computer without a network.

use crate::cli::Failure;
use crate::vault::place::{Access, Place};
use std::io::Read;
use std::path::{Path, PathBuf};
use vault::custody::Trust;
use vault::custody::in_vault::publish;
use vault::custody::trust::TRUST_MAX;

/// Arguments of `sekoci keys publish`.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    place: Place,
    /// The trust.json that was made
    #[arg(long, value_name = "FILE")]
    trust: PathBuf,
}

/// Runs it. Again with the same trust it changes nothing.
///
/// # Errors
/// When the file is no first trust, or the vault does not take it.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let bad = |cause: &dyn std::fmt::Display| {
        Failure::argument("--trust", format!("{}: {cause}", arguments.trust.display()))
    };
    let bytes = read(&arguments.trust).map_err(|e| bad(&e))?;
    let trust = Trust::from_bytes(bytes).map_err(|e| bad(&e))?;
    if !trust.previous().is_empty() {
        return Err(bad(
            &"it takes the place of another; the rotation that made it put it into the vault, \
              with the chest that belongs to it",
        ));
    }
    let store = arguments.place.open(Access::OrNew)?;
    crate::cli::block_on(async {
        let put = publish(&*store, &trust, &[], None).await;
        put.map_err(|e| Failure::failed(format!("--vault: {e}")))
    })?;
    println!("trust {} is in the vault", trust.digest());
    Ok(())
}

/// The file, or as much of it as shows that it is too large.
fn read(file: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::fs::File::open(file)?
        .take(TRUST_MAX as u64 + 1)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}
