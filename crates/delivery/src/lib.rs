//! Reaching people outside the app: by mail (SMTP), by Web Push, and by webhooks of providers of SMS and
//! voice.
//!
//! What is sent carries an id that is the same however often it is tried, and whoever tries: `Message-ID`
//! of a mail, `Topic` of a push message, `Idempotency-Key` of a webhook. Reasons for failures name
//! neither addresses nor secrets, so that they can be recorded and logged.

mod guard;
mod mail;
mod push;
mod webhook;

pub use mail::{Encryption, Smtp};
pub use push::WebPush;
pub use webhook::Webhook;

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

/// The longest a single attempt takes.
const TIMEOUT: Duration = Duration::from_secs(15);

/// How a site reaches people; what is left out is not reached that way.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The mail server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub smtp: Option<Smtp>,
    /// Web Push.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub web_push: Option<WebPush>,
    /// Providers of SMS and voice, by name. People name a provider; addresses are the operators' alone.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub webhooks: BTreeMap<String, Webhook>,
}

/// Whom something is sent to.
#[derive(Clone, Copy, Debug)]
pub enum To<'a> {
    /// A mail address.
    Email {
        /// The address.
        address: &'a str,
    },
    /// A provider.
    Webhook {
        /// Its name.
        provider: &'a str,
        /// Whom it is to reach.
        to: &'a str,
    },
    /// A browser.
    WebPush {
        /// The push service's address for it.
        endpoint: &'a str,
        /// Its public key, base64url.
        p256dh: &'a str,
        /// Its secret, base64url.
        auth: &'a str,
    },
}

/// What is sent.
#[derive(Clone, Copy, Debug)]
pub struct Letter<'a> {
    /// Its id, the same however often it is tried.
    pub id: &'a str,
    /// A line that says what it is.
    pub subject: &'a str,
    /// The text.
    pub text: &'a str,
    /// Now, in seconds since 1970.
    pub at_s: u64,
}

/// Why something was not taken. Texts name neither addresses nor secrets.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// It may be taken later.
    #[error("{0}")]
    Again(String),
    /// It will not be taken.
    #[error("{0}")]
    Never(String),
}

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A file cannot be read.
    #[error("{field}: {path}: {cause}")]
    File {
        /// The setting.
        field: String,
        /// The file.
        path: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
    /// A setting is not possible.
    #[error("{field}: {detail}")]
    Setting {
        /// The setting.
        field: String,
        /// Why.
        detail: String,
    },
}

impl OpenError {
    fn setting(field: &str, detail: impl std::fmt::Display) -> Self {
        Self::Setting {
            field: field.into(),
            detail: detail.to_string(),
        }
    }
}

/// The ways to people that are set up.
pub struct Post {
    mail: Option<mail::Mailer>,
    push: Option<push::Pusher>,
    webhooks: BTreeMap<String, webhook::Door>,
}

impl Post {
    /// Sets up what is configured.
    ///
    /// # Errors
    /// When files cannot be read, or a setting is not possible: mail without encryption to another
    /// machine, a webhook that is not `https`.
    pub fn open(config: &Config) -> Result<Self, OpenError> {
        let mail = config.smtp.as_ref().map(mail::Mailer::open).transpose()?;
        let push = config
            .web_push
            .as_ref()
            .map(push::Pusher::open)
            .transpose()?;
        let webhooks = config
            .webhooks
            .iter()
            .map(|(name, webhook)| Ok((name.clone(), webhook::Door::open(name, webhook)?)))
            .collect::<Result<_, OpenError>>()?;
        Ok(Self {
            mail,
            push,
            webhooks,
        })
    }

    /// Sends a letter once.
    ///
    /// # Errors
    /// Why it was not taken, and whether it may be later.
    pub async fn send(&self, letter: &Letter<'_>, to: To<'_>) -> Result<(), Failure> {
        let not_set_up = || Failure::Never("This site is not set up to reach people so.".into());
        let sent = async {
            match to {
                To::Email { address } => {
                    let mail = self.mail.as_ref().ok_or_else(not_set_up)?;
                    mail.send(letter, address).await
                }
                To::Webhook { provider, to } => {
                    let door = self.webhooks.get(provider).ok_or_else(not_set_up)?;
                    door.send(letter, to).await
                }
                To::WebPush {
                    endpoint,
                    p256dh,
                    auth,
                } => {
                    let push = self.push.as_ref().ok_or_else(not_set_up)?;
                    push.send(letter, endpoint, p256dh, auth).await
                }
            }
        };
        match tokio::time::timeout(TIMEOUT, sent).await {
            Ok(outcome) => outcome,
            Err(_) => Err(Failure::Again("There was no answer in time.".into())),
        }
    }
}

fn read(field: &str, path: &std::path::Path) -> Result<zeroize::Zeroizing<Vec<u8>>, OpenError> {
    std::fs::read(path)
        .map(zeroize::Zeroizing::new)
        .map_err(|cause| OpenError::File {
            field: field.into(),
            path: path.into(),
            cause,
        })
}
