//! Noticing that a person is put out of a workspace while a connection is open.
//!
//! Who is a person of a workspace is the directory's to say; other modules only follow it, so their
//! streams do not end by themselves. A connection therefore listens to the directory of every
//! workspace it subscribed to, without being sent anything of it.

use crate::hub::{Delivery, ListenerId, PartitionHub};
use crate::site::Site;
use kernel::{AccountId, PartitionId, PersonId, WorkspaceId};
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::mpsc;

/// The directories a connection listens to.
#[derive(Default)]
pub(super) struct Memberships(HashMap<WorkspaceId, Membership>);

struct Membership {
    directory: Arc<PartitionHub>,
    listener: ListenerId,
}

impl Memberships {
    /// The active person an account is in a workspace, watched from now on; `None` for strangers.
    pub async fn enter(
        &mut self,
        site: &Site,
        account: AccountId,
        workspace: WorkspaceId,
        queue: &mpsc::Sender<(ListenerId, Delivery)>,
    ) -> Option<PersonId> {
        let person = site.person_of(account, workspace).await?;
        let is_watched = self
            .0
            .get(&workspace)
            .is_some_and(|m| m.directory.has(m.listener));
        if is_watched {
            return Some(person);
        }
        let directory = site.hub(&PartitionId::new(workspace, "directory"))?;
        let listener = directory.listen(person, Vec::new(), queue.clone());
        let membership = Membership {
            directory,
            listener,
        };
        self.0.insert(workspace, membership);
        // Who was put out before the listener was there is found here.
        site.person_of(account, workspace).await
    }

    /// The workspace whose directory this listener listens to.
    pub fn workspace_of(&self, listener: ListenerId) -> Option<WorkspaceId> {
        let mut all = self.0.iter();
        let found = all.find(|(_, membership)| membership.listener == listener);
        found.map(|(workspace, _)| *workspace)
    }

    /// All workspaces whose directories are listened to.
    pub fn workspaces(&self) -> Vec<WorkspaceId> {
        self.0.keys().copied().collect()
    }

    /// Workspaces whose listener was removed because the connection did not keep up.
    pub fn lost(&self) -> Vec<WorkspaceId> {
        let lost = self.0.iter().filter(|(_, m)| !m.directory.has(m.listener));
        lost.map(|(workspace, _)| *workspace).collect()
    }

    /// Leaves all of them.
    pub fn leave(&mut self) {
        for (_, membership) in self.0.drain() {
            membership.directory.leave(membership.listener);
        }
    }
}
