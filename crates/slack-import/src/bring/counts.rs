//! What the installation holds afterwards.

use super::{Bringing, ImportError};
use crate::Counts;
use serde::Deserialize;
use std::sync::atomic::Ordering;

#[derive(Deserialize)]
struct PeopleCounts {
    imported: u64,
}

#[derive(Deserialize)]
struct MessagingCounts {
    channels: u64,
    groups: u64,
    direct: u64,
    messages: u64,
    threads: u64,
    replies: u64,
    reactions: u64,
    files: u64,
}

/// Asks the installation, waiting for what was brought.
pub(super) async fn ask(bringing: &Bringing) -> Result<Counts, ImportError> {
    let workspace = Some(bringing.workspace);
    let after = |seq: &std::sync::atomic::AtomicU64| {
        let seq = seq.load(Ordering::Relaxed);
        [("min_seq", seq.to_string())]
    };
    let people: PeopleCounts = bringing
        .client
        .query(
            "directory",
            "counts",
            workspace,
            &after(&bringing.directory_seq),
        )
        .await?;
    let held: MessagingCounts = bringing
        .client
        .query(
            "messaging",
            "counts",
            workspace,
            &after(&bringing.messaging_seq),
        )
        .await?;
    Ok(Counts {
        users: people.imported,
        channels: held.channels,
        groups: held.groups,
        direct: held.direct,
        messages: held.messages,
        threads: held.threads,
        replies: held.replies,
        reactions: held.reactions,
        files: held.files,
    })
}
