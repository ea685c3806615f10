//! Webhooks of providers of SMS and voice.
//!
//! The body is JSON (`message_id`, `to`, `subject`, `text`). `Sekoci-Timestamp` says when it was sent, in
//! seconds since 1970, and `Sekoci-Signature` is `v1=` with the HMAC-SHA256 of that, a dot and the body,
//! in hexadecimal. A receiver refuses what is older than some minutes, and does once what it is sent
//! twice under the same `Idempotency-Key`.

use crate::guard::{checked, client, judged, unanswered};
use crate::{Failure, Letter, OpenError, read};
use ring::hmac;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::fmt::Write;
use std::path::PathBuf;
use url::Url;

/// The least bytes of a secret.
const SECRET_MIN: usize = 16;

/// A provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Webhook {
    /// Its address.
    pub url: String,
    /// File with the secret that requests are signed with.
    pub secret_file: PathBuf,
    /// Whether it may be in a private network, or on this machine.
    #[serde(default)]
    pub is_private: bool,
}

/// A way to a provider.
pub struct Door {
    url: Url,
    key: hmac::Key,
    http: reqwest::Client,
}

impl Door {
    pub fn open(name: &str, config: &Webhook) -> Result<Self, OpenError> {
        let field = |part: &str| format!("delivery.webhooks.{name}.{part}");
        let url = checked(&config.url, config.is_private)
            .map_err(|error| OpenError::setting(&field("url"), error))?;
        let secret = read(&field("secret_file"), &config.secret_file)?;
        let secret = secret.trim_ascii();
        if secret.len() < SECRET_MIN {
            let detail = format!("a secret has at least {SECRET_MIN} bytes");
            return Err(OpenError::setting(&field("secret_file"), detail));
        }
        Ok(Self {
            url,
            key: hmac::Key::new(hmac::HMAC_SHA256, secret),
            http: client(config.is_private)?,
        })
    }

    pub async fn send(&self, letter: &Letter<'_>, to: &str) -> Result<(), Failure> {
        let who = "The provider";
        let body = json!({
            "message_id": letter.id, "to": to, "subject": letter.subject, "text": letter.text,
        });
        let body = body.to_string();
        let answer = self
            .http
            .post(self.url.clone())
            .header("content-type", "application/json")
            .header("idempotency-key", letter.id)
            .header("sekoci-timestamp", letter.at_s)
            .header("sekoci-signature", self.signature(letter.at_s, &body))
            .body(body)
            .send()
            .await
            .map_err(|error| unanswered(&error, who))?;
        judged(answer.status(), who)
    }

    fn signature(&self, at_s: u64, body: &str) -> String {
        let signed = hmac::sign(&self.key, format!("{at_s}.{body}").as_bytes());
        signed.as_ref().iter().fold("v1=".into(), |mut text, byte| {
            write!(text, "{byte:02x}").expect("writing to a string cannot fail");
            text
        })
    }
}
