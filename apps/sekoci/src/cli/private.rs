//! Files that only their owner reads.

use super::Failure;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// Writes a new file that only its owner can read, and makes it durable.
///
/// # Errors
/// When there is one already, or it cannot be written.
pub fn write_private(path: &Path, text: &str) -> Result<(), Failure> {
    std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            file.sync_all()
        })
        .map_err(|e| Failure::failed(format!("{}: {e}", path.display())))
}
