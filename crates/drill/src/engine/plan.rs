//! From a scenario and how the installation is to what will be done to which node, and how each of it is
//! undone. Nothing is done here.

use super::measure::{SITE_LOST, VAULT_SILENT};
use super::put_back::Undoing;
use crate::doors::{Fault, Health};
use crate::scenario::{Action, Need, Safety, Scenario, Step, Target};
use std::collections::BTreeMap;
use std::time::Duration;

/// The vault, as a process of the node whose agent runs it.
const VAULT: &str = "vault";

/// What will be done.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// In the order in which it is done.
    pub steps: Vec<Planned>,
    /// The site, as an index of the client's, from which it is watched.
    pub survivor: usize,
    /// The site at which functions are tried: the one that carries on, or the broken one where it is
    /// still there.
    pub watched: usize,
    /// The node that is broken first; in records and on the timeline.
    pub node: String,
    /// The kind of note on the timeline by which it is noticed.
    pub noticed_as: &'static str,
}

/// One step.
#[derive(Clone, Debug, PartialEq)]
pub struct Planned {
    /// When, from the first moment of the drill that counts.
    pub at: Duration,
    /// What, for people: `kill-process database at b`.
    pub what: String,
    /// What.
    pub deed: Deed,
    /// How it is undone at the end.
    pub undo: Option<Undoing>,
}

/// What is done in a step.
#[derive(Clone, Debug, PartialEq)]
pub enum Deed {
    /// A node is broken, ordered through the site with this index.
    Break {
        /// The node.
        node: String,
        /// Through which site.
        through: usize,
        /// How.
        fault: Fault,
    },
    /// A node is put back.
    Restore(Undoing),
    /// A site takes the lead of everything.
    SwitchOver {
        /// The site.
        to: String,
    },
}

/// Plans a scenario for an installation.
///
/// # Errors
/// Why it cannot be run there, in one sentence.
pub fn plan(scenario: &Scenario, site: Option<&str>, healths: &[Health]) -> Result<Plan, String> {
    let place = Installation { healths, site };
    place.may_run(scenario)?;
    let mut steps = Vec::new();
    for step in &scenario.steps {
        steps.push(place.planned(step.as_ref())?);
    }
    let broken = steps.iter().find_map(|step| match &step.deed {
        Deed::Break { node, .. } => Some(node.clone()),
        Deed::Restore(_) | Deed::SwitchOver { .. } => None,
    });
    let node = broken
        .or_else(|| site.map(String::from))
        .unwrap_or_else(|| place.name(0).to_owned());
    let survivor = healths.iter().position(|health| health.name != node);
    let survivor = survivor.ok_or("there is no other site to carry on")?;
    let own = healths.iter().position(|health| health.name == node);
    let watched = match steps.first().map(|step| &step.deed) {
        Some(Deed::Break { fault, .. }) if fault.leaves_the_site() => own,
        _ => None,
    };
    let takes_vault = steps.iter().any(|step| match &step.deed {
        Deed::Break { fault, .. } => fault.process.as_deref() == Some(VAULT),
        Deed::Restore(_) | Deed::SwitchOver { .. } => false,
    });
    Ok(Plan {
        noticed_as: if takes_vault { VAULT_SILENT } else { SITE_LOST },
        steps,
        watched: watched.unwrap_or(survivor),
        survivor,
        node,
    })
}

impl Plan {
    /// How the first node is broken, in reports.
    #[must_use]
    pub fn fault(&self) -> &str {
        let mut faults = self.steps.iter().filter_map(|step| match &step.deed {
            Deed::Break { fault, .. } => Some(fault.fault.as_str()),
            Deed::Restore(_) => None,
            Deed::SwitchOver { .. } => Some("switch_over"),
        });
        faults.next().unwrap_or("none")
    }
}

struct Installation<'a> {
    healths: &'a [Health],
    site: Option<&'a str>,
}

impl Installation<'_> {
    fn may_run(&self, scenario: &Scenario) -> Result<(), String> {
        let production = self
            .healths
            .iter()
            .find(|one| one.status["production"] == true);
        if let Some(health) = production
            && scenario.safety == Safety::RehearsalOnly
        {
            return Err(format!(
                "{} is for rehearsals only, and site {} says that it is production",
                scenario.name, health.name
            ));
        }
        for need in &scenario.needs {
            let need = Need::named(need).ok_or_else(|| format!("{need:?} is not known"))?;
            self.has(need)?;
        }
        Ok(())
    }

    fn has(&self, need: Need) -> Result<(), String> {
        let every = |what: &dyn Fn(&Health) -> bool| self.healths.iter().all(what);
        let nodes = || self.healths.iter().flat_map(nodes_of);
        let (is_there, why) = match need {
            Need::Agents => (
                nodes().all(|node| node["agent"] != false),
                "a node has no agent that could break it and put it back",
            ),
            Need::Postgres => (
                every(&|one| one.status["engine"]["engine"] == "postgres"),
                "the journal is not kept by PostgreSQL",
            ),
            Need::Witness => (
                nodes().any(|node| node["role"] == "witness"),
                "there is no witness",
            ),
            Need::Vault => (
                every(&|one| !one.status["vault"].is_null()),
                "there is no vault",
            ),
            Need::ModuleFaults => (
                every(&|one| one.status["drills"] == true),
                "a site does not say drills = true, so its modules may not be made to misbehave",
            ),
            Need::Link => (
                !nodes().any(|node| node["url"].as_str().is_some_and(is_loopback)),
                "all nodes are on one machine: there is no link to cut",
            ),
        };
        if is_there { Ok(()) } else { Err(why.into()) }
    }

    fn planned(&self, step: &Step) -> Result<Planned, String> {
        let action = step
            .known()
            .ok_or_else(|| format!("{:?} is not an action; lint says more", step.action))?;
        let target = step.target.as_deref().and_then(Target::named);
        let target = target.ok_or_else(|| format!("{} needs a target", step.action))?;
        let node = self.node(target)?;
        let what = [
            Some(step.action.as_str()),
            step.module.as_deref(),
            step.fault.as_deref(),
            step.process.as_deref(),
        ];
        let what = what.into_iter().flatten().collect::<Vec<_>>().join(" ");
        let is_own = action == Action::BreakModule;
        let restore = Undoing::Restore {
            node: node.clone(),
            through_itself: is_own,
        };
        let (deed, undo) = match action {
            Action::Restore => (Deed::Restore(restore), None),
            Action::SwitchOver => {
                let undo = Undoing::SwitchBack {
                    leads: self.leads(),
                };
                (Deed::SwitchOver { to: node.clone() }, Some(undo))
            }
            _ => {
                let fault = Fault::of(action, step)?;
                let through = self.through(&node, is_own)?;
                let deed = Deed::Break {
                    node: node.clone(),
                    through,
                    fault,
                };
                (deed, Some(restore))
            }
        };
        Ok(Planned {
            at: step.at.duration(),
            what: format!("{what} at {node}"),
            deed,
            undo,
        })
    }

    fn node(&self, target: Target) -> Result<String, String> {
        match target {
            Target::Site => {
                let site = self.site.ok_or("name a site: --site NAME")?;
                self.index(site)?;
                Ok(site.to_owned())
            }
            Target::OtherSite => {
                let site = self.site.ok_or("name a site: --site NAME")?;
                let other = self.healths.iter().find(|health| health.name != site);
                Ok(other.ok_or("there is no other site")?.name.clone())
            }
            Target::Primary => {
                // The engine names the primary by its address; each site knows of its own database.
                let mut primaries = self
                    .healths
                    .iter()
                    .filter(|one| one.status["engine"]["own_node"]["is_primary"] == true);
                match (primaries.next(), primaries.next()) {
                    (Some(health), None) => Ok(health.name.clone()),
                    (None, _) => Err("no site says that its database is the primary".into()),
                    (Some(one), Some(two)) => Err(format!(
                        "sites {} and {} both say that their database is the primary",
                        one.name, two.name
                    )),
                }
            }
            Target::Witness => {
                let witness = nodes_of(&self.healths[0]).find(|node| node["role"] == "witness");
                let name = witness.and_then(|node| node["name"].as_str());
                Ok(name.ok_or("there is no witness")?.to_owned())
            }
        }
    }

    fn index(&self, site: &str) -> Result<usize, String> {
        let found = self.healths.iter().position(|health| health.name == site);
        found.ok_or_else(|| format!("no site is named {site:?}"))
    }

    /// Through which site a node is broken: through another one, but for what only the site itself can
    /// do to itself.
    fn through(&self, node: &str, is_own: bool) -> Result<usize, String> {
        let mut sites = self.healths.iter();
        let found = sites.position(|health| (health.name == node) == is_own);
        found.ok_or_else(|| "there is no other site to carry on".into())
    }

    fn leads(&self) -> BTreeMap<String, String> {
        let partitions = self.healths[0].status["partitions"].as_array();
        let leads = partitions.into_iter().flatten().filter_map(|partition| {
            let id = partition["partition"].as_str()?;
            Some((id.to_owned(), partition["lead"].as_str()?.to_owned()))
        });
        leads.collect()
    }

    fn name(&self, index: usize) -> &str {
        &self.healths[index].name
    }
}

fn nodes_of(health: &Health) -> impl Iterator<Item = &serde_json::Value> {
    health.status["sites"].as_array().into_iter().flatten()
}

fn is_loopback(url: &str) -> bool {
    let host = url.split("://").nth(1).unwrap_or(url);
    host.starts_with("127.") || host.starts_with("localhost") || host.starts_with("[::1]")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn healths(change: impl Fn(&mut Value)) -> Vec<Health> {
        let site = |name: &str| {
            let mut status = json!({
                "site": name, "drills": true, "production": false, "vault": {},
                "engine": {
                    "engine": "postgres", "primary": "10.0.0.2:5432",
                    "own_node": { "is_primary": name == "b" },
                },
                "partitions": [{ "partition": "w/messaging", "lead": "a" }],
                "sites": [
                    { "name": "a", "role": "site", "url": "http://10.0.0.1:8440" },
                    { "name": "b", "role": "site", "url": "http://10.0.0.2:8440" },
                    { "name": "w", "role": "witness", "url": "http://10.0.0.3:8440" },
                ],
            });
            change(&mut status);
            Health {
                name: name.into(),
                status,
            }
        };
        vec![site("a"), site("b")]
    }

    fn planned(
        name: &str,
        site: Option<&str>,
        change: impl Fn(&mut Value),
    ) -> Result<Plan, String> {
        plan(&Scenario::builtin(name).unwrap(), site, &healths(change))
    }

    #[test]
    fn the_primary_is_broken_from_the_other_side() {
        let plan = planned("database-primary-lost", None, |_| {}).unwrap();
        assert_eq!((plan.node.as_str(), plan.survivor), ("b", 0));
        let Deed::Break { node, through, .. } = &plan.steps[0].deed else {
            panic!("{plan:?}");
        };
        assert_eq!((node.as_str(), *through), ("b", 0));
        assert_eq!(plan.steps[0].what, "kill-process database at b");
    }

    #[test]
    fn a_module_is_broken_by_its_own_site_and_the_lead_goes_back() {
        let plan = planned("module-panic", Some("a"), |_| {}).unwrap();
        assert!(matches!(
            &plan.steps[0].deed,
            Deed::Break { through: 0, .. }
        ));
        let plan = planned("planned-switchover", Some("a"), |_| {}).unwrap();
        let Some(Undoing::SwitchBack { leads }) = &plan.steps[0].undo else {
            panic!("{plan:?}");
        };
        assert_eq!(leads["w/messaging"], "a");
    }

    #[test]
    fn what_cannot_be_run_is_refused_with_the_reason() {
        let refused = |name, site, change: fn(&mut Value)| planned(name, site, change).unwrap_err();
        let none = refused("site-loss", None, |_| {});
        assert!(none.contains("--site"), "{none}");
        let wrong = refused("site-loss", Some("c"), |_| {});
        assert!(wrong.contains("\"c\""), "{wrong}");
        let production = refused("site-loss", Some("a"), |s| s["production"] = true.into());
        assert!(production.contains("production"), "{production}");
        let sqlite = refused("database-manager-lost", None, |s| {
            s["engine"]["engine"] = "sqlite".into();
        });
        assert!(sqlite.contains("PostgreSQL"), "{sqlite}");
        let none = refused("database-primary-lost", None, |s| {
            s["engine"]["own_node"]["is_primary"] = false.into();
        });
        assert!(none.contains("no site says"), "{none}");
        let both = refused("database-primary-lost", None, |s| {
            s["engine"]["own_node"]["is_primary"] = true.into();
        });
        assert!(both.contains("a and b both"), "{both}");
        let one = refused("grey-link", Some("a"), |s| {
            s["sites"][0]["url"] = "http://127.0.0.1:8401".into();
        });
        assert!(one.contains("no link to cut"), "{one}");
        let quiet = refused("module-hang", Some("a"), |s| s["drills"] = false.into());
        assert!(quiet.contains("drills = true"), "{quiet}");
        // In production what is safe there may still be run.
        assert!(
            planned("planned-switchover", Some("a"), |s| s["production"] =
                true.into())
            .is_ok()
        );
    }
}
