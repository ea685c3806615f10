//! Dead Simple Signing Envelope, version 1.0.2 (secure-systems-lab/dsse): a payload, what it is, and
//! signatures over both.

use crate::{EvidenceKey, PublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use serde::{Deserialize, Serialize};

/// What the payload is.
pub const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";

/// More signatures than anything here makes.
const SIGNATURES_MAX: usize = 16;

/// An envelope. Fields that DSSE does not name are refused: nobody should read in one what nobody signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Envelope {
    /// What the payload is.
    #[serde(rename = "payloadType")]
    pub payload_type: String,
    /// The payload, Base64.
    pub payload: String,
    /// Who signed it.
    pub signatures: Vec<Signature>,
}

/// A signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// The public key, 64 hexadecimal digits.
    pub keyid: String,
    /// Ed25519 over the pre-authentication encoding, Base64.
    pub sig: String,
}

/// An envelope that cannot be opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// Another kind of payload.
    #[error("/payloadType is {0:?}; evidence has {PAYLOAD_TYPE:?}")]
    PayloadType(String),
    /// Text that is no Base64.
    #[error("/{0} is not Base64")]
    Base64(String),
    /// None, or very many.
    #[error("/signatures has {0} items; 1 to {SIGNATURES_MAX} are possible")]
    Count(usize),
    /// A key id that is no key.
    #[error("/signatures/{0}/keyid is not an Ed25519 public key in 64 hexadecimal digits")]
    KeyId(usize),
}

/// An opened envelope: the payload, and each signer with whether its signature is good.
pub(crate) struct Opened {
    pub payload: Vec<u8>,
    pub signers: Vec<(PublicKey, bool)>,
}

impl Envelope {
    /// Signs a payload.
    #[must_use]
    pub fn seal(payload: &[u8], key: &EvidenceKey) -> Self {
        let signature = key.sign(&encoding(PAYLOAD_TYPE, payload));
        Self {
            payload_type: PAYLOAD_TYPE.into(),
            payload: STANDARD.encode(payload),
            signatures: vec![Signature {
                keyid: key.public().to_string(),
                sig: STANDARD.encode(signature),
            }],
        }
    }

    /// Opens it. Signatures are checked, not believed.
    pub(crate) fn open(&self) -> Result<Opened, EnvelopeError> {
        if self.payload_type != PAYLOAD_TYPE {
            return Err(EnvelopeError::PayloadType(self.payload_type.clone()));
        }
        if self.signatures.is_empty() || self.signatures.len() > SIGNATURES_MAX {
            return Err(EnvelopeError::Count(self.signatures.len()));
        }
        let payload = decode(&self.payload).ok_or(EnvelopeError::Base64("payload".into()))?;
        let signed = encoding(&self.payload_type, &payload);
        let mut signers = Vec::new();
        for (place, signature) in self.signatures.iter().enumerate() {
            let key: PublicKey =
                (signature.keyid.parse()).map_err(|_| EnvelopeError::KeyId(place))?;
            let bytes = decode(&signature.sig)
                .ok_or_else(|| EnvelopeError::Base64(format!("signatures/{place}/sig")))?;
            signers.push((key, key.has_signed(&signed, &bytes)));
        }
        Ok(Opened { payload, signers })
    }
}

/// DSSE allows both alphabets.
fn decode(text: &str) -> Option<Vec<u8>> {
    STANDARD
        .decode(text)
        .or_else(|_| URL_SAFE.decode(text))
        .ok()
}

/// The pre-authentication encoding: what is signed.
fn encoding(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let mut bytes = format!(
        "DSSEv1 {} {payload_type} {} ",
        payload_type.len(),
        payload.len()
    )
    .into_bytes();
    bytes.extend_from_slice(payload);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification (protocol.md).
    #[test]
    fn the_encoding_is_the_specifications() {
        assert_eq!(
            encoding("http://example.com/HelloWorld", b"hello world"),
            b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
        );
    }

    #[test]
    fn what_cannot_be_opened_is_named() {
        let good = Envelope::seal(b"{}", &EvidenceKey::from_seed([1; 32]));
        assert!(good.open().unwrap().signers[0].1);
        let cause = |change: fn(&mut Envelope)| {
            let mut bad = good.clone();
            change(&mut bad);
            bad.open().err().map(|e| e.to_string()).unwrap_or_default()
        };
        assert_eq!(
            cause(|e| e.payload = "%%%".into()),
            "/payload is not Base64"
        );
        assert_eq!(
            cause(|e| e.signatures[0].sig = "a".into()),
            "/signatures/0/sig is not Base64"
        );
        assert!(cause(|e| e.signatures.clear()).contains("has 0 items"));
        assert!(cause(|e| e.signatures[0].keyid = "a".into()).contains("/signatures/0/keyid"));
        assert!(cause(|e| e.payload_type = "text".into()).contains("/payloadType is \"text\""));
    }
}
