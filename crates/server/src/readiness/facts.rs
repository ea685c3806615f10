//! What readiness and standing are judged by: the programme, and what this site sees.

use super::objective::Live;
use crate::config::Role;
use crate::rehearsal;
use crate::runtime::QueryFailure;
use crate::session::has_read;
use crate::site::Site;
use crate::status::{Contacts, UNREACHABLE_AFTER_MS};
use journal::Durability;
use kernel::{PartitionId, Timestamp, WorkspaceId};
use programme::queries::{ProgrammeFacts, programme};

/// What is judged by.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// The present.
    pub now: Timestamp,
    /// The programme of the workspace.
    pub programme: ProgrammeFacts,
    /// What would be lost now.
    pub live: Live,
    /// How well appends are kept; none: not known.
    pub durability: Option<Durability>,
    /// The other nodes.
    pub nodes: Vec<Node>,
    /// How far the other site is behind in who may do what, in entries; none: not known.
    pub directory_behind: Option<u64>,
    /// The vault; none: there is none, or not known.
    pub vault: Option<Vault>,
    /// How the last rehearsal went; none: not known.
    pub rehearsal: Option<rehearsal::State>,
    /// What the command team's module says; none: there is no such module at this site.
    pub response: Option<Response>,
}

/// Another node.
#[derive(Clone, Debug)]
pub struct Node {
    /// Its name.
    pub name: String,
    /// Whether it is a site; otherwise it is a witness.
    pub is_site: bool,
    /// Whether it answers.
    pub is_reachable: bool,
}

/// The vault, as sealing sees it.
#[derive(Clone, Debug, Default)]
pub struct Vault {
    /// Why people should look.
    pub alarm: Option<&'static str>,
    /// The age of the oldest work that only the sites have; none: not known.
    pub rpo_ms: Option<i64>,
    /// How many custodians there are and how many are needed; none: not known.
    pub custodians: Option<(u8, u8)>,
    /// Custodians who left.
    pub departed: Vec<String>,
}

/// What the command team's module says.
#[derive(Clone, Debug, Default)]
pub struct Response {
    /// Command roles.
    pub roles: Vec<CommandRole>,
    /// Contact points that were never tried, in words.
    pub unverified_contacts: Vec<String>,
    /// How many contact points there are.
    pub contacts: usize,
}

/// A command role, as it is taken.
#[derive(Clone, Debug, Default)]
pub struct CommandRole {
    /// What it is called.
    pub name: String,
    /// Whether somebody who is here has it.
    pub is_taken: bool,
    /// Deputies who are here.
    pub deputies: u32,
}

impl Facts {
    /// What is so now, for a workspace.
    ///
    /// # Errors
    /// When this site cannot read the programme now.
    pub async fn gather(
        site: &Site,
        contacts: &Contacts,
        workspace: WorkspaceId,
    ) -> Result<Self, QueryFailure> {
        let id = PartitionId::new(workspace, "programme");
        let programme = site.query(&id, None, |rows| Ok(programme(rows)?)).await?;
        let now = site.clock.now();
        let vault = vault(site);
        Ok(Self {
            now,
            live: live(site),
            programme,
            durability: site.durability(),
            nodes: nodes(site, contacts, now),
            directory_behind: directory_behind(site, contacts, workspace, now),
            rehearsal: match vault {
                Some(_) => rehearsal::look(site).await.map(|look| look.state),
                None => None,
            },
            vault,
            response: None,
        })
    }
}

/// What would be lost now, as this site sees it.
#[must_use]
pub fn live(site: &Site) -> Live {
    let sealing = site.look_at_sealing();
    Live {
        one_site_lost_ms: match site.durability() {
            Some(Durability::Protected) => Some(0),
            Some(Durability::StoredHere) | None => None,
        },
        has_vault: sealing.is_some(),
        both_sites_lost_ms: sealing.and_then(|sealing| ms(sealing.rpo_seconds)),
    }
}

fn ms(seconds: Option<f64>) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "the age of a backlog fits")]
    seconds.map(|seconds| (seconds * 1_000.0).ceil() as i64)
}

fn vault(site: &Site) -> Option<Vault> {
    let sealing = site.look_at_sealing()?;
    Some(Vault {
        alarm: sealing.alarm,
        rpo_ms: ms(sealing.rpo_seconds),
        custodians: sealing
            .custodians
            .map(|custodians| (custodians.count, custodians.threshold)),
        departed: sealing.custodians_departed,
    })
}

fn nodes(site: &Site, contacts: &Contacts, now: Timestamp) -> Vec<Node> {
    let others = site.config.nodes.iter();
    let others = others.filter(|node| node.name != site.name);
    let nodes = others.map(|node| Node {
        name: node.name.to_string(),
        is_site: node.role == Role::Site,
        is_reachable: contacts
            .with(&node.name)
            .is_some_and(|contact| now.since(contact.at) < UNREACHABLE_AFTER_MS),
    });
    nodes.collect()
}

fn directory_behind(
    site: &Site,
    contacts: &Contacts,
    workspace: WorkspaceId,
    now: Timestamp,
) -> Option<u64> {
    let id = PartitionId::new(workspace, "directory");
    let own = *site.partition(&id)?.applied().borrow();
    let contact = contacts.with(&site.config.peer_site()?.name)?;
    if now.since(contact.at) >= UNREACHABLE_AFTER_MS || !has_read(site, &id) {
        return None;
    }
    let there = contact.said?.applied.get(&id).copied().unwrap_or(0);
    Some(own.saturating_sub(there))
}
