//! The [`Trust`]: what everybody may know of the keys. It says for whom segments are sealed, with
//! which keys the sites sign, who the custodians are, and which trusts came before.
//!
//! It is JSON, and known by the BLAKE3 digest of the very bytes that are stored. Whoever has the
//! digest, as every share has, notices when anything in it was altered.

use super::rule::SplitRule;
use super::share::{ShareError, checked_name};
use crate::manifest::SiteKeys;
use crate::store::ObjectName;
use age::x25519::Recipient;
use ed25519_compact::PublicKey;
use kernel::{Hash, SiteName, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Before the digest, in the name of a trust in the vault.
pub const PREFIX: &str = "trust/";

/// The largest trust that is read, in bytes.
pub const TRUST_MAX: usize = 64 << 10;

const FORMAT: u32 = 1;

/// Who holds shares.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Custodians {
    /// How many there are.
    pub count: u8,
    /// How many are needed.
    pub threshold: u8,
    /// Their names, in the order of their shares; empty where they are nobody's business.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
}

impl Custodians {
    /// Custodians for a rule.
    #[must_use]
    pub const fn new(rule: SplitRule, names: Vec<String>) -> Self {
        Self {
            count: rule.count(),
            threshold: rule.threshold(),
            names,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    format: u32,
    created_at: Timestamp,
    recipients: Vec<String>,
    sites: BTreeMap<SiteName, String>,
    custodians: Custodians,
    previous: Vec<Hash>,
}

/// A trust. See the [module documentation](self).
#[derive(Clone, Debug)]
pub struct Trust {
    bytes: Vec<u8>,
    digest: Hash,
    content: Content,
    recipients: Vec<Recipient>,
    sites: BTreeMap<SiteName, PublicKey>,
}

/// Why bytes are no trust.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TrustError {
    /// Larger than any trust.
    #[error("it has {0} bytes; a trust has at most {TRUST_MAX}")]
    Large(usize),
    /// Not the JSON of a trust.
    #[error("it is not a trust: {0}")]
    Json(String),
    /// A format of another release.
    #[error("format: {0} is unknown to this release")]
    Format(u32),
    /// Nothing could be sealed.
    #[error("recipients: there is none")]
    NoRecipient,
    /// Not an age recipient.
    #[error("recipients: {text:?}: {cause}")]
    Recipient {
        /// The text.
        text: String,
        /// Why not.
        cause: String,
    },
    /// Nobody could seal.
    #[error("sites: there is none")]
    NoSite,
    /// Not a public key.
    #[error("sites: {0}: not an Ed25519 public key as 64 hexadecimal digits")]
    SiteKey(SiteName),
    /// Threshold and count make no sense, or the names do not fit them.
    #[error("custodians: {0}")]
    Custodians(String),
}

impl Trust {
    /// A new trust; `previous` are the digests of those it takes the place of.
    ///
    /// # Errors
    /// When something in it cannot stand in a trust.
    pub fn new(
        created_at: Timestamp,
        recipients: &[Recipient],
        sites: &BTreeMap<SiteName, PublicKey>,
        custodians: Custodians,
        previous: Vec<Hash>,
    ) -> Result<Self, TrustError> {
        let content = Content {
            format: FORMAT,
            created_at,
            recipients: recipients.iter().map(ToString::to_string).collect(),
            sites: sites
                .iter()
                .map(|(site, key)| (site.clone(), kernel::hex::encode(&**key)))
                .collect(),
            custodians,
            previous,
        };
        let mut bytes =
            serde_json::to_vec_pretty(&content).map_err(|e| TrustError::Json(e.to_string()))?;
        bytes.push(b'\n');
        Self::from_bytes(bytes)
    }

    /// Reads a trust as it is stored.
    ///
    /// # Errors
    /// Which field is wrong.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, TrustError> {
        if bytes.len() > TRUST_MAX {
            return Err(TrustError::Large(bytes.len()));
        }
        let content: Content =
            serde_json::from_slice(&bytes).map_err(|e| TrustError::Json(e.to_string()))?;
        if content.format != FORMAT {
            return Err(TrustError::Format(content.format));
        }
        let recipients = content.recipients.iter().map(|text| recipient(text));
        let recipients = recipients.collect::<Result<Vec<_>, _>>()?;
        let sites = content.sites.iter().map(site_key);
        let sites = sites.collect::<Result<BTreeMap<_, _>, _>>()?;
        if recipients.is_empty() {
            return Err(TrustError::NoRecipient);
        }
        if sites.is_empty() {
            return Err(TrustError::NoSite);
        }
        check(&content.custodians)?;
        Ok(Self {
            digest: Hash(*blake3::hash(&bytes).as_bytes()),
            bytes,
            content,
            recipients,
            sites,
        })
    }

    /// The bytes as they are stored.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// BLAKE3 of [`Trust::bytes`], by which it is known.
    #[must_use]
    pub const fn digest(&self) -> Hash {
        self.digest
    }

    /// When it was made.
    #[must_use]
    pub const fn created_at(&self) -> Timestamp {
        self.content.created_at
    }

    /// For whom segments are sealed; never none.
    #[must_use]
    pub fn recipients(&self) -> &[Recipient] {
        &self.recipients
    }

    /// Whether segments are sealed for this recipient.
    #[must_use]
    pub fn names(&self, recipient: &Recipient) -> bool {
        let text = recipient.to_string();
        self.content.recipients.contains(&text)
    }

    /// The sites' keys of this trust alone; never none.
    #[must_use]
    pub const fn sites(&self) -> &BTreeMap<SiteName, PublicKey> {
        &self.sites
    }

    /// Adds the sites' keys of this trust to those of others.
    pub fn add_site_keys(&self, to: &mut SiteKeys) {
        for (site, key) in &self.sites {
            let keys = to.entry(site.clone()).or_default();
            if !keys.contains(key) {
                keys.push(*key);
            }
        }
    }

    /// Who holds shares.
    #[must_use]
    pub const fn custodians(&self) -> &Custodians {
        &self.content.custodians
    }

    /// Digests of the trusts it takes the place of.
    #[must_use]
    pub fn previous(&self) -> &[Hash] {
        &self.content.previous
    }
}

/// Name of a trust in the vault.
#[must_use]
pub fn trust_name(digest: &Hash) -> ObjectName {
    ObjectName::new(format!("{PREFIX}{digest}")).expect("hexadecimal digits can stand in a name")
}

fn recipient(text: &str) -> Result<Recipient, TrustError> {
    text.parse().map_err(|cause: &str| TrustError::Recipient {
        text: text.to_owned(),
        cause: cause.into(),
    })
}

fn site_key((site, text): (&SiteName, &String)) -> Result<(SiteName, PublicKey), TrustError> {
    kernel::hex::decode32(text)
        .map(PublicKey::new)
        .filter(|key| key.validate().is_ok())
        .map(|key| (site.clone(), key))
        .ok_or_else(|| TrustError::SiteKey(site.clone()))
}

fn check(custodians: &Custodians) -> Result<(), TrustError> {
    let bad = |cause: String| TrustError::Custodians(cause);
    SplitRule::new(custodians.threshold, custodians.count).map_err(|e| bad(e.to_string()))?;
    let names = &custodians.names;
    if !names.is_empty() && names.len() != usize::from(custodians.count) {
        return Err(bad(format!(
            "{} names for {} custodians",
            names.len(),
            custodians.count
        )));
    }
    let checked = names
        .iter()
        .try_for_each(|name| checked_name(name).map(drop));
    checked.map_err(|e: ShareError| bad(e.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::custody::{RecoveryIdentity, SealingKey};
    use kernel::random::SeededRandom;
    use serde_json::{Value, json};

    fn site(name: &str) -> SiteName {
        SiteName::new(name).unwrap()
    }

    fn trust(seed: u64, previous: Vec<Hash>) -> Trust {
        let random = SeededRandom::new(seed);
        let recipient = RecoveryIdentity::make(&random).recipient();
        let sites = ["a", "b"].map(|name| (site(name), SealingKey::make(&random).public()));
        let names = ["Ana", "Budi", "Citra"].map(String::from).into();
        let custodians = Custodians::new(SplitRule::new(2, 3).unwrap(), names);
        Trust::new(
            Timestamp(9),
            &[recipient],
            &sites.into(),
            custodians,
            previous,
        )
        .unwrap()
    }

    #[test]
    fn it_comes_back_from_its_bytes_and_only_they_have_its_digest() {
        let trust = trust(1, vec![Hash([3; 32])]);
        let back = Trust::from_bytes(trust.bytes().to_vec()).unwrap();
        assert_eq!(back.digest(), trust.digest());
        assert_eq!(back.content, trust.content);
        assert!(trust.names(&trust.recipients()[0]));
        let compact: Value = serde_json::from_slice(trust.bytes()).unwrap();
        let compact = Trust::from_bytes(serde_json::to_vec(&compact).unwrap()).unwrap();
        assert_ne!(compact.digest(), trust.digest());
    }

    #[test]
    fn keys_of_one_site_add_up_over_trusts() {
        let (first, second) = (trust(1, vec![]), trust(2, vec![]));
        let mut keys = SiteKeys::new();
        for trust in [&first, &second, &first] {
            trust.add_site_keys(&mut keys);
        }
        let of = |trust: &Trust| trust.sites()[&site("a")];
        assert_eq!(keys[&site("a")], [of(&first), of(&second)]);
    }

    #[test]
    fn the_field_that_is_wrong_is_named() {
        let good: Value = serde_json::from_slice(trust(1, vec![]).bytes()).unwrap();
        let wrong = [
            ("/format", json!(2), "format: 2"),
            ("/recipients", json!([]), "recipients"),
            ("/recipients/0", json!("age1q"), "recipients: \"age1q\""),
            ("/sites", json!({}), "sites"),
            ("/sites/a", json!("00"), "sites: a"),
            ("/sites/b", json!("00".repeat(32)), "sites: b"),
            ("/custodians/threshold", json!(1), "custodians: threshold 1"),
            ("/custodians/count", json!(4), "custodians: 3 names for 4"),
            ("/custodians/names/1", json!("a\nb"), "custodians"),
            ("/previous", json!(["xy"]), "64 hexadecimal digits"),
        ];
        for (field, value, cause) in wrong {
            let mut bad = good.clone();
            *bad.pointer_mut(field).unwrap() = value;
            let error = Trust::from_bytes(serde_json::to_vec(&bad).unwrap()).unwrap_err();
            assert!(error.to_string().contains(cause), "{field}: {error}");
        }
        let mut unknown = good;
        unknown["more"] = json!(1);
        let error = Trust::from_bytes(serde_json::to_vec(&unknown).unwrap()).unwrap_err();
        assert!(error.to_string().contains("more"), "{error}");
        let large = Trust::from_bytes(vec![b' '; TRUST_MAX + 1]).unwrap_err();
        assert_eq!(large, TrustError::Large(TRUST_MAX + 1));
    }
}
