//! The state of a ceremony, sealed with a key both sites have, so that the client can carry it.
//!
//! XChaCha20-Poly1305 with a random nonce; the purpose is associated data. Within one site a sealed
//! state opens once; at both sites together at most twice, within minutes, and only for whoever has
//! the authenticator's fresh signature as well.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use journal::DataKey;
use kernel::{Clock, Random, Timestamp};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

const NONCE_LEN: usize = 24;
/// The longest sealed state looked at, in characters.
const SEALED_MAX: usize = 16 << 10;
/// The most ceremonies remembered as used.
const USED_MAX: usize = 100_000;

/// Seals and opens states.
pub(super) struct Ceremonies {
    cipher: XChaCha20Poly1305,
    lifetime_ms: i64,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    used: Mutex<HashMap<[u8; NONCE_LEN], Timestamp>>,
}

/// Why a state does not open.
#[derive(Debug, thiserror::Error)]
pub(super) enum CeremonyError {
    #[error("this was not sealed here for that purpose")]
    NotOurs,
    #[error("it took too long")]
    Over,
    #[error("it was used before")]
    Used,
    #[error("the state does not serialise")]
    Form(#[from] serde_json::Error),
}

#[derive(Serialize, Deserialize)]
struct Sealed<T> {
    ends_at: Timestamp,
    state: T,
}

impl Ceremonies {
    pub fn new(
        key: &DataKey,
        lifetime_ms: i64,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Self {
        let key = key.derive("sekoci 2026 passkey ceremony v1");
        Self {
            cipher: XChaCha20Poly1305::new(Key::from_slice(&key)),
            lifetime_ms,
            clock,
            random,
            used: Mutex::default(),
        }
    }

    pub fn seal<T: Serialize>(&self, purpose: &str, state: &T) -> Result<String, CeremonyError> {
        let ends_at = self.clock.now().plus_ms(self.lifetime_ms);
        let plain = serde_json::to_vec(&Sealed { ends_at, state })?;
        let mut nonce = [0; NONCE_LEN];
        self.random.fill(&mut nonce);
        let payload = Payload {
            msg: &plain,
            aad: purpose.as_bytes(),
        };
        let sealed = self
            .cipher
            .encrypt(XNonce::from_slice(&nonce), payload)
            .map_err(|_| CeremonyError::NotOurs)?;
        Ok(URL_SAFE_NO_PAD.encode([&nonce[..], &sealed].concat()))
    }

    pub fn open<T: DeserializeOwned>(&self, purpose: &str, text: &str) -> Result<T, CeremonyError> {
        if text.len() > SEALED_MAX {
            return Err(CeremonyError::NotOurs);
        }
        let bytes = URL_SAFE_NO_PAD
            .decode(text)
            .map_err(|_| CeremonyError::NotOurs)?;
        let (nonce, sealed) = bytes
            .split_first_chunk::<NONCE_LEN>()
            .ok_or(CeremonyError::NotOurs)?;
        let payload = Payload {
            msg: sealed,
            aad: purpose.as_bytes(),
        };
        let plain = self
            .cipher
            .decrypt(XNonce::from_slice(nonce), payload)
            .map_err(|_| CeremonyError::NotOurs)?;
        let opened: Sealed<T> = serde_json::from_slice(&plain)?;
        let now = self.clock.now();
        if now >= opened.ends_at {
            return Err(CeremonyError::Over);
        }
        self.use_once(*nonce, opened.ends_at, now)?;
        Ok(opened.state)
    }

    fn use_once(
        &self,
        nonce: [u8; NONCE_LEN],
        ends_at: Timestamp,
        now: Timestamp,
    ) -> Result<(), CeremonyError> {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        if used.len() >= USED_MAX {
            used.retain(|_, ends_at| *ends_at > now);
        }
        match used.insert(nonce, ends_at) {
            None => Ok(()),
            Some(_) => Err(CeremonyError::Used),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::clock::ManualClock;
    use kernel::random::OsRandom;
    use proptest::prelude::*;

    fn ceremonies(key: u8) -> Ceremonies {
        let clock = Arc::new(ManualClock::at(Timestamp(1)));
        Ceremonies::new(
            &DataKey::from_bytes([key; 32]),
            1_000,
            clock,
            Arc::new(OsRandom),
        )
    }

    #[test]
    fn only_the_same_key_and_purpose_open_it() {
        let sealed = ceremonies(1).seal("sign-in", &7).unwrap();
        assert_eq!(ceremonies(1).open::<u8>("sign-in", &sealed).unwrap(), 7);
        for (key, purpose) in [(2, "sign-in"), (1, "register")] {
            let refused = ceremonies(key).open::<u8>(purpose, &sealed);
            assert!(matches!(refused, Err(CeremonyError::NotOurs)));
        }
    }

    proptest! {
        #[test]
        fn text_from_strangers_never_opens_nor_panics(text in ".{0,300}") {
            prop_assert!(ceremonies(1).open::<u8>("sign-in", &text).is_err());
        }
    }
}
