//! Whether a bucket can be a vault: looked at before the first thing that is done with it.

use super::failure::failure;
use crate::store::StoreError;
use aws_sdk_s3::Client;
use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::types::{BucketVersioningStatus, ObjectLockEnabled};

/// Refuses a bucket in which what is written could be undone.
pub(super) async fn check(client: &Client, bucket: &str) -> Result<(), StoreError> {
    let refused = |cause: &str| StoreError::Refused(format!("bucket {bucket}: {cause}"));
    let asked = client.get_bucket_versioning().bucket(bucket).send().await;
    let versioning = match asked {
        Err(e) if e.code() == Some("NoSuchBucket") => return Err(refused("does not exist")),
        asked => asked.map_err(|e| needs(failure(e), "s3:GetBucketVersioning"))?,
    };
    if versioning.status() != Some(&BucketVersioningStatus::Enabled) {
        return Err(refused("enable versioning, and Object Lock with it"));
    }
    let request = client.get_object_lock_configuration().bucket(bucket);
    let lock = match request.send().await {
        Ok(lock) => lock,
        Err(e) if e.code() == Some("ObjectLockConfigurationNotFoundError") => {
            return Err(refused("enable Object Lock"));
        }
        Err(e) => return Err(needs(failure(e), "s3:GetBucketObjectLockConfiguration")),
    };
    let enabled = lock.object_lock_configuration();
    let enabled = enabled.and_then(|found| found.object_lock_enabled());
    if enabled != Some(&ObjectLockEnabled::Enabled) {
        return Err(refused("enable Object Lock"));
    }
    Ok(())
}

fn needs(error: StoreError, permission: &str) -> StoreError {
    match error {
        StoreError::Denied(cause) => StoreError::Denied(format!("{cause} (needs {permission})")),
        error => error,
    }
}
