//! Ending the lease of a database primary that is gone, behind the guards of `cluster::Hastener`.

use crate::agent;
use crate::cli::failure::{Failure, with_sources};
use cluster::{EtcdClient, HastenStep, Hastener, HastenerSettings};
use kernel::SiteName;
use kernel::random::OsRandom;
use server::config::Config;
use server::watch::Watch;
use std::path::Path;
use std::sync::Arc;

/// Starts the hastener for the database that the agent's file describes.
pub fn start(agent: &Path, config: &Config, watch: Arc<Watch>) -> Result<(), Failure> {
    let agent = agent::Config::load(agent)?;
    let Some(database) = &agent.database else {
        return Ok(());
    };
    let secrets = cluster::Secrets::load_or_make(&database.secrets, &OsRandom)
        .map_err(|e| Failure::argument("hasten", with_sources(&e)))?;
    let members = database.members();
    let candidates = config.sites().map(|node| node.name.to_string()).collect();
    let etcd = EtcdClient::new(members.iter().map(cluster::Member::etcd_url).collect());
    let settings = HastenerSettings::new(members, candidates, secrets.sekoci);
    let hastener = Hastener::new(settings, etcd);
    tokio::spawn(hastener.run(move |step| match step {
        Ok(HastenStep::Hastened { primary, standby }) => {
            tracing::warn!(primary, standby, "the primary's lease was ended");
            if let Ok(site) = SiteName::new(primary) {
                watch.add_deed(
                    site,
                    format!(
                        "The witness ended the lease of the silent primary {primary}; {standby}, \
                         which confirmed every write and no longer receives any, takes over."
                    ),
                );
            }
        }
        Ok(HastenStep::Refused { primary, refusal }) => {
            tracing::info!(
                primary,
                ?refusal,
                "the primary is silent, but its lease is left alone"
            );
        }
        Ok(_) => {}
        Err(error) => tracing::debug!(error = with_sources(error), "no look at the primary"),
    }));
    Ok(())
}
