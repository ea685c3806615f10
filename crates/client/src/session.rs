//! Signing in, keeping the token, renewing it before it runs out.

use crate::call::Call;
use crate::exchange::{Ended, Progress};
use crate::{Client, Error};
use kernel::{AccountId, PersonId, Timestamp, WorkspaceId};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::RwLock;
use std::time::Duration;

/// What one signs in with.
#[derive(Clone)]
pub(crate) struct Credentials {
    pub user: String,
    pub password: String,
}

/// Holds the token of the session.
pub(crate) struct SessionKeeper {
    credentials: Option<Credentials>,
    token: RwLock<Option<Token>>,
    /// Held while signing in or renewing, so that a thousand calls do it once.
    turn: tokio::sync::Mutex<()>,
}

#[derive(Clone)]
struct Token {
    text: String,
    /// When it is renewed: after two thirds of its life. `None`: its end is unknown.
    renew_at: Option<Timestamp>,
    ends_at: Option<Timestamp>,
}

/// The answer to signing in.
#[derive(Clone, Debug, Deserialize)]
pub struct SignedIn {
    /// The session's token.
    pub token: String,
    /// When it ends, in milliseconds since the epoch.
    #[serde(default)]
    pub expires_at: Value,
    /// Who signed in.
    pub account: Account,
    /// Every site of the installation.
    #[serde(default)]
    pub sites: Vec<SiteEntry>,
}

/// An account of the installation.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// The name one signs in with.
    pub user: String,
    /// The name that is shown.
    #[serde(default)]
    pub name: String,
    /// Whether it may operate the installation.
    #[serde(default)]
    pub operator: bool,
}

/// A site as the installation lists it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct SiteEntry {
    /// Its name.
    pub name: String,
    /// Where clients reach it.
    pub url: String,
}

/// What a session may be used for.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Session {
    /// Who is signed in.
    pub account: Account,
    /// The workspaces the account is a person in.
    #[serde(default)]
    pub workspaces: Vec<WorkspaceEntry>,
    /// Every site.
    #[serde(default)]
    pub sites: Vec<SiteEntry>,
    /// The site that answered.
    #[serde(default)]
    pub site: String,
}

/// A workspace and who one is in it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct WorkspaceEntry {
    /// Its id.
    pub id: WorkspaceId,
    /// Its name.
    pub name: String,
    /// Who the account is there.
    pub person: PersonInWorkspace,
}

/// A person as seen from the account.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct PersonInWorkspace {
    /// Its id.
    pub id: PersonId,
    /// Its name.
    #[serde(default)]
    pub name: String,
    /// Its handle.
    #[serde(default)]
    pub handle: String,
    /// What it may do, for instance `import.run`.
    #[serde(default)]
    pub permissions: Vec<String>,
}

impl SessionKeeper {
    pub fn new(credentials: Option<Credentials>, token: Option<String>) -> Self {
        let token = token.map(|text| Token {
            text,
            renew_at: None,
            ends_at: None,
        });
        Self {
            credentials,
            token: RwLock::new(token),
            turn: tokio::sync::Mutex::new(()),
        }
    }

    pub const fn has_credentials(&self) -> bool {
        self.credentials.is_some()
    }

    /// Drops the token, unless another one took its place already.
    pub fn forget(&self, token: Option<&str>) {
        let mut held = self.write();
        if held.as_ref().map(|t| t.text.as_str()) == token {
            *held = None;
        }
    }

    fn held(&self) -> Option<Token> {
        self.token
            .read()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .clone()
    }

    fn write(&self) -> std::sync::RwLockWriteGuard<'_, Option<Token>> {
        self.token
            .write()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Client {
    /// Signs in with the credentials the client was given and keeps the token.
    ///
    /// # Errors
    /// A refusal (a wrong password), no answer, or no credentials.
    pub async fn sign_in(&self) -> Result<SignedIn, Error> {
        let _turn = self.shared.session.turn.lock().await;
        self.sign_in_within(self.shared.timeouts.patience).await
    }

    async fn sign_in_within(&self, patience: Duration) -> Result<SignedIn, Error> {
        let keeper = &self.shared.session;
        let credentials = keeper.credentials.as_ref().ok_or(Error::NoCredentials)?;
        let body = json!({ "user": credentials.user, "password": credentials.password });
        let mut call = Call::post_json(
            "installation/sign-in",
            "/api/installation/sign-in",
            &body,
            patience,
        );
        call.is_signed_in = false;
        self.take_token(&call, None).await
    }

    /// Sends a call whose answer is a token, and keeps that.
    async fn take_token(&self, call: &Call, token: Option<&str>) -> Result<SignedIn, Error> {
        let mut progress = Progress::new(call.patience);
        let reply = self
            .rounds(call, token, &mut progress)
            .await
            .map_err(|ended| match ended {
                Ended::SignInAgain(problem) => Error::Refused(problem),
                Ended::Failed(error) => error,
            })?;
        let signed_in: SignedIn = self.read(&call.operation, &reply)?;
        let now = self.shared.clock.now();
        let ends_at = signed_in.expires_at.as_i64().map(Timestamp);
        *self.shared.session.write() = Some(Token {
            text: signed_in.token.clone(),
            renew_at: ends_at.map(|end| now.plus_ms(end.since(now) / 3 * 2)),
            ends_at,
        });
        Ok(signed_in)
    }

    /// The session's token, signing in or renewing where that is due.
    ///
    /// # Errors
    /// As for [`Client::sign_in`].
    pub async fn session_token(&self) -> Result<String, Error> {
        self.token(self.shared.timeouts.patience).await
    }

    pub(crate) async fn token(&self, patience: Duration) -> Result<String, Error> {
        if let Some(token) = self.usable() {
            return Ok(token);
        }
        let _turn = self.shared.session.turn.lock().await;
        if let Some(token) = self.usable() {
            return Ok(token);
        }
        let now = self.shared.clock.now();
        let Some(held) = self.shared.session.held() else {
            return Ok(self.sign_in_within(patience).await?.token);
        };
        let is_over = held.ends_at.is_some_and(|end| now >= end);
        if is_over && self.shared.session.has_credentials() {
            return Ok(self.sign_in_within(patience).await?.token);
        }
        let call = Call::post_json(
            "installation/refresh-session",
            "/api/installation/refresh-session",
            &json!({}),
            patience.min(self.shared.timeouts.attempt),
        );
        match self.take_token(&call, Some(&held.text)).await {
            Ok(renewed) => Ok(renewed.token),
            // The old one still holds; the next call tries again.
            Err(error) if !is_over => {
                tracing::debug!(%error, "the session could not be renewed yet");
                Ok(held.text)
            }
            Err(error) => Err(error),
        }
    }

    fn usable(&self) -> Option<String> {
        let held = self.shared.session.held()?;
        let now = self.shared.clock.now();
        held.renew_at
            .is_none_or(|due| now < due)
            .then_some(held.text)
    }

    /// Who is signed in, and where that leads.
    ///
    /// # Errors
    /// When no site answers or the session is refused.
    pub async fn session(&self) -> Result<Session, Error> {
        let call = Call::get(
            "installation/session",
            "/api/installation/session",
            self.shared.timeouts.patience,
        );
        let reply = self.exchange(&call).await?;
        self.read(&call.operation, &reply)
    }
}
