//! The check before a message names chunks: they are here, and together they are the file.

use super::Chunks;
use super::store::StoreError;
use crate::problem::Problem;
use kernel::{Hash, WorkspaceId};
use serde::Deserialize;
use serde_json::Value;

/// The most chunks one command may name; the module allows fewer for one message.
const CHUNKS_MAX: usize = 64_000;

/// What the check reads of an attachment; everything else is the module's to check.
#[derive(Deserialize)]
struct Named {
    size: u64,
    chunks: Vec<Hash>,
}

/// Checks the attachments in the parameters of a command: `attachments`, those of `messages`, and
/// `file`.
/// Parameters of another shape pass: the module refuses them itself.
///
/// # Errors
/// 422 for chunks that are at neither site or do not add up to the size.
pub async fn check(
    chunks: &Chunks,
    workspace: WorkspaceId,
    command: &Value,
) -> Result<(), Problem> {
    let messages = command["messages"].as_array().into_iter().flatten();
    let files: Vec<Named> = std::iter::once(command)
        .chain(messages)
        .filter_map(|message| message["attachments"].as_array())
        .flatten()
        .chain(command.get("file"))
        .filter_map(|file| Named::deserialize(file).ok())
        .collect();
    if files.iter().map(|file| file.chunks.len()).sum::<usize>() > CHUNKS_MAX {
        return Err(refused("attachment_chunks", "It names too many chunks."));
    }
    for file in files {
        let sizes = chunks.content_lens(workspace, file.chunks).await?;
        let Some(sizes) = sizes else {
            let detail =
                "A chunk of the file is stored at no site that answers. Send it again first.";
            return Err(refused("attachment_chunk_missing", detail));
        };
        if sizes.iter().sum::<u64>() != file.size {
            return Err(refused(
                "attachment_size",
                "The chunks do not add up to the file's size.",
            ));
        }
    }
    Ok(())
}

fn refused(code: &'static str, detail: &str) -> Problem {
    Problem::invalid("command.attachments", code, detail)
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Full => Self::new(
                axum::http::StatusCode::INSUFFICIENT_STORAGE,
                "storage_full",
                "This site's disk is full. Nothing was stored.",
            ),
            StoreError::NotThatChunk(_) => Self::invalid(
                "hash",
                "chunk_hash_mismatch",
                "The body does not have this BLAKE3 hash.",
            ),
            StoreError::Disk(cause) => {
                tracing::error!(%cause, "the chunk store failed");
                Self::unavailable("This site cannot use its disk at the moment.")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attachments::address::content_hash;
    use crate::attachments::copies::testing::two_sites;
    use kernel::id::Uuid;
    use serde_json::json;

    const HERE: WorkspaceId = WorkspaceId(Uuid::from_u128(1));
    const ELSEWHERE: WorkspaceId = WorkspaceId(Uuid::from_u128(2));

    #[tokio::test]
    async fn a_message_names_only_what_is_stored() {
        let dir = tempfile::tempdir().unwrap();
        let (chunks, _) = two_sites(dir.path());
        chunks.put(HERE, b"plan").await.unwrap();
        let file = |size: u64, content: &[u8]| json!({ "attachments": [{ "size": size, "chunks": [content_hash(content)] }] });
        let code = async |workspace, command: Value| {
            check(&chunks, workspace, &command)
                .await
                .err()
                .map(|problem| problem.code.into_owned())
        };
        assert_eq!(code(HERE, file(4, b"plan")).await, None);
        let one =
            |content: &[u8]| json!({ "file": { "size": 4, "chunks": [content_hash(content)] } });
        assert_eq!(code(HERE, one(b"plan")).await, None);
        assert_eq!(
            code(HERE, one(b"none")).await.unwrap(),
            "attachment_chunk_missing"
        );
        assert_eq!(
            code(HERE, json!({ "messages": [file(4, b"plan")] })).await,
            None
        );
        assert_eq!(
            code(HERE, file(5, b"plan")).await.unwrap(),
            "attachment_size"
        );
        let missing = "attachment_chunk_missing";
        assert_eq!(code(HERE, file(5, b"other")).await.unwrap(), missing);
        assert_eq!(
            code(HERE, json!({ "messages": [file(5, b"other")] }))
                .await
                .unwrap(),
            missing
        );
        assert_eq!(code(ELSEWHERE, file(4, b"plan")).await.unwrap(), missing);
        assert_eq!(
            code(HERE, json!({ "attachments": [7, {"size": "x"}] })).await,
            None
        );
    }

    #[test]
    fn a_full_disk_is_said_plainly() {
        let problem = Problem::from(StoreError::Full);
        assert_eq!(
            (problem.status.as_u16(), &*problem.code),
            (507, "storage_full")
        );
    }
}
