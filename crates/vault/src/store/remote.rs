//! A store behind a vault's door, over HTTP.

use super::{ObjectName, Put, Store, StoreError, Stored};
use async_trait::async_trait;
use bytes::Bytes;
use kernel::Timestamp;
use reqwest::{Method, RequestBuilder, Response, StatusCode, Url};
use serde::Deserialize;
use std::time::Duration;

/// An answer begins within this time after the request was sent, and goes on without a longer pause: a
/// way that swallows everything must not hold up what comes after it is mended.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);
/// What people ask for may be much work: an approved deletion removes every object before it answers.
const PATIENCE_ASKING: Duration = Duration::from_secs(600);
/// What is sent may take a second more for so many bytes.
pub(super) const BYTES_PER_SECOND: u64 = 256 << 10;
const RETAIN_UNTIL: &str = "retain-until";
const OBJECT_SIZE: &str = "object-size";
/// The largest problem document and status that is read.
const PROBLEM_MAX: usize = 64 << 10;
/// Most objects the door lists at once.
const LIST_MAX: usize = 10_000;

/// A store behind a vault's door.
pub struct RemoteStore {
    base: Url,
    token: String,
    http: reqwest::Client,
}

/// An address that is none of a vault.
#[derive(Debug, thiserror::Error)]
#[error("{address:?} is no address of a vault: {cause}")]
pub struct AddressError {
    /// The address.
    pub address: String,
    /// What is wrong with it.
    pub cause: String,
}

#[derive(Deserialize)]
struct Items {
    items: Vec<Stored>,
}

#[derive(Deserialize)]
struct ProblemDocument {
    code: String,
    detail: String,
}

impl RemoteStore {
    /// The store at `address` (`https://host[:port]`; plain `http` sends the token in the clear and
    /// is for this machine alone), asked with a token of that vault.
    ///
    /// # Errors
    /// When the address is none.
    pub fn new(
        address: &str,
        token: impl Into<String>,
        http: reqwest::Client,
    ) -> Result<Self, AddressError> {
        let bad = |cause: String| AddressError {
            address: address.into(),
            cause,
        };
        let mut base = Url::parse(address).map_err(|e| bad(e.to_string()))?;
        if !matches!(base.scheme(), "http" | "https") || base.query().is_some() {
            return Err(bad("it has to be http(s)://host[:port]".into()));
        }
        if base.scheme() == "http" && !is_loopback(&base) {
            let cause = "http would send the token in the clear; use https".into();
            return Err(bad(cause));
        }
        let path = format!("{}/v1/", base.path().trim_end_matches('/'));
        base.set_path(&path);
        Ok(Self {
            base,
            token: token.into(),
            http,
        })
    }

    /// A request to `path` below the vault's doors.
    fn request(&self, method: Method, path: &str) -> Result<RequestBuilder, StoreError> {
        let url = self
            .base
            .join(path)
            .map_err(|e| StoreError::Refused(format!("{path}: {e}")))?;
        Ok(self.http.request(method, url).bearer_auth(&self.token))
    }

    fn object(&self, method: Method, name: &ObjectName) -> Result<RequestBuilder, StoreError> {
        self.request(method, &format!("objects/{name}"))
    }

    /// Asks a door of the vault that is not part of what stores do, and gives its JSON answer.
    ///
    /// # Errors
    /// As the operations of a store; what the vault refuses is [`StoreError::Refused`].
    pub async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<&serde_json::Value>,
    ) -> Result<serde_json::Value, StoreError> {
        let mut request = self.request(method, path)?;
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = in_time(PATIENCE_ASKING, request.send()).await?;
        if !response.status().is_success() {
            return Err(failure(response, None).await);
        }
        json(response).await
    }
}

#[async_trait]
impl Store for RemoteStore {
    async fn put(
        &self,
        name: &ObjectName,
        bytes: Bytes,
        retain_until: Option<Timestamp>,
    ) -> Result<Put, StoreError> {
        if bytes.len() > super::OBJECT_MAX {
            return Err(StoreError::Refused(format!(
                "{name} has {} bytes; at most {} are taken",
                bytes.len(),
                super::OBJECT_MAX
            )));
        }
        let length = bytes.len() as u64;
        let mut request = self.object(Method::PUT, name)?.body(bytes);
        if let Some(until) = retain_until {
            request = request.header(RETAIN_UNTIL, until.millis());
        }
        let response = sent(request, length).await?;
        match response.status() {
            StatusCode::CREATED => Ok(Put::Created),
            StatusCode::OK => Ok(Put::AlreadyThere),
            _ => Err(failure(response, Some(name)).await),
        }
    }

    async fn get(&self, name: &ObjectName) -> Result<Option<Bytes>, StoreError> {
        let response = sent(self.object(Method::GET, name)?, 0).await?;
        if !response.status().is_success() {
            return none_if_missing(failure(response, Some(name)).await);
        }
        read(response, super::OBJECT_MAX).await.map(Some)
    }

    async fn stat(&self, name: &ObjectName) -> Result<Option<Stored>, StoreError> {
        let response = sent(self.object(Method::HEAD, name)?, 0).await?;
        // An answer to HEAD has no body that could say more.
        if response.status() == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        if !response.status().is_success() {
            return Err(failure(response, Some(name)).await);
        }
        let number = |header| {
            header_number(&response, header)
                .ok_or_else(|| StoreError::Unavailable(format!("the answer lacks {header}")))
        };
        Ok(Some(Stored {
            name: name.clone(),
            size: u64::try_from(number(OBJECT_SIZE)?).unwrap_or(0),
            retain_until: Timestamp(number(RETAIN_UNTIL)?),
        }))
    }

    async fn list(
        &self,
        prefix: &str,
        after: Option<&ObjectName>,
        limit: usize,
    ) -> Result<Vec<Stored>, StoreError> {
        let mut found: Vec<Stored> = Vec::new();
        while found.len() < limit {
            let wanted = (limit - found.len()).min(LIST_MAX);
            let after = found.last().map(|stored| &stored.name).or(after);
            let mut query = vec![("prefix", prefix.to_owned()), ("limit", wanted.to_string())];
            query.extend(after.map(|name| ("after", name.to_string())));
            let request = self.request(Method::GET, "objects")?.query(&query);
            let response = sent(request, 0).await?;
            if !response.status().is_success() {
                return Err(failure(response, None).await);
            }
            let answer = json(response).await?;
            let page: Items = serde_json::from_value(answer).map_err(unreadable)?;
            let is_last = page.items.len() < wanted;
            found.extend(page.items);
            if is_last {
                break;
            }
        }
        Ok(found)
    }

    async fn retain(&self, name: &ObjectName, until: Timestamp) -> Result<(), StoreError> {
        let body = serde_json::json!({ "until": until });
        let request = self.request(Method::POST, &format!("retention/{name}"))?;
        let response = sent(request.json(&body), 0).await?;
        if response.status().is_success() {
            return Ok(());
        }
        Err(failure(response, Some(name)).await)
    }

    async fn delete(&self, name: &ObjectName) -> Result<(), StoreError> {
        let response = sent(self.object(Method::DELETE, name)?, 0).await?;
        if response.status().is_success() {
            return Ok(());
        }
        Err(failure(response, Some(name)).await)
    }

    async fn describe(&self) -> serde_json::Value {
        let address = self.base.origin().ascii_serialization();
        let mut found = match self.ask(Method::GET, "status", None).await {
            Ok(status) => status,
            Err(error) => serde_json::json!({ "store": "vault", "failure": error.to_string() }),
        };
        found["address"] = address.into();
        found
    }
}

pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host_str() {
        Some("localhost") => true,
        Some(host) => host
            .trim_matches(['[', ']'])
            .parse::<std::net::IpAddr>()
            .is_ok_and(|ip| ip.is_loopback()),
        None => false,
    }
}

/// Sends a request with a body of so many bytes.
async fn sent(request: RequestBuilder, bytes: u64) -> Result<Response, StoreError> {
    let patience = PATIENCE + Duration::from_secs(bytes / BYTES_PER_SECOND);
    in_time(patience, request.send()).await
}

async fn in_time<T>(
    patience: Duration,
    work: impl Future<Output = reqwest::Result<T>>,
) -> Result<T, StoreError> {
    match tokio::time::timeout(patience, work).await {
        Ok(done) => {
            done.map_err(|e| StoreError::Unavailable(kernel::with_sources(&e.without_url())))
        }
        Err(_) => {
            let seconds = patience.as_secs();
            Err(StoreError::Unavailable(format!(
                "no answer within {seconds} s"
            )))
        }
    }
}

async fn read(mut response: Response, max: usize) -> Result<Bytes, StoreError> {
    let mut bytes = Vec::new();
    while let Some(more) = in_time(PATIENCE, response.chunk()).await? {
        if bytes.len() + more.len() > max {
            return Err(StoreError::Unavailable(format!(
                "the answer is longer than {max} bytes"
            )));
        }
        bytes.extend_from_slice(&more);
    }
    Ok(bytes.into())
}

async fn json(response: Response) -> Result<serde_json::Value, StoreError> {
    let bytes = read(response, super::OBJECT_MAX).await?;
    serde_json::from_slice(&bytes).map_err(unreadable)
}

fn unreadable(error: serde_json::Error) -> StoreError {
    StoreError::Unavailable(format!("the answer cannot be read: {error}"))
}

fn header_number(response: &Response, header: &str) -> Option<i64> {
    response.headers().get(header)?.to_str().ok()?.parse().ok()
}

fn none_if_missing<T>(error: StoreError) -> Result<Option<T>, StoreError> {
    match error {
        StoreError::Missing(_) => Ok(None),
        error => Err(error),
    }
}

/// What the vault refused, in the store's words.
async fn failure(response: Response, name: Option<&ObjectName>) -> StoreError {
    let status = response.status();
    let until = header_number(&response, RETAIN_UNTIL);
    let document = match read(response, PROBLEM_MAX).await {
        Ok(bytes) => serde_json::from_slice::<ProblemDocument>(&bytes).ok(),
        Err(error) => return error,
    };
    let (code, detail) = match document {
        Some(document) => (document.code, document.detail),
        None => (String::new(), format!("status {status}")),
    };
    match (code.as_str(), name) {
        ("object_exists", Some(name)) => StoreError::Exists(name.clone()),
        ("object_missing", Some(name)) => StoreError::Missing(name.clone()),
        ("object_retained", Some(name)) => StoreError::Retained {
            name: name.clone(),
            until: Timestamp(until.unwrap_or_default()),
        },
        ("object_damaged", Some(name)) => StoreError::Damaged {
            name: name.clone(),
            cause: detail,
        },
        ("vault_full", _) => StoreError::Full(detail),
        _ => match status.as_u16() {
            401 | 403 => StoreError::Denied(detail),
            408 | 429 | 500.. => StoreError::Unavailable(detail),
            _ => StoreError::Refused(detail),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_asked_without_tls() {
        let http = reqwest::Client::builder;
        // Whoever was first to install it installed the same one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let new =
            |address: &str| RemoteStore::new(address, "t", http().build().unwrap()).map(|_| ());
        for good in [
            "https://vault.example.org",
            "http://127.0.0.1:9",
            "http://[::1]:9/",
            "http://localhost:9",
        ] {
            assert!(new(good).is_ok(), "{good}");
        }
        for bad in [
            "http://vault.example.org",
            "ftp://a",
            "/srv/vault",
            "https://a/?b",
        ] {
            assert!(new(bad).is_err(), "{bad}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_vault_that_swallows_everything_is_not_waited_for() {
        // Whoever was first to install it installed the same one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let store = RemoteStore::new(&address, "t", reqwest::Client::new()).unwrap();
        let swallowing = async {
            let mut open = Vec::new();
            loop {
                open.push(listener.accept().await);
            }
        };
        let name = ObjectName::new("a").unwrap();
        let got = tokio::select! {
            got = store.get(&name) => got,
            () = swallowing => unreachable!("it accepts for ever"),
        };
        assert!(matches!(got, Err(StoreError::Unavailable(_))), "{got:?}");
    }
}
