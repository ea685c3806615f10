//! The heads of the live journal, which what comes back has to contain.

use crate::cli::Failure;
use drill::Doors;
use journal::Engine;
use kernel::clock::SystemClock;
use kernel::{Clock, Hash, PartitionId, Seq, Timestamp};
use serde::Serialize;
use serde_json::Value;
use std::time::Duration;

/// How long sealing may take to bring the live heads into the vault.
pub const SEALED_MAX: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// The head of a partition as it was at a site when the drill began.
#[derive(Serialize)]
pub struct LiveHead {
    /// The partition.
    pub partition: PartitionId,
    /// Its last entry then.
    pub seq: Seq,
    hash: Hash,
    /// Whether what came back has this very entry at this very place; `None`: not looked.
    pub is_equal: Option<bool>,
}

/// The heads at the first site that answers; of partitions in which anything is.
///
/// # Errors
/// When no site answers, or it does not seal.
pub async fn heads(doors: &Doors) -> Result<Vec<LiveHead>, Failure> {
    let status = status(doors).await?;
    if status["vault"].is_null() {
        return Err(Failure::refused(
            "the installation does not seal into a vault",
        ));
    }
    let partitions = status["partitions"].as_array();
    let heads: Vec<LiveHead> = partitions.into_iter().flatten().filter_map(head).collect();
    if heads.is_empty() {
        return Err(Failure::refused(
            "the installation says nothing of its partitions",
        ));
    }
    Ok(heads)
}

fn head(line: &Value) -> Option<LiveHead> {
    let seq = line["seq"].as_u64().filter(|seq| *seq > 0)?;
    Some(LiveHead {
        partition: line["partition"].as_str()?.parse().ok()?,
        seq,
        hash: line["hash"].as_str()?.parse().ok()?,
        is_equal: None,
    })
}

/// Waits until the vault has these heads. Milliseconds that took; `None`: not in time.
///
/// # Errors
/// When no site answers.
pub async fn wait_sealed(
    doors: &Doors,
    heads: &[LiveHead],
    since: Timestamp,
) -> Result<Option<i64>, Failure> {
    let waiting = async {
        let mut every = tokio::time::interval(LOOK_EVERY);
        loop {
            every.tick().await;
            let all = statuses(doors).await?;
            if heads
                .iter()
                .all(|head| all.iter().all(|one| head.is_sealed(one)))
            {
                return Ok(SystemClock.now().since(since));
            }
        }
    };
    match tokio::time::timeout(SEALED_MAX, waiting).await {
        Ok(done) => done.map(Some),
        Err(_) => Ok(None),
    }
}

/// The status of the first site that answers.
async fn status(doors: &Doors) -> Result<Value, Failure> {
    let mut all = statuses(doors).await?;
    Ok(all.swap_remove(0))
}

/// The status of every site that answers; of one at least.
///
/// # Errors
/// When none does.
pub async fn statuses(doors: &Doors) -> Result<Vec<Value>, Failure> {
    let (mut found, mut last) = (Vec::new(), None);
    for site in 0..doors.client().sites().len() {
        match doors.health(site).await {
            Ok(health) => found.push(health.status),
            Err(error) => last = Some(error.to_string()),
        }
    }
    if found.is_empty() {
        let cause = last.unwrap_or_else(|| "no site is named".into());
        return Err(Failure::refused(cause));
    }
    Ok(found)
}

impl LiveHead {
    /// As far as a site knows: only the one that leads knows of files that wait.
    fn is_sealed(&self, status: &Value) -> bool {
        let lines = status["vault"]["partitions"].as_array();
        lines.into_iter().flatten().any(|line| {
            line["partition"] == self.partition.to_string()
                && line["files_waiting"] == 0
                && line["sealed_seq"]
                    .as_u64()
                    .is_some_and(|seq| seq >= self.seq)
        })
    }

    /// Looks for the entry in what came back.
    pub async fn compare(&mut self, engine: &dyn Engine) {
        let read = engine.read(&self.partition, self.seq - 1, 1).await;
        let found = read
            .ok()
            .and_then(|run| run.first().map(kernel::Entry::head));
        let is_it = |head: kernel::Head| head.seq == self.seq && head.hash == self.hash;
        self.is_equal = Some(found.is_some_and(is_it));
    }
}
