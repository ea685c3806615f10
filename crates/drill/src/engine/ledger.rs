//! The file in which a drill writes down how a thing is put back before it does it. Whoever finds the
//! file of a runner that is gone can put everything back.

use super::put_back::Undoing;
use kernel::id::Uuid;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

const PREFIX: &str = "drill-";
const SUFFIX: &str = ".jsonl";

#[derive(Serialize, Deserialize)]
struct Header {
    drill_id: Uuid,
    scenario: String,
    urls: Vec<String>,
}

/// The file of a drill that runs; it is locked for as long as this lives.
pub struct Ledger {
    file: File,
    path: PathBuf,
}

/// What a drill whose runner is gone has left.
pub struct LeftOver {
    /// The drill.
    pub drill_id: Uuid,
    /// Its scenario.
    pub scenario: String,
    /// What has to be put back, in the order in which it was done.
    pub undoings: Vec<Undoing>,
    ledger: Ledger,
}

impl Ledger {
    /// Begins one in a folder, which is made.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn begin(
        folder: &Path,
        drill_id: Uuid,
        scenario: &str,
        urls: &[String],
    ) -> io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let path = folder.join(format!("{PREFIX}{drill_id}{SUFFIX}"));
        let file = File::options().create_new(true).append(true).open(&path)?;
        file.lock()?;
        let mut ledger = Self { file, path };
        let header = Header {
            drill_id,
            scenario: scenario.into(),
            urls: urls.to_vec(),
        };
        ledger.line(&header)?;
        Ok(ledger)
    }

    /// Writes down how something will be put back; it is on disk when this returns.
    ///
    /// # Errors
    /// When it cannot be written; nothing may be broken then.
    pub fn note(&mut self, undoing: &Undoing) -> io::Result<()> {
        self.line(undoing)
    }

    fn line(&mut self, line: &impl Serialize) -> io::Result<()> {
        let mut text = serde_json::to_vec(line)?;
        text.push(b'\n');
        self.file.write_all(&text)?;
        self.file.sync_data()
    }

    /// Everything is put back: the file goes.
    pub fn close(self) {
        if let Err(error) = std::fs::remove_file(&self.path) {
            tracing::warn!(%error, path = %self.path.display(), "a drill's file is left");
        }
    }
}

impl LeftOver {
    /// Those in a folder that concern one of these addresses and whose runner is gone.
    ///
    /// # Errors
    /// When the folder or a file cannot be read.
    pub fn find(folder: &Path, urls: &[String]) -> io::Result<Vec<Self>> {
        let entries = match std::fs::read_dir(folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut found = Vec::new();
        for entry in entries {
            let path = entry?.path();
            let name = path.file_name().and_then(|name| name.to_str());
            if name.is_some_and(|name| name.starts_with(PREFIX) && name.ends_with(SUFFIX))
                && let Some(left) = Self::read(&path, urls)?
            {
                found.push(left);
            }
        }
        Ok(found)
    }

    /// `None` where its runner lives, or it is of another installation.
    fn read(path: &Path, urls: &[String]) -> io::Result<Option<Self>> {
        let file = File::options().read(true).append(true).open(path)?;
        if file.try_lock().is_err() {
            return Ok(None);
        }
        let mut lines = BufReader::new(file.try_clone()?).lines();
        let header = lines.next().transpose()?.unwrap_or_default();
        let Ok(header) = serde_json::from_str::<Header>(&header) else {
            // It was killed before the first line: nothing was broken.
            std::fs::remove_file(path)?;
            return Ok(None);
        };
        if !header.urls.iter().any(|url| urls.contains(url)) {
            return Ok(None);
        }
        let mut undoings = Vec::new();
        for line in lines {
            // A line cut short was not followed by its deed.
            undoings.extend(serde_json::from_str::<Undoing>(&line?).ok());
        }
        Ok(Some(Self {
            drill_id: header.drill_id,
            scenario: header.scenario,
            undoings,
            ledger: Ledger {
                file,
                path: path.to_owned(),
            },
        }))
    }

    /// Everything is put back: the file goes.
    pub fn close(self) {
        self.ledger.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn restore(node: &str) -> Undoing {
        Undoing::Restore {
            node: node.into(),
            through_itself: false,
        }
    }

    #[test]
    fn what_a_runner_left_is_found_once_it_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let urls = ["http://a".to_owned(), "http://b".to_owned()];
        let id = Uuid::from_u128(7);
        let mut ledger = Ledger::begin(folder.path(), id, "site-loss", &urls).unwrap();
        ledger.note(&restore("a")).unwrap();
        ledger.note(&restore("w")).unwrap();
        let find = |url: &str| LeftOver::find(folder.path(), &[url.to_owned()]).unwrap();
        assert!(find("http://b").is_empty(), "it runs");
        ledger.file.write_all(b"{\"undo\":\"rest").unwrap();
        drop(ledger);
        assert!(find("http://c").is_empty(), "another installation's");
        let left = find("http://b").pop().unwrap();
        assert_eq!((left.drill_id, left.scenario.as_str()), (id, "site-loss"));
        assert_eq!(left.undoings, [restore("a"), restore("w")]);
        left.close();
        assert!(find("http://b").is_empty());
        assert!(
            LeftOver::find(&folder.path().join("none"), &urls)
                .unwrap()
                .is_empty()
        );
    }
}
