//! Breaking a node through its agent, or a module of this site itself, and putting it back.

use super::{must_be_node, must_be_site, note};
use crate::peer::{LinkError, PeerLink};
use crate::runtime::Misbehaviour;
use crate::site::Site;
use kernel::{Refusal, SiteName, WorkspaceId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::time::Duration;
use utoipa::ToSchema;

const AGENT_PATIENCE: Duration = Duration::from_secs(25);

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
    /// The vault, where the node's agent runs one.
    Vault,
}

/// Put a broken site back.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RestoreSite {
    /// The site.
    #[schema(value_type = String)]
    pub site: SiteName,
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
            let detail = "application, database, database_manager, etcd or vault";
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
