//! Session tokens: PASETO v4.public (Ed25519), signed with one of the installation's signing keys.
//!
//! A token says which account signed in, in which session, and when. It gives no rights by itself:
//! those are looked up in the views at every request.

use super::keys::SessionKeys;
use installation::SessionId;
use kernel::{AccountId, Seq, Timestamp};
use pasetors::Public;
use pasetors::token::UntrustedToken;
use pasetors::version4::{PublicToken, V4};
use serde::{Deserialize, Serialize};

/// Binds a signature to this use, so that nothing else the key ever signs is a session.
const PURPOSE: &[u8] = b"sekoci session v1";
/// The longest token looked at, in bytes.
const TOKEN_BYTES_MAX: usize = 1_024;
/// How far a site's clock may be ahead of another's.
const SKEW_MS: i64 = 60_000;
/// How long a session lasts unless it is refreshed, in milliseconds: 12 hours.
pub const LIFETIME_MS: i64 = 12 * 3600 * 1000;

/// What a token states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claims {
    /// Who signed in.
    #[serde(rename = "sub")]
    pub account: AccountId,
    /// The session.
    #[serde(rename = "sid")]
    pub session: SessionId,
    /// What the site had applied of the installation's chain when the session began: it is ended by
    /// entries after that.
    #[serde(rename = "seq")]
    pub begun_seq: Seq,
    /// When this token was issued.
    #[serde(rename = "iat")]
    pub issued_at: Timestamp,
    /// When it ends by itself.
    #[serde(rename = "exp")]
    pub expires_at: Timestamp,
}

/// The footer: which key signed. Readable before the signature is checked.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Footer {
    kid: u32,
}

/// Why a token is not a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// It is not a token at all.
    #[error("this is not a session token")]
    Malformed,
    /// A key signed it that this site does not know, newer than those it knows.
    #[error("the token was signed with a key this site does not have yet")]
    NewerKey,
    /// No valid key signed it, or it was altered.
    #[error("the token was not signed by this installation")]
    Forged,
    /// Its time is over.
    #[error("the token has expired")]
    Expired,
}

/// Why no token can be issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IssueError {
    /// The installation has no signing key yet.
    #[error("the installation has no signing key")]
    NoKey,
    /// Signing failed.
    #[error("the token could not be signed")]
    Signing,
}

/// Signs a token.
///
/// # Errors
/// When there is no signing key or it does not sign.
pub fn issue(keys: &SessionKeys, claims: &Claims) -> Result<String, IssueError> {
    let (id, key) = keys.active().ok_or(IssueError::NoKey)?;
    let message = serde_json::to_vec(claims).map_err(|_| IssueError::Signing)?;
    let footer = serde_json::to_vec(&Footer { kid: id }).map_err(|_| IssueError::Signing)?;
    PublicToken::sign(key, &message, Some(&footer), Some(PURPOSE)).map_err(|_| IssueError::Signing)
}

/// Checks a token's signature and times.
///
/// # Errors
/// When it is not a token of this installation that is valid at `now`.
pub fn verify(keys: &SessionKeys, token: &str, now: Timestamp) -> Result<Claims, TokenError> {
    if token.len() > TOKEN_BYTES_MAX {
        return Err(TokenError::Malformed);
    }
    let untrusted =
        UntrustedToken::<Public, V4>::try_from(token).map_err(|_| TokenError::Malformed)?;
    let footer: Footer =
        serde_json::from_slice(untrusted.untrusted_footer()).map_err(|_| TokenError::Malformed)?;
    if keys.newest().is_none_or(|newest| footer.kid > newest) {
        return Err(TokenError::NewerKey);
    }
    let key = keys.public(footer.kid, now).ok_or(TokenError::Forged)?;
    let trusted = PublicToken::verify(key, &untrusted, None, Some(PURPOSE))
        .map_err(|_| TokenError::Forged)?;
    let claims: Claims =
        serde_json::from_str(trusted.payload()).map_err(|_| TokenError::Malformed)?;
    if claims.issued_at.since(now) > SKEW_MS {
        return Err(TokenError::Forged);
    }
    if now >= claims.expires_at {
        return Err(TokenError::Expired);
    }
    Ok(claims)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::keys::testing::{keys, with_key};
    use kernel::id::Uuid;
    use proptest::prelude::*;

    const NOW: Timestamp = Timestamp(1_800_000_000_000);

    fn claims() -> Claims {
        Claims {
            account: AccountId(Uuid::from_u128(1)),
            session: SessionId(Uuid::from_u128(2)),
            begun_seq: 3,
            issued_at: NOW,
            expires_at: NOW.plus_ms(LIFETIME_MS),
        }
    }

    #[test]
    fn what_was_issued_is_verified_until_it_expires() {
        let keys = keys(1);
        let token = issue(&keys, &claims()).unwrap();
        assert!(token.starts_with("v4.public."));
        assert_eq!(verify(&keys, &token, NOW), Ok(claims()));
        let end = NOW.plus_ms(LIFETIME_MS);
        assert_eq!(verify(&keys, &token, end.plus_ms(-1)), Ok(claims()));
        assert_eq!(verify(&keys, &token, end), Err(TokenError::Expired));
    }

    #[test]
    fn a_token_of_another_installation_is_forged() {
        let token = issue(&keys(1), &claims()).unwrap();
        assert_eq!(verify(&keys(2), &token, NOW), Err(TokenError::Forged));
    }

    #[test]
    fn a_token_from_the_future_is_refused_but_skew_is_not() {
        let keys = keys(1);
        let token = issue(&keys, &claims()).unwrap();
        assert!(verify(&keys, &token, NOW.plus_ms(-SKEW_MS)).is_ok());
        assert_eq!(
            verify(&keys, &token, NOW.plus_ms(-SKEW_MS - 1)),
            Err(TokenError::Forged)
        );
    }

    #[test]
    fn rotation_keeps_old_tokens_until_their_key_retires() {
        let old = keys(1);
        let token = issue(&old, &claims()).unwrap();
        let rotated = with_key(old, 2, 7, Some(NOW.plus_ms(1_000)));
        assert!(verify(&rotated, &token, NOW).is_ok());
        assert!(verify(&rotated, &issue(&rotated, &claims()).unwrap(), NOW).is_ok());
        assert_eq!(
            verify(&rotated, &token, NOW.plus_ms(1_000)),
            Err(TokenError::Forged)
        );
    }

    #[test]
    fn the_same_key_used_for_something_else_opens_no_session() {
        let keys = keys(1);
        let (id, key) = keys.active().unwrap();
        let message = serde_json::to_vec(&claims()).unwrap();
        let footer = serde_json::to_vec(&Footer { kid: id }).unwrap();
        let token = PublicToken::sign(key, &message, Some(&footer), Some(b"other")).unwrap();
        assert_eq!(verify(&keys, &token, NOW), Err(TokenError::Forged));
    }

    #[test]
    fn without_a_key_nothing_is_issued() {
        assert_eq!(
            issue(&SessionKeys::default(), &claims()),
            Err(IssueError::NoKey)
        );
    }

    #[test]
    fn a_site_that_is_behind_does_not_call_a_newer_key_forged() {
        let token = issue(&with_key(keys(1), 2, 7, None), &claims()).unwrap();
        assert_eq!(verify(&keys(1), &token, NOW), Err(TokenError::NewerKey));
        let none = SessionKeys::default();
        assert_eq!(verify(&none, &token, NOW), Err(TokenError::NewerKey));
    }

    proptest! {
        #[test]
        fn random_text_is_refused_and_never_panics(text in ".{0,200}") {
            prop_assert!(verify(&keys(1), &text, NOW).is_err());
            let text = format!("v4.public.{text}");
            prop_assert!(verify(&keys(1), &text, NOW).is_err());
        }

        #[test]
        fn random_bytes_in_a_tokens_shape_are_refused(
            bytes in proptest::collection::vec(any::<u8>(), 0..200),
            footer in proptest::collection::vec(any::<u8>(), 0..40),
        ) {
            use base64::Engine;
            let encode = |bytes: &[u8]| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes);
            let token = format!("v4.public.{}.{}", encode(&bytes), encode(&footer));
            prop_assert!(verify(&keys(1), &token, NOW).is_err());
        }

        #[test]
        fn altered_and_truncated_tokens_are_refused(at: prop::sample::Index, to in "[A-Za-z0-9_.-]") {
            let keys = keys(1);
            let token = issue(&keys, &claims()).unwrap();
            let at = at.index(token.len());
            prop_assert!(verify(&keys, &token[..at], NOW).is_err());
            let mut altered = token.clone();
            altered.replace_range(at..=at, &to);
            prop_assume!(altered != token);
            prop_assert!(verify(&keys, &altered, NOW).is_err());
        }
    }
}
