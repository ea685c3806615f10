//! Signing in with a password.
//!
//! Hashing is slow on purpose, so only a few run at once, few may wait, and failures are throttled
//! by user and by address. An unknown user costs what a wrong password costs.

use super::catch_up::{applied, catch_up, has_read};
use super::live::installation;
use super::throttle::{Rate, Throttle, TooOften};
use crate::config::Limits;
use crate::limits::ClientAddress;
use crate::problem::Problem;
use crate::site::Site;
use axum::http::StatusCode;
use installation::password::{Cost, HashError, Passwords};
use installation::queries::{self, SignIn};
use kernel::{Clock, Random};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// The most passwords hashed at once.
const AT_ONCE: usize = 4;
/// The most requests that wait for their turn.
const WAITING_MAX: usize = 256;
/// Longer ones belong to no account.
const PASSWORD_BYTES_MAX: usize = 1_024;
const USER_BYTES_MAX: usize = 256;

/// Checks passwords.
pub struct SignIns {
    passwords: Arc<Passwords>,
    by_user: Throttle,
    by_address: Throttle,
    at_once: Semaphore,
    waiting: Semaphore,
}

/// Somebody who wants to sign in.
#[derive(Clone)]
pub struct Attempt {
    /// Login name.
    pub user: String,
    /// Password.
    pub password: String,
    /// From where.
    pub address: ClientAddress,
}

impl SignIns {
    /// With the limits of the configuration.
    ///
    /// # Errors
    /// When the hashing cost is not possible.
    pub fn new(
        limits: &Limits,
        cost: Cost,
        clock: &Arc<dyn Clock>,
        random: &dyn Random,
    ) -> Result<Self, HashError> {
        let rate = Rate {
            burst: limits.sign_ins_per_minute,
            per_minute: limits.sign_ins_per_minute,
        };
        Ok(Self {
            passwords: Arc::new(Passwords::new(cost, random)?),
            by_user: Throttle::new(rate, Arc::clone(clock)),
            by_address: Throttle::new(rate, Arc::clone(clock)),
            at_once: Semaphore::new(AT_ONCE),
            waiting: Semaphore::new(WAITING_MAX),
        })
    }

    /// What hashes and verifies passwords.
    #[must_use]
    pub fn passwords(&self) -> Arc<Passwords> {
        Arc::clone(&self.passwords)
    }

    /// Runs work that hashes a password, when it is its turn, on a thread that may block.
    ///
    /// # Errors
    /// 503 when too much is waiting.
    pub async fn hashing<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Passwords) -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let _place = self
            .waiting
            .try_acquire()
            .map_err(|_| Problem::overloaded())?;
        let _turn = self
            .at_once
            .acquire()
            .await
            .map_err(|_| Problem::overloaded())?;
        let passwords = self.passwords();
        tokio::task::spawn_blocking(move || work(&passwords))
            .await
            .map_err(|error| Problem::internal(&error))
    }

    /// The account, where the password is right.
    ///
    /// # Errors
    /// 401 `sign_in_refused`, 429 after too many failures, 503 when too much is waiting.
    pub async fn check(&self, site: &Site, attempt: Attempt) -> Result<SignIn, Problem> {
        let user = attempt.user.trim().to_lowercase();
        self.admit(&user, attempt.address)?;
        let may_be = user.len() <= USER_BYTES_MAX && attempt.password.len() <= PASSWORD_BYTES_MAX;
        if may_be {
            let seen = applied(site, &installation());
            if let Some(account) = self.verify(site, &attempt).await? {
                return Ok(account);
            }
            // A password set at the other site a moment ago may not be here yet.
            if catch_up(site, &installation(), seen).await
                && let Some(account) = self.verify(site, &attempt).await?
            {
                return Ok(account);
            }
            // A client takes a no as final and would not ask the other site.
            if !has_read(site, &installation()) {
                return Err(Problem::unavailable(
                    "This site has not read yet who may sign in.",
                ));
            }
        }
        self.by_user.failed(&user);
        self.by_address.failed(attempt.address);
        Err(refused())
    }

    fn admit(&self, user: &str, address: ClientAddress) -> Result<(), Problem> {
        self.by_user.admit(user).map_err(too_often)?;
        self.by_address.admit(address).map_err(too_often)
    }

    async fn verify(&self, site: &Site, attempt: &Attempt) -> Result<Option<SignIn>, Problem> {
        let user = attempt.user.clone();
        let account = site
            .query(&installation(), None, move |rows| {
                Ok(queries::account_for_sign_in(rows, &user)?)
            })
            .await?;
        let password = attempt.password.clone();
        self.hashing(move |passwords| {
            let hash = account
                .as_ref()
                .map(|account| account.password_hash.as_str());
            let is_right = passwords.verify(hash, &password);
            account.filter(|account| is_right && account.is_active)
        })
        .await
    }
}

fn refused() -> Problem {
    Problem::new(
        StatusCode::UNAUTHORIZED,
        "sign_in_refused",
        "User and password do not fit together, or the account is deactivated.",
    )
}

fn too_often(wait: TooOften) -> Problem {
    Problem::new(
        StatusCode::TOO_MANY_REQUESTS,
        "too_many_sign_ins",
        "Too many failed attempts to sign in. Wait a moment.",
    )
    .retry_after(wait.retry_after_ms)
}
