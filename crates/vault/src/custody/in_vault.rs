//! Trusts and chests in the vault: putting them there, and opening everything with one identity.

use super::RecoveryIdentity;
use super::chest::{self, ChestError, chest_name};
use super::trust::{self, Trust, TrustError, trust_name};
use crate::manifest::SiteKeys;
use crate::store::{Store, StoreError};
use age::x25519::Identity;
use kernel::{Hash, Timestamp};
use std::collections::VecDeque;

/// The most trusts that are followed back.
pub const TRUSTS_MAX: usize = chest::IDENTITIES_MAX;

/// Why the keys in a vault cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CustodyError {
    /// The store does not do its part.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A trust is not there.
    #[error("the vault has no trust {0}")]
    NoTrust(Hash),
    /// A trust is not the one that was put there.
    #[error("trust {0}: the vault holds other bytes under its name: it was altered")]
    TrustAltered(Hash),
    /// A trust cannot be read.
    #[error("trust {digest}: {cause}")]
    Trust {
        /// Which.
        digest: Hash,
        /// Why.
        cause: TrustError,
    },
    /// More trusts than can be.
    #[error("more than {TRUSTS_MAX} trusts name each other as earlier ones")]
    TooManyTrusts,
    /// The identity belongs to another trust.
    #[error("trust {0} does not name the recipient of this identity")]
    OtherIdentity(Hash),
    /// The chest is not there.
    #[error("trust {0} has earlier ones, but the vault has no chest with their identities")]
    NoChest(Hash),
    /// The chest does not open.
    #[error("the chest of trust {digest}: {cause}")]
    Chest {
        /// Whose.
        digest: Hash,
        /// Why.
        cause: ChestError,
    },
    /// The chest does not hold what it has to.
    #[error("the chest of trust {digest} holds no identity for the earlier trust {earlier}")]
    NotInChest {
        /// Whose chest.
        digest: Hash,
        /// Whose identity is missing.
        earlier: Hash,
    },
}

/// Everything that one identity opens.
pub struct Opened {
    /// The trust that was made with the identity.
    pub trust: Trust,
    /// The trusts before it, those of later ones first.
    pub earlier: Vec<Trust>,
    /// Its own identity and those of the earlier trusts.
    pub secrets: Vec<RecoveryIdentity>,
    /// The same, as segments are opened with them.
    pub identities: Vec<Identity>,
    /// The keys with which sites sign and have signed.
    pub trusted: SiteKeys,
}

/// Puts a trust into the vault; where it has earlier ones, the chest first, sealed for its first
/// recipient: a trust that is there is whole. Both are kept at least until `retain_until`. Doing it
/// again with the same trust is harmless only without a chest, since no two chests are alike.
///
/// # Errors
/// When the store does not take them, or the chest cannot be sealed.
pub async fn publish(
    store: &dyn Store,
    trust: &Trust,
    earlier: &[RecoveryIdentity],
    retain_until: Option<Timestamp>,
) -> Result<(), CustodyError> {
    let digest = trust.digest();
    if !earlier.is_empty() {
        let chest = chest::seal(earlier, &trust.recipients()[0])
            .map_err(|cause| CustodyError::Chest { digest, cause })?;
        let name = chest_name(&digest);
        store.put(&name, chest.into(), retain_until).await?;
    }
    let bytes = trust.bytes().to_vec().into();
    store.put(&trust_name(&digest), bytes, retain_until).await?;
    Ok(())
}

/// Reads a trust and checks that it is the one with this digest.
///
/// # Errors
/// When it is missing, altered or unreadable.
pub async fn load_trust(store: &dyn Store, digest: Hash) -> Result<Trust, CustodyError> {
    let bytes = store.get(&trust_name(&digest)).await?;
    let bytes = bytes.ok_or(CustodyError::NoTrust(digest))?;
    if Hash(*blake3::hash(&bytes).as_bytes()) != digest {
        return Err(CustodyError::TrustAltered(digest));
    }
    Trust::from_bytes(bytes.into()).map_err(|cause| CustodyError::Trust { digest, cause })
}

/// Everything that `identity` opens: the trust with `digest`, all trusts before it, and from its
/// chest the identities of those.
///
/// # Errors
/// When a trust or the chest is missing or altered, or the identity is not that of the trust.
pub async fn open_all(
    store: &dyn Store,
    identity: &RecoveryIdentity,
    digest: Hash,
) -> Result<Opened, CustodyError> {
    let trust = load_trust(store, digest).await?;
    if !trust.names(&identity.recipient()) {
        return Err(CustodyError::OtherIdentity(digest));
    }
    let earlier = earlier_than(store, &trust).await?;
    let mut secrets = vec![identity.clone()];
    if !earlier.is_empty() {
        let sealed = store.get(&chest_name(&digest)).await?;
        let sealed = sealed.ok_or(CustodyError::NoChest(digest))?;
        let chest = chest::open(&sealed, identity)
            .map_err(|cause| CustodyError::Chest { digest, cause })?;
        // Whatever else lies in it is not ours, and opens nothing.
        secrets.extend(chest.into_iter().filter(|secret| {
            let recipient = secret.recipient();
            earlier.iter().any(|trust| trust.names(&recipient))
        }));
    }
    let mut trusted = SiteKeys::new();
    trust.add_site_keys(&mut trusted);
    for one in &earlier {
        one.add_site_keys(&mut trusted);
        if !secrets.iter().any(|secret| one.names(&secret.recipient())) {
            let earlier = one.digest();
            return Err(CustodyError::NotInChest { digest, earlier });
        }
    }
    Ok(Opened {
        identities: secrets.iter().map(RecoveryIdentity::to_age).collect(),
        trust,
        earlier,
        secrets,
        trusted,
    })
}

/// The newest of the trusts in the vault that say they take the place of this one, where there is
/// any. It is a hint and proves nothing: whoever can write into the vault can put such a trust there,
/// or something that is none, which is passed over.
///
/// # Errors
/// When the vault cannot be read.
pub async fn successor(store: &dyn Store, digest: Hash) -> Result<Option<Trust>, CustodyError> {
    let mut newest: Option<Trust> = None;
    let mut after = None;
    loop {
        let listed = store.list(trust::PREFIX, after.as_ref(), 100).await?;
        let Some(last) = listed.last() else {
            return Ok(newest);
        };
        after = Some(last.name.clone());
        for object in &listed {
            let text = object.name.as_str().strip_prefix(trust::PREFIX);
            let Some(other) = text.and_then(kernel::hex::decode32).map(Hash) else {
                continue;
            };
            let other = match load_trust(store, other).await {
                Ok(other) => other,
                Err(CustodyError::Store(error)) if !matches!(error, StoreError::Damaged { .. }) => {
                    return Err(error.into());
                }
                Err(_) => continue,
            };
            let is_newer = newest
                .as_ref()
                .is_none_or(|newest| newest.created_at() < other.created_at());
            if is_newer && other.previous().contains(&digest) {
                newest = Some(other);
            }
        }
    }
}

/// The keys with which sites sign now and signed under earlier trusts.
///
/// # Errors
/// When an earlier trust is missing or altered.
pub async fn site_keys(store: &dyn Store, trust: &Trust) -> Result<SiteKeys, CustodyError> {
    let mut keys = SiteKeys::new();
    trust.add_site_keys(&mut keys);
    for earlier in earlier_than(store, trust).await? {
        earlier.add_site_keys(&mut keys);
    }
    Ok(keys)
}

/// The trusts that a trust names, and those that they name, each once.
async fn earlier_than(store: &dyn Store, trust: &Trust) -> Result<Vec<Trust>, CustodyError> {
    let mut found: Vec<Trust> = Vec::new();
    let mut next: VecDeque<Hash> = trust.previous().iter().copied().collect();
    while let Some(digest) = next.pop_front() {
        if found.iter().any(|trust| trust.digest() == digest) {
            continue;
        }
        if found.len() >= TRUSTS_MAX {
            return Err(CustodyError::TooManyTrusts);
        }
        let trust = load_trust(store, digest).await?;
        next.extend(trust.previous());
        found.push(trust);
    }
    Ok(found)
}

#[cfg(test)]
mod tests;
