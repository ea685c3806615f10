//! The vault's own log: what people did to it, as a chain of write-once objects. They are in a store
//! of their own, which no door leads to.

use crate::token::Role;
use bytes::Bytes;
use kernel::{Clock, Hash, Timestamp};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use vault::store::{NameError, ObjectName, Put, Store, StoreError};

/// Records read at once.
const PAGE: usize = 1_000;

/// Something that was done to the vault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum What {
    /// A token was granted.
    TokenGranted {
        /// To whom.
        holder: String,
        /// With which roles.
        roles: Vec<Role>,
    },
    /// A token was revoked.
    TokenRevoked {
        /// Whose.
        holder: String,
    },
    /// A person proposed to delete objects before their time.
    DeletionProposed {
        /// Every object whose name begins so.
        prefix: String,
        /// Why.
        reason: String,
        /// How many objects that were then.
        objects: u64,
    },
    /// Another person approved it.
    DeletionApproved {
        /// Number of the record that proposed it.
        proposal: u64,
    },
    /// It was carried out.
    DeletionDone {
        /// Number of the record that proposed it.
        proposal: u64,
        /// How many objects were deleted.
        objects: u64,
    },
    /// Objects were deleted after their retention had passed.
    Pruned {
        /// The object.
        name: ObjectName,
    },
}

/// A record of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// Position, from 1.
    pub number: u64,
    /// BLAKE3 of the record before; [`Hash::ZERO`] for the first.
    pub previous: Hash,
    /// When, by the vault's clock.
    pub at: Timestamp,
    /// Who: a token's holder, or `command line` for whoever administers the machine.
    pub by: String,
    /// What was done.
    pub what: What,
}

/// Why the log cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The store does not do its part.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A record is not the next one of the chain.
    #[error("record {number} of the vault's log: {cause}")]
    Broken {
        /// Which.
        number: u64,
        /// What is wrong with it.
        cause: String,
    },
    /// A name could not be made.
    #[error(transparent)]
    Name(#[from] NameError),
}

/// The log.
#[derive(Clone)]
pub struct Log {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    /// How far this handle has walked, so that adding does not walk all of it again.
    tail: Arc<tokio::sync::Mutex<Tail>>,
}

/// The end of what was walked.
#[derive(Clone)]
struct Tail {
    number: u64,
    hash: Hash,
    name: Option<ObjectName>,
}

impl Default for Tail {
    fn default() -> Self {
        Self {
            number: 0,
            hash: Hash::ZERO,
            name: None,
        }
    }
}

impl Log {
    /// The log in a store of its own, whose retention decides how long records are kept.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Self {
        Self {
            store,
            clock,
            tail: Arc::default(),
        }
    }

    /// All records, each checked to follow the one before.
    ///
    /// # Errors
    /// When the store cannot be read or the chain is broken.
    pub async fn read(&self) -> Result<Vec<Record>, LogError> {
        let mut records = Vec::new();
        let mut tail = Tail::default();
        self.walk(&mut tail, |record| records.push(record)).await?;
        Ok(records)
    }

    /// Adds a record and gives it. Of two writers at once, one follows the other.
    ///
    /// # Errors
    /// When the store cannot be read or written, or the chain is broken.
    pub async fn add(&self, by: &str, what: What) -> Result<Record, LogError> {
        let mut tail = self.tail.lock().await;
        loop {
            self.walk(&mut tail, drop).await?;
            let record = Record {
                number: tail.number + 1,
                previous: tail.hash,
                at: self.clock.now(),
                by: by.into(),
                what: what.clone(),
            };
            let bytes = serde_json::to_vec(&record).expect("a record's fields are all JSON");
            let name = name(record.number)?;
            match self.store.put(&name, bytes.into(), None).await {
                Ok(Put::Created) => return Ok(record),
                // Somebody else took the number; the same bytes from another are another's, too.
                Ok(Put::AlreadyThere) | Err(StoreError::Exists(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Walks what comes after `tail`, which it moves to the end.
    async fn walk(&self, tail: &mut Tail, mut seen: impl FnMut(Record)) -> Result<(), LogError> {
        loop {
            let page = self.store.list("", tail.name.as_ref(), PAGE).await?;
            if page.is_empty() {
                return Ok(());
            }
            for stored in page {
                let bytes = self.store.get(&stored.name).await?;
                let record = next(tail.number + 1, tail.hash, &stored.name, bytes)?;
                *tail = Tail {
                    number: record.number,
                    hash: hash(&record),
                    name: Some(stored.name),
                };
                seen(record);
            }
        }
    }
}

fn hash(record: &Record) -> Hash {
    let bytes = serde_json::to_vec(record).expect("a record's fields are all JSON");
    Hash(*blake3::hash(&bytes).as_bytes())
}

fn next(
    number: u64,
    previous: Hash,
    found: &ObjectName,
    bytes: Option<Bytes>,
) -> Result<Record, LogError> {
    let broken = |cause: String| LogError::Broken { number, cause };
    if *found != name(number)? {
        return Err(broken(format!("{found} stands in its place")));
    }
    let bytes = bytes.ok_or_else(|| broken("it vanished while it was read".into()))?;
    let record: Record =
        serde_json::from_slice(&bytes).map_err(|e| broken(format!("not a record: {e}")))?;
    if record.number != number || record.previous != previous {
        return Err(broken("it does not follow the record before it".into()));
    }
    Ok(record)
}

fn name(number: u64) -> Result<ObjectName, NameError> {
    ObjectName::new(format!("{number:020}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::clock::ManualClock;
    use vault::store::directory::{DirectoryStore, Retention};

    fn log(folder: &tempfile::TempDir) -> Log {
        let clock: Arc<dyn Clock> = Arc::new(ManualClock::at(Timestamp(1_000)));
        let retention = Retention {
            at_least_ms: 10,
            at_most_ms: 1_000,
        };
        let store = DirectoryStore::open(folder.path(), retention, Arc::clone(&clock)).unwrap();
        Log::new(Arc::new(store), clock)
    }

    fn revoked(holder: &str) -> What {
        What::TokenRevoked {
            holder: holder.into(),
        }
    }

    #[tokio::test]
    async fn records_follow_each_other_whoever_writes() {
        let folder = tempfile::tempdir().unwrap();
        let writers: Vec<_> = (0..8)
            .map(|n| {
                let log = log(&folder);
                tokio::spawn(async move { log.add("x", revoked(&n.to_string())).await.unwrap() })
            })
            .collect();
        for writer in writers {
            writer.await.unwrap();
        }
        let records = log(&folder).read().await.unwrap();
        let numbers: Vec<u64> = records.iter().map(|record| record.number).collect();
        assert_eq!(numbers, (1..=8).collect::<Vec<_>>());
    }

    #[tokio::test]
    async fn a_record_that_was_taken_out_is_missed() {
        let folder = tempfile::tempdir().unwrap();
        let log = log(&folder);
        for holder in ["a", "b", "c"] {
            log.add("x", revoked(holder)).await.unwrap();
        }
        let second = format!("objects/{:020}@", 2);
        std::fs::remove_file(folder.path().join(second)).unwrap();
        let error = log.read().await.unwrap_err();
        assert!(
            matches!(error, LogError::Broken { number: 2, .. }),
            "{error}"
        );
    }

    #[tokio::test]
    async fn a_record_of_another_chain_is_noticed() {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        for (folder, holder) in [(&one, "a"), (&other, "b")] {
            let log = log(folder);
            log.add("x", revoked(holder)).await.unwrap();
            log.add("x", revoked("z")).await.unwrap();
        }
        let first = format!("objects/{:020}@", 1);
        std::fs::copy(other.path().join(&first), one.path().join(&first)).unwrap();
        let error = log(&one).read().await.unwrap_err();
        assert!(
            matches!(error, LogError::Broken { number: 2, .. }),
            "{error}"
        );
    }
}
