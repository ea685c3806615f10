//! Web Push: RFC 8030 with encrypted content (RFC 8291) and the site's own identity (VAPID, RFC 8292).

use crate::guard::{checked, client, judged, unanswered};
use crate::{Failure, Letter, OpenError, read};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::path::PathBuf;
use url::Url;
use web_push_native::{Auth, encrypt, p256};

/// How long a push service keeps what it cannot hand over, in seconds: after that it is told another way
/// or again.
const KEEP_S: u32 = 3_600;
/// How long a signature counts, in seconds; at most a day by RFC 8292.
const SIGNED_S: u64 = 12 * 3_600;
/// What fits into a push message with all push services.
const TEXT_CHARS_MAX: usize = 900;

/// Web Push.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebPush {
    /// PEM file with the private key (P-256, PKCS 8), the same at every site.
    pub key_file: PathBuf,
    /// Whom a push service can ask about this sender: `mailto:…` or `https://…`.
    pub contact: String,
    /// Whether push services may be in a private network, or on this machine.
    #[serde(default)]
    pub is_private: bool,
}

/// A way to push services.
pub struct Pusher {
    key: EcdsaKeyPair,
    random: SystemRandom,
    contact: String,
    is_private: bool,
    http: reqwest::Client,
}

impl Pusher {
    pub fn open(config: &WebPush) -> Result<Self, OpenError> {
        let field = "delivery.web_push.key_file";
        let random = SystemRandom::new();
        let pem = read(field, &config.key_file)?;
        let der = der(&pem).ok_or_else(|| OpenError::setting(field, "no PEM of a private key"))?;
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &der, &random)
            .map_err(|error| OpenError::setting(field, error))?;
        let is_contact = ["mailto:", "https://"]
            .iter()
            .any(|scheme| config.contact.starts_with(scheme));
        if !is_contact {
            let detail = "mailto: or https://";
            return Err(OpenError::setting("delivery.web_push.contact", detail));
        }
        Ok(Self {
            key,
            random,
            contact: config.contact.clone(),
            is_private: config.is_private,
            http: client(config.is_private)?,
        })
    }

    pub async fn send(
        &self,
        letter: &Letter<'_>,
        endpoint: &str,
        p256dh: &str,
        auth: &str,
    ) -> Result<(), Failure> {
        let who = "The push service";
        let url = checked(endpoint, self.is_private)?;
        let body = sealed(letter, p256dh, auth)?;
        let identity = self.identity(&url, letter.at_s)?;
        let answer = self
            .http
            .post(url)
            .header("ttl", KEEP_S)
            .header("urgency", "high")
            .header("topic", topic(letter.id))
            .header("content-encoding", "aes128gcm")
            .header("content-type", "application/octet-stream")
            .header("authorization", identity)
            .body(body)
            .send()
            .await
            .map_err(|error| unanswered(&error, who))?;
        judged(answer.status(), who)
    }

    /// The site's signed word that it is the sender.
    fn identity(&self, url: &Url, at_s: u64) -> Result<String, Failure> {
        let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let head = part(json!({"typ": "JWT", "alg": "ES256"}));
        let claims = part(json!({
            "aud": url.origin().ascii_serialization(),
            "exp": at_s + SIGNED_S,
            "sub": self.contact,
        }));
        let text = format!("{head}.{claims}");
        let signed = self
            .key
            .sign(&self.random, text.as_bytes())
            .map_err(|_| Failure::Again("The push message could not be signed.".into()))?;
        let signed = URL_SAFE_NO_PAD.encode(signed);
        let key = URL_SAFE_NO_PAD.encode(self.key.public_key());
        Ok(format!("vapid t={text}.{signed}, k={key}"))
    }
}

/// The content, readable by the browser alone.
fn sealed(letter: &Letter<'_>, p256dh: &str, auth: &str) -> Result<Vec<u8>, Failure> {
    let unusable = || Failure::Never("The browser's keys are none.".into());
    let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(|_| unusable());
    let key = p256::PublicKey::from_sec1_bytes(&bytes(p256dh)?).map_err(|_| unusable())?;
    let auth: [u8; 16] = bytes(auth)?.try_into().map_err(|_| unusable())?;
    let text: String = letter.text.chars().take(TEXT_CHARS_MAX).collect();
    let content = json!({"message_id": letter.id, "title": letter.subject, "text": text});
    let content = content.to_string().into_bytes();
    encrypt(content, &key, &Auth::from(auth)).map_err(|_| unusable())
}

/// At most 32 characters of base64url: a push service shows the last of a topic alone.
fn topic(id: &str) -> String {
    let plain = id.chars().filter(char::is_ascii_alphanumeric);
    plain.take(32).collect()
}

fn der(pem: &[u8]) -> Option<zeroize::Zeroizing<Vec<u8>>> {
    let text = std::str::from_utf8(pem).ok()?;
    let body = text
        .split_once("-----BEGIN PRIVATE KEY-----")?
        .1
        .split_once("-----END PRIVATE KEY-----")?
        .0;
    let base64: zeroize::Zeroizing<String> =
        zeroize::Zeroizing::new(body.split_whitespace().collect());
    STANDARD
        .decode(base64.as_bytes())
        .ok()
        .map(zeroize::Zeroizing::new)
}
