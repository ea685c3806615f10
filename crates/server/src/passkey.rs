//! Passkeys (WebAuthn): registering one, and signing in with one instead of a password.
//!
//! A ceremony has two steps, and either site may finish what the other began: the state between them
//! goes to the client, sealed ([`ceremony`]). Passkeys are made discoverable, so that signing in needs
//! no user name and tells nobody which accounts exist.

mod ceremony;
#[cfg(test)]
pub(crate) mod soft;
#[cfg(test)]
mod tests;

use crate::problem::Problem;
use ceremony::{Ceremonies, CeremonyError};
use journal::DataKey;
use kernel::id::Uuid;
use kernel::{AccountId, Clock, Random};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::Arc;
use webauthn_rs::prelude::{
    AuthenticationResult, CredentialID, DiscoverableAuthentication, Passkey, PasskeyRegistration,
    PublicKeyCredential, RegisterPublicKeyCredential, Url, Webauthn, WebauthnBuilder,
};

/// How long a person may take for a ceremony, in milliseconds.
const CEREMONY_MS: i64 = 5 * 60 * 1000;
const REGISTER: &str = "register";
const SIGN_IN: &str = "sign-in";

/// Runs ceremonies for an installation whose sites share a domain.
pub struct Passkeys {
    webauthn: Webauthn,
    ceremonies: Ceremonies,
}

/// The first step: what the browser is asked, and what it brings back with its answer.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Started {
    /// To be sent back with the browser's answer.
    pub ceremony_id: String,
    /// For `navigator.credentials`.
    #[schema(value_type = Object)]
    pub options: Value,
}

#[derive(Serialize, Deserialize)]
struct Registering {
    account: AccountId,
    state: PasskeyRegistration,
}

/// Who claims to sign in, and with which credential: to be looked up before the claim is checked.
pub struct Claim {
    /// The account the authenticator names.
    pub account: AccountId,
    credential: PublicKeyCredential,
    state: DiscoverableAuthentication,
}

/// A checked sign-in.
pub struct Proven {
    /// The credential that was used.
    pub credential_id: CredentialID,
    /// The passkey with its new counter, where it should be stored again.
    pub updated: Option<Passkey>,
}

impl Claim {
    /// Whether one of these passkeys says that it made the claim; whether it did is to be proved.
    #[must_use]
    pub fn is_by_one_of(&self, passkeys: &[Passkey]) -> bool {
        passkeys.iter().any(|passkey| self.is_by(passkey))
    }

    fn is_by(&self, passkey: &Passkey) -> bool {
        passkey.cred_id().as_slice() == self.credential.get_credential_id()
    }
}

impl Passkeys {
    /// Passkeys for sites at `urls`. `None` where browsers allow none: the sites share no domain
    /// (bare IP addresses have none), or are not reached over TLS.
    #[must_use]
    pub fn new<'a>(
        urls: impl Iterator<Item = &'a str>,
        key: &DataKey,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Option<Self> {
        let origins: Vec<Url> = urls.map(Url::parse).collect::<Result<_, _>>().ok()?;
        let domain = shared_domain(&origins)?;
        let (first, others) = origins.split_first()?;
        let builder = WebauthnBuilder::new(&domain, first).ok()?.rp_name("Sekoci");
        let builder = others.iter().fold(builder, |builder, origin| {
            builder.append_allowed_origin(origin)
        });
        Some(Self {
            webauthn: builder.build().ok()?,
            ceremonies: Ceremonies::new(key, CEREMONY_MS, clock, random),
        })
    }

    /// Begins to register a passkey for a signed-in account that has the passkeys `held` already.
    ///
    /// # Errors
    /// When the ceremony cannot be begun.
    pub fn start_registration(
        &self,
        account: AccountId,
        user: &str,
        name: &str,
        held: Vec<Passkey>,
    ) -> Result<Started, Problem> {
        let exclude = held
            .iter()
            .map(|passkey| passkey.cred_id().clone())
            .collect();
        let (challenge, state) = self
            .webauthn
            .start_passkey_registration(account.0, user, name, Some(exclude))
            .map_err(|error| Problem::internal(&error))?;
        let mut options = serde_json::to_value(challenge).map_err(|e| Problem::internal(&e))?;
        // Only a discoverable passkey can be used without naming the account first.
        let selection = &mut options["publicKey"]["authenticatorSelection"];
        selection["residentKey"] = "required".into();
        selection["requireResidentKey"] = true.into();
        self.started(REGISTER, &Registering { account, state }, options)
    }

    /// Ends a registration for the account that began it.
    ///
    /// # Errors
    /// 422 when the ceremony is over, was another account's or the answer does not fit it.
    pub fn finish_registration(
        &self,
        account: AccountId,
        ceremony_id: &str,
        credential: Value,
    ) -> Result<Passkey, Problem> {
        let registering: Registering = self.resume(REGISTER, ceremony_id)?;
        if registering.account != account {
            return Err(refused("The ceremony was begun by another account."));
        }
        let credential: RegisterPublicKeyCredential = read(credential)?;
        self.webauthn
            .finish_passkey_registration(&credential, &registering.state)
            .map_err(|error| refused(&error.to_string()))
    }

    /// Begins to sign in.
    ///
    /// # Errors
    /// When the ceremony cannot be begun.
    pub fn start_sign_in(&self) -> Result<Started, Problem> {
        let (mut challenge, state) = self
            .webauthn
            .start_discoverable_authentication()
            .map_err(|error| Problem::internal(&error))?;
        // The person pressed a button and is not filling in a form.
        challenge.mediation = None;
        let options = serde_json::to_value(challenge).map_err(|e| Problem::internal(&e))?;
        self.started(SIGN_IN, &state, options)
    }

    /// Reads who claims to sign in. Each ceremony is read once at a site.
    ///
    /// # Errors
    /// 422 when the ceremony is over or the answer cannot be read.
    pub fn claim(&self, ceremony_id: &str, credential: Value) -> Result<Claim, Problem> {
        let state: DiscoverableAuthentication = self.resume(SIGN_IN, ceremony_id)?;
        let credential: PublicKeyCredential = read(credential)?;
        let (account, _): (Uuid, _) = self
            .webauthn
            .identify_discoverable_authentication(&credential)
            .map_err(|_| not_accepted())?;
        Ok(Claim {
            account: AccountId(account),
            credential,
            state,
        })
    }

    /// Checks a claim against the passkeys the account has.
    ///
    /// # Errors
    /// 401 when none of them made it.
    pub fn prove(&self, claim: Claim, held: Vec<Passkey>) -> Result<Proven, Problem> {
        let passkey = held.into_iter().find(|passkey| claim.is_by(passkey));
        let mut passkey = passkey.ok_or_else(not_accepted)?;
        let result: AuthenticationResult = self
            .webauthn
            .finish_discoverable_authentication_v2(&claim.credential, claim.state, &passkey)
            .map_err(|error| {
                tracing::info!(%error, "a passkey was not accepted");
                not_accepted()
            })?;
        let is_changed = result.needs_update() && passkey.update_credential(&result) == Some(true);
        Ok(Proven {
            credential_id: result.cred_id().clone(),
            updated: is_changed.then_some(passkey),
        })
    }

    fn started<T: Serialize>(
        &self,
        purpose: &str,
        state: &T,
        options: Value,
    ) -> Result<Started, Problem> {
        let ceremony_id = self
            .ceremonies
            .seal(purpose, state)
            .map_err(|error| Problem::internal(&error))?;
        Ok(Started {
            ceremony_id,
            options,
        })
    }

    fn resume<T: serde::de::DeserializeOwned>(
        &self,
        purpose: &str,
        ceremony_id: &str,
    ) -> Result<T, Problem> {
        self.ceremonies
            .open(purpose, ceremony_id)
            .map_err(|error| match error {
                CeremonyError::Form(error) => Problem::internal(&error),
                CeremonyError::NotOurs | CeremonyError::Over | CeremonyError::Used => {
                    Problem::invalid(
                        "ceremony_id",
                        "passkey_ceremony_over",
                        "Begin again: this has ended.",
                    )
                }
            })
    }
}

fn read<T: serde::de::DeserializeOwned>(credential: Value) -> Result<T, Problem> {
    serde_json::from_value(credential)
        .map_err(|error| Problem::invalid("credential", "malformed", error.to_string()))
}

fn refused(cause: &str) -> Problem {
    Problem::invalid("credential", "passkey_refused", cause)
}

fn not_accepted() -> Problem {
    Problem::new(
        axum::http::StatusCode::UNAUTHORIZED,
        "sign_in_refused",
        "This passkey is not known here.",
    )
}

/// The domain passkeys are bound to: the longest that all sites are in. It has two labels at least,
/// or is `localhost`.
fn shared_domain(origins: &[Url]) -> Option<String> {
    let mut shared: Option<Vec<&str>> = None;
    for origin in origins {
        let domain = origin.domain()?;
        if origin.scheme() != "https" && domain != "localhost" {
            return None;
        }
        let labels: Vec<&str> = domain.rsplit('.').collect();
        shared = Some(match shared {
            None => labels,
            Some(before) => {
                let common = before.iter().zip(&labels).take_while(|(a, b)| a == b);
                common.map(|(label, _)| *label).collect()
            }
        });
    }
    let labels = shared?;
    let domain = labels.iter().rev().copied().collect::<Vec<_>>().join(".");
    (labels.len() >= 2 || domain == "localhost").then_some(domain)
}
