//! Looking whether what the vault holds is whole, without restoring it: every manifest from its first
//! link to its last, and all or a part of the segments that they name.

use crate::manifest::{Link, Manifest, ManifestError, SiteKeys, link_name, link_prefix};
use crate::restore::{self, RestoreError};
use crate::store::{NameError, ObjectName, Store, StoreError};
use age::x25519::Identity;
use kernel::{Head, PartitionId, Random, Timestamp};
use serde::Serialize;

/// How much is looked at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Extent {
    /// Every segment.
    Full,
    /// Every segment with this probability, from 0 to 1.
    Sample(f64),
}

/// What is verified, and with what.
pub struct Verification<'a> {
    /// The vault.
    pub store: &'a dyn Store,
    /// The keys with which sites sign.
    pub trusted: &'a SiteKeys,
    /// What opens segments; without any, segments are only compared with the digests that the
    /// manifest has of them.
    pub identities: &'a [Identity],
    /// How much is looked at.
    pub extent: Extent,
    /// Chooses the sample.
    pub random: &'a dyn Random,
}

/// How one partition stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Verified {
    /// Links of its manifest, each signed and following the one before.
    pub links: u64,
    /// The last entry that the manifest names.
    pub head: Option<Head>,
    /// When the newest segment was sealed.
    pub sealed_at: Option<Timestamp>,
    /// Segments that were looked at.
    pub checked: u64,
    /// Bytes of these.
    pub bytes: u64,
    /// What is wrong.
    pub failures: Vec<String>,
}

/// Why a manifest cannot be walked on.
#[derive(Debug, thiserror::Error)]
enum WalkError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    #[error(transparent)]
    Name(#[from] NameError),
    #[error("link {missing} is missing, but {found} is there")]
    Gap { missing: u64, found: ObjectName },
}

impl Verification<'_> {
    /// Looks at one partition. A segment that is not whole does not end it; a manifest that is not
    /// does. `progress` is told the bytes of every segment looked at.
    pub async fn partition(
        &self,
        partition: &PartitionId,
        mut progress: impl FnMut(u64),
    ) -> Verified {
        let mut verified = Verified::default();
        let mut manifest = Manifest::new(partition.clone());
        loop {
            match self.next(&mut manifest, partition).await {
                Ok(Some(link)) => {
                    verified.links = link.number;
                    verified.head = Some(link.head);
                    verified.sealed_at = Some(link.sealed_at);
                    if self.is_chosen() {
                        verified.checked += 1;
                        verified.bytes += link.size;
                        if let Err(error) = self.segment(&link).await {
                            verified.failures.push(error.to_string());
                        }
                        progress(link.size);
                    }
                }
                Ok(None) => return verified,
                Err(error) => {
                    verified.failures.push(error.to_string());
                    return verified;
                }
            }
        }
    }

    /// The next link; `None` after the last.
    async fn next(
        &self,
        manifest: &mut Manifest,
        partition: &PartitionId,
    ) -> Result<Option<Link>, WalkError> {
        let name = link_name(partition, manifest.number() + 1)?;
        if let Some(bytes) = self.store.get(&name).await? {
            return Ok(Some(manifest.extend(&bytes, self.trusted)?));
        }
        let prefix = link_prefix(partition);
        let later = self.store.list(&prefix, Some(&name), 1).await?;
        match later.into_iter().next() {
            None => Ok(None),
            Some(later) => Err(WalkError::Gap {
                missing: manifest.number() + 1,
                found: later.name,
            }),
        }
    }

    async fn segment(&self, link: &Link) -> Result<(), RestoreError> {
        if !self.identities.is_empty() {
            restore::segment(self.store, link, self.identities).await?;
            return Ok(());
        }
        let (name, number) = (link.segment()?, link.number);
        let sealed = self.store.get(&name).await?;
        let sealed = sealed.ok_or(RestoreError::Missing { number, name })?;
        Ok(link.check_segment(&sealed)?)
    }

    fn is_chosen(&self) -> bool {
        match self.extent {
            Extent::Full => true,
            Extent::Sample(share) => {
                let mut bytes = [0; 4];
                self.random.fill(&mut bytes);
                f64::from(u32::from_le_bytes(bytes)) < share * 2_f64.powi(32)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sealer::tests::{World, seal_all};
    use kernel::random::SeededRandom;

    async fn sealed(segments: usize) -> World {
        let world = World::new(segments * 10, 10);
        let mut sealer = world.sealer("a");
        for n in 0..segments {
            world.append(n * 10..(n + 1) * 10).await;
            seal_all(&mut sealer).await;
        }
        world
    }

    async fn verify(world: &World, identities: &[Identity], extent: Extent) -> Verified {
        let verification = Verification {
            store: &*world.store(),
            trusted: &world.trusted(),
            identities,
            extent,
            random: &SeededRandom::new(1),
        };
        verification.partition(world.partition(), |_| {}).await
    }

    async fn remove(world: &World, prefix: &str, at: usize) {
        let prefix = format!("{}/{prefix}/", world.partition());
        let found = world.store().list(&prefix, None, 100).await.unwrap();
        let path = format!("{}@", found[at].name);
        std::fs::remove_file(world.root.path().join("objects").join(path)).unwrap();
    }

    #[tokio::test]
    async fn what_is_whole_is_found_whole_with_and_without_the_identity() {
        let world = sealed(5).await;
        for identities in [&[][..], std::slice::from_ref(&world.identity)] {
            let found = verify(&world, identities, Extent::Full).await;
            assert_eq!((found.links, found.checked), (5, 5));
            assert_eq!(found.failures, Vec::<String>::new());
            assert_eq!(found.head, Some(world.chain[49].head()));
        }
    }

    #[tokio::test]
    async fn every_segment_that_is_missing_is_named() {
        let world = sealed(5).await;
        remove(&world, "segments", 3).await;
        remove(&world, "segments", 1).await;
        let found = verify(&world, &[], Extent::Full).await;
        assert_eq!((found.links, found.failures.len()), (5, 2));
        assert!(found.failures[0].contains("link 2"), "{found:?}");
        assert!(found.failures[1].contains("link 4"), "{found:?}");
    }

    #[tokio::test]
    async fn a_missing_link_ends_it_and_is_named() {
        let world = sealed(5).await;
        remove(&world, "manifests", 2).await;
        let found = verify(&world, &[], Extent::Full).await;
        assert_eq!(found.links, 2);
        assert!(found.failures[0].contains("link 3 is missing"), "{found:?}");
    }

    #[tokio::test]
    async fn another_identity_opens_nothing_and_that_is_said() {
        let world = sealed(2).await;
        let found = verify(&world, &[Identity::generate()], Extent::Full).await;
        assert_eq!(found.failures.len(), 2);
    }

    #[tokio::test]
    async fn a_sample_is_a_part() {
        let world = sealed(40).await;
        let half = verify(&world, &[], Extent::Sample(0.5)).await;
        assert!((10..=30).contains(&half.checked), "{half:?}");
        assert_eq!(half.links, 40);
        assert_eq!(verify(&world, &[], Extent::Sample(0.0)).await.checked, 0);
        assert_eq!(verify(&world, &[], Extent::Sample(1.0)).await.checked, 40);
    }
}
