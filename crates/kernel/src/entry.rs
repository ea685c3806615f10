//! Entries: the links of a partition's hash chain.

use crate::{Actor, CommandId, Event, PartitionId, SiteName, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Position of an entry in its chain; the first entry has 1, an empty chain's head is 0.
pub type Seq = u64;

/// A BLAKE3 hash.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Hash(#[serde(with = "crate::hex::array32")] pub [u8; 32]);

impl Hash {
    /// What the first entry names as the hash before it.
    pub const ZERO: Self = Self([0; 32]);
}

impl std::fmt::Display for Hash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&crate::hex::encode(&self.0))
    }
}

impl std::fmt::Debug for Hash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Hash({})", crate::hex::encode(&self.0[..4]))
    }
}

impl std::str::FromStr for Hash {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        crate::hex::decode32(text)
            .map(Self)
            .ok_or_else(|| "expected 64 hexadecimal digits".into())
    }
}

/// The last entry of a chain, or of the part of it a view has applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Its position; 0 for an empty chain.
    pub seq: Seq,
    /// Its hash; [`Hash::ZERO`] for an empty chain.
    pub hash: Hash,
}

impl Head {
    /// The head of an empty chain.
    pub const GENESIS: Self = Self {
        seq: 0,
        hash: Hash::ZERO,
    };
}

/// Which data key sealed a payload.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct KeyId(pub u32);

/// What anyone may read of an entry, without keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The chain it belongs to.
    pub partition: PartitionId,
    /// Its position in the chain.
    pub seq: Seq,
    /// The site that appended it.
    pub site: SiteName,
    /// The site that leads the partition from here on: the appending site, except in a switchover.
    pub lead: SiteName,
    /// When it was decided; never before the entry before it.
    pub time: Timestamp,
    /// Whose command it was.
    pub actor: Actor,
    /// The command's id.
    pub command: CommandId,
    /// The key that sealed the payload.
    pub key: KeyId,
    /// The hash of the entry before, [`Hash::ZERO`] for the first.
    pub prev: Hash,
}

/// One link of a chain: an accepted command, its payload sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// What anyone may read.
    pub header: Header,
    /// The sealed [`Payload`].
    #[serde(with = "serde_bytes")]
    pub sealed: Vec<u8>,
    /// Hash over header and sealed payload.
    pub hash: Hash,
}

impl Entry {
    /// This entry as a head.
    #[must_use]
    pub fn head(&self) -> Head {
        Head {
            seq: self.header.seq,
            hash: self.hash,
        }
    }
}

/// What only holders of the data key may read of an entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Payload {
    /// Name of the command.
    pub name: String,
    /// Fingerprint of what the client sent.
    #[serde(with = "crate::hex::array32")]
    pub digest: [u8; 32],
    /// What the client was answered, and is answered again if it asks again.
    pub answer: Value,
    /// The facts; all of them stand or fall together.
    pub events: Vec<Event>,
}
