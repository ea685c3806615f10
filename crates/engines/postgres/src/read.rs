//! Reading: at the own standby where it may be believed and has caught up, else at the primary, where
//! what is not known to be replicated is given only after a barrier.

use crate::marks::Mark;
use crate::reader::{Fetched, Question, Reader};
use crate::shared::Shared;
use journal::{Durability, ReadError};
use kernel::PartitionId;

/// Asks about a partition, wherever the answer may be believed.
pub async fn ask(
    shared: &Shared,
    partition: &PartitionId,
    question: Question,
) -> Result<Fetched, ReadError> {
    let mark = shared.marks.get(partition);
    let local = ask_local(shared, partition, question).await;
    if let Some(local) = &local
        && local.reaches(mark.wanted())
    {
        shared.marks.trust(partition, local.last);
    } else {
        match ask_primary(shared, partition, question, mark).await {
            Ok(fetched) => return Ok(fetched),
            // Older than what was seen elsewhere, but not than what was acknowledged here.
            Err(error) if !matches!(&local, Some(local) if local.reaches(mark.acked)) => {
                return Err(ReadError::Unavailable(error));
            }
            Err(_) => {}
        }
    }
    local.ok_or_else(|| ReadError::Unavailable("no node answers".into()))
}

/// The own standby's answer, if it may be believed.
async fn ask_local(
    shared: &Shared,
    partition: &PartitionId,
    question: Question,
) -> Option<Fetched> {
    let reader = shared.local.proven()?;
    let fetched = bounded(shared, &reader, partition, question).await.ok()?;
    (fetched.is_from_standby || fetched.rows.is_empty()).then_some(fetched)
}

async fn ask_primary(
    shared: &Shared,
    partition: &PartitionId,
    question: Question,
    mark: Mark,
) -> Result<Fetched, String> {
    let primary = shared.primary_reader().await?;
    let fetched = tokio::select! {
        fetched = bounded(shared, &primary.reader, partition, question) => fetched?,
        () = shared.finder.moved_on(primary.seen) => {
            primary.reader.link.spoil();
            return Err("another node became the primary".into());
        }
    };
    if fetched.is_from_standby {
        primary.reader.link.spoil();
        shared.finder.look_again();
        return Err("the primary became a standby".into());
    }
    if !fetched.reaches(mark.hinted) {
        shared.marks.correct_hint(partition, mark, fetched.last);
    }
    if fetched.rows.is_empty() || fetched.last <= mark.trusted {
        return Ok(fetched);
    }
    let durability = shared.barrier.pass(shared, &primary.reader.link).await?;
    if durability == Durability::Protected {
        shared.marks.trust(partition, fetched.last);
    }
    Ok(fetched)
}

async fn bounded(
    shared: &Shared,
    reader: &Reader,
    partition: &PartitionId,
    question: Question,
) -> Result<Fetched, String> {
    let limit = shared.config.answer_limit;
    let answer = tokio::time::timeout(limit, reader.ask(partition, question)).await;
    match answer {
        Ok(Ok(fetched)) => Ok(fetched),
        Ok(Err(error)) => {
            reader.link.spoil();
            shared.finder.look_again();
            Err(error)
        }
        Err(_) => {
            reader.link.spoil();
            shared.finder.look_again();
            Err(format!("no answer within {limit:?}"))
        }
    }
}
