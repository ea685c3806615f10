//! What is signed: an in-toto statement about one report.

use crate::{Envelope, EvidenceKey, SIGNATURE, UNSIGNED_BECAUSE, canonical, pointer};
use kernel::{Hash, PartitionId, Seq, SiteName, Timestamp, WorkspaceId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// What makes a statement an in-toto statement.
const STATEMENT_TYPE: &str = "https://in-toto.io/Statement/v1";
/// What kind of statement this is.
pub const PREDICATE_TYPE: &str = "urn:sekoci:evidence:1";

/// The last entry of a chain that a report rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeadOf {
    /// The partition.
    pub partition: PartitionId,
    /// The position of the entry.
    pub seq: Seq,
    /// Its hash.
    pub hash: Hash,
}

/// To whom a report belongs, on what it rests, and who says so when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct About {
    /// The installation: the hash of the first entry of its own chain, which no other has.
    pub installation: Hash,
    /// The workspace, where the report concerns one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workspace: Option<WorkspaceId>,
    /// The site that signs.
    pub site: SiteName,
    /// When it signed, by its clock.
    pub signed_at: Timestamp,
    /// The journal as it was at that site then.
    pub heads: Vec<HeadOf>,
}

/// The statement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    #[serde(rename = "_type")]
    statement_type: String,
    subject: [Subject; 1],
    #[serde(rename = "predicateType")]
    predicate_type: String,
    /// What is stated.
    pub predicate: Predicate,
}

/// What is stated of the report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Predicate {
    /// To whom it belongs, and who says so.
    pub about: About,
    /// The report, every field of it.
    pub report: Map<String, Value>,
}

/// in-toto names what a statement is about by digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Subject {
    name: String,
    digest: BTreeMap<String, String>,
}

/// A report that cannot be signed.
#[derive(Debug, thiserror::Error)]
pub enum NotSignable {
    /// It is no object.
    #[error("a report is a JSON object")]
    NotAnObject,
    /// It says itself whether it is signed.
    #[error("a report has no field {0:?} before it is signed")]
    Reserved(&'static str),
    /// A number that canonical JSON would round.
    #[error("{0} is {1}: beyond 2^53 the canonical form of JSON (RFC 8785) is not exact")]
    Inexact(String, String),
    /// It has no canonical form.
    #[error("the report has no canonical form: {0}")]
    Canonical(#[from] serde_json::Error),
}

impl Statement {
    fn new(report: Map<String, Value>, about: About) -> Result<Self, NotSignable> {
        let digest = sha256(&canonical::bytes(&report)?);
        Ok(Self {
            statement_type: STATEMENT_TYPE.into(),
            subject: [Subject {
                name: "report".into(),
                digest: [("sha256".to_owned(), digest)].into(),
            }],
            predicate_type: PREDICATE_TYPE.into(),
            predicate: Predicate { about, report },
        })
    }

    /// What is wrong with a statement that was read.
    pub(crate) fn flaw(&self) -> Option<String> {
        if self.statement_type != STATEMENT_TYPE {
            return Some(format!(
                "/_type is {:?}, not {STATEMENT_TYPE:?}",
                self.statement_type
            ));
        }
        if self.predicate_type != PREDICATE_TYPE {
            let found = &self.predicate_type;
            return Some(format!(
                "/predicateType is {found:?}, not {PREDICATE_TYPE:?}"
            ));
        }
        let digest = canonical::bytes(&self.predicate.report).map(|bytes| sha256(&bytes));
        let named = self.subject[0].digest.get("sha256");
        (digest.ok().as_ref() != named)
            .then(|| "/subject/0/digest is not that of the report in it".into())
    }
}

/// Signs a report. The envelope belongs into its field `signature`.
///
/// # Errors
/// When it is no object, says already that it is signed, or has no exact canonical form.
pub fn sign(report: &Value, about: About, key: &EvidenceKey) -> Result<Envelope, NotSignable> {
    let Value::Object(report) = report else {
        return Err(NotSignable::NotAnObject);
    };
    for reserved in [SIGNATURE, UNSIGNED_BECAUSE] {
        if report.contains_key(reserved) {
            return Err(NotSignable::Reserved(reserved));
        }
    }
    if let Some((at, number)) = canonical::inexact(report) {
        return Err(NotSignable::Inexact(pointer::text(&at), number));
    }
    let statement = Statement::new(report.clone(), about)?;
    Ok(Envelope::seal(&canonical::bytes(&statement)?, key))
}

fn sha256(bytes: &[u8]) -> String {
    kernel::hex::encode(ring::digest::digest(&ring::digest::SHA256, bytes).as_ref())
}
