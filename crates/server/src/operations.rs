//! What operators do to the installation itself: breaking and restoring a site through its agent,
//! switching the lead over, comparing the sites, running drills.

use crate::config::Role;
use crate::peer::{LinkError, PeerLink};
use crate::runtime::Misbehaviour;
use crate::site::Site;
use journal::partition::{Outcome, SWITCH_OVER};
use journal::{Engine, ReadError, chain};
use kernel::{
    AccountId, Actor, Command, CommandId, Fingerprint, Hash, Head, PartitionId, Refusal, Seq,
    SiteName, WorkspaceId,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use utoipa::ToSchema;

const AGENT_PATIENCE: Duration = Duration::from_secs(25);
const BATCH: usize = 1_000;

/// Break a site, a process of a node, its link or a module on purpose.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BreakSite {
    /// The site to break; for one process also the witness.
    #[schema(value_type = String)]
    pub site: SiteName,
    /// Its name once more: whoever breaks a site types its name.
    #[schema(value_type = String)]
    pub confirm_site: SiteName,
    /// How; `kill` where absent.
    #[serde(default)]
    pub fault: SiteFault,
    /// Which process, for `kill_process` and `pause_process`.
    #[serde(default)]
    pub process: Option<SiteProcess>,
    /// Which module, for those of modules.
    #[serde(default)]
    pub module: Option<String>,
    /// How long a module misbehaves, 1 to 60000; 10000 where absent.
    #[serde(default)]
    pub lasts_ms: Option<u64>,
    /// How late a slow link is, 0 to 5000.
    #[serde(default)]
    pub delay_ms: Option<u64>,
    /// How many packets of a hundred a slow link loses, 0 to 90.
    #[serde(default)]
    pub loss_pct: Option<f64>,
}

/// How a site is broken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SiteFault {
    /// SIGKILL to application, database and etcd member.
    #[default]
    Kill,
    /// SIGSTOP to all of them.
    Pause,
    /// SIGKILL to one process, which stays away.
    KillProcess,
    /// SIGSTOP to one process.
    PauseProcess,
    /// Nothing it sends reaches the other nodes.
    CutOff,
    /// What it sends to them is late, and some of it lost.
    SlowLink,
    /// Its application is started again with a configuration it cannot use.
    BadConfiguration,
    /// A module panics again and again.
    ModulePanic,
    /// A step of a module does not end.
    ModuleHang,
    /// A module's mailbox is kept full.
    ModuleFlood,
    /// A module takes memory and keeps it.
    ModuleLeak,
}

/// One process of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SiteProcess {
    /// `sekoci serve`.
    Application,
    /// PostgreSQL.
    Database,
    /// Patroni; PostgreSQL goes on.
    DatabaseManager,
    /// The member of etcd.
    Etcd,
}

/// Put a broken site back.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RestoreSite {
    /// The site.
    #[schema(value_type = String)]
    pub site: SiteName,
}

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

/// Breaks a site through its agent, or a module of this site itself.
pub async fn break_site(site: &Site, link: &PeerLink, wish: &BreakSite) -> Result<Value, Refusal> {
    if wish.site != wish.confirm_site {
        return Err(Refusal::invalid(
            "command.confirm_site",
            "site_not_confirmed",
            "the two names differ; nothing was done",
        ));
    }
    if site.config.production {
        let detail = "this site says that it is production; nothing was done";
        return Err(Refusal::conflict("site_in_production", detail));
    }
    if let Some(misbehaviour) = wish.fault.misbehaviour() {
        let answered = break_module(site, wish, misbehaviour)?;
        let detail = format!("A module of site {} was made to misbehave.", wish.site);
        note(site, &wish.site, "fault-injected", &detail).await;
        return Ok(answered);
    }
    let (path, body) = agent_order(site, wish)?;
    let answered = order(link, &wish.site, path, &body).await;
    let detail = format!("Site {} was broken on purpose.", wish.site);
    note(site, &wish.site, "fault-injected", &detail).await;
    answered
}

impl SiteFault {
    const fn misbehaviour(self) -> Option<Misbehaviour> {
        match self {
            Self::ModulePanic => Some(Misbehaviour::Panic),
            Self::ModuleHang => Some(Misbehaviour::Hang),
            Self::ModuleFlood => Some(Misbehaviour::Flood),
            Self::ModuleLeak => Some(Misbehaviour::Leak),
            _ => None,
        }
    }
}

/// What the agent is asked, and with which words.
fn agent_order(site: &Site, wish: &BreakSite) -> Result<(&'static str, Value), Refusal> {
    let process = || {
        must_be_node(site, &wish.site)?;
        let process = wish.process.ok_or_else(|| {
            let detail = "application, database, database_manager or etcd";
            Refusal::invalid("command.process", "missing_field", detail)
        })?;
        Ok::<_, Refusal>(json!({ "process": process }))
    };
    let (path, body) = match wish.fault {
        SiteFault::KillProcess => return Ok(("/agent/kill-process", process()?)),
        SiteFault::PauseProcess => return Ok(("/agent/pause-process", process()?)),
        SiteFault::SlowLink => ("/agent/slow-link", weather(wish)?),
        SiteFault::CutOff => ("/agent/cut-off", json!({})),
        SiteFault::BadConfiguration => ("/agent/bad-configuration", json!({})),
        SiteFault::Pause => ("/agent/pause", json!({})),
        _ => ("/agent/kill", json!({})),
    };
    must_be_site(site, &wish.site, "command.site")?;
    Ok((path, body))
}

fn weather(wish: &BreakSite) -> Result<Value, Refusal> {
    let bounds = |field, detail| Refusal::invalid(field, "out_of_bounds", detail);
    if wish.delay_ms.is_some_and(|ms| ms > 5_000) {
        return Err(bounds("command.delay_ms", "0 to 5000"));
    }
    if wish
        .loss_pct
        .is_some_and(|loss| !(0.0..=90.0).contains(&loss))
    {
        return Err(bounds("command.loss_pct", "0 to 90"));
    }
    if wish.delay_ms.is_none() && wish.loss_pct.is_none() {
        let detail = "delay_ms or loss_pct is needed";
        return Err(Refusal::invalid(
            "command.delay_ms",
            "missing_field",
            detail,
        ));
    }
    Ok(json!({ "delay_ms": wish.delay_ms, "loss_pct": wish.loss_pct }))
}

/// Makes a module of this site misbehave; the installation's own stay, as they keep the record.
fn break_module(
    site: &Site,
    wish: &BreakSite,
    misbehaviour: Misbehaviour,
) -> Result<Value, Refusal> {
    if wish.site != site.name {
        let detail = format!("only site {} itself can do that: ask there", wish.site);
        return Err(Refusal::conflict("ask_that_site", detail));
    }
    if !site.config.drills {
        let detail = "this site does not say drills = true; nothing was done";
        return Err(Refusal::conflict("drills_not_allowed", detail));
    }
    let lasts_ms = wish.lasts_ms.unwrap_or(10_000);
    if !(1..=60_000).contains(&lasts_ms) {
        return Err(Refusal::invalid(
            "command.lasts_ms",
            "out_of_bounds",
            "1 to 60000",
        ));
    }
    let lasts_ms = i64::try_from(lasts_ms).unwrap_or(60_000);
    let until = site.clock.now().plus_ms(lasts_ms);
    let name = wish.module.as_deref().unwrap_or_default();
    let mut count = 0;
    for partition in site.partitions() {
        let is_meant = partition.id.module == name;
        if is_meant && partition.id.workspace != WorkspaceId::INSTALLATION {
            partition.misbehave(misbehaviour, until);
            count += 1;
        }
    }
    if count == 0 {
        let detail = format!("no workspace has a module {name:?} at this site");
        return Err(Refusal::invalid("command.module", "unknown_module", detail));
    }
    Ok(json!({ "partitions": count, "until": until }))
}

/// Puts a site back through its agent.
pub async fn restore_site(
    site: &Site,
    link: &PeerLink,
    wish: &RestoreSite,
) -> Result<Value, Refusal> {
    must_be_node(site, &wish.site)?;
    if wish.site == site.name {
        for partition in site.partitions() {
            partition.behave();
        }
    }
    order(link, &wish.site, "/agent/resume", &json!({})).await?;
    let answered = order(link, &wish.site, "/agent/start", &json!({})).await?;
    note(
        site,
        &wish.site,
        "fault-removed",
        &format!("Site {} was started again.", wish.site),
    )
    .await;
    Ok(answered)
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

async fn order(link: &PeerLink, to: &SiteName, path: &str, body: &Value) -> Result<Value, Refusal> {
    link.post_to_agent::<Value>(to, path, body, AGENT_PATIENCE)
        .await
        .map_err(|error| {
            let detail = match error {
                LinkError::Refused { body, .. } => body,
                other => other.to_string(),
            };
            Refusal::failed("agent_failed", detail)
        })
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

/// The fingerprint of every partition's view at this site.
pub async fn fingerprints(site: &Site) -> Result<BTreeMap<PartitionId, Value>, Refusal> {
    let mut found = BTreeMap::new();
    for partition in site.partitions() {
        let taken = partition
            .query(None, |rows| Ok(kernel::fingerprint(rows)?))
            .await;
        let Fingerprint { seq, head, rows } =
            taken.map_err(|error| Refusal::failed("view_unavailable", error.to_string()))?;
        let line = json!({ "seq": seq, "head": head, "rows": rows });
        found.insert(partition.id.clone(), line);
    }
    Ok(found)
}

/// What walking one chain found.
#[derive(Clone, Debug, Serialize)]
pub struct ChainWalk {
    /// Whether every entry is whole and in its place, up to where the view is at least.
    pub valid: bool,
    /// Entries walked.
    pub entries: Seq,
    /// Hash of the last one.
    pub head: Hash,
    /// What is wrong.
    pub cause: Option<String>,
}

/// Walks every chain in the engine.
pub async fn chains(site: &Site) -> Result<BTreeMap<PartitionId, ChainWalk>, Refusal> {
    let mut walks = BTreeMap::new();
    for partition in site.partitions() {
        let applied = *partition.applied().borrow();
        let walk = walk(&*site.engine, &partition.id, applied)
            .await
            .map_err(|error| Refusal::failed("engine_unavailable", error.to_string()))?;
        walks.insert(partition.id.clone(), walk);
    }
    Ok(walks)
}

async fn walk(
    engine: &dyn Engine,
    partition: &PartitionId,
    applied: Seq,
) -> Result<ChainWalk, ReadError> {
    let mut head = Head::GENESIS;
    let broken = |head: Head, cause: String| ChainWalk {
        valid: false,
        entries: head.seq,
        head: head.hash,
        cause: Some(cause),
    };
    loop {
        let entries = match engine.read(partition, head.seq, BATCH).await {
            Ok(entries) => entries,
            Err(ReadError::Damaged { seq, cause, .. }) => {
                return Ok(broken(head, format!("entry {seq} is damaged: {cause}")));
            }
            Err(error) => return Err(error),
        };
        if entries.is_empty() {
            break;
        }
        for entry in entries {
            match chain::verify(head, &entry) {
                Ok(next) => head = next,
                Err(error) => return Ok(broken(head, error.to_string())),
            }
        }
    }
    if head.seq < applied {
        let cause = format!(
            "entries after {} are missing: this site has applied {applied}",
            head.seq
        );
        return Ok(broken(head, cause));
    }
    Ok(ChainWalk {
        valid: true,
        entries: head.seq,
        head: head.hash,
        cause: None,
    })
}
