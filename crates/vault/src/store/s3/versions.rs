//! Which version of a key is the object: the first that was written.
//!
//! Object Lock keeps versions, not names: whoever holds a site's key can put a later version, or a
//! delete marker, on top of a locked one. So nothing here asks for the latest. Providers list the
//! versions of a key from the latest to the first; the last one is the object, whatever lies above.

use super::failure::failure;
use crate::store::StoreError;
use aws_sdk_s3::Client;
use aws_sdk_s3::operation::list_object_versions::ListObjectVersionsOutput;
use aws_sdk_s3::types::EncodingType;
use percent_encoding::percent_decode_str;

/// The first version of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct First {
    pub key: String,
    pub version: String,
    pub size: u64,
}

/// All that a key has.
#[derive(Debug, Default)]
pub(super) struct All {
    /// Versions, from the latest to the first.
    pub versions: Vec<First>,
    /// Delete markers.
    pub markers: Vec<String>,
}

/// What a bucket lists, page by page.
pub(super) struct Pages<'a> {
    client: &'a Client,
    bucket: &'a str,
    prefix: String,
    key_marker: Option<String>,
    version_marker: Option<String>,
    is_over: bool,
}

/// One page, in the provider's order.
struct Page {
    versions: Vec<First>,
    markers: Vec<(String, String)>,
}

impl<'a> Pages<'a> {
    /// Of the keys that begin with `prefix`, from about `after` on: providers do not agree whether
    /// that key itself is among them.
    pub(super) fn new(
        client: &'a Client,
        bucket: &'a str,
        prefix: String,
        after: Option<String>,
    ) -> Self {
        Self {
            client,
            bucket,
            prefix,
            key_marker: after,
            version_marker: None,
            is_over: false,
        }
    }

    async fn next(&mut self) -> Result<Option<Page>, StoreError> {
        if self.is_over {
            return Ok(None);
        }
        let request = self.client.list_object_versions();
        let request = request
            .bucket(self.bucket)
            .prefix(&self.prefix)
            // Names that others chose may hold what no XML document can.
            .encoding_type(EncodingType::Url)
            .set_key_marker(self.key_marker.clone())
            .set_version_id_marker(self.version_marker.clone());
        let answer = request.send().await.map_err(failure)?;
        let markers = (
            answer.next_key_marker().map(|key| decoded(&answer, key)),
            answer.next_version_id_marker().map(str::to_owned),
        );
        self.is_over = answer.is_truncated() != Some(true);
        if !self.is_over {
            if markers.0.is_none()
                || (&markers.0, &markers.1) == (&self.key_marker, &self.version_marker)
            {
                return Err(StoreError::Unavailable(
                    "the provider's list does not go on".into(),
                ));
            }
            (self.key_marker, self.version_marker) = markers;
        }
        page(&answer).map(Some)
    }

    /// The first versions of up to `limit` keys that `wanted` lets through, in order.
    pub(super) async fn firsts(
        mut self,
        limit: usize,
        wanted: impl Fn(&str) -> bool,
    ) -> Result<Vec<First>, StoreError> {
        let mut found: Vec<First> = Vec::new();
        while let Some(page) = self.next().await? {
            for version in page.versions.into_iter().filter(|v| wanted(&v.key)) {
                if found.last().is_some_and(|last| last.key == version.key) {
                    found.pop();
                } else if found.len() == limit {
                    // Only now is it known that the last one has no earlier version.
                    return Ok(found);
                }
                found.push(version);
            }
        }
        Ok(found)
    }

    /// All that one key has.
    pub(super) async fn of_key(mut self, key: &str) -> Result<All, StoreError> {
        let mut all = All::default();
        while let Some(page) = self.next().await? {
            let others = page.versions.iter().any(|v| v.key != key)
                || page.markers.iter().any(|(other, _)| other != key);
            let of_key = |v: &First| v.key == key;
            all.versions
                .extend(page.versions.into_iter().filter(of_key));
            let markers = page.markers.into_iter().filter(|(other, _)| other == key);
            all.markers.extend(markers.map(|(_, version)| version));
            // Keys come in order, and no other one that begins with this one comes before it.
            if others {
                break;
            }
        }
        Ok(all)
    }
}

fn page(answer: &ListObjectVersionsOutput) -> Result<Page, StoreError> {
    let lacks = || StoreError::Unavailable("the provider's list lacks a key or a version".into());
    let mut page = Page {
        versions: Vec::new(),
        markers: Vec::new(),
    };
    for version in answer.versions() {
        page.versions.push(First {
            key: decoded(answer, version.key().ok_or_else(lacks)?),
            version: version.version_id().ok_or_else(lacks)?.into(),
            size: u64::try_from(version.size().unwrap_or_default()).unwrap_or_default(),
        });
    }
    for marker in answer.delete_markers() {
        let key = decoded(answer, marker.key().ok_or_else(lacks)?);
        let version = marker.version_id().ok_or_else(lacks)?;
        page.markers.push((key, version.into()));
    }
    Ok(page)
}

fn decoded(answer: &ListObjectVersionsOutput, text: &str) -> String {
    if answer.encoding_type() != Some(&EncodingType::Url) {
        return text.into();
    }
    let text = text.replace('+', " ");
    percent_decode_str(&text).decode_utf8_lossy().into_owned()
}
