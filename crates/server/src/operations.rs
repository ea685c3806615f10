//! What operators do to the installation itself: breaking and restoring a site through its agent,
//! switching the lead over, comparing the sites, running drills.

mod compare;
mod faults;

pub use compare::{ChainWalk, chains, fingerprints};
pub use faults::{BreakSite, RestoreSite, SiteFault, SiteProcess, break_site, restore_site};

use crate::config::Role;
use crate::site::Site;
use journal::partition::{Outcome, SWITCH_OVER};
use kernel::{AccountId, Actor, Command, CommandId, PartitionId, Refusal, SiteName, WorkspaceId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::ToSchema;

/// Hand the lead over to a site.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SwitchOver {
    /// `all`, or one partition.
    pub partition: String,
    /// The site that shall lead.
    #[schema(value_type = String)]
    pub to: SiteName,
}

/// Whether an account runs the installation; everything here is for operators only.
pub async fn must_be_operator(site: &Site, account: AccountId) -> Result<String, Refusal> {
    let id = PartitionId::new(WorkspaceId::INSTALLATION, "continuity");
    let actor = Actor::Account(account);
    let standing = site
        .query(&id, None, move |rows| {
            Ok(continuity::standing(rows, &actor)?)
        })
        .await;
    match standing {
        Ok(standing) if standing.is_operator => Ok(standing.name),
        Ok(_) => Err(Refusal::forbidden(
            "not_permitted",
            "this is for operators of the installation",
        )),
        Err(error) => Err(Refusal::failed("view_unavailable", error.to_string())),
    }
}

fn must_be_site(site: &Site, name: &SiteName, field: &str) -> Result<(), Refusal> {
    match site.config.node(name) {
        Some(node) if node.role == Role::Site => Ok(()),
        _ => Err(Refusal::invalid(
            field,
            "unknown_site",
            format!("no site is named {name}"),
        )),
    }
}

fn must_be_node(site: &Site, name: &SiteName) -> Result<(), Refusal> {
    match site.config.node(name) {
        Some(_) => Ok(()),
        None => Err(Refusal::invalid(
            "command.site",
            "unknown_site",
            format!("no node is named {name}"),
        )),
    }
}

/// Notes a deed of an operator. The deed is done; a note that cannot be written now is only logged.
async fn note(site: &Site, about: &SiteName, kind: &str, detail: &str) {
    let id = CommandId::new(&*site.clock, &*site.random);
    let body = json!({
        "note_id": id.0,
        "kind": kind,
        "site": about,
        "at": site.clock.now(),
        "noted_by": site.name,
        "detail": detail,
        "evidence": {},
    });
    let command = command(site, id, "note-timeline", body);
    let partition = PartitionId::new(WorkspaceId::INSTALLATION, "continuity");
    let noted = site.submit(&partition, command).await;
    if !matches!(noted, Outcome::Accepted { .. } | Outcome::Unchanged { .. }) {
        tracing::warn!(?noted, kind, "could not be noted on the timeline");
    }
}

fn command(site: &Site, id: CommandId, name: &str, body: Value) -> Command {
    let actor = Actor::Site(site.name.clone());
    let digest = Command::digest_of(site.installation_key().as_bytes(), name, &actor, &body);
    Command {
        id,
        name: name.into(),
        actor,
        body,
        digest,
    }
}

/// Hands the lead of one partition, or of all, to a site; gives each one's outcome.
pub async fn switch_over(
    site: &Arc<Site>,
    wish: &SwitchOver,
) -> Result<BTreeMap<PartitionId, Value>, Refusal> {
    must_be_site(site, &wish.to, "command.to")?;
    let mut partitions: Vec<PartitionId> = site
        .partitions()
        .iter()
        .map(|partition| partition.id.clone())
        .collect();
    if wish.partition != "all" {
        partitions.retain(|id| id.to_string() == wish.partition);
        if partitions.is_empty() {
            let detail = "no such partition at this site";
            return Err(Refusal::not_found(
                "command.partition",
                "partition_not_found",
                detail,
            ));
        }
    }
    let mut outcomes = BTreeMap::new();
    for partition in partitions {
        let id = CommandId::new(&*site.clock, &*site.random);
        let command = command(site, id, SWITCH_OVER, json!({ "to": wish.to }));
        let outcome = site.submit(&partition, command).await;
        let outcome = serde_json::to_value(outcome).unwrap_or(Value::Null);
        outcomes.insert(partition, outcome);
    }
    Ok(outcomes)
}
