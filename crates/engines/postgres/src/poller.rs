//! Waking watchers: one query for all watched partitions, at the own node where there is one.
//!
//! No `NOTIFY`: in the append it would serialise every commit of the database, and a standby cannot
//! listen.

use crate::reader::Reader;
use crate::shared::Shared;
use kernel::{PartitionId, Seq};
use std::time::Duration;

const PAUSE_BUSY: Duration = Duration::from_millis(5);
const PAUSE_IDLE: Duration = Duration::from_millis(50);
/// Pause after a failure.
const PAUSE_BROKEN: Duration = Duration::from_millis(250);

/// Polls for ever; rests while nobody watches.
pub async fn run(shared: &Shared) {
    let mut pause = PAUSE_BUSY;
    loop {
        let watched = shared.watched();
        if watched.is_empty() {
            shared.subscribed.notified().await;
            continue;
        }
        pause = match poll(shared, &watched).await {
            Ok(true) => PAUSE_BUSY,
            Ok(false) => (pause * 5 / 4).min(PAUSE_IDLE),
            Err(error) => {
                tracing::debug!(error, "watched partitions cannot be polled");
                PAUSE_BROKEN
            }
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = shared.subscribed.notified() => {}
        }
    }
}

/// Notices what is newer; says whether anything is.
async fn poll(shared: &Shared, watched: &[(PartitionId, Seq)]) -> Result<bool, String> {
    if let Some(own) = shared.local.reader() {
        return poll_at(shared, &own, watched).await;
    }
    let primary = shared.primary_reader().await?;
    poll_at(shared, &primary.reader, watched).await
}

async fn poll_at(
    shared: &Shared,
    reader: &Reader,
    watched: &[(PartitionId, Seq)],
) -> Result<bool, String> {
    let limit = shared.config.answer_limit;
    let answer = tokio::time::timeout(limit, reader.newer(watched)).await;
    let newer = match answer {
        Ok(Ok(newer)) => newer,
        Ok(Err(error)) => {
            reader.link.spoil();
            return Err(error);
        }
        Err(_) => {
            reader.link.spoil();
            return Err(format!("no answer within {limit:?}"));
        }
    };
    for (partition, seq) in &newer {
        shared.notice(partition, *seq);
    }
    Ok(!newer.is_empty())
}
