//! A record with a signature that only those can make who can open the vault.

use crate::cli::Failure;
use serde::Serialize;
use vault::custody::RecoveryIdentity;

/// The record as text, exactly as it is signed, with the Ed25519 signature and the public key, both
/// hexadecimal.
#[derive(Serialize)]
pub struct Signed {
    record: String,
    public_key: String,
    signature: String,
}

impl Signed {
    /// Signs a record.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn of(record: &impl Serialize, identity: &RecoveryIdentity) -> Result<Self, Failure> {
        let text = serde_json::to_string(record).map_err(|e| Failure::failed(e.to_string()))?;
        let key = identity.record_key();
        let signature = key.sk.sign(text.as_bytes(), None);
        Ok(Self {
            record: text,
            public_key: kernel::hex::encode(&*key.pk),
            signature: kernel::hex::encode(&*signature),
        })
    }
}
