//! Which tokens are sessions at this moment.
//!
//! Every request asks. What was found is remembered until the installation's view moves on, so that
//! a revocation counts from the moment it is applied and most requests cost a look into a map.

use super::SignedIn;
use super::keys::SessionKeys;
use super::token::{self, IssueError, LIFETIME_MS, TokenError};
use crate::problem::Problem;
use crate::runtime::QueryFailure;
use crate::site::Site;
use installation::SessionId;
use installation::queries;
use kernel::{AccountId, PartitionId, Seq, Timestamp, WorkspaceId};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// The most tokens remembered.
const REMEMBERED_MAX: usize = 50_000;

/// A new token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issued {
    /// The token.
    pub token: String,
    /// When it ends by itself.
    pub expires_at: Timestamp,
}

/// Verifies and issues tokens.
#[derive(Default)]
pub struct Sessions {
    known: RwLock<Known>,
}

/// What is known as of one position of the installation's chain.
#[derive(Default)]
struct Known {
    seq: Option<Seq>,
    keys: Arc<SessionKeys>,
    /// By the hash of the token.
    live: HashMap<[u8; 32], SignedIn>,
}

impl Sessions {
    /// The session behind a token.
    ///
    /// # Errors
    /// 401 when there is none; 503 when this site has not read far enough to tell.
    pub async fn check(&self, site: &Site, token: &str) -> Result<SignedIn, Problem> {
        let now = site.clock.now();
        let name = *blake3::hash(token.as_bytes()).as_bytes();
        let (seq, keys) = self.keys(site).await?;
        if let Some(known) = self.remembered(seq, &name) {
            return if now < known.expires_at {
                Ok(known)
            } else {
                Err(Problem::session_ended())
            };
        }
        let claims = token::verify(&keys, token, now).map_err(refused)?;
        if is_ended(site, &claims).await? {
            return Err(Problem::session_ended());
        }
        self.remember(seq, name, claims);
        Ok(claims)
    }

    /// A token for a session.
    ///
    /// # Errors
    /// 503 when the installation has no signing key yet.
    pub async fn issue(
        &self,
        site: &Site,
        account: AccountId,
        session: SessionId,
        begun_seq: Seq,
    ) -> Result<Issued, Problem> {
        let (_, keys) = self.keys(site).await?;
        let issued_at = site.clock.now();
        let expires_at = issued_at.plus_ms(LIFETIME_MS);
        let claims = SignedIn {
            account,
            session,
            begun_seq,
            issued_at,
            expires_at,
        };
        match token::issue(&keys, &claims) {
            Ok(token) => Ok(Issued { token, expires_at }),
            Err(IssueError::NoKey) => Err(Problem::unavailable(
                "The installation is not founded yet, as far as this site has read.",
            )),
            Err(error @ IssueError::Signing) => Err(Problem::internal(&error)),
        }
    }

    /// The keys as of what is applied now.
    async fn keys(&self, site: &Site) -> Result<(Seq, Arc<SessionKeys>), Problem> {
        let id = installation();
        let partition = site.partition(&id).ok_or_else(not_open)?;
        let seq = *partition.applied().borrow();
        {
            let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
            if known.seq == Some(seq) {
                return Ok((seq, Arc::clone(&known.keys)));
            }
        }
        let retired_after = site.clock.now().plus_ms(-LIFETIME_MS);
        let keys = site
            .query(&id, None, move |rows| {
                Ok(queries::signing_keys(rows, retired_after)?)
            })
            .await?;
        let keys = SessionKeys::of(&keys).map_err(|error| Problem::internal(&error))?;
        let keys = Arc::new(keys);
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        *known = Known {
            seq: Some(seq),
            keys: Arc::clone(&keys),
            live: HashMap::new(),
        };
        Ok((seq, keys))
    }

    fn remembered(&self, seq: Seq, name: &[u8; 32]) -> Option<SignedIn> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        (known.seq == Some(seq))
            .then(|| known.live.get(name).copied())
            .flatten()
    }

    fn remember(&self, seq: Seq, name: [u8; 32], claims: SignedIn) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        // What was found as of an earlier position is not remembered for a later one.
        if known.seq == Some(seq) {
            if known.live.len() >= REMEMBERED_MAX {
                known.live.clear();
            }
            known.live.insert(name, claims);
        }
    }
}

impl Site {
    /// Whether a session was ended, as far as this site has read. A site that cannot tell says no:
    /// for connections that are open already.
    pub async fn is_session_ended(&self, session: &SignedIn) -> bool {
        self.clock.now() >= session.expires_at || matches!(is_ended(self, session).await, Ok(true))
    }
}

/// Looks into the view, after waiting until it holds what the session began with.
async fn is_ended(site: &Site, claims: &SignedIn) -> Result<bool, QueryFailure> {
    let SignedIn {
        account,
        session,
        begun_seq,
        ..
    } = *claims;
    site.query(&installation(), Some(begun_seq), move |rows| {
        Ok(queries::is_session_ended(
            rows, account, session, begun_seq,
        )?)
    })
    .await
}

/// The installation's own partition.
pub(crate) fn installation() -> PartitionId {
    PartitionId::new(WorkspaceId::INSTALLATION, "installation")
}

fn refused(error: TokenError) -> Problem {
    match error {
        TokenError::NewerKey => {
            Problem::unavailable("This site has not read the key that signed this session yet.")
        }
        TokenError::Malformed | TokenError::Forged => Problem::not_signed_in(),
        TokenError::Expired => Problem::session_ended(),
    }
}

pub(crate) fn not_open() -> Problem {
    Problem::unavailable("This site is starting.")
}
