//! A small client of etcd's key-value store, through its v3 JSON gateway.

use crate::http;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hyper::Method;
use serde_json::{Value, json};
use std::time::Duration;

/// Why etcd did not answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// None of the endpoints answered. A write may have happened all the same.
    #[error("no etcd of {endpoints:?} answered")]
    Unreachable {
        /// Who was asked.
        endpoints: Vec<String>,
        /// Why the last one failed.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// etcd refused.
    #[error("etcd answered {status}: {message}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// What it said.
        message: String,
    },
    /// An answer that is not understood.
    #[error("etcd's answer is not understood")]
    Answer,
}

/// A key with its value and revisions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyValue {
    /// The key.
    pub key: String,
    /// The value.
    pub value: Vec<u8>,
    /// The store's revision when the key was last written.
    pub mod_revision: i64,
    /// The store's revision when the key was made.
    pub create_revision: i64,
    /// The lease it is bound to; 0 for none.
    pub lease: i64,
}

/// A condition of a transaction.
#[derive(Clone, Debug)]
pub enum Compare<'a> {
    /// The key was last written at this revision (0: it does not exist).
    ModRevision(&'a str, i64),
    /// The key has this value.
    Value(&'a str, &'a [u8]),
}

/// What a transaction does.
#[derive(Clone, Debug)]
pub enum Operation<'a> {
    /// Write a key, bound to a lease unless that is 0.
    Put(&'a str, &'a [u8], i64),
    /// Remove a key.
    Delete(&'a str),
}

/// How a transaction ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TxnOutcome {
    /// All conditions held and everything was done, at this revision of the store.
    Done(i64),
    /// A condition did not hold and nothing was done.
    Refused,
}

/// Talks to the first of its endpoints that answers.
#[derive(Clone, Debug)]
pub struct EtcdClient {
    endpoints: Vec<String>,
    limit: Duration,
}

impl EtcdClient {
    /// A client of `endpoints` (like `http://10.0.0.3:2379`), nearest first.
    #[must_use]
    pub fn new(endpoints: Vec<String>) -> Self {
        Self {
            endpoints,
            limit: Duration::from_secs(1),
        }
    }

    /// The same client with another limit for each endpoint's answer.
    #[must_use]
    pub fn with_limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// The key's value as the majority has it, or `None`.
    pub async fn get(&self, key: &str) -> Result<Option<KeyValue>, Error> {
        let answer = self
            .ask("/v3/kv/range", &json!({ "key": encode(key.as_bytes()) }))
            .await?;
        Ok(read_all(&answer)?.pop())
    }

    /// All keys that begin with `prefix`.
    pub async fn list(&self, prefix: &str) -> Result<Vec<KeyValue>, Error> {
        let request = json!({
            "key": encode(prefix.as_bytes()),
            "range_end": encode(&after_prefix(prefix.as_bytes())),
        });
        read_all(&self.ask("/v3/kv/range", &request).await?)
    }

    /// Writes a key.
    pub async fn put(&self, key: &str, value: &[u8]) -> Result<(), Error> {
        let request = json!({ "key": encode(key.as_bytes()), "value": encode(value) });
        self.ask("/v3/kv/put", &request).await.map(drop)
    }

    /// Removes a key; says whether it was there.
    pub async fn delete(&self, key: &str) -> Result<bool, Error> {
        let request = json!({ "key": encode(key.as_bytes()) });
        let answer = self.ask("/v3/kv/deleterange", &request).await?;
        Ok(integer(&answer["deleted"]) > 0)
    }

    /// Does all of `operations`, in this order, if all of `compares` hold. After
    /// [`Error::Unreachable`] it may have been done all the same; only one endpoint is sent it.
    pub async fn txn(
        &self,
        compares: &[Compare<'_>],
        operations: &[Operation<'_>],
    ) -> Result<TxnOutcome, Error> {
        let request = json!({
            "compare": compares.iter().map(compare_json).collect::<Vec<_>>(),
            "success": operations.iter().map(operation_json).collect::<Vec<_>>(),
        });
        // A second endpoint could see our own first try as somebody else's.
        let healthy = self.healthy_endpoint().await?;
        let answer = self.ask_one(&healthy, "/v3/kv/txn", &request).await?;
        let done = answer["succeeded"].as_bool().unwrap_or(false);
        let revision = integer(&answer["header"]["revision"]);
        Ok(if done {
            TxnOutcome::Done(revision)
        } else {
            TxnOutcome::Refused
        })
    }

    /// Makes the first endpoint's member etcd's leader if it is not; says whether it had to. Losing a site
    /// that is not etcd's leader costs no election. Every endpoint must be its member's own address.
    pub async fn lead_from_first(&self) -> Result<bool, Error> {
        let Some(first) = self.endpoints.first() else {
            return Ok(false);
        };
        let wanted = self.standing(first).await?;
        if wanted.leader == wanted.member {
            return Ok(false);
        }
        for endpoint in &self.endpoints[1..] {
            let Ok(standing) = self.standing(endpoint).await else {
                continue;
            };
            if standing.member == wanted.leader {
                let request = json!({ "targetID": wanted.member });
                self.ask_one(endpoint, "/v3/maintenance/transfer-leadership", &request)
                    .await?;
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn standing(&self, endpoint: &str) -> Result<Standing, Error> {
        let answer = self
            .ask_one(endpoint, "/v3/maintenance/status", &json!({}))
            .await?;
        let id = |value: &Value| value.as_str().map(str::to_string).ok_or(Error::Answer);
        Ok(Standing {
            member: id(&answer["header"]["member_id"])?,
            leader: id(&answer["leader"])?,
        })
    }

    async fn healthy_endpoint(&self) -> Result<String, Error> {
        let mut last = Error::Answer;
        for endpoint in &self.endpoints {
            let probe = json!({ "key": encode(b"\0"), "limit": 1 });
            match self.ask_one(endpoint, "/v3/kv/range", &probe).await {
                Ok(_) => return Ok(endpoint.clone()),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    async fn ask(&self, path: &str, request: &Value) -> Result<Value, Error> {
        let mut last = Error::Answer;
        for endpoint in &self.endpoints {
            match self.ask_one(endpoint, path, request).await {
                Ok(answer) => return Ok(answer),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    async fn ask_one(&self, url: &str, path: &str, request: &Value) -> Result<Value, Error> {
        let body = request.to_string().into_bytes();
        let answer = http::request(Method::POST, url, path, body, self.limit)
            .await
            .map_err(|source| Error::Unreachable {
                endpoints: self.endpoints.clone(),
                source: source.into(),
            })?;
        if answer.status != 200 {
            let message = String::from_utf8_lossy(&answer.body).into_owned();
            return Err(Error::Refused {
                status: answer.status,
                message,
            });
        }
        serde_json::from_slice(&answer.body).map_err(|_| Error::Answer)
    }
}

/// Who a member is and whom it takes for the leader.
struct Standing {
    member: String,
    leader: String,
}

fn encode(bytes: &[u8]) -> String {
    BASE64.encode(bytes)
}

/// The first key after all that begin with `prefix`.
fn after_prefix(prefix: &[u8]) -> Vec<u8> {
    let mut end = prefix.to_vec();
    while let Some(last) = end.pop() {
        if last < u8::MAX {
            end.push(last + 1);
            return end;
        }
    }
    vec![0]
}

/// The gateway writes 64-bit numbers as text and leaves out zeros.
fn integer(value: &Value) -> i64 {
    value
        .as_str()
        .and_then(|text| text.parse().ok())
        .or_else(|| value.as_i64())
        .unwrap_or(0)
}

fn read_all(answer: &Value) -> Result<Vec<KeyValue>, Error> {
    let Some(kvs) = answer.get("kvs") else {
        return Ok(Vec::new());
    };
    let bytes = |value: &Value| BASE64.decode(value.as_str().unwrap_or_default()).ok();
    let read = |kv: &Value| {
        Some(KeyValue {
            key: String::from_utf8(bytes(&kv["key"])?).ok()?,
            value: bytes(&kv["value"])?,
            mod_revision: integer(&kv["mod_revision"]),
            create_revision: integer(&kv["create_revision"]),
            lease: integer(&kv["lease"]),
        })
    };
    let kvs = kvs.as_array().ok_or(Error::Answer)?;
    kvs.iter()
        .map(read)
        .collect::<Option<_>>()
        .ok_or(Error::Answer)
}

fn compare_json(compare: &Compare<'_>) -> Value {
    match compare {
        Compare::ModRevision(key, revision) => json!({
            "key": encode(key.as_bytes()), "target": "MOD", "mod_revision": revision.to_string(),
        }),
        Compare::Value(key, value) => json!({
            "key": encode(key.as_bytes()), "target": "VALUE", "value": encode(value),
        }),
    }
}

fn operation_json(operation: &Operation<'_>) -> Value {
    match operation {
        Operation::Put(key, value, lease) => json!({ "request_put": {
            "key": encode(key.as_bytes()), "value": encode(value), "lease": lease.to_string(),
        }}),
        Operation::Delete(key) => json!({ "request_delete_range": {
            "key": encode(key.as_bytes()),
        }}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_prefix_is_the_next_key_after_it() {
        assert_eq!(after_prefix(b"/service/"), b"/service0");
        assert_eq!(after_prefix(b"a\xff"), b"b");
        assert_eq!(after_prefix(b"\xff"), [0]);
    }

    #[test]
    fn an_answer_without_keys_is_empty_and_a_broken_one_an_error() {
        assert_eq!(read_all(&json!({ "header": {} })).expect("read"), []);
        assert!(read_all(&json!({ "kvs": [{ "key": "%" }] })).is_err());
    }
}
