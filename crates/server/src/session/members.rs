//! Which person an account is in a workspace. Strangers and people who were deactivated are told
//! that there is no such workspace; people in quarantine are told that they are.

use super::catch_up::{applied, catch_up, has_read};
use super::live::installation;
use crate::problem::Problem;
use crate::runtime::QueryFailure;
use crate::site::Site;
use directory::queries;
use kernel::{AccountId, PartitionId, PersonId, Refusal, Seq, Timestamp, WorkspaceId};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

/// The most pairs of account and workspace remembered.
const REMEMBERED_MAX: usize = 50_000;
/// For how long a stranger is turned away without another look at the engine, in milliseconds.
const STRANGER_MS: i64 = 1_000;
/// How long a workspace that was just created may take to open here.
const OPEN_MAX: Duration = Duration::from_secs(1);
const OPEN_LOOK: Duration = Duration::from_millis(20);

/// Finds people and remembers them until the workspace's directory moves on.
#[derive(Default)]
pub struct Members {
    known: RwLock<HashMap<(AccountId, WorkspaceId), Known>>,
}

#[derive(Clone)]
struct Known {
    /// What this site had applied of the directory.
    seq: Seq,
    found: Found,
    asked_at: Timestamp,
}

/// Who an account is in a workspace.
#[derive(Clone)]
enum Found {
    /// Nobody who takes part.
    Nobody,
    /// This person.
    Person(PersonId),
    /// Somebody in quarantine, who is told this.
    Confined(Arc<Refusal>),
}

impl Found {
    const fn is_person(&self) -> bool {
        matches!(self, Self::Person(_))
    }
}

impl Members {
    /// The active person an account is in a workspace.
    ///
    /// # Errors
    /// 404 for strangers, 403 for whoever is in quarantine; 503 while this site cannot tell.
    pub async fn person(
        &self,
        site: &Site,
        account: AccountId,
        workspace: WorkspaceId,
    ) -> Result<PersonId, Problem> {
        let id = PartitionId::new(workspace, "directory");
        if workspace == WorkspaceId::INSTALLATION {
            return Err(Problem::workspace_not_found());
        }
        if !is_open(site, &id).await {
            return Err(stranger(site, &installation()));
        }
        let seq = applied(site, &id);
        let now = site.clock.now();
        let known = self.recall(account, workspace).filter(|known| {
            let is_fresh = known.found.is_person() || now.since(known.asked_at) < STRANGER_MS;
            known.seq == seq && is_fresh
        });
        let found = match known {
            Some(known) => known.found,
            None => self.look(site, &id, account, seq).await?,
        };
        match found {
            Found::Person(person) => Ok(person),
            Found::Confined(refusal) => Err(Refusal::clone(&refusal).into()),
            Found::Nobody => Err(stranger(site, &id)),
        }
    }

    async fn look(
        &self,
        site: &Site,
        id: &PartitionId,
        account: AccountId,
        mut seq: Seq,
    ) -> Result<Found, QueryFailure> {
        let mut found = find(site, id, account).await?;
        if !found.is_person() && catch_up(site, id, seq).await {
            seq = applied(site, id);
            found = find(site, id, account).await?;
        }
        let known = Known {
            seq,
            found: found.clone(),
            asked_at: site.clock.now(),
        };
        let mut all = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= REMEMBERED_MAX {
            all.clear();
        }
        all.insert((account, id.workspace), known);
        Ok(found)
    }

    fn recall(&self, account: AccountId, workspace: WorkspaceId) -> Option<Known> {
        let all = self.known.read().unwrap_or_else(PoisonError::into_inner);
        all.get(&(account, workspace)).cloned()
    }
}

/// What is told to whoever was not found. A client takes a no as final, so a site that has not read
/// the partition that would tell says so instead.
fn stranger(site: &Site, id: &PartitionId) -> Problem {
    if has_read(site, id) {
        Problem::workspace_not_found()
    } else {
        Problem::unavailable("This site has not read yet who is in the workspace.")
    }
}

async fn find(site: &Site, id: &PartitionId, account: AccountId) -> Result<Found, QueryFailure> {
    site.query(id, None, move |rows| {
        if let Some(membership) = queries::membership(rows, account)? {
            return Ok(Found::Person(membership.id));
        }
        Ok(match queries::own_quarantine(rows, account)? {
            Some(quarantine) => Found::Confined(Arc::new(quarantine.refusal)),
            None => Found::Nobody,
        })
    })
    .await
}

/// Whether a workspace is open here, after giving one that was just created the time to be.
async fn is_open(site: &Site, id: &PartitionId) -> bool {
    let seen = applied(site, &installation());
    if site.has_partition(id) {
        return true;
    }
    catch_up(site, &installation(), seen).await && wait_open(site, id).await
}

/// Waits a moment for a partition to be opened.
pub async fn wait_open(site: &Site, id: &PartitionId) -> bool {
    let opened = async {
        while !site.has_partition(id) {
            tokio::time::sleep(OPEN_LOOK).await;
        }
    };
    tokio::time::timeout(OPEN_MAX, opened).await.is_ok()
}
