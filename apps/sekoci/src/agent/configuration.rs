//! A configuration that cannot be used, in the place of the good one, for as long as a drill wants it.

use super::config::Config;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// The line that no release knows.
const BAD_LINE: &str = "written_by_a_drill = \"this field does not exist\"\n";

/// The site's configuration file.
pub struct Configuration {
    file: PathBuf,
}

impl Configuration {
    /// Of the node that this agent runs.
    pub fn of(config: &Config) -> Self {
        Self {
            file: config.site.clone(),
        }
    }

    /// Puts one in its place that the application refuses; the good one is kept beside it.
    ///
    /// # Errors
    /// Why it could not be written; the good one is in its place then.
    pub fn spoil(&self) -> Result<(), String> {
        let kept = kept(&self.file);
        if kept.exists() {
            return Ok(());
        }
        let bad = |e: std::io::Error| format!("{}: {e}", self.file.display());
        let good = std::fs::read_to_string(&self.file).map_err(bad)?;
        std::fs::rename(&self.file, &kept).map_err(bad)?;
        std::fs::write(&self.file, format!("{BAD_LINE}{good}")).map_err(|e| {
            // The write failed, so that its place is free or holds half a file.
            let _ = std::fs::rename(&kept, &self.file);
            bad(e)
        })
    }

    /// Puts the good one back, where there is one kept.
    ///
    /// # Errors
    /// Why it could not be.
    pub fn put_back(&self) -> Result<(), String> {
        put_back(&self.file)
    }
}

/// Puts the good configuration back, also for an agent that starts after it was killed in a drill.
pub fn put_back(file: &Path) -> Result<(), String> {
    match std::fs::rename(kept(file), file) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(format!("{}: {error}", file.display()))
        }
        _ => Ok(()),
    }
}

fn kept(file: &Path) -> PathBuf {
    file.with_extension("before-drill.toml")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_good_one_comes_back_and_only_once_spoilt() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("site.toml");
        std::fs::write(&file, "name = \"a\"\n").unwrap();
        let configuration = Configuration { file: file.clone() };
        configuration.put_back().unwrap();
        for _ in 0..2 {
            configuration.spoil().unwrap();
            let text = std::fs::read_to_string(&file).unwrap();
            assert_eq!(text.matches("written_by_a_drill").count(), 1);
        }
        put_back(&file).unwrap();
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "name = \"a\"\n");
    }
}
