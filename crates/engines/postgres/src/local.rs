//! This site's own node, and when its rows may be believed.
//!
//! What a standby has replayed is on two nodes. But a former primary that starts as a standby shows,
//! until it is rewound, rows that no other node has. So a standby is believed only once it was seen
//! streaming from a primary on the primary's present timeline; a node with a history of its own
//! cannot. From then on, for as long as the same server runs, its history is the primary's: every
//! connection starts unproven, and a restarted server means a new connection.

use crate::link::Link;
use crate::outcome::describe;
use crate::reader::Reader;
use crate::shared::Shared;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// Pause between two looks.
const PAUSE: Duration = Duration::from_millis(250);

/// Needs `pg_read_all_stats` (or `pg_monitor`); without it a standby is never proven and reads go to
/// the primary.
const FOLLOWS: &str = "SELECT pg_is_in_recovery(),
    (SELECT received_tli FROM pg_stat_wal_receiver WHERE status = 'streaming')";

/// The connection to the own node.
pub struct Local(watch::Sender<Option<Arc<Reader>>>);

impl Default for Local {
    fn default() -> Self {
        Self(watch::Sender::new(None))
    }
}

impl Local {
    /// A usable connection, if there is one.
    pub fn reader(&self) -> Option<Arc<Reader>> {
        let reader = self.0.borrow().clone();
        reader.filter(|reader| reader.link.is_usable())
    }

    /// A usable connection to a standby that may be believed.
    pub fn proven(&self) -> Option<Arc<Reader>> {
        self.reader().filter(|reader| reader.is_proven())
    }
}

/// Keeps a connection to the own node and knows whether to believe it, for ever.
pub async fn run(shared: &Shared) {
    let Some(node) = shared.finder.local() else {
        return;
    };
    let limit = shared.config.connect_limit;
    loop {
        let reader = match shared.local.reader() {
            Some(reader) => Some(reader),
            None => match Link::open(&node.config, limit).await {
                Ok(link) => Reader::new(link).await.ok().map(Arc::new),
                Err(error) => {
                    tracing::debug!(node = node.name, error, "the own node cannot be read");
                    None
                }
            },
        };
        if let Some(reader) = reader {
            match tokio::time::timeout(limit, look(shared, &reader)).await {
                Ok(Ok(is_proven)) => reader.set_proven(is_proven),
                Ok(Err(_)) | Err(_) => reader.link.spoil(),
            }
            let usable = reader.link.is_usable().then_some(reader);
            shared.local.0.send_replace(usable);
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Whether the node may be believed now.
async fn look(shared: &Shared, reader: &Reader) -> Result<bool, String> {
    let row = reader
        .link
        .client()
        .query_typed_one(FOLLOWS, &[])
        .await
        .map_err(|e| describe(&e))?;
    let is_standby: bool = row.try_get(0).map_err(|e| describe(&e))?;
    let streamed: Option<i32> = row.try_get(1).map_err(|e| describe(&e))?;
    if !is_standby {
        return Ok(false);
    }
    if reader.is_proven() {
        return Ok(true);
    }
    let Some(streamed) = streamed.and_then(|timeline| u32::try_from(timeline).ok()) else {
        return Ok(false);
    };
    Ok(shared.primary_timeline().await == Some(streamed))
}
