//! Early deletion: one person proposes, another approves, and both are in the log before anything is
//! deleted.

use crate::log::{Log, LogError, What};
use kernel::{Clock, Timestamp};
use serde::Serialize;
use std::sync::Arc;
use vault::store::directory::DirectoryStore;
use vault::store::{Store, StoreError};

/// A proposal may be approved for so long.
const VALID_MS: i64 = 7 * 24 * 3_600_000;
const REASON_CHARS_MAX: usize = 500;
const PAGE: usize = 1_000;

/// A proposal to delete objects before their time, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Deletion {
    /// Its number: that of its record in the log.
    pub number: u64,
    /// Every object whose name begins so.
    pub prefix: String,
    /// Why.
    pub reason: String,
    /// How many objects that were when it was proposed.
    pub objects: u64,
    /// Who proposed it.
    pub proposed_by: String,
    /// When, by the vault's clock.
    pub proposed_at: Timestamp,
    /// Until when it may be approved.
    pub valid_until: Timestamp,
    /// Who approved it.
    pub approved_by: Option<String>,
    /// How many objects were deleted, once that is done.
    pub deleted: Option<u64>,
}

/// Why a proposal or an approval is not taken.
#[derive(Debug, thiserror::Error)]
pub enum ApprovalError {
    /// A field cannot be used.
    #[error("{field}: {cause}")]
    Invalid {
        /// The field.
        field: &'static str,
        /// What is wrong with it.
        cause: String,
    },
    /// There is no such proposal.
    #[error("there is no proposal {0}")]
    Missing(u64),
    /// It cannot be approved by this person, or no more.
    #[error("{0}")]
    Refused(String),
    /// The log cannot be read or written.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The store does not do its part.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Proposals and approvals at one vault.
#[derive(Clone)]
pub struct Approvals {
    store: DirectoryStore,
    log: Log,
    clock: Arc<dyn Clock>,
    /// One approval at a time.
    turn: Arc<tokio::sync::Mutex<()>>,
}

impl Approvals {
    /// For a vault's store and log.
    #[must_use]
    pub fn new(store: DirectoryStore, log: Log, clock: Arc<dyn Clock>) -> Self {
        Self {
            store,
            log,
            clock,
            turn: Arc::default(),
        }
    }

    /// All proposals, oldest first.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub async fn list(&self) -> Result<Vec<Deletion>, ApprovalError> {
        let mut found: Vec<Deletion> = Vec::new();
        for record in self.log.read().await? {
            match record.what {
                What::DeletionProposed {
                    prefix,
                    reason,
                    objects,
                } => found.push(Deletion {
                    number: record.number,
                    prefix,
                    reason,
                    objects,
                    proposed_by: record.by,
                    proposed_at: record.at,
                    valid_until: record.at.plus_ms(VALID_MS),
                    approved_by: None,
                    deleted: None,
                }),
                What::DeletionApproved { proposal } => {
                    for one in found.iter_mut().filter(|one| one.number == proposal) {
                        one.approved_by = Some(record.by.clone());
                    }
                }
                What::DeletionDone { proposal, objects } => {
                    for one in found.iter_mut().filter(|one| one.number == proposal) {
                        one.deleted = Some(objects);
                    }
                }
                What::TokenGranted { .. } | What::TokenRevoked { .. } | What::Pruned { .. } => {}
            }
        }
        Ok(found)
    }

    /// Proposes to delete every object whose name begins with `prefix`.
    ///
    /// # Errors
    /// When a field cannot be used, nothing begins so, or the log cannot be written.
    pub async fn propose(
        &self,
        by: &str,
        prefix: &str,
        reason: &str,
    ) -> Result<Deletion, ApprovalError> {
        let invalid = |field, cause: String| Err(ApprovalError::Invalid { field, cause });
        if prefix.is_empty() {
            return invalid("prefix", "it is empty, which would be everything".into());
        }
        let length = reason.chars().count();
        if reason.trim().is_empty() || length > REASON_CHARS_MAX {
            return invalid("reason", format!("1 to {REASON_CHARS_MAX} characters"));
        }
        let objects = self.names(prefix).await?.len() as u64;
        if objects == 0 {
            return invalid("prefix", format!("no object's name begins with {prefix:?}"));
        }
        let what = What::DeletionProposed {
            prefix: prefix.into(),
            reason: reason.into(),
            objects,
        };
        let number = self.log.add(by, what).await?.number;
        self.find(number).await
    }

    /// Approves a proposal of another person, and carries it out.
    ///
    /// # Errors
    /// When it is the same person, too late or done; or the log or the objects cannot be written:
    /// approving again goes on with the rest.
    pub async fn approve(&self, by: &str, number: u64) -> Result<Deletion, ApprovalError> {
        let _turn = self.turn.lock().await;
        let proposal = self.find(number).await?;
        if proposal.deleted.is_some() {
            return Err(ApprovalError::Refused("it is done already".into()));
        }
        if proposal.proposed_by == by {
            return Err(ApprovalError::Refused(
                "whoever proposed it cannot approve it; that takes a second person".into(),
            ));
        }
        if proposal.approved_by.is_none() {
            if self.clock.now() > proposal.valid_until {
                return Err(ApprovalError::Refused(format!(
                    "it could be approved until {} and has to be proposed anew",
                    proposal.valid_until
                )));
            }
            let what = What::DeletionApproved { proposal: number };
            self.log.add(by, what).await?;
        }
        self.carry_out(&proposal).await?;
        self.find(number).await
    }

    /// Goes on with what was approved and not finished when the process ended.
    ///
    /// # Errors
    /// When the log or the objects cannot be read or written.
    pub async fn resume(&self) -> Result<(), ApprovalError> {
        let _turn = self.turn.lock().await;
        for deletion in self.list().await? {
            if deletion.approved_by.is_some() && deletion.deleted.is_none() {
                self.carry_out(&deletion).await?;
            }
        }
        Ok(())
    }

    async fn carry_out(&self, deletion: &Deletion) -> Result<(), ApprovalError> {
        let names = self.names(&deletion.prefix).await?;
        for name in &names {
            match self.store.delete_early(name).await {
                Ok(()) | Err(StoreError::Missing(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        let what = What::DeletionDone {
            proposal: deletion.number,
            objects: names.len() as u64,
        };
        self.log.add("vault", what).await?;
        Ok(())
    }

    async fn find(&self, number: u64) -> Result<Deletion, ApprovalError> {
        let all = self.list().await?;
        all.into_iter()
            .find(|one| one.number == number)
            .ok_or(ApprovalError::Missing(number))
    }

    async fn names(&self, prefix: &str) -> Result<Vec<vault::store::ObjectName>, StoreError> {
        let mut names: Vec<vault::store::ObjectName> = Vec::new();
        loop {
            let page = self.store.list(prefix, names.last(), PAGE).await?;
            if page.is_empty() {
                return Ok(names);
            }
            names.extend(page.into_iter().map(|stored| stored.name));
        }
    }
}
