//! A vault in a bucket.

use std::path::Path;
use std::sync::Arc;
use vault::store::Store;
use vault::store::directory::Retention;

/// How a place begins that is a bucket.
pub const BUCKET: &str = "s3://";

/// A bucket, and who asks.
#[cfg_attr(
    not(feature = "s3"),
    expect(dead_code, reason = "needs the feature s3")
)]
pub struct Bucket<'a> {
    /// Where.
    pub place: &'a str,
    /// File with the credentials; without it they are in the environment.
    pub credentials: Option<&'a Path>,
    /// PEM file of the certificate authorities to trust instead of the system's.
    pub authorities: Option<&'a Path>,
    /// How long what is put there is kept.
    pub retention: Retention,
}

/// What cannot be used, and why.
#[derive(Debug)]
pub enum Wrong {
    /// The place.
    Place(String),
    /// The credentials.
    #[cfg_attr(
        not(feature = "s3"),
        expect(dead_code, reason = "needs the feature s3")
    )]
    Credentials(String),
    /// The authorities.
    #[cfg_attr(
        not(feature = "s3"),
        expect(dead_code, reason = "needs the feature s3")
    )]
    Authorities(String),
}

impl Bucket<'_> {
    /// The store there. Nothing is asked yet: a site starts also while the provider is away.
    ///
    /// # Errors
    /// What cannot be used.
    #[cfg(feature = "s3")]
    pub fn open(&self) -> Result<Arc<dyn Store>, Wrong> {
        use kernel::clock::SystemClock;
        use vault::store::s3::{S3Address, S3Credentials, S3Store};

        let address = S3Address::parse(self.place).map_err(|e| Wrong::Place(e.to_string()))?;
        let credentials = match self.credentials {
            Some(file) => S3Credentials::from_file(file),
            None => S3Credentials::from_environment(),
        };
        let credentials = credentials.map_err(Wrong::Credentials)?;
        let wrong = |cause: String| Wrong::Authorities(cause);
        let tls = client::tls_config(self.authorities).map_err(|e| wrong(e.to_string()))?;
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            // Where it goes is said in the place, and each request is signed for that.
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|e| wrong(e.to_string()))?;
        let (retention, clock) = (self.retention, Arc::new(SystemClock));
        let store = S3Store::new(address, credentials, http, retention, clock);
        Ok(Arc::new(store))
    }

    /// # Errors
    /// Always: this build has no buckets.
    #[cfg(not(feature = "s3"))]
    pub fn open(&self) -> Result<Arc<dyn Store>, Wrong> {
        Err(Wrong::Place(
            "this build knows no s3:// (it was made without the feature s3)".into(),
        ))
    }
}
