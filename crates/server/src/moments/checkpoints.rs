//! Checkpoints: copies of view files that replays leave on the way, so that no later replay has to
//! begin at the beginning.
//!
//! `<folder>/<workspace>-<module>/<seq>.<BLAKE3 of the file>.sqlite`. A checkpoint is a view: it is
//! derived, and what is damaged or of another version is removed and not missed.

use kernel::clock::{Clock, SystemClock};
use kernel::{Hash, PartitionId, Seq};
use std::fs::{self, File, FileTimes};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// The most checkpoints of one partition.
pub(super) const PER_PARTITION: usize = 8;
/// How the names of copies end that are not complete yet.
const HALF: &str = ".half";

/// The checkpoints of a site.
pub(super) struct Checkpoints {
    folder: PathBuf,
    /// Entries between two of them, at least.
    every: Seq,
    bytes_max: u64,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Checkpoint {
    /// The last entry applied in it.
    pub seq: Seq,
    hash: Hash,
    path: PathBuf,
}

impl Checkpoints {
    pub(super) const fn new(folder: PathBuf, every: Seq, bytes_max: u64) -> Self {
        Self {
            folder,
            every,
            bytes_max,
        }
    }

    /// Removes copies that an earlier life of the site left half done: they count towards nothing.
    ///
    /// # Errors
    /// When one cannot be removed.
    pub(super) fn clear_halves(&self) -> io::Result<()> {
        let folders = match fs::read_dir(&self.folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            folders => folders?,
        };
        for folder in folders {
            let folder = folder?;
            if !folder.file_type()?.is_dir() {
                continue;
            }
            for file in fs::read_dir(folder.path())? {
                let file = file?;
                if file
                    .file_name()
                    .as_encoded_bytes()
                    .ends_with(HALF.as_bytes())
                {
                    fs::remove_file(file.path())?;
                }
            }
        }
        Ok(())
    }

    /// How many entries lie between two checkpoints of a replay to `seq`: a long chain has no more
    /// checkpoints than a short one, only wider apart.
    pub(super) fn spacing(&self, seq: Seq) -> Seq {
        let every = self.every.max(1);
        every * seq.div_ceil(every * PER_PARTITION as u64).max(1)
    }

    /// The last checkpoint of a partition at or before `seq`.
    pub(super) fn nearest(&self, partition: &PartitionId, seq: Seq) -> Option<Checkpoint> {
        let mut all = list(&self.of(partition)).into_iter();
        all.rfind(|checkpoint| checkpoint.seq <= seq)
    }

    /// Copies a checkpoint to `to`. `false` where it was not what it had been: it is gone then.
    pub(super) fn copy(&self, checkpoint: &Checkpoint, to: &Path) -> io::Result<bool> {
        match fs::copy(&checkpoint.path, to) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            copied => copied?,
        };
        if hash_of(to)? != checkpoint.hash {
            tracing::warn!(path = %checkpoint.path.display(), "a damaged checkpoint is removed");
            fs::remove_file(to)?;
            discard(checkpoint);
            return Ok(false);
        }
        note_use(checkpoint);
        Ok(true)
    }

    /// Keeps a copy of the view file `view`, which stands at `seq`.
    pub(super) fn keep(&self, partition: &PartitionId, seq: Seq, view: &Path) -> io::Result<()> {
        let folder = self.of(partition);
        if list(&folder).iter().any(|there| there.seq == seq)
            || fs::metadata(view)?.len() > self.bytes_max
        {
            return Ok(());
        }
        fs::create_dir_all(&folder)?;
        // A file of this replay's own: another one of the same partition may be as far.
        let half = tempfile::Builder::new().suffix(HALF).tempfile_in(&folder)?;
        fs::copy(view, half.path())?;
        half.as_file().sync_all()?;
        let name = format!("{seq}.{}.sqlite", hash_of(half.path())?);
        half.persist(folder.join(name))?;
        thin_out(&folder);
        self.tidy()
    }

    /// Removes what was used longest ago until the rest fits.
    fn tidy(&self) -> io::Result<()> {
        let mut all = Vec::new();
        for folder in fs::read_dir(&self.folder)? {
            for checkpoint in list(&folder?.path()) {
                let Ok(file) = fs::metadata(&checkpoint.path) else {
                    continue;
                };
                all.push((file.modified()?, file.len(), checkpoint));
            }
        }
        all.sort_by_key(|(used, ..)| *used);
        let mut bytes: u64 = all.iter().map(|(_, len, _)| len).sum();
        for (_, len, checkpoint) in &all {
            if bytes <= self.bytes_max {
                break;
            }
            discard(checkpoint);
            bytes -= len;
        }
        Ok(())
    }

    fn of(&self, partition: &PartitionId) -> PathBuf {
        let name = format!("{}-{}", partition.workspace, partition.module);
        self.folder.join(name)
    }
}

/// Notes that it was used now. One that another replay has just removed was copied all the same.
fn note_use(checkpoint: &Checkpoint) {
    let now = Duration::from_millis(SystemClock.now().millis().unsigned_abs());
    let times = FileTimes::new().set_modified(SystemTime::UNIX_EPOCH + now);
    let file = File::options().append(true).open(&checkpoint.path);
    if let Err(error) = file.and_then(|file| file.set_times(times)) {
        tracing::debug!(%error, seq = checkpoint.seq, "the use of a checkpoint cannot be noted");
    }
}

/// Removes a checkpoint; one that is gone is not missed.
pub(super) fn discard(checkpoint: &Checkpoint) {
    let _ = fs::remove_file(&checkpoint.path);
}

/// The checkpoints in a folder, in the order of the chain. Whatever else lies there, halves apart, is removed by
/// nobody and harms nobody.
fn list(folder: &Path) -> Vec<Checkpoint> {
    let Ok(files) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let files = files.filter_map(Result::ok);
    let mut all: Vec<_> = files.filter_map(|file| parse(file.path())).collect();
    all.sort_by_key(|checkpoint| checkpoint.seq);
    all
}

fn parse(path: PathBuf) -> Option<Checkpoint> {
    let name = path.file_name()?.to_str()?.strip_suffix(".sqlite")?;
    let (seq, hash) = name.split_once('.')?;
    Some(Checkpoint {
        seq: seq.parse().ok()?,
        hash: hash.parse().ok()?,
        path,
    })
}

/// Of too many, the one goes whose loss leaves the smallest gap; the last one stays.
fn thin_out(folder: &Path) {
    let mut all = list(folder);
    while all.len() > PER_PARTITION {
        let before = |i: usize| if i == 0 { 0 } else { all[i - 1].seq };
        let least = (0..all.len() - 1).min_by_key(|&i| all[i + 1].seq - before(i));
        let Some(least) = least else { return };
        discard(&all.remove(least));
    }
}

fn hash_of(file: &Path) -> io::Result<Hash> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(File::open(file)?)?;
    Ok(Hash(*hasher.finalize().as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::WorkspaceId;
    use kernel::id::Uuid;

    struct Place {
        dir: tempfile::TempDir,
        all: Checkpoints,
        id: PartitionId,
    }

    fn place(bytes_max: u64) -> Place {
        let dir = tempfile::tempdir().unwrap();
        let all = Checkpoints::new(dir.path().join("checkpoints"), 10, bytes_max);
        let id = PartitionId::new(WorkspaceId(Uuid::from_u128(7)), "messaging");
        Place { dir, all, id }
    }

    impl Place {
        fn keep(&self, seq: Seq) {
            let view = self.dir.path().join("view");
            fs::write(&view, format!("{seq:010}")).unwrap();
            self.all.keep(&self.id, seq, &view).unwrap();
        }

        fn seqs(&self) -> Vec<Seq> {
            let all = list(&self.all.of(&self.id)).into_iter();
            all.map(|checkpoint| checkpoint.seq).collect()
        }
    }

    #[test]
    fn a_long_chain_has_them_wider_apart() {
        let all = place(1_000).all;
        let spacings = [0, 80, 81, 160, 8_000].map(|seq| all.spacing(seq));
        assert_eq!(spacings, [10, 10, 20, 20, 1_000]);
    }

    #[test]
    fn the_nearest_before_is_found_and_copied() {
        let place = place(1_000);
        place.keep(10);
        place.keep(30);
        assert_eq!(place.all.nearest(&place.id, 9), None);
        let found = place.all.nearest(&place.id, 29).unwrap();
        assert_eq!(found.seq, 10);
        let to = place.dir.path().join("copy");
        assert!(place.all.copy(&found, &to).unwrap());
        assert_eq!(fs::read(&to).unwrap(), b"0000000010");
    }

    #[test]
    fn a_damaged_one_goes() {
        let place = place(1_000);
        place.keep(10);
        let found = place.all.nearest(&place.id, 10).unwrap();
        fs::write(&found.path, "0000000011").unwrap();
        let to = place.dir.path().join("copy");
        assert!(!place.all.copy(&found, &to).unwrap());
        assert_eq!((place.seqs(), to.exists()), (vec![], false));
        assert!(!place.all.copy(&found, &to).unwrap(), "gone is gone");
    }

    #[test]
    fn one_that_goes_while_it_is_copied_was_copied() {
        let place = place(1_000);
        place.keep(10);
        let found = place.all.nearest(&place.id, 10).unwrap();
        discard(&found);
        note_use(&found);
        assert!(!found.path.exists(), "it is not made anew");
    }

    #[test]
    fn half_done_copies_go_and_nothing_else() {
        let place = place(1_000);
        place.all.clear_halves().unwrap();
        place.keep(10);
        let folder = place.all.of(&place.id);
        // As an earlier version of the site named them, and as this one does.
        for name in ["20.half", ".tmpAbCdEf.half"] {
            fs::write(folder.join(name), "0123").unwrap();
        }
        place.all.clear_halves().unwrap();
        assert_eq!(place.seqs(), [10]);
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    }

    #[test]
    fn a_copy_takes_nothing_from_another_replays() {
        let place = place(1_000);
        place.keep(10);
        let folder = place.all.of(&place.id);
        // Another replay is at the same entry, with its copy half done.
        let other = folder.join("20.half");
        fs::write(&other, "half").unwrap();
        place.keep(20);
        assert_eq!(fs::read(&other).unwrap(), b"half");
        assert_eq!(place.seqs(), [10, 20]);
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 3);
    }

    #[test]
    fn of_too_many_the_least_missed_goes() {
        let place = place(1_000);
        for seq in [10, 20, 30, 40, 50, 60, 70, 75, 80] {
            place.keep(seq);
        }
        assert_eq!(place.seqs(), [10, 20, 30, 40, 50, 60, 70, 80]);
    }

    #[test]
    fn all_together_fit() {
        let place = place(25);
        for seq in [10, 20, 30] {
            place.keep(seq);
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        assert_eq!(place.seqs(), [20, 30]);
        let used = place.all.nearest(&place.id, 20).unwrap();
        place
            .all
            .copy(&used, &place.dir.path().join("copy"))
            .unwrap();
        place.keep(40);
        assert_eq!(place.seqs(), [20, 40], "what was used longest ago went");
    }
}
