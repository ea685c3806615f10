//! Commands: wishes that may be refused.

use crate::{AccountId, CommandId, PersonId, SiteName};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Who wishes something.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// A person in the partition's workspace.
    Person(PersonId),
    /// An account of the installation, where no workspace is concerned.
    Account(AccountId),
    /// A site acting by itself (a reminder that is due, a verdict).
    Site(SiteName),
}

impl From<PersonId> for Actor {
    fn from(person: PersonId) -> Self {
        Self::Person(person)
    }
}

/// A wish, complete with everything that deciding it needs: ids, hashes of secrets, checked text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Command {
    /// The client's id for it; the same id never takes effect twice.
    pub id: CommandId,
    /// What is wished, as in `POST /api/<module>/<name>`.
    pub name: String,
    /// Who wishes it, established by the gateway.
    pub actor: Actor,
    /// The module's own parameters.
    pub body: Value,
    /// Fingerprint of what the client sent ([`Command::digest_of`]): the same id with another
    /// digest is refused.
    #[serde(with = "crate::hex::array32")]
    pub digest: [u8; 32],
}

impl Command {
    /// The fingerprint of a request: its name, its actor and the parameters as the client sent
    /// them, keyed so that a stored digest cannot be used to guess a secret in the body.
    #[must_use]
    pub fn digest_of(key: &[u8; 32], name: &str, actor: &Actor, sent: &Value) -> [u8; 32] {
        let text = serde_json::to_vec(&(name, actor, sent))
            .expect("names, actors and JSON values always serialise");
        *blake3::keyed_hash(key, &text).as_bytes()
    }
}
