//! A store in an S3 bucket with Object Lock.
//!
//! | here | in the bucket |
//! |---|---|
//! | an object | the **first** version of the key `<prefix>/<name>`; later versions and delete markers are somebody's who holds a key, and change nothing |
//! | retention | that version's, in COMPLIANCE mode, which nobody shortens, the owner of the account included |
//! | write once | `If-None-Match: *`, and after writing a look whether one's own version is the first |
//! | the store's clock | the provider's, from the `Date` of its answers |
//!
//! The bucket is looked at before the first thing that is done with it: without versioning and
//! Object Lock everything is [`StoreError::Refused`].

mod address;
mod bucket;
mod credentials;
mod failure;
mod http;
mod time;
mod versions;

pub use address::S3Address;
pub use credentials::S3Credentials;

use super::directory::Retention;
use super::{OBJECT_MAX, ObjectName, Put, Store, StoreError, Stored};
use async_trait::async_trait;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::{BehaviorVersion, Region};
use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::types::{
    ChecksumAlgorithm, ChecksumMode, ObjectLockMode, ObjectLockRetention, ObjectLockRetentionMode,
};
use aws_sdk_s3::{Client, Config};
use bytes::Bytes;
use failure::{failure, status};
use futures_util::{StreamExt as _, TryStreamExt as _};
use kernel::{Clock, Timestamp};
use std::sync::Arc;
use std::time::Duration;
use time::{ProviderTime, date, timestamp};
use tokio::sync::OnceCell;
use versions::{All, First, Pages};

/// So many objects of a list are asked for their retention at a time.
const AT_A_TIME: usize = 16;
/// So often a write is tried while the provider says that another one of the same name goes on.
const CONFLICTS_MAX: u32 = 5;
/// A writer's clock may have been set while it wrote; more than this is made good.
const SLACK_MS: i64 = 60_000;

/// A store in a bucket. See the [module documentation](self).
pub struct S3Store {
    address: S3Address,
    client: Client,
    retention: Retention,
    time: Arc<ProviderTime>,
    looked_at: OnceCell<()>,
}

impl S3Store {
    /// The store at `address`. Nothing is asked yet.
    #[must_use]
    pub fn new(
        address: S3Address,
        credentials: S3Credentials,
        http: reqwest::Client,
        retention: Retention,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let time = Arc::new(ProviderTime::new(clock));
        let mut config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(address.region.clone()))
            .force_path_style(address.path_style)
            .credentials_provider(credentials.0)
            .retry_config(RetryConfig::standard().with_max_attempts(3))
            .http_client(http::client(http, Arc::clone(&time)));
        config.set_endpoint_url(address.endpoint.clone());
        Self {
            address,
            client: Client::from_conf(config.build()),
            retention,
            time,
            looked_at: OnceCell::new(),
        }
    }

    /// The bucket is one that can be a vault.
    async fn look(&self) -> Result<(), StoreError> {
        let looking = || bucket::check(&self.client, &self.address.bucket);
        self.looked_at.get_or_try_init(looking).await.copied()
    }

    fn key(&self, name: &ObjectName) -> String {
        format!("{}{name}", self.address.prefix)
    }

    async fn all(&self, name: &ObjectName) -> Result<All, StoreError> {
        let key = self.key(name);
        Pages::new(&self.client, &self.address.bucket, key.clone(), None)
            .of_key(&key)
            .await
    }

    async fn first(&self, name: &ObjectName) -> Result<Option<First>, StoreError> {
        Ok(self.all(name).await?.versions.pop())
    }

    async fn existing(&self, name: &ObjectName) -> Result<First, StoreError> {
        let first = self.first(name).await?;
        first.ok_or_else(|| StoreError::Missing(name.clone()))
    }

    /// Until when a version is locked in COMPLIANCE mode; a lock that somebody may take off is none.
    async fn locked_until(&self, first: &First) -> Result<Option<Timestamp>, StoreError> {
        let request = self.client.head_object().bucket(&self.address.bucket);
        let request = request.key(&first.key).version_id(&first.version);
        let answer = match request.send().await {
            Err(e) if status(&e) == Some(404) => return Ok(None),
            answer => answer.map_err(failure)?,
        };
        if answer.object_lock_mode() != Some(&ObjectLockMode::Compliance) {
            return Ok(None);
        }
        Ok(answer.object_lock_retain_until_date().map(timestamp))
    }

    async fn lock(&self, first: &First, until: Timestamp) -> Result<(), StoreError> {
        let retention = ObjectLockRetention::builder()
            .mode(ObjectLockRetentionMode::Compliance)
            .retain_until_date(date(until))
            .build();
        let request = self.client.put_object_retention();
        let request = request.bucket(&self.address.bucket).key(&first.key);
        let request = request.version_id(&first.version).retention(retention);
        request.send().await.map(drop).map_err(failure)
    }

    async fn read(&self, name: &ObjectName, first: &First) -> Result<Option<Bytes>, StoreError> {
        let request = self.client.get_object().bucket(&self.address.bucket);
        let request = request.key(&first.key).version_id(&first.version);
        let request = request.checksum_mode(ChecksumMode::Enabled);
        let answer = match request.send().await {
            Err(e) if status(&e) == Some(404) => return Ok(None),
            answer => answer.map_err(failure)?,
        };
        let damaged = |cause: String| StoreError::Damaged {
            name: name.clone(),
            cause,
        };
        // The answer is here already: what fails now is the comparison with its checksum.
        let bytes = answer.body.collect().await;
        let bytes = bytes.map_err(|e| damaged(kernel::with_sources(&e)))?;
        let bytes = bytes.into_bytes();
        if bytes.len() as u64 != first.size {
            let (is, told) = (bytes.len(), first.size);
            return Err(damaged(format!(
                "it has {is} bytes, and {told} in the list"
            )));
        }
        Ok(Some(bytes))
    }

    /// Writes a version where the name is free; its id, or `None` where it is not.
    async fn write(
        &self,
        name: &ObjectName,
        bytes: &Bytes,
        until: Timestamp,
    ) -> Result<Option<String>, StoreError> {
        for conflicts in 1.. {
            let request = self.client.put_object().bucket(&self.address.bucket);
            let sent = request
                .key(self.key(name))
                .if_none_match("*")
                .object_lock_mode(ObjectLockMode::Compliance)
                .object_lock_retain_until_date(date(until))
                .checksum_algorithm(ChecksumAlgorithm::Sha256)
                .body(bytes.clone().into())
                .send()
                .await;
            match sent {
                Ok(done) => return written(done.version_id()).map(Some),
                Err(e) if status(&e) == Some(412) => return Ok(None),
                Err(e) if conflicts < CONFLICTS_MAX && is_conflict(&e) => {
                    tokio::time::sleep(Duration::from_millis(100) * conflicts).await;
                }
                Err(e) => return Err(failure(e)),
            }
        }
        unreachable!("the last conflict is returned")
    }

    /// What is told of a name that is taken. A version that has no lock any more, or was put without
    /// one, by whoever, gets one before anybody relies on what is told: on its being there, or on the
    /// name being taken.
    async fn same_or_exists(
        &self,
        name: &ObjectName,
        first: &First,
        bytes: &Bytes,
        until: Timestamp,
    ) -> Result<Put, StoreError> {
        let (is, now) = (self.locked_until(first).await?, self.time.now()?);
        if is.is_none_or(|until| until <= now) {
            self.lock(first, until).await?;
        }
        let is_same = first.size == bytes.len() as u64
            && self.read(name, first).await?.as_ref() == Some(bytes);
        if !is_same {
            return Err(StoreError::Exists(name.clone()));
        }
        Ok(Put::AlreadyThere)
    }
}

#[async_trait]
impl Store for S3Store {
    async fn put(
        &self,
        name: &ObjectName,
        bytes: Bytes,
        retain_until: Option<Timestamp>,
    ) -> Result<Put, StoreError> {
        if bytes.len() > OBJECT_MAX {
            return Err(StoreError::Refused(format!(
                "{name} has {} bytes; at most {OBJECT_MAX} are taken",
                bytes.len()
            )));
        }
        self.look().await?;
        let until = self.retention.until(self.time.now()?, retain_until)?;
        let own = self.write(name, &bytes, until).await?;
        let first = self.first(name).await?.ok_or_else(|| {
            StoreError::Unavailable(format!("{name} was deleted while it was put"))
        })?;
        if own.as_ref() != Some(&first.version) {
            return self.same_or_exists(name, &first, &bytes, until).await;
        }
        let policy = self.time.now()?.plus_ms(self.retention.at_least_ms);
        if policy.since(until) > SLACK_MS {
            self.lock(&first, policy).await?;
        }
        Ok(Put::Created)
    }

    async fn get(&self, name: &ObjectName) -> Result<Option<Bytes>, StoreError> {
        self.look().await?;
        match self.first(name).await? {
            Some(first) => self.read(name, &first).await,
            None => Ok(None),
        }
    }

    async fn stat(&self, name: &ObjectName) -> Result<Option<Stored>, StoreError> {
        self.look().await?;
        let Some(first) = self.first(name).await? else {
            return Ok(None);
        };
        Ok(Some(self.stored(name.clone(), &first).await?))
    }

    async fn list(
        &self,
        prefix: &str,
        after: Option<&ObjectName>,
        limit: usize,
    ) -> Result<Vec<Stored>, StoreError> {
        self.look().await?;
        if limit == 0 {
            return Ok(Vec::new());
        }
        // Keys that are no names are not the vault's, whoever put them there.
        let name = |key: &str| ObjectName::new(key.strip_prefix(&self.address.prefix)?).ok();
        let from = after.map(|after| self.key(after));
        let prefix = format!("{}{prefix}", self.address.prefix);
        let firsts = Pages::new(&self.client, &self.address.bucket, prefix, from)
            .firsts(limit, |key| name(key).is_some_and(|n| after < Some(&n)))
            .await?;
        let named = firsts
            .into_iter()
            .filter_map(|first| Some((name(&first.key)?, first)));
        futures_util::stream::iter(named)
            .map(|(name, first)| async move { self.stored(name, &first).await })
            .buffered(AT_A_TIME)
            .try_collect()
            .await
    }

    async fn retain(&self, name: &ObjectName, until: Timestamp) -> Result<(), StoreError> {
        self.look().await?;
        let first = self.existing(name).await?;
        self.retention.check(self.time.now()?, until)?;
        if self
            .locked_until(&first)
            .await?
            .is_some_and(|is| until <= is)
        {
            return Ok(());
        }
        self.lock(&first, until).await
    }

    /// Of what others put on top everything goes too, from the latest to the first: at no moment is
    /// the name bound to other bytes.
    async fn delete(&self, name: &ObjectName) -> Result<(), StoreError> {
        self.look().await?;
        let all = self.all(name).await?;
        if all.versions.is_empty() {
            return Err(StoreError::Missing(name.clone()));
        }
        for version in &all.versions {
            let until = self.locked_until(version).await?;
            if let Some(until) = until.filter(|until| self.time.now().is_ok_and(|now| now < *until))
            {
                let name = name.clone();
                return Err(StoreError::Retained { name, until });
            }
        }
        let versions = all.versions.iter().map(|first| &first.version);
        for version in versions.clone().chain(&all.markers) {
            let request = self.client.delete_object().bucket(&self.address.bucket);
            let request = request.key(self.key(name)).version_id(version);
            request.send().await.map_err(failure)?;
        }
        Ok(())
    }

    async fn describe(&self) -> serde_json::Value {
        let mut found = serde_json::json!({
            "store": "s3",
            "bucket": self.address.bucket,
            "prefix": self.address.prefix,
            "region": self.address.region,
            "endpoint": self.address.endpoint,
            "at_least_ms": self.retention.at_least_ms,
            "at_most_ms": self.retention.at_most_ms,
        });
        if let Err(error) = self.look().await {
            found["failure"] = error.to_string().into();
        }
        found
    }
}

impl S3Store {
    async fn stored(&self, name: ObjectName, first: &First) -> Result<Stored, StoreError> {
        Ok(Stored {
            name,
            size: first.size,
            retain_until: self.locked_until(first).await?.unwrap_or_default(),
        })
    }
}

fn written(version: Option<&str>) -> Result<String, StoreError> {
    let cause = "the provider keeps no versions: versioning is not enabled";
    let version = version.ok_or_else(|| StoreError::Refused(cause.into()))?;
    Ok(version.to_owned())
}

fn is_conflict(error: &impl ProvideErrorMetadata) -> bool {
    error.code() == Some("ConditionalRequestConflict")
}

#[cfg(test)]
mod tests;
