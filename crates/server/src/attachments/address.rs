//! What a chunk is called on disk and between the sites.
//!
//! Clients name a chunk by the BLAKE3 hash of its content. Stored, it is called by a hash over the
//! workspace and that hash, and its file begins with the workspace's id: so a file proves its own
//! name, and knowing a hash of another workspace's chunk gives nobody its content.

use bytes::{Bytes, BytesMut};
use kernel::id::Uuid;
use kernel::{Hash, WorkspaceId};

const CONTEXT: &str = "sekoci 2026 chunk address";
const WORKSPACE_LEN: usize = 16;

/// The most bytes of a chunk's content.
pub const CONTENT_MAX: usize = 4 << 20;
/// The most bytes of a stored chunk.
pub const STORED_MAX: usize = CONTENT_MAX + WORKSPACE_LEN;

/// The name of a stored chunk.
#[must_use]
pub fn address(workspace: WorkspaceId, content: Hash) -> Hash {
    let mut hasher = blake3::Hasher::new_derive_key(CONTEXT);
    hasher.update(workspace.0.as_bytes());
    hasher.update(&content.0);
    Hash(*hasher.finalize().as_bytes())
}

/// The hash clients name a content by.
#[must_use]
pub fn content_hash(content: &[u8]) -> Hash {
    Hash(*blake3::hash(content).as_bytes())
}

/// A chunk's stored form.
#[must_use]
pub fn stored(workspace: WorkspaceId, content: &[u8]) -> Bytes {
    let mut bytes = BytesMut::with_capacity(WORKSPACE_LEN + content.len());
    bytes.extend_from_slice(workspace.0.as_bytes());
    bytes.extend_from_slice(content);
    bytes.freeze()
}

/// The content of a stored chunk; `None` when it is not the chunk of that name.
#[must_use]
pub fn content(name: Hash, stored: &Bytes) -> Option<Bytes> {
    let workspace = Uuid::from_slice(stored.get(..WORKSPACE_LEN)?).ok()?;
    let content = stored.slice(WORKSPACE_LEN..);
    let fits = content.len() <= CONTENT_MAX;
    let found = address(WorkspaceId(workspace), content_hash(&content));
    (fits && found == name).then_some(content)
}

/// The size of a chunk's content, from the size of its file.
#[must_use]
pub const fn content_len(stored_len: u64) -> u64 {
    stored_len.saturating_sub(WORKSPACE_LEN as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HERE: WorkspaceId = WorkspaceId(Uuid::from_u128(1));
    const ELSEWHERE: WorkspaceId = WorkspaceId(Uuid::from_u128(2));

    #[test]
    fn the_same_content_has_another_name_in_another_workspace() {
        let hash = content_hash(b"plan");
        assert_ne!(address(HERE, hash), address(ELSEWHERE, hash));
        let bytes = stored(HERE, b"plan");
        assert_eq!(content(address(HERE, hash), &bytes).unwrap(), "plan");
        assert_eq!(content(address(ELSEWHERE, hash), &bytes), None);
    }

    proptest! {
        #[test]
        fn a_changed_byte_is_noticed(data in proptest::collection::vec(any::<u8>(), 0..300),
                                     at: prop::sample::Index, flip in 1u8..) {
            let name = address(HERE, content_hash(&data));
            let mut bytes = stored(HERE, &data).to_vec();
            let at = at.index(bytes.len());
            bytes[at] ^= flip;
            prop_assert_eq!(content(name, &Bytes::from(bytes)), None);
        }

        #[test]
        fn anything_else_is_no_chunk(data in proptest::collection::vec(any::<u8>(), 0..64)) {
            prop_assert_eq!(content(Hash::ZERO, &Bytes::from(data)), None);
        }
    }
}
