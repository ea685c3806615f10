//! Whether a journal holds what a report rests on.

use crate::{Finding, HeadOf, State, Statement};
use ::journal::{Engine, ReadError, chain};
use kernel::{Head, PartitionId, WorkspaceId};

const BATCH: usize = 1_000;

/// Looks for every head that the statement names, walking each chain from its first entry.
///
/// # Errors
/// When the journal cannot be read at all.
pub async fn check(engine: &dyn Engine, statement: &Statement) -> Result<Vec<Finding>, ReadError> {
    let about = &statement.predicate.about;
    let mut findings = Vec::new();
    if about.heads.is_empty() {
        let what = "that it rests on the journal: it names no entries";
        findings.push(Finding::new(State::NotProven, what));
    }
    for head in &about.heads {
        findings.push(find(engine, head).await?);
    }
    let own = PartitionId::new(WorkspaceId::INSTALLATION, "installation");
    let first = engine.read(&own, 0, 1).await;
    match first
        .ok()
        .and_then(|run| run.first().map(kernel::Entry::head))
    {
        Some(first) if first.hash == about.installation => findings.push(Finding::new(
            State::Proven,
            "the journal is that of the installation it belongs to",
        )),
        Some(first) => findings.push(Finding::new(
            State::Refuted,
            format!(
                "the journal is that of installation {}, and it belongs to {}",
                first.hash, about.installation
            ),
        )),
        None => findings.push(Finding::new(
            State::NotProven,
            "that the journal is that of the installation: its own chain is not in it",
        )),
    }
    Ok(findings)
}

async fn find(engine: &dyn Engine, wanted: &HeadOf) -> Result<Finding, ReadError> {
    let HeadOf {
        partition,
        seq,
        hash,
    } = wanted;
    let refuted = |what: String| Ok(Finding::new(State::Refuted, what));
    let mut head = Head::GENESIS;
    while head.seq < *seq {
        let entries = match engine.read(partition, head.seq, BATCH).await {
            Ok(entries) => entries,
            Err(ReadError::Damaged { seq, cause, .. }) => {
                return refuted(format!("{partition}: entry {seq} is damaged: {cause}"));
            }
            Err(error) => return Err(error),
        };
        if entries.is_empty() {
            return refuted(format!(
                "{partition}: the journal has {} entries, and it rests on entry {seq}",
                head.seq
            ));
        }
        for entry in entries {
            if head.seq == *seq {
                break;
            }
            match chain::verify(head, &entry) {
                Ok(next) if entry.header.partition == *partition => head = next,
                Ok(_) => {
                    let at = entry.header.seq;
                    return refuted(format!("{partition}: entry {at} is another partition's"));
                }
                Err(error) => return refuted(format!("{partition}: {error}")),
            }
        }
    }
    if head.hash != *hash {
        return refuted(format!(
            "{partition}: entry {seq} is {} in the journal, and it rests on {hash}",
            head.hash
        ));
    }
    let what =
        format!("{partition}: the journal holds entry {seq} as named, and is whole up to it");
    Ok(Finding::new(State::Proven, what))
}

#[cfg(test)]
mod tests;
