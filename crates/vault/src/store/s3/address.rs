//! How a bucket is named: `s3://bucket/prefix?endpoint=…&region=…&path_style=true`.

use super::super::remote::{AddressError, is_loopback};
use crate::store::ObjectName;
use reqwest::Url;

/// What providers other than AWS call their region, unless they say otherwise.
const REGION_OF_OTHERS: &str = "us-east-1";

/// A bucket, the part of it that is the vault, and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct S3Address {
    /// The bucket.
    pub bucket: String,
    /// What the keys of all objects begin with: empty, or ending with `/`.
    pub prefix: String,
    /// URL of a provider other than AWS.
    pub endpoint: Option<String>,
    /// The region.
    pub region: String,
    /// Whether the bucket stands in the path of the URL and not in its host.
    pub path_style: bool,
}

impl S3Address {
    /// The address that a text gives.
    ///
    /// # Errors
    /// Which part of it cannot be used.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        // A text that holds a secret by mistake shall not be repeated in a log.
        let shown = text.split('?').next().unwrap_or_default();
        let shown = if text.contains('@') {
            "s3://…"
        } else {
            shown
        };
        parsed(text).map_err(|cause| AddressError {
            address: shown.into(),
            cause,
        })
    }
}

fn parsed(text: &str) -> Result<S3Address, String> {
    let url = Url::parse(text).map_err(|e| e.to_string())?;
    if url.scheme() != "s3" {
        return Err("it has to begin with s3://".into());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("credentials do not belong into it, but into a file or the environment".into());
    }
    if url.port().is_some() || url.fragment().is_some() {
        return Err("it has to be s3://bucket/prefix?endpoint=…&region=…&path_style=true".into());
    }
    let mut address = S3Address {
        bucket: bucket(url.host_str().unwrap_or_default())?,
        prefix: prefix(url.path())?,
        endpoint: None,
        region: String::new(),
        path_style: false,
    };
    for (name, value) in url.query_pairs() {
        match name.as_ref() {
            "endpoint" => address.endpoint = Some(endpoint(&value)?),
            "region" => address.region = region(&value)?,
            "path_style" => {
                address.path_style = value
                    .parse()
                    .map_err(|_| format!("path_style is true or false, not {value:?}"))?;
            }
            other => {
                return Err(format!(
                    "{other:?} is none of endpoint, region and path_style"
                ));
            }
        }
    }
    if address.region.is_empty() {
        if address.endpoint.is_none() {
            return Err("region is missing".into());
        }
        address.region = REGION_OF_OTHERS.into();
    }
    Ok(address)
}

fn bucket(name: &str) -> Result<String, String> {
    let plain = |b: u8| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.');
    if (3..=63).contains(&name.len()) && name.bytes().all(plain) {
        return Ok(name.into());
    }
    Err(format!(
        "{name:?} is no name of a bucket: 3 to 63 of a-z, 0-9, '-' and '.'"
    ))
}

fn prefix(path: &str) -> Result<String, String> {
    let prefix = path.trim_matches('/');
    if prefix.is_empty() {
        return Ok(String::new());
    }
    let name = ObjectName::new(prefix).map_err(|e| format!("the prefix: {e}"))?;
    Ok(format!("{name}/"))
}

fn endpoint(text: &str) -> Result<String, String> {
    let url = Url::parse(text).map_err(|e| format!("endpoint: {e}"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("endpoint: credentials do not belong into it".into());
    }
    if !matches!(url.scheme(), "http" | "https") || url.query().is_some() {
        return Err("endpoint has to be https://host[:port]".into());
    }
    if url.scheme() == "http" && !is_loopback(&url) {
        return Err("endpoint: over http whoever is on the way could answer; use https".into());
    }
    Ok(text.trim_end_matches('/').into())
}

fn region(text: &str) -> Result<String, String> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    if !text.is_empty() && text.bytes().all(plain) {
        return Ok(text.into());
    }
    Err(format!("{text:?} is no region"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_its_parts_are_read() {
        let text = "s3://a-vault/harbour/2?endpoint=http://127.0.0.1:9&region=eu-1&path_style=true";
        let whole = S3Address {
            bucket: "a-vault".into(),
            prefix: "harbour/2/".into(),
            endpoint: Some("http://127.0.0.1:9".into()),
            region: "eu-1".into(),
            path_style: true,
        };
        assert_eq!(S3Address::parse(text).unwrap(), whole);
        let short = S3Address::parse("s3://a-vault?region=eu-west-1").unwrap();
        assert_eq!((short.prefix.as_str(), short.endpoint), ("", None));
        let short = S3Address::parse("s3://a-vault/?endpoint=https://s3.example.org").unwrap();
        assert_eq!((short.prefix.as_str(), short.path_style), ("", false));
    }

    #[test]
    fn what_cannot_be_used_is_named_and_no_secret_repeated() {
        for (bad, named) in [
            ("s3://a-vault", "region"),
            ("s3://a-vault?region=", "region"),
            ("s3://ab?region=eu-1", "bucket"),
            ("s3://A_B?region=eu-1", "bucket"),
            ("s3://a-vault/A?region=eu-1", "prefix"),
            ("s3://a-vault/a//b?region=eu-1", "prefix"),
            ("s3://a-vault?endpoint=http://s3.example.org", "endpoint"),
            ("s3://a-vault?endpoint=s3.example.org", "endpoint"),
            (
                "s3://a-vault?endpoint=https://key:hunter2@s3.example.org",
                "endpoint",
            ),
            (
                "s3://a-vault?endpoint=https://:hunter2@s3.example.org",
                "endpoint",
            ),
            ("s3://a-vault?region=eu-1&path_style=yes", "path_style"),
            ("s3://a-vault?region=eu-1&secret=hunter2", "\"secret\""),
            ("s3://key:hunter2@a-vault?region=eu-1", "credentials"),
            ("https://a-vault?region=eu-1", "s3://"),
        ] {
            let refused = S3Address::parse(bad).unwrap_err().to_string();
            assert!(refused.contains(named), "{bad}: {refused}");
            assert!(!refused.contains("hunter2"), "{refused}");
        }
    }
}
