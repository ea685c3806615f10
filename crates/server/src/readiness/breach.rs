//! Missed objectives become entries: noted once when they are missed, and cleared once when what is
//! measured is as promised again.
//!
//! The site that leads a workspace's programme does; the other one does while it is silent. Ids follow
//! from the asset, the objective and how often it was missed before, so that both sites note it once.

use super::facts::live;
use super::objective::{Live, ObjectiveStanding, Promise, PromiseState, judge};
use crate::runtime::Partition;
use crate::session::has_read;
use crate::site::Site;
use journal::partition::Outcome;
use kernel::{Actor, Command, CommandId, PartitionId, Timestamp, WorkspaceId};
use programme::commands::breaches::{ClearBreach, NoteBreach};
use programme::events::Missed;
use programme::queries::{ProgrammeFacts, programme};
use programme::{AssetId, BreachId};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

/// How often it is looked.
pub const LOOK_EVERY: Duration = Duration::from_secs(15);
/// Looks in a row that have to agree: what comes and goes within seconds is no news.
const LOOKS: u32 = 2;
/// Entries of one workspace in one look; the next look goes on.
const AT_ONCE: usize = 100;

/// What is to be written about an objective.
#[derive(Clone, Debug, PartialEq)]
enum News {
    Missed(NoteBreach),
    Over(ClearBreach),
}

/// Looks as often for as long as the process runs.
pub async fn keep(
    site: Arc<Site>,
    every: Duration,
    is_other_silent: impl Fn() -> bool + Send + Sync + 'static,
) {
    let mut every = tokio::time::interval(every);
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut seen: HashMap<WorkspaceId, Patience> = HashMap::new();
    loop {
        every.tick().await;
        let live = live(&site);
        for partition in site.partitions() {
            let leads = || {
                let core = partition.status().core;
                core.is_some_and(|core| core.lead == site.name)
            };
            let is_ours = partition.id.module == "programme"
                && has_read(&site, &partition.id)
                && (leads() || is_other_silent());
            if is_ours {
                let patience = seen.entry(partition.id.workspace).or_default();
                look(&site, &partition, live, patience).await;
            }
        }
    }
}

/// Looks at one workspace.
async fn look(site: &Site, partition: &Partition, live: Live, patience: &mut Patience) {
    let Ok(facts) = partition.query(None, |rows| Ok(programme(rows)?)).await else {
        return;
    };
    let news = news(&facts, partition.id.workspace, live, site.clock.now());
    for news in patience.agreed(news).into_iter().take(AT_ONCE) {
        match &news {
            News::Missed(body) => {
                let asset = body.asset_id;
                tracing::warn!(%asset, missed = body.missed.as_str(), "an objective is missed");
                submit(site, &partition.id, "note-breach", body.breach_id, body).await;
            }
            News::Over(body) => {
                submit(site, &partition.id, "clear-breach", body.breach_id, body).await;
            }
        }
    }
}

/// Lets only that pass which several looks in a row say.
#[derive(Default)]
struct Patience(BTreeMap<(AssetId, Missed, bool), u32>);

impl Patience {
    fn agreed(&mut self, news: Vec<((AssetId, Missed), News)>) -> Vec<News> {
        let mut looks = BTreeMap::new();
        let mut agreed = Vec::new();
        for ((asset, missed), news) in news {
            let key = (asset, missed, matches!(news, News::Missed(_)));
            let times = self.0.get(&key).copied().unwrap_or(0) + 1;
            looks.insert(key, times);
            if times >= LOOKS {
                agreed.push(news);
            }
        }
        self.0 = looks;
        agreed
    }
}

/// What changed since it was last written.
fn news(
    facts: &ProgrammeFacts,
    workspace: WorkspaceId,
    live: Live,
    now: Timestamp,
) -> Vec<((AssetId, Missed), News)> {
    let mut open: BTreeMap<(AssetId, Missed), BreachId> = facts
        .breaches
        .iter()
        .map(|breach| ((breach.asset, breach.missed), breach.id))
        .collect();
    let mut news = Vec::new();
    let standings = facts
        .assets
        .iter()
        .filter_map(|asset| judge(asset, live, now));
    for standing in standings {
        for (missed, promise) in [(Missed::Rto, &standing.rto), (Missed::Rpo, &standing.rpo)] {
            let key = (standing.asset_id, missed);
            let is_breached = promise.state == PromiseState::Breached;
            let was_noted = is_breached && open.remove(&key).is_some();
            if is_breached && !was_noted {
                let before = facts.missed_before.get(&key).copied().unwrap_or(0);
                let note = note(&standing, missed, promise, workspace, before);
                news.push((key, News::Missed(note)));
            }
        }
    }
    // What is left is not missed any more, or nothing is promised any more.
    news.extend(
        open.into_iter()
            .map(|(key, breach_id)| (key, News::Over(ClearBreach { breach_id }))),
    );
    news
}

fn note(
    standing: &ObjectiveStanding,
    missed: Missed,
    promise: &Promise,
    workspace: WorkspaceId,
    before: u64,
) -> NoteBreach {
    let (asset, which) = (standing.asset_id, missed.as_str());
    let text = format!("breach {workspace} {asset} {which} {before}");
    NoteBreach {
        breach_id: BreachId(CommandId::derived(&text).0),
        asset_id: asset,
        missed,
        target_ms: promise.target_ms,
        measured_ms: promise.measured_ms,
        measured_by: promise.measured_by.unwrap_or("drill").into(),
    }
}

async fn submit(
    site: &Site,
    partition: &PartitionId,
    name: &str,
    breach: BreachId,
    body: &impl Serialize,
) {
    let actor = Actor::Site(site.name.clone());
    let body = serde_json::to_value(body).expect("commands are plain values");
    let key = site.installation_key();
    let command = Command {
        id: CommandId::derived(&format!("{name} {breach}")),
        name: name.into(),
        digest: Command::digest_of(key.as_bytes(), name, &actor, &body),
        actor,
        body,
    };
    match site.submit(partition, command).await {
        Outcome::Accepted { .. } | Outcome::Unchanged { .. } => {}
        // The other site wrote the same with other figures.
        Outcome::Refused(refusal) if refusal.code == "command_id_reused" => {}
        other => tracing::warn!(?other, name, "a missed objective cannot be recorded now"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::readiness::checks::given;
    use programme::queries::OpenBreach;

    fn facts() -> ProgrammeFacts {
        let mut asset = given::asset("mail");
        asset.promised = Some((1_000, 1_000));
        ProgrammeFacts {
            assets: vec![asset],
            ..ProgrammeFacts::default()
        }
    }

    fn live(ms: i64) -> Live {
        Live {
            one_site_lost_ms: Some(ms),
            ..Live::default()
        }
    }

    fn found(facts: &ProgrammeFacts, ms: i64) -> Vec<((AssetId, Missed), News)> {
        news(facts, WorkspaceId::INSTALLATION, live(ms), given::NOW)
    }

    #[test]
    fn a_breach_is_news_once_and_its_end_is() {
        let mut facts = facts();
        assert!(found(&facts, 5).is_empty());
        let first = found(&facts, 5_000);
        let [((asset, Missed::Rpo), News::Missed(note))] = &first[..] else {
            panic!("{first:?}");
        };
        assert_eq!((note.target_ms, note.measured_ms), (1_000, Some(5_000)));
        assert_eq!(first, found(&facts, 5_000), "the same at both sites");
        facts.breaches.push(OpenBreach {
            id: note.breach_id,
            asset: *asset,
            missed: Missed::Rpo,
        });
        facts.missed_before.insert((*asset, Missed::Rpo), 1);
        assert!(found(&facts, 6_000).is_empty());
        assert!(matches!(found(&facts, 5)[..], [(_, News::Over(_))]));
        facts.breaches.clear();
        let again = found(&facts, 5_000);
        let [(_, News::Missed(second))] = &again[..] else {
            panic!("{again:?}");
        };
        assert_ne!(second.breach_id, note.breach_id);
    }

    #[test]
    fn a_breach_ends_with_its_promise() {
        let mut facts = facts();
        let asset = facts.assets[0].id;
        facts.breaches.push(OpenBreach {
            id: BreachId(kernel::id::Uuid::nil()),
            asset,
            missed: Missed::Rto,
        });
        facts.assets[0].promised = None;
        assert!(matches!(found(&facts, 5)[..], [(_, News::Over(_))]));
        facts.assets.clear();
        assert!(matches!(found(&facts, 5)[..], [(_, News::Over(_))]));
    }

    #[test]
    fn one_look_is_no_news() {
        let facts = facts();
        let mut patience = Patience::default();
        assert!(patience.agreed(found(&facts, 5_000)).is_empty());
        assert!(patience.agreed(found(&facts, 5)).is_empty());
        assert!(patience.agreed(found(&facts, 5_000)).is_empty());
        assert_eq!(patience.agreed(found(&facts, 5_000)).len(), 1);
    }
}
