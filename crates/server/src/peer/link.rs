//! Calling the other nodes.

use super::tls::{TlsError, client_config};
use crate::config::{Config, NodeConfig};
use bytes::Bytes;
use kernel::SiteName;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::time::Duration;

const CONNECT_MAX: Duration = Duration::from_millis(1_000);

/// A way to each of the other nodes.
pub struct PeerLink {
    http: reqwest::Client,
    nodes: BTreeMap<SiteName, NodeConfig>,
}

/// A call that had no good answer.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// No such node.
    #[error("no node is named {0}")]
    UnknownNode(SiteName),
    /// The node could not be reached or did not answer in time.
    #[error("{node} does not answer: {cause}")]
    NoAnswer {
        /// The node.
        node: SiteName,
        /// Why.
        cause: String,
        /// Certainly nothing was sent.
        is_unsent: bool,
    },
    /// The node answered with an error.
    #[error("{node} refused: {status}: {body}")]
    Refused {
        /// The node.
        node: SiteName,
        /// HTTP status.
        status: u16,
        /// The beginning of the answer.
        body: String,
    },
}

impl PeerLink {
    /// A link with this node's identity.
    ///
    /// # Errors
    /// When the certificates cannot be used.
    pub fn new(config: &Config) -> Result<Self, TlsError> {
        let http = reqwest::Client::builder()
            .use_preconfigured_tls(client_config(&config.identity)?)
            .https_only(true)
            .no_proxy()
            .tcp_nodelay(true)
            .connect_timeout(CONNECT_MAX)
            .pool_idle_timeout(Duration::from_secs(60))
            .http2_keep_alive_interval(Duration::from_secs(2))
            .http2_keep_alive_timeout(Duration::from_secs(3))
            .http2_keep_alive_while_idle(true)
            .build()
            .map_err(|error| TlsError::Unusable(error.to_string()))?;
        let nodes = config
            .nodes
            .iter()
            .map(|node| (node.name.clone(), node.clone()))
            .collect();
        Ok(Self { http, nodes })
    }

    fn node(&self, name: &SiteName) -> Result<&NodeConfig, LinkError> {
        self.nodes
            .get(name)
            .ok_or_else(|| LinkError::UnknownNode(name.clone()))
    }

    /// Posts `body` as JSON and reads a JSON answer.
    ///
    /// # Errors
    /// When the node does not answer well in time.
    pub async fn post<A: DeserializeOwned>(
        &self,
        node: &SiteName,
        path: &str,
        body: &(impl Serialize + Sync),
        patience: Duration,
    ) -> Result<A, LinkError> {
        let address = &self.node(node)?.peer;
        let request = self
            .http
            .post(format!("https://{address}{path}"))
            .json(body);
        self.json(node, request, patience).await
    }

    /// Posts `body` as JSON to the node's agent and reads a JSON answer.
    ///
    /// # Errors
    /// When the agent does not answer well in time, or the node has none.
    pub async fn post_to_agent<A: DeserializeOwned>(
        &self,
        node: &SiteName,
        path: &str,
        body: &(impl Serialize + Sync),
        patience: Duration,
    ) -> Result<A, LinkError> {
        let Some(address) = &self.node(node)?.agent else {
            return Err(LinkError::NoAnswer {
                node: node.clone(),
                cause: "it has no agent".into(),
                is_unsent: true,
            });
        };
        let request = self
            .http
            .post(format!("https://{address}{path}"))
            .json(body);
        self.json(node, request, patience).await
    }

    /// Gets a JSON answer.
    ///
    /// # Errors
    /// When the node does not answer well in time.
    pub async fn get<A: DeserializeOwned>(
        &self,
        node: &SiteName,
        path: &str,
        patience: Duration,
    ) -> Result<A, LinkError> {
        let address = &self.node(node)?.peer;
        self.json(
            node,
            self.http.get(format!("https://{address}{path}")),
            patience,
        )
        .await
    }

    /// Sends bytes.
    ///
    /// # Errors
    /// When the node does not answer well in time.
    pub async fn put_bytes(
        &self,
        node: &SiteName,
        path: &str,
        bytes: Bytes,
        patience: Duration,
    ) -> Result<(), LinkError> {
        let address = &self.node(node)?.peer;
        let request = self
            .http
            .put(format!("https://{address}{path}"))
            .body(bytes);
        self.answer(node, request, patience).await.map(|_| ())
    }

    /// Fetches bytes; `None` where the node does not have them.
    ///
    /// # Errors
    /// When the node does not answer well in time.
    pub async fn get_bytes(
        &self,
        node: &SiteName,
        path: &str,
        patience: Duration,
    ) -> Result<Option<Bytes>, LinkError> {
        let address = &self.node(node)?.peer;
        let request = self.http.get(format!("https://{address}{path}"));
        match self.answer(node, request, patience).await {
            Ok(answer) => answer
                .bytes()
                .await
                .map(Some)
                .map_err(|error| no_answer(node, &error)),
            Err(LinkError::Refused { status: 404, .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn json<A: DeserializeOwned>(
        &self,
        node: &SiteName,
        request: reqwest::RequestBuilder,
        patience: Duration,
    ) -> Result<A, LinkError> {
        let answer = self.answer(node, request, patience).await?;
        answer.json().await.map_err(|error| no_answer(node, &error))
    }

    async fn answer(
        &self,
        node: &SiteName,
        request: reqwest::RequestBuilder,
        patience: Duration,
    ) -> Result<reqwest::Response, LinkError> {
        let sent = request.timeout(patience).send().await;
        let answer = sent.map_err(|error| no_answer(node, &error))?;
        let status = answer.status();
        if status.is_success() {
            return Ok(answer);
        }
        let body = answer.text().await.unwrap_or_default();
        let body = body.chars().take(300).collect();
        Err(LinkError::Refused {
            node: node.clone(),
            status: status.as_u16(),
            body,
        })
    }
}

fn no_answer(node: &SiteName, error: &reqwest::Error) -> LinkError {
    let mut cause = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        cause = format!("{cause}: {inner}");
        source = inner.source();
    }
    LinkError::NoAnswer {
        node: node.clone(),
        cause,
        is_unsent: error.is_connect(),
    }
}
