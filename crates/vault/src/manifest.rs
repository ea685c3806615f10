//! The manifest: a signed chain per partition that says which segments there are, so that a
//! missing, replaced, reordered or foreign one is noticed without opening any.
//!
//! # Form
//! Each link is one object: `SKMANIF1`, a 64-byte Ed25519 signature, and the link as JSON. The
//! signature covers the magic and the JSON; their BLAKE3 is the link's hash, which the next link
//! names. Objects are created once ([`crate::store`]), so of two sealers that write link *n* one
//! wins, and the other reads what is there and goes on after it.
//!
//! # What it shows
//! Whatever is taken from the middle, altered, swapped or put in from elsewhere. Links taken from
//! the *end* leave a shorter chain that is whole: that is for the store's retention to prevent, and
//! for a comparison with the live journal's head to find.

use crate::store::{NameError, ObjectName};
use ed25519_compact::{PublicKey, SecretKey, Signature};
use kernel::{Hash, Head, PartitionId, Seq, SiteName, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

const MAGIC: &[u8; 8] = b"SKMANIF1";
const SIGNATURE_LEN: usize = Signature::BYTES;

/// The largest link that is read, in bytes.
pub const LINK_MAX: usize = 4 << 10;

/// One link: what is said of one segment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// The chain of entries.
    pub partition: PartitionId,
    /// Position in the manifest, from 1.
    pub number: u64,
    /// Hash of the link before, [`Hash::ZERO`] for the first.
    pub previous: Hash,
    /// The entry that the segment's first follows.
    pub before: Head,
    /// The segment's last entry.
    pub head: Head,
    /// BLAKE3 of the sealed segment.
    pub digest: Hash,
    /// Bytes of the sealed segment.
    pub size: u64,
    /// The site that sealed it, whose key signs the link.
    pub site: SiteName,
    /// When, by that site's clock.
    pub sealed_at: Timestamp,
}

/// The keys with which sites sign. A site has more than one where its key was replaced: what it
/// signed before stays good.
pub type SiteKeys = BTreeMap<SiteName, Vec<PublicKey>>;

/// Why a link is not the next one of a manifest.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ManifestError {
    /// The bytes are not a link.
    #[error("link {number}: not a manifest link: {cause}")]
    Form {
        /// Which was expected.
        number: u64,
        /// What is wrong.
        cause: String,
    },
    /// A site signed it whose key is not known.
    #[error("link {number}: signed by site {site}, whose key is not trusted")]
    Untrusted {
        /// Which was expected.
        number: u64,
        /// The site that the link names.
        site: SiteName,
    },
    /// The signature is not that site's for this link.
    #[error("link {number}: the signature is not that of site {site}: altered or forged")]
    Signature {
        /// Which was expected.
        number: u64,
        /// The site that the link names.
        site: SiteName,
    },
    /// A link of another partition.
    #[error("link {number}: it belongs to {found}")]
    Foreign {
        /// Which was expected.
        number: u64,
        /// The partition it belongs to.
        found: PartitionId,
    },
    /// A link of another position: one is missing, repeated, or they are in another order.
    #[error("link {number}: link {found} stands in its place")]
    Position {
        /// Which was expected.
        number: u64,
        /// Which was found.
        found: u64,
    },
    /// It follows another link than the one before it.
    #[error("link {number}: it does not follow the link before it: one of them was replaced")]
    Unlinked {
        /// Which.
        number: u64,
    },
    /// Its segment does not begin where the one before ended, or holds nothing.
    #[error(
        "link {number}: its segment follows entry {found} and ends with {last}; entry {expected} was the last before"
    )]
    Entries {
        /// Which.
        number: u64,
        /// The entry it claims to follow.
        found: Seq,
        /// Its last entry.
        last: Seq,
        /// The entry it has to follow.
        expected: Seq,
    },
    /// Bytes that are not the segment which a link names.
    #[error("link {number}: the segment is not the one that was sealed: {cause}")]
    Segment {
        /// Which link.
        number: u64,
        /// What differs.
        cause: &'static str,
    },
}

/// Name of a segment: where it begins and what it is, so that two sealers never want the same name
/// for different bytes, and the manifest alone decides whose segment counts.
///
/// # Errors
/// When the module's name cannot stand in an object name.
pub fn segment_name(
    partition: &PartitionId,
    first: Seq,
    digest: &Hash,
) -> Result<ObjectName, NameError> {
    ObjectName::new(format!("{partition}/segments/{first:020}-{digest}"))
}

/// Name of link `number`.
///
/// # Errors
/// When the module's name cannot stand in an object name.
pub fn link_name(partition: &PartitionId, number: u64) -> Result<ObjectName, NameError> {
    ObjectName::new(format!("{partition}/manifests/{number:020}"))
}

/// Name prefix of a partition's links.
#[must_use]
pub fn link_prefix(partition: &PartitionId) -> String {
    format!("{partition}/manifests/")
}

impl Link {
    /// The link as it is stored, signed by its site.
    #[must_use]
    pub fn sign(&self, key: &SecretKey) -> Vec<u8> {
        let json = serde_json::to_vec(self).expect("a link's fields are all JSON");
        let signature = key.sign(signed(&json), None);
        [&MAGIC[..], &*signature, &json].concat()
    }

    /// Name of its segment.
    ///
    /// # Errors
    /// When the module's name cannot stand in an object name.
    pub fn segment(&self) -> Result<ObjectName, NameError> {
        let first = self.before.seq.saturating_add(1);
        segment_name(&self.partition, first, &self.digest)
    }

    /// Whether `sealed` is the segment that this link names.
    ///
    /// # Errors
    /// [`ManifestError::Segment`] with what differs.
    pub fn check_segment(&self, sealed: &[u8]) -> Result<(), ManifestError> {
        let cause = if sealed.len() as u64 != self.size {
            "its size differs"
        } else if *blake3::hash(sealed).as_bytes() != self.digest.0 {
            "its content differs"
        } else {
            return Ok(());
        };
        Err(ManifestError::Segment {
            number: self.number,
            cause,
        })
    }
}

fn signed(json: &[u8]) -> Vec<u8> {
    [&MAGIC[..], json].concat()
}

/// A partition's manifest, read or written from its first link on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    partition: PartitionId,
    number: u64,
    hash: Hash,
    head: Head,
}

impl Manifest {
    /// A manifest without links.
    #[must_use]
    pub const fn new(partition: PartitionId) -> Self {
        Self {
            partition,
            number: 0,
            hash: Hash::ZERO,
            head: Head::GENESIS,
        }
    }

    /// A manifest as of one of its links, for whoever goes on after it. What is before it is taken as
    /// its signature has it, and not walked.
    ///
    /// # Errors
    /// When the link is not `number` of this partition, or its signature is not a trusted one.
    pub fn at(
        partition: PartitionId,
        number: u64,
        bytes: &[u8],
        trusted: &SiteKeys,
    ) -> Result<Self, ManifestError> {
        let (link, hash) = open(bytes, number, trusted)?;
        check_place(&link, &partition, number)?;
        Ok(Self {
            partition,
            number,
            hash,
            head: link.head,
        })
    }

    /// Number of the last link; 0: none.
    #[must_use]
    pub const fn number(&self) -> u64 {
        self.number
    }

    /// The last entry that a segment holds.
    #[must_use]
    pub const fn head(&self) -> Head {
        self.head
    }

    /// The next link, for a segment that ends with `head` and was sealed as `sealed`. It counts
    /// when it is stored and read back with [`Manifest::extend`].
    #[must_use]
    pub fn next(&self, head: Head, sealed: &[u8], site: SiteName, sealed_at: Timestamp) -> Link {
        Link {
            partition: self.partition.clone(),
            number: self.number + 1,
            previous: self.hash,
            before: self.head,
            head,
            digest: Hash(*blake3::hash(sealed).as_bytes()),
            size: sealed.len() as u64,
            site,
            sealed_at,
        }
    }

    /// Takes the next link.
    ///
    /// # Errors
    /// Why it is not the next one; the manifest is then as it was.
    pub fn extend(&mut self, bytes: &[u8], trusted: &SiteKeys) -> Result<Link, ManifestError> {
        let number = self.number + 1;
        let (link, hash) = open(bytes, number, trusted)?;
        check_place(&link, &self.partition, number)?;
        if link.previous != self.hash {
            return Err(ManifestError::Unlinked { number });
        }
        if link.before != self.head || link.head.seq <= self.head.seq {
            return Err(ManifestError::Entries {
                number,
                found: link.before.seq,
                last: link.head.seq,
                expected: self.head.seq,
            });
        }
        self.number = number;
        self.hash = hash;
        self.head = link.head;
        Ok(link)
    }
}

fn check_place(link: &Link, partition: &PartitionId, number: u64) -> Result<(), ManifestError> {
    if link.partition != *partition {
        let found = link.partition.clone();
        return Err(ManifestError::Foreign { number, found });
    }
    if link.number != number {
        let found = link.number;
        return Err(ManifestError::Position { number, found });
    }
    Ok(())
}

/// Reads a link and checks its signature.
fn open(bytes: &[u8], number: u64, trusted: &SiteKeys) -> Result<(Link, Hash), ManifestError> {
    let form = |cause: String| ManifestError::Form { number, cause };
    if bytes.len() > LINK_MAX {
        return Err(form(format!("more than {LINK_MAX} bytes")));
    }
    let (signature, json) = bytes
        .strip_prefix(MAGIC)
        .and_then(|rest| rest.split_at_checked(SIGNATURE_LEN))
        .ok_or_else(|| form("it does not begin as one".into()))?;
    let link: Link = serde_json::from_slice(json).map_err(|e| form(e.to_string()))?;
    let site = link.site.clone();
    let Some(keys) = trusted.get(&site) else {
        return Err(ManifestError::Untrusted { number, site });
    };
    let covered = signed(json);
    let genuine = Signature::from_slice(signature).is_ok_and(|signature| {
        keys.iter()
            .any(|key| key.verify(&covered, &signature).is_ok())
    });
    if !genuine {
        return Err(ManifestError::Signature { number, site });
    }
    Ok((link, Hash(*blake3::hash(&covered).as_bytes())))
}

#[cfg(test)]
mod tests;
