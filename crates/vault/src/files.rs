//! Files that messages and documents carry: their bytes in the vault.
//!
//! A file's bytes are cut where their content says ([FastCDC]), so that two versions of a file share
//! what they have in common, and every piece is stored once per workspace:
//!
//! ```text
//! <workspace>/chunks/<name>   a piece: `SKVCHUNK`, version, algorithm, then zstd in age
//! <workspace>/files/<name>    a recipe: which pieces make the file; a small file's bytes themselves
//! ```
//!
//! Names are hashes keyed with the workspace's first data key: the store can tell that two pieces are
//! the same, and neither what they are nor whether it has a file that somebody else knows.
//!
//! Sites keep a file in parts of their own, by which entries name it; the recipe says how to cut the
//! bytes into these again.
//!
//! [FastCDC]: https://www.usenix.org/conference/atc16/technical-sessions/presentation/xia

mod envelope;
mod facts;

pub use facts::{FileFact, files_in};

use crate::store::{NameError, ObjectName, Store, StoreError};
use age::x25519::{Identity, Recipient};
use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use envelope::{open, seal};
use journal::DataKey;
use kernel::{Hash, WorkspaceId};
use serde::{Deserialize, Serialize};

/// Pieces have about this many bytes, at least a quarter and at most four times as many.
const AVERAGE: usize = 1 << 20;
const LEAST: usize = AVERAGE / 4;
const MOST: usize = AVERAGE * 4;
/// Files up to this size are stored in their recipe.
const INLINE_MAX: u64 = 64 << 10;
/// No site keeps longer parts.
const PART_MAX: u64 = 4 << 20;
/// The largest recipe, in bytes.
const RECIPE_MAX: usize = 4 << 20;
const FORMAT: u32 = 1;

/// The parts of a file as sites keep them: the BLAKE3 of each, in order.
pub type Parts = [Hash];

/// Where parts come from, or go.
#[async_trait]
pub trait PartStore: Send + Sync {
    /// A part's bytes; `None` where it is nowhere.
    async fn get(&self, workspace: WorkspaceId, part: Hash) -> Result<Option<Bytes>, String>;

    /// Whether a part is there.
    async fn has(&self, workspace: WorkspaceId, part: Hash) -> Result<bool, String> {
        Ok(self.get(workspace, part).await?.is_some())
    }

    /// Keeps a part.
    async fn put(&self, workspace: WorkspaceId, bytes: Bytes) -> Result<(), String>;
}

/// The key of a workspace's names in the vault.
#[derive(Clone)]
pub struct NameKey([u8; 32]);

/// Why a file was not sealed or restored.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The store does not do its part.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A part is at no site.
    #[error("part {0} is at no site")]
    PartMissing(Hash),
    /// Parts cannot be read or kept.
    #[error("parts: {0}")]
    Parts(String),
    /// The vault has no recipe of it.
    #[error("the vault does not have it")]
    NotThere,
    /// A piece that the recipe names is not in the store.
    #[error("piece {0} is missing")]
    PieceMissing(ObjectName),
    /// An object does not open, or is not what it should be.
    #[error("{name}: {cause}")]
    Object {
        /// The object.
        name: ObjectName,
        /// What is wrong with it.
        cause: String,
    },
    /// The bytes are not those that the entry names.
    #[error("its bytes are not those that were attached")]
    OtherBytes,
    /// A name could not be made.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The work was stopped.
    #[error("sealing was stopped")]
    Stopped,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Recipe {
    format: u32,
    /// Bytes of each part, in order.
    parts: Vec<u64>,
    /// The pieces, in order.
    pieces: Vec<Piece>,
    /// The bytes themselves, of a small file.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "hex_text")]
    inline: Option<Vec<u8>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Piece {
    name: Hash,
    size: u64,
}

impl NameKey {
    /// From the workspace's first data key.
    #[must_use]
    pub fn of(first: &DataKey) -> Self {
        let context = "sekoci vault file names v1";
        Self(blake3::derive_key(context, first.as_bytes()))
    }

    fn piece(&self, bytes: &[u8]) -> Hash {
        Hash(*blake3::keyed_hash(&self.0, bytes).as_bytes())
    }

    fn recipe(&self, parts: &Parts) -> Hash {
        let mut hasher = blake3::Hasher::new_keyed(&self.0);
        hasher.update(b"recipe");
        for part in parts {
            hasher.update(&part.0);
        }
        Hash(*hasher.finalize().as_bytes())
    }
}

fn recipe_name(workspace: WorkspaceId, name: Hash) -> Result<ObjectName, NameError> {
    ObjectName::new(format!("{workspace}/files/{name}"))
}

fn piece_name(workspace: WorkspaceId, name: Hash) -> Result<ObjectName, NameError> {
    ObjectName::new(format!("{workspace}/chunks/{name}"))
}

/// The files of one workspace in a vault.
pub struct Files<'a> {
    /// The vault.
    pub store: &'a dyn Store,
    /// Whose files.
    pub workspace: WorkspaceId,
    /// The key of the names.
    pub key: &'a NameKey,
}

impl Files<'_> {
    /// Brings a file into the vault, its recipe last. Bytes that were new there; 0 where the vault has
    /// the file.
    ///
    /// # Errors
    /// Why not. What is in the vault then is of use the next time.
    pub async fn seal(
        &self,
        parts: &Parts,
        from: &dyn PartStore,
        recipients: &[Recipient],
    ) -> Result<u64, FileError> {
        let name = recipe_name(self.workspace, self.key.recipe(parts))?;
        if self.store.stat(&name).await?.is_some() {
            return Ok(0);
        }
        let mut recipe = Recipe {
            format: FORMAT,
            parts: Vec::new(),
            pieces: Vec::new(),
            inline: None,
        };
        let (mut pending, mut new, mut size) = (BytesMut::new(), 0, 0);
        for part in parts {
            let bytes = from.get(self.workspace, *part).await;
            let bytes = bytes.map_err(FileError::Parts)?;
            let bytes = bytes.ok_or(FileError::PartMissing(*part))?;
            if *blake3::hash(&bytes).as_bytes() != part.0 {
                return Err(FileError::OtherBytes);
            }
            recipe.parts.push(bytes.len() as u64);
            size += bytes.len() as u64;
            pending.extend_from_slice(&bytes);
            while pending.len() >= MOST {
                new += self.piece(&mut pending, &mut recipe, recipients).await?;
            }
        }
        if size <= INLINE_MAX {
            recipe.inline = Some(pending.to_vec());
        } else {
            while !pending.is_empty() {
                new += self.piece(&mut pending, &mut recipe, recipients).await?;
            }
        }
        let text = serde_json::to_vec(&recipe).expect("a recipe's fields are all JSON");
        let sealed = sealed(text.into(), recipients).await?;
        new += sealed.len() as u64;
        match self.store.put(&name, sealed.into(), None).await {
            // No two sealings are alike; another's recipe of the same file is as good.
            Ok(_) | Err(StoreError::Exists(_)) => Ok(new),
            Err(error) => Err(error.into()),
        }
    }

    /// Cuts the next piece off and stores it.
    async fn piece(
        &self,
        pending: &mut BytesMut,
        recipe: &mut Recipe,
        recipients: &[Recipient],
    ) -> Result<u64, FileError> {
        let cut = cut(pending);
        let bytes = pending.split_to(cut).freeze();
        let name = self.key.piece(&bytes);
        recipe.pieces.push(Piece {
            name,
            size: bytes.len() as u64,
        });
        let object = piece_name(self.workspace, name)?;
        if self.store.stat(&object).await?.is_some() {
            return Ok(0);
        }
        let sealed = sealed(bytes, recipients).await?;
        let size = sealed.len() as u64;
        match self.store.put(&object, sealed.into(), None).await {
            Ok(_) | Err(StoreError::Exists(_)) => Ok(size),
            Err(error) => Err(error.into()),
        }
    }

    /// Brings a file back, part by part. Bytes of the file.
    ///
    /// # Errors
    /// Why not; parts that came before are kept.
    pub async fn restore(
        &self,
        parts: &Parts,
        to: &dyn PartStore,
        identities: &[Identity],
    ) -> Result<u64, FileError> {
        let name = recipe_name(self.workspace, self.key.recipe(parts))?;
        let sealed = self.store.get(&name).await?.ok_or(FileError::NotThere)?;
        let damaged = |cause: String| FileError::Object {
            name: name.clone(),
            cause,
        };
        let text = open(&sealed, identities, RECIPE_MAX).map_err(|e| damaged(e.to_string()))?;
        let recipe: Recipe = serde_json::from_slice(&text).map_err(|e| damaged(e.to_string()))?;
        let is_too_long = |length: &u64| *length > PART_MAX;
        if recipe.format != FORMAT
            || recipe.parts.len() != parts.len()
            || recipe.parts.iter().any(is_too_long)
        {
            return Err(damaged("it is not the recipe of this file".into()));
        }
        let mut waiting = parts.iter().zip(recipe.parts.iter().copied());
        let mut next = waiting.next();
        let mut bytes = BytesMut::from(recipe.inline.unwrap_or_default().as_slice());
        let (mut pieces, mut size) = (recipe.pieces.into_iter(), 0);
        while let Some((part, length)) = next {
            let length = usize::try_from(length).unwrap_or(usize::MAX);
            if bytes.len() >= length {
                let found = bytes.split_to(length).freeze();
                if *blake3::hash(&found).as_bytes() != part.0 {
                    return Err(FileError::OtherBytes);
                }
                size += found.len() as u64;
                let kept = to.put(self.workspace, found).await;
                kept.map_err(FileError::Parts)?;
                next = waiting.next();
            } else {
                let piece = pieces.next().ok_or(FileError::OtherBytes)?;
                bytes.extend_from_slice(&self.get_piece(&piece, identities).await?);
            }
        }
        Ok(size)
    }

    async fn get_piece(
        &self,
        piece: &Piece,
        identities: &[Identity],
    ) -> Result<Vec<u8>, FileError> {
        let name = piece_name(self.workspace, piece.name)?;
        let Some(sealed) = self.store.get(&name).await? else {
            return Err(FileError::PieceMissing(name));
        };
        let bytes = open(&sealed, identities, MOST).map_err(|e| e.to_string());
        match bytes {
            Ok(bytes) if self.key.piece(&bytes) == piece.name => Ok(bytes),
            Ok(_) => Err(FileError::Object {
                name,
                cause: "it holds another piece".into(),
            }),
            Err(cause) => Err(FileError::Object { name, cause }),
        }
    }
}

/// Where the next piece ends.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the three sizes are small constants"
)]
fn cut(bytes: &[u8]) -> usize {
    if bytes.len() <= LEAST {
        return bytes.len();
    }
    let window = &bytes[..bytes.len().min(MOST)];
    fastcdc::v2020::FastCDC::new(window, LEAST as u32, AVERAGE as u32, MOST as u32)
        .next()
        .map_or(window.len(), |chunk| chunk.length)
}

async fn sealed(bytes: Bytes, recipients: &[Recipient]) -> Result<Vec<u8>, FileError> {
    let recipients = recipients.to_vec();
    let work = move || seal(&bytes, &recipients);
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| FileError::Stopped)?
        .map_err(|e| FileError::Parts(e.to_string()))
}

/// Bytes as hexadecimal text.
mod hex_text {
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(bytes: &Option<Vec<u8>>, to: S) -> Result<S::Ok, S::Error> {
        match bytes {
            Some(bytes) => to.serialize_str(&kernel::hex::encode(bytes)),
            None => to.serialize_none(),
        }
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Vec<u8>>, D::Error> {
        let text: Option<String> = Option::deserialize(from)?;
        text.map(|text| {
            kernel::hex::decode(&text).ok_or_else(|| serde::de::Error::custom("not hexadecimal"))
        })
        .transpose()
    }
}

#[cfg(test)]
mod tests;
