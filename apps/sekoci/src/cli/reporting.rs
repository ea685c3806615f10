//! `--json FILE`: the machine-readable report of a subcommand.

use super::Failure;
use serde::Serialize;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Where the report goes.
#[derive(clap::Args, Clone, Debug, Default)]
pub struct Reporting {
    /// Write the report as JSON to this file; - is standard output
    #[arg(long = "json", value_name = "FILE")]
    pub json: Option<PathBuf>,
}

impl Reporting {
    /// Whether the report takes standard output, so that nothing else may be printed there.
    #[must_use]
    pub fn is_stdout(&self) -> bool {
        self.json.as_deref() == Some(Path::new("-"))
    }

    /// Finds out before the work starts whether the report can be written after it.
    ///
    /// # Errors
    /// When the file's folder is missing or the file cannot be written.
    pub fn check(&self) -> Result<(), Failure> {
        let Some(file) = self.json.as_deref().filter(|_| !self.is_stdout()) else {
            return Ok(());
        };
        let bad = |cause: &dyn std::fmt::Display| {
            Failure::argument("--json", format!("{}: {cause}", file.display()))
        };
        if file.is_dir() {
            return Err(bad(&"is a folder"));
        }
        let probe = beside(file);
        std::fs::File::create(&probe).map_err(|e| bad(&e))?;
        std::fs::remove_file(&probe).map_err(|e| bad(&e))
    }

    /// Writes the report, whole or not at all.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, report: &impl Serialize) -> Result<(), Failure> {
        let Some(file) = &self.json else {
            return Ok(());
        };
        let bad = |cause: &dyn std::fmt::Display| {
            Failure::failed(format!("--json: {}: {cause}", file.display()))
        };
        let mut text = serde_json::to_vec_pretty(report).map_err(|e| bad(&e))?;
        text.push(b'\n');
        if self.is_stdout() {
            return std::io::stdout().write_all(&text).map_err(|e| bad(&e));
        }
        write_whole(file, &text).map_err(|e| bad(&e))
    }
}

/// Writes a file whole or not at all.
///
/// # Errors
/// When it cannot be written.
pub fn write_whole(file: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let partial = beside(file);
    std::fs::write(&partial, bytes)?;
    std::fs::rename(&partial, file)
}

/// A file in the same folder, so that renaming is atomic.
fn beside(file: &Path) -> PathBuf {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.partial", std::process::id()));
    file.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_report_is_written_whole() {
        let directory = tempfile::tempdir().unwrap();
        let reporting = Reporting {
            json: Some(directory.path().join("report.json")),
        };
        reporting.check().unwrap();
        assert!(
            std::fs::read_dir(directory.path())
                .unwrap()
                .next()
                .is_none()
        );
        reporting.write(&json!({ "done": true })).unwrap();
        let text = std::fs::read(directory.path().join("report.json")).unwrap();
        assert_eq!(
            serde_json::from_slice::<serde_json::Value>(&text).unwrap(),
            json!({ "done": true })
        );
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_missing_folder_is_found_before_the_work() {
        let directory = tempfile::tempdir().unwrap();
        let reporting = Reporting {
            json: Some(directory.path().join("none").join("report.json")),
        };
        let failure = reporting.check().unwrap_err();
        assert!(failure.to_string().starts_with("--json: "), "{failure}");
    }
}
