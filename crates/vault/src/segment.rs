//! A [`Segment`]: a run of consecutive entries of one partition, sealed for recipients whose
//! identities no site holds.
//!
//! # Form
//! `SKSEGMNT`, version (1), algorithm (1), then an age file (X25519). Its plaintext is a
//! little-endian `u32` length and that many bytes of JSON, the *opening* (how many entries, and the
//! data keys they need), then one zstd frame of that many records, each a `u32` length and JSON.
//!
//! A record holds an entry's header, its hash and its *opened* payload: sealing is deterministic
//! ([`journal::seal`]), so sealing it again gives the very bytes that were hashed, and text
//! compresses where ciphertext does not. That it does is checked when the segment is written, from
//! the bytes that are written; an entry for which it does not (a number that JSON does not give back
//! exactly, a payload of another release) is kept as it was sealed. The keys stand outside the
//! compressed part, so that its length says nothing about them.
//!
//! Whoever has the identity needs nothing else. Anyone can make a segment for a recipient: who made
//! it is for the [manifest](crate::manifest) to say, and everything read here is held to limits.
//!
//! The file key, the ephemeral keys and the nonce are drawn by age itself, from the operating
//! system. This is the one place where randomness does not come from [`kernel::Random`]: age takes
//! no source of its own, and a segment's bytes are never made twice or replayed.

mod record;
#[cfg(test)]
pub(crate) mod tests;

use crate::store::OBJECT_MAX;
use age::x25519::{Identity, Recipient};
use journal::chain::{self, ChainError};
use journal::{DataKey, KeyRing, SealError};
use kernel::{Entry, Hash, Head, KeyId, PartitionId, Seq};
use record::{
    KeyText, Opening, Record, opened, read_framed, record, restore, ring, to_json, within,
    write_framed,
};
use std::collections::BTreeMap;
use std::io::Read;

const MAGIC: &[u8; 8] = b"SKSEGMNT";
const VERSION: u8 = 1;
const AGE_X25519_ZSTD: u8 = 1;
const CLEAR_LEN: usize = MAGIC.len() + 2;
const OPENING_MAX: u64 = 1 << 20;
const LEVEL: i32 = 3;
/// Largest window a frame may ask for, as a power of two.
const WINDOW_LOG_MAX: u32 = 27;

/// Data keys by id.
pub type Keys = BTreeMap<KeyId, DataKey>;

/// Consecutive entries of one partition, and the keys that open them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    entries: Vec<Entry>,
    keys: Keys,
}

/// What a segment may at most hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the sealed segment.
    pub sealed: u64,
    /// Bytes of all records together, decompressed.
    pub plain: u64,
    /// Bytes of one record.
    pub record: u64,
    /// Entries.
    pub entries: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            sealed: OBJECT_MAX as u64,
            plain: 256 << 20,
            record: 16 << 20,
            entries: 1 << 20,
        }
    }
}

/// Why a segment cannot be made, sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum SegmentError {
    /// The bytes do not begin as a segment does.
    #[error("these bytes are not a segment")]
    NotASegment,
    /// A version of another release.
    #[error("segment version {0} is unknown to this release")]
    Version(u8),
    /// An algorithm of another release.
    #[error("segment algorithm {0} is unknown to this release")]
    Algorithm(u8),
    /// There is nothing in it.
    #[error("a segment holds at least one entry")]
    Empty,
    /// Nobody could open it.
    #[error("a segment needs at least one recipient")]
    NoRecipient,
    /// Something is larger than the limit.
    #[error("{what}: more than the limit of {max}")]
    TooLarge {
        /// What, with its unit.
        what: &'static str,
        /// The limit.
        max: u64,
    },
    /// The segment was sealed for others.
    #[error("the segment was not sealed for any of the identities at hand")]
    WrongIdentity,
    /// The age file is damaged: altered, cut short or continued.
    #[error("the segment was altered or cut short: {0}")]
    Altered(String),
    /// The records do not decompress.
    #[error("record {index} of the segment cannot be read: {cause}")]
    Record {
        /// Which, from 0.
        index: u64,
        /// Why.
        cause: String,
    },
    /// The opening is not one.
    #[error("the segment's opening cannot be read: {0}")]
    Opening(String),
    /// There is more after the last record.
    #[error("the segment goes on after its {0} entries")]
    Surplus(u64),
    /// Positions begin with 1.
    #[error("an entry has position 0; positions begin with 1")]
    Position,
    /// The entries are not one whole run.
    #[error("the segment's entries are not a chain: {0}")]
    Chain(#[from] ChainError),
    /// A payload does not open or seal.
    #[error("entry {seq}: {cause}")]
    Payload {
        /// Position of the entry.
        seq: Seq,
        /// Why.
        cause: SealError,
    },
    /// The encryption or compression failed for a reason of its own.
    #[error("the segment could not be sealed: {0}")]
    Sealing(String),
}

impl Segment {
    /// A segment of `entries`, with those of `keys` that they need.
    ///
    /// # Errors
    /// When the entries are not one run of one partition's chain, or a payload does not open.
    pub fn new(entries: Vec<Entry>, keys: &Keys) -> Result<Self, SegmentError> {
        check(&entries)?;
        let ring = ring(keys);
        let mut needed = Keys::new();
        for entry in &entries {
            opened(&ring, entry)?;
            let id = entry.header.key;
            needed.extend(keys.get(&id).map(|key| (id, key.clone())));
        }
        Ok(Self {
            entries,
            keys: needed,
        })
    }

    /// Its partition.
    #[must_use]
    pub fn partition(&self) -> &PartitionId {
        &self.entries[0].header.partition
    }

    /// What its first entry follows.
    #[must_use]
    pub fn before(&self) -> Head {
        let header = &self.entries[0].header;
        Head {
            seq: header.seq - 1,
            hash: header.prev,
        }
    }

    /// Its last entry.
    #[must_use]
    pub fn head(&self) -> Head {
        self.entries[self.entries.len() - 1].head()
    }

    /// Its entries, never none.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The keys that open its entries.
    #[must_use]
    pub const fn keys(&self) -> &Keys {
        &self.keys
    }

    /// Its entries and keys.
    #[must_use]
    pub fn into_parts(self) -> (Vec<Entry>, Keys) {
        (self.entries, self.keys)
    }

    /// The sealed bytes, which each of the recipients can open by itself.
    ///
    /// # Errors
    /// When there is no recipient, or more than the default [`Limits`] allow: then make the run
    /// shorter.
    pub fn seal(&self, recipients: &[Recipient]) -> Result<Vec<u8>, SegmentError> {
        let limits = Limits::default();
        let count = self.entries.len() as u64;
        within("entries", count, limits.entries)?;
        let opening = to_json(&Opening {
            entries: count,
            keys: self
                .keys
                .iter()
                .map(|(id, key)| (*id, KeyText(*key.as_bytes())))
                .collect(),
        })?;
        within("bytes of the opening", opening.len() as u64, OPENING_MAX)?;

        let mut out = MAGIC.to_vec();
        out.extend([VERSION, AGE_X25519_ZSTD]);
        let sealing = |e: std::io::Error| SegmentError::Sealing(e.to_string());
        let mut age = age::Encryptor::with_recipients(recipients.iter().map(|r| r as _))
            .map_err(|e| match e {
                age::EncryptError::MissingRecipients => SegmentError::NoRecipient,
                other => SegmentError::Sealing(other.to_string()),
            })?
            .wrap_output(out)
            .map_err(sealing)?;
        write_framed(&mut age, &opening).map_err(sealing)?;
        let mut zstd = zstd::Encoder::new(age, LEVEL).map_err(sealing)?;
        let ring = ring(&self.keys);
        let mut plain = 0;
        for entry in &self.entries {
            let record = record(&ring, entry)?;
            within("bytes of a record", record.len() as u64, limits.record)?;
            plain += 4 + record.len() as u64;
            within("bytes of all records", plain, limits.plain)?;
            write_framed(&mut zstd, &record).map_err(sealing)?;
        }
        let out = zstd
            .finish()
            .and_then(age::stream::StreamWriter::finish)
            .map_err(sealing)?;
        within("bytes of the segment", out.len() as u64, limits.sealed)?;
        Ok(out)
    }

    /// Opens a sealed segment with whichever of `identities` it was sealed for, and checks it whole:
    /// every entry has the hash it had, and follows the one before it.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn open(
        bytes: &[u8],
        identities: &[Identity],
        limits: &Limits,
    ) -> Result<Self, SegmentError> {
        within("bytes of the segment", bytes.len() as u64, limits.sealed)?;
        let plain = decrypt(clear(bytes)?, identities)?;
        let mut rest = plain.as_slice();
        let opening = read_framed(&mut rest, OPENING_MAX).map_err(|e| {
            e.into_error("bytes of the opening", OPENING_MAX, SegmentError::Opening)
        })?;
        let opening: Opening =
            serde_json::from_slice(&opening).map_err(|e| SegmentError::Opening(e.to_string()))?;
        within("entries", opening.entries, limits.entries)?;
        let keys: Keys = opening
            .keys
            .into_iter()
            .map(|(id, key)| (id, DataKey::from_bytes(key.0)))
            .collect();
        let entries = read_entries(rest, opening.entries, &ring(&keys), limits)?;
        check(&entries)?;
        Ok(Self { entries, keys })
    }
}

/// Checks the header in the clear and gives what follows it.
fn clear(bytes: &[u8]) -> Result<&[u8], SegmentError> {
    let (head, rest) = bytes
        .split_at_checked(CLEAR_LEN)
        .filter(|(head, _)| head.starts_with(MAGIC))
        .ok_or(SegmentError::NotASegment)?;
    match (head[MAGIC.len()], head[MAGIC.len() + 1]) {
        (VERSION, AGE_X25519_ZSTD) => Ok(rest),
        (VERSION, other) => Err(SegmentError::Algorithm(other)),
        (other, _) => Err(SegmentError::Version(other)),
    }
}

/// The plaintext, all of it authenticated before any of it is read; never longer than `sealed`.
fn decrypt(sealed: &[u8], identities: &[Identity]) -> Result<Vec<u8>, SegmentError> {
    let altered = |e: age::DecryptError| match e {
        age::DecryptError::NoMatchingKeys => SegmentError::WrongIdentity,
        other => SegmentError::Altered(other.to_string()),
    };
    let mut plain = Vec::new();
    age::Decryptor::new_buffered(sealed)
        .and_then(|age| age.decrypt(identities.iter().map(|identity| identity as _)))
        .map_err(altered)?
        .read_to_end(&mut plain)
        .map_err(|e| SegmentError::Altered(e.to_string()))?;
    Ok(plain)
}

fn read_entries(
    frame: &[u8],
    count: u64,
    ring: &KeyRing,
    limits: &Limits,
) -> Result<Vec<Entry>, SegmentError> {
    let unreadable = |index| move |cause: String| SegmentError::Record { index, cause };
    let mut zstd = zstd::Decoder::with_buffer(frame)
        .map_err(|e| unreadable(0)(e.to_string()))?
        .single_frame();
    zstd.window_log_max(WINDOW_LOG_MAX)
        .map_err(|e| unreadable(0)(e.to_string()))?;
    let mut left = limits.plain;
    let mut entries = Vec::new();
    for index in 0..count {
        let max = limits.record.min(left.saturating_sub(4));
        let bytes = read_framed(&mut zstd, max).map_err(|e| {
            let (what, max) = if max < limits.record {
                ("bytes of all records", limits.plain)
            } else {
                ("bytes of a record", limits.record)
            };
            e.into_error(what, max, unreadable(index))
        })?;
        left -= 4 + bytes.len() as u64;
        let record: Record =
            serde_json::from_slice(&bytes).map_err(|e| unreadable(index)(e.to_string()))?;
        entries.push(restore(ring, record)?);
    }
    let more = zstd
        .read(&mut [0])
        .map_err(|e| unreadable(count)(e.to_string()))?;
    if more > 0 || !zstd.finish().is_empty() {
        return Err(SegmentError::Surplus(count));
    }
    Ok(entries)
}

/// Checks that the entries are one run of one partition's chain.
fn check(entries: &[Entry]) -> Result<(), SegmentError> {
    let first = &entries.first().ok_or(SegmentError::Empty)?.header;
    let mut head = Head {
        seq: first.seq.checked_sub(1).ok_or(SegmentError::Position)?,
        hash: first.prev,
    };
    if head.seq == 0 && head.hash != Hash::ZERO {
        return Err(ChainError::Unlinked { seq: first.seq }.into());
    }
    for entry in entries {
        let seq = entry.header.seq;
        if entry.header.partition != first.partition {
            return Err(ChainError::Foreign { seq }.into());
        }
        // Nothing can follow the last position there is.
        if seq == Seq::MAX {
            return Err(SegmentError::TooLarge {
                what: "position of an entry",
                max: Seq::MAX - 1,
            });
        }
        head = chain::verify(head, entry)?;
    }
    Ok(())
}
