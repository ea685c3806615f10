//! The health of every site, asked side by side.

use crate::Client;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use tokio::time::Instant;

/// What one site says of itself.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SiteHealth {
    /// Its URL.
    pub url: String,
    /// Its name, as far as it said it.
    pub name: Option<String>,
    /// Whether the process answers (`/livez`).
    pub is_live: bool,
    /// Whether it takes work (`/readyz`).
    pub is_ready: bool,
    /// Whether writes can be granted there (`/role`).
    pub is_writable: bool,
    /// Partitions it leads.
    pub leads: Vec<String>,
    /// Time of the three answers together, in milliseconds.
    pub took_ms: u64,
    /// What went wrong first.
    pub error: Option<String>,
}

#[derive(Deserialize)]
struct Role {
    #[serde(default)]
    site: Option<String>,
    #[serde(default)]
    leads: Vec<String>,
    #[serde(default)]
    writable: bool,
}

impl Client {
    /// Asks every site for its health, each within `limit` per question.
    pub async fn health(&self, limit: Duration) -> Vec<SiteHealth> {
        let asked = (0..self.shared.sites.len()).map(|site| self.site_health(site, limit));
        futures_util::future::join_all(asked).await
    }

    async fn site_health(&self, site: usize, limit: Duration) -> SiteHealth {
        let started = Instant::now();
        let (live, ready, role) = tokio::join!(
            self.probe(site, "/livez", limit),
            self.probe(site, "/readyz", limit),
            self.probe(site, "/role", limit),
        );
        let is_ok = |answer: &Result<(u16, bytes::Bytes), String>| {
            answer
                .as_ref()
                .is_ok_and(|(status, _)| (200..300).contains(status))
        };
        let read = role
            .as_ref()
            .ok()
            .and_then(|(_, body)| serde_json::from_slice::<Role>(body).ok());
        SiteHealth {
            url: self.shared.sites[site].to_string(),
            is_live: is_ok(&live),
            is_ready: is_ok(&ready),
            is_writable: read.as_ref().is_some_and(|role| role.writable),
            name: read.as_ref().and_then(|role| role.site.clone()),
            leads: read.map(|role| role.leads).unwrap_or_default(),
            took_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
            error: [live, ready, role].into_iter().find_map(Result::err),
        }
    }

    /// One plain `GET` at one site, without session and without retry.
    async fn probe(
        &self,
        site: usize,
        path: &str,
        limit: Duration,
    ) -> Result<(u16, bytes::Bytes), String> {
        let url = self.shared.sites[site].at(path);
        let ask = async {
            let response = self.shared.http.get(url).timeout(limit).send().await?;
            let status = response.status().as_u16();
            Ok::<_, reqwest::Error>((status, response.bytes().await?))
        };
        ask.await.map_err(|e| crate::exchange::root_cause(&e))
    }
}
