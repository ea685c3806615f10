//! Attachments' chunks at the other site, over the link.

use super::PeerLink;
use crate::attachments::{ChunkPeer, ChunkPeerError};
use async_trait::async_trait;
use bytes::Bytes;
use kernel::{Hash, SiteName};
use std::sync::Arc;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(5);

/// The other site's chunks.
pub struct LinkedChunks {
    link: Arc<PeerLink>,
    peer: SiteName,
}

impl LinkedChunks {
    /// Those of `peer`.
    #[must_use]
    pub const fn new(link: Arc<PeerLink>, peer: SiteName) -> Self {
        Self { link, peer }
    }
}

#[async_trait]
impl ChunkPeer for LinkedChunks {
    async fn put_chunk(&self, name: Hash, stored: Bytes) -> Result<(), ChunkPeerError> {
        self.link
            .put_bytes(
                &self.peer,
                &format!("/peer/chunks/{name}"),
                stored,
                PATIENCE,
            )
            .await
            .map_err(|error| ChunkPeerError(error.to_string()))
    }

    async fn get_chunk(&self, name: Hash) -> Option<Bytes> {
        self.link
            .get_bytes(&self.peer, &format!("/peer/chunks/{name}"), PATIENCE)
            .await
            .ok()
            .flatten()
    }
}
