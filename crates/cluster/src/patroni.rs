//! Asking Patroni's REST interface who is primary and who is in step.

use crate::http::{self, Answer};
use crate::spec::Member;
use crate::wait::{TimedOut, until};
use hyper::Method;
use serde::Deserialize;
use std::time::Duration;

/// Why Patroni's answer could not be had.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No answer from that site.
    #[error("Patroni at {url}")]
    Unreachable {
        /// Who was asked.
        url: String,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// An answer that is not understood.
    #[error("Patroni at {url} answered {status}")]
    Answer {
        /// Who was asked.
        url: String,
        /// The HTTP status.
        status: u16,
    },
}

/// What a copy is at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub enum Role {
    /// Takes writes (whether it may is what `GET /primary` tells).
    Primary,
    /// Follows the primary.
    Standby,
    /// Follows the primary and is named in `/sync`: it may be promoted (unless it is the witness). Only
    /// [`PatroniClient::cluster`] tells this from [`Role::Standby`].
    SynchronousStandby,
    /// Anything else: not yet made, being removed.
    Other,
}

impl From<String> for Role {
    fn from(text: String) -> Self {
        match text.as_str() {
            "master" | "primary" | "leader" => Self::Primary,
            "sync_standby" => Self::SynchronousStandby,
            "replica" | "standby_leader" => Self::Standby,
            _ => Self::Other,
        }
    }
}

/// A site's own word about itself: `GET /patroni`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct MemberStatus {
    /// Like `running`, `starting`, `stopped`.
    pub state: String,
    /// Primary or standby.
    pub role: Role,
    /// PostgreSQL's timeline; grows with each promotion.
    #[serde(default)]
    pub timeline: Option<u64>,
    /// Whether the site knows itself to be a synchronous standby.
    #[serde(default)]
    pub sync_standby: bool,
    /// Standbys connected to this site, when it is the primary.
    #[serde(default)]
    pub replication: Vec<Replication>,
    /// Whether nobody holds the primary's role.
    #[serde(default)]
    pub cluster_unlocked: bool,
}

/// A standby as the primary sees it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Replication {
    /// The standby's site.
    pub application_name: String,
    /// `streaming` when it is in step.
    #[serde(default)]
    pub state: Option<String>,
    /// `sync`, `potential`, `async` or `quorum`.
    #[serde(default)]
    pub sync_state: Option<String>,
}

impl MemberStatus {
    /// Names of the standbys that confirm commits now, in order.
    #[must_use]
    pub fn synchronous(&self) -> Vec<&str> {
        let in_step = |standby: &&Replication| {
            standby.state.as_deref() == Some("streaming")
                && matches!(standby.sync_state.as_deref(), Some("sync" | "quorum"))
        };
        let names = self.replication.iter().filter(in_step);
        let mut names: Vec<_> = names.map(|s| s.application_name.as_str()).collect();
        names.sort_unstable();
        names
    }
}

/// A line of `GET /cluster`: what that site last heard about a member.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ClusterMember {
    /// The member's name.
    pub name: String,
    /// Primary or standby.
    pub role: Role,
    /// Like `running`, `streaming`, `stopped`.
    pub state: String,
    /// PostgreSQL's timeline.
    #[serde(default)]
    pub timeline: Option<u64>,
}

/// Asks the Patronis of a cluster.
#[derive(Clone, Debug)]
pub struct PatroniClient {
    members: Vec<Member>,
    limit: Duration,
}

impl PatroniClient {
    /// A client of `members` that waits for an answer for one second.
    #[must_use]
    pub fn new(members: Vec<Member>) -> Self {
        Self {
            members,
            limit: Duration::from_secs(1),
        }
    }

    /// The same client with another limit for each answer.
    #[must_use]
    pub fn with_limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// The sites it asks.
    #[must_use]
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// The site called `name`, if there is one.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.name == name)
    }

    async fn get(&self, member: &Member, path: &str) -> Result<Answer, Error> {
        let url = member.patroni_url();
        http::request(Method::GET, &url, path, Vec::new(), self.limit)
            .await
            .map_err(|source| Error::Unreachable {
                url,
                source: source.into(),
            })
    }

    /// What `member` says about itself.
    pub async fn status(&self, member: &Member) -> Result<MemberStatus, Error> {
        let answer = self.get(member, "/patroni").await?;
        read(member, &answer)
    }

    /// Whether `member` is the primary and holds the lease on it, in its own view. This, not a read-write
    /// connection, says who is primary: a deposed one may still accept connections.
    pub async fn is_primary(&self, member: &Member) -> Result<bool, Error> {
        Ok(self.get(member, "/primary").await?.status == 200)
    }

    /// Whether `member`'s Patroni is alive, in its own view.
    pub async fn is_alive(&self, member: &Member) -> Result<bool, Error> {
        Ok(self.get(member, "/liveness").await?.status == 200)
    }

    /// The cluster as `member` sees it.
    pub async fn cluster(&self, member: &Member) -> Result<Vec<ClusterMember>, Error> {
        #[derive(Deserialize)]
        struct View {
            members: Vec<ClusterMember>,
        }
        let answer = self.get(member, "/cluster").await?;
        Ok(read::<View>(member, &answer)?.members)
    }

    /// The site that says it is primary; when two do, the one on the later timeline.
    pub async fn primary(&self) -> Option<&Member> {
        let mut best = None;
        let mut asked = tokio::task::JoinSet::new();
        for (index, member) in self.members.iter().enumerate() {
            let (client, member) = (self.clone(), member.clone());
            asked.spawn(async move {
                let answer = client.get(&member, "/primary").await.ok()?;
                let timeline = read::<MemberStatus>(&member, &answer).ok()?.timeline;
                (answer.status == 200).then_some((timeline, index))
            });
        }
        while let Some(answer) = asked.join_next().await {
            best = best.max(answer.ok().flatten());
        }
        best.map(|(_, index): (Option<u64>, usize)| &self.members[index])
    }

    /// Waits until there is a primary, every other site confirms its commits and `/sync` says so, without
    /// which none could take over. The primary.
    pub async fn wait_ready(&self, limit: Duration) -> Result<&Member, TimedOut> {
        let names: Vec<_> = self
            .members
            .iter()
            .map(|member| member.name.as_str())
            .collect();
        let what = "a primary with every other copy in step";
        self.wait_for(what, limit, |primary, synchronous| {
            names
                .iter()
                .all(|name| *name == primary.name || synchronous.contains(name))
        })
        .await
    }

    /// Waits until there is a primary and exactly the sites in `synchronous` confirm its commits and are
    /// named in `/sync`. The primary.
    pub async fn wait_synchronous(
        &self,
        synchronous: &[&str],
        limit: Duration,
    ) -> Result<&Member, TimedOut> {
        let mut wanted = synchronous.to_vec();
        wanted.sort_unstable();
        let what = format!("a primary with {wanted:?} in step");
        self.wait_for(&what, limit, |_, synchronous| synchronous == wanted)
            .await
    }

    async fn wait_for(
        &self,
        what: &str,
        limit: Duration,
        holds: impl Fn(&Member, &[&str]) -> bool,
    ) -> Result<&Member, TimedOut> {
        until(what, limit, async || {
            let primary = self.primary().await?;
            let status = self.status(primary).await.ok()?;
            let cluster = self.cluster(primary).await.ok()?;
            let is_named = |name: &&str| {
                let named = |m: &ClusterMember| m.role == Role::SynchronousStandby;
                cluster
                    .iter()
                    .any(|member| member.name == *name && named(member))
            };
            let synchronous: Vec<_> = status.synchronous().into_iter().filter(is_named).collect();
            holds(primary, &synchronous).then_some(primary)
        })
        .await
    }
}

fn read<T: serde::de::DeserializeOwned>(member: &Member, answer: &Answer) -> Result<T, Error> {
    serde_json::from_slice(&answer.body).map_err(|_| Error::Answer {
        url: member.patroni_url(),
        status: answer.status,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_primarys_answer_is_read() {
        let text = r#"{"state": "running", "role": "master", "timeline": 3, "replication": [
            {"application_name": "w", "state": "streaming", "sync_state": "sync"},
            {"application_name": "b", "state": "streaming", "sync_state": "sync"},
            {"application_name": "c", "state": "catchup", "sync_state": "async"}],
            "patroni": {"version": "3.0.2", "scope": "sekoci"}}"#;
        let status: MemberStatus = serde_json::from_str(text).expect("read");
        assert_eq!((status.role, status.timeline), (Role::Primary, Some(3)));
        assert_eq!(status.synchronous(), ["b", "w"]);
    }

    #[test]
    fn a_stopped_standbys_answer_is_read() {
        let text = r#"{"state": "stopped", "role": "replica", "cluster_unlocked": true}"#;
        let status: MemberStatus = serde_json::from_str(text).expect("read");
        assert_eq!((status.role, status.timeline), (Role::Standby, None));
        assert!(status.cluster_unlocked);
    }
}
