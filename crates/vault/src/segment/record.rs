//! What stands in a segment: its opening, its records, and how an entry becomes one and comes back.

use super::{Keys, SegmentError};
use journal::{KeyRing, chain};
use kernel::{Entry, Hash, Header, KeyId, Payload};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::{Read, Write};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Opening {
    pub entries: u64,
    pub keys: BTreeMap<KeyId, KeyText>,
}

#[derive(Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct KeyText(#[serde(with = "kernel::hex::array32")] pub [u8; 32]);

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Record {
    pub header: Header,
    pub hash: Hash,
    pub body: Body,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Body {
    Opened(Payload),
    /// Hexadecimal text.
    Sealed(String),
}

/// Refuses more of something than `max`.
pub(super) const fn within(what: &'static str, is: u64, max: u64) -> Result<(), SegmentError> {
    if is > max {
        return Err(SegmentError::TooLarge { what, max });
    }
    Ok(())
}

pub(super) fn to_json(value: &impl Serialize) -> Result<Vec<u8>, SegmentError> {
    serde_json::to_vec(value).map_err(|e| SegmentError::Sealing(e.to_string()))
}

pub(super) fn ring(keys: &Keys) -> KeyRing {
    let mut ring = KeyRing::default();
    for (id, key) in keys {
        ring.insert(*id, key.clone());
    }
    ring
}

/// The entry's payload.
pub(super) fn opened(ring: &KeyRing, entry: &Entry) -> Result<Payload, SegmentError> {
    ring.open(&entry.header, &entry.sealed)
        .map_err(|cause| SegmentError::Payload {
            seq: entry.header.seq,
            cause,
        })
}

/// The entry's record: opened if that, read back, seals to the same bytes; else as it was sealed.
pub(super) fn record(ring: &KeyRing, entry: &Entry) -> Result<Vec<u8>, SegmentError> {
    let with = |body| {
        to_json(&Record {
            header: entry.header.clone(),
            hash: entry.hash,
            body,
        })
    };
    let bytes = with(Body::Opened(opened(ring, entry)?))?;
    let comes_back = serde_json::from_slice::<Record>(&bytes)
        .ok()
        .and_then(|record| restore(ring, record).ok())
        .is_some_and(|restored| restored == *entry);
    if comes_back {
        return Ok(bytes);
    }
    with(Body::Sealed(kernel::hex::encode(&entry.sealed)))
}

/// The entry of a record, its hash checked.
pub(super) fn restore(ring: &KeyRing, record: Record) -> Result<Entry, SegmentError> {
    let Record { header, hash, body } = record;
    let seq = header.seq;
    let sealed = match body {
        Body::Opened(payload) => ring
            .seal(&header, &payload)
            .map_err(|cause| SegmentError::Payload { seq, cause })?,
        Body::Sealed(text) => kernel::hex::decode(&text)
            .filter(|sealed| ring.open(&header, sealed).is_ok())
            .ok_or(chain::ChainError::Altered { seq })?,
    };
    if chain::hash(&header, &sealed) != hash {
        return Err(chain::ChainError::Altered { seq }.into());
    }
    Ok(Entry {
        header,
        sealed,
        hash,
    })
}

/// Why a framed piece cannot be read.
pub(super) enum FrameError {
    TooLarge,
    Unreadable(String),
}

impl FrameError {
    pub(super) fn into_error(
        self,
        what: &'static str,
        max: u64,
        unreadable: impl FnOnce(String) -> SegmentError,
    ) -> SegmentError {
        match self {
            Self::TooLarge => SegmentError::TooLarge { what, max },
            Self::Unreadable(cause) => unreadable(cause),
        }
    }
}

/// Reads a length and that many bytes, at most `max`, taking no more memory than there are bytes.
pub(super) fn read_framed(from: &mut impl Read, max: u64) -> Result<Vec<u8>, FrameError> {
    let unreadable = |e: std::io::Error| FrameError::Unreadable(e.to_string());
    let mut len = [0; 4];
    from.read_exact(&mut len).map_err(unreadable)?;
    let len = u64::from(u32::from_le_bytes(len));
    if len > max {
        return Err(FrameError::TooLarge);
    }
    let mut bytes = Vec::new();
    from.take(len).read_to_end(&mut bytes).map_err(unreadable)?;
    if (bytes.len() as u64) < len {
        return Err(FrameError::Unreadable(format!(
            "it ends after {} of {len} bytes",
            bytes.len()
        )));
    }
    Ok(bytes)
}

/// Writes a length and the bytes, whose length was checked against a limit below 4 GiB.
pub(super) fn write_framed(to: &mut impl Write, bytes: &[u8]) -> std::io::Result<()> {
    let len = u32::try_from(bytes.len()).map_err(std::io::Error::other)?;
    to.write_all(&len.to_le_bytes())?;
    to.write_all(bytes)
}
