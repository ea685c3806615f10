//! The vault's door: objects, early deletion and status over HTTP, each for the roles that need it.

mod deletions;
mod objects;
mod refused;

use crate::approval::Approvals;
use crate::log::Log;
use crate::token::{Holder, Role, Tokens};
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Json;
use axum::routing::{get, post};
use kernel::Clock;
use server::problem::Problem;
use server::session::throttle::{Rate, Throttle};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use vault::store::directory::DirectoryStore;

/// Where the doors of this version are.
pub const PREFIX: &str = "/v1";

/// Objects listed at once, at most.
pub const MAX_REQUEST_ITEMS: usize = 10_000;

/// Bytes that one site's token may add in a day, unless told otherwise.
pub const DAILY_BYTES: u64 = 256 << 30;

const DAY_MS: i64 = 24 * 3_600_000;

/// Wrong tokens from one address.
const WRONG_TOKENS: Rate = Rate {
    burst: 20,
    per_minute: 20,
};
/// Requests of one token: a site with many partitions catching up stays well below.
const REQUESTS: Rate = Rate {
    burst: 2_000,
    per_minute: 60_000,
};

/// What the door leads to.
#[derive(Clone)]
pub struct Door(Arc<Inner>);

struct Inner {
    store: DirectoryStore,
    tokens: Tokens,
    approvals: Approvals,
    log: Log,
    clock: Arc<dyn Clock>,
    wrong_tokens: Throttle,
    requests: Throttle,
    daily_bytes: u64,
    added: Mutex<HashMap<String, (i64, u64)>>,
    /// Space that is left free: a full disk could not even take the log's records.
    reserve_bytes: u64,
}

/// What a door needs.
pub struct Parts {
    /// The objects.
    pub store: DirectoryStore,
    /// Who may do what.
    pub tokens: Tokens,
    /// The vault's log.
    pub log: Log,
    /// The vault's own time.
    pub clock: Arc<dyn Clock>,
    /// Bytes that one site's token may add in a day.
    pub daily_bytes: u64,
    /// Bytes of disk that are left free.
    pub reserve_bytes: u64,
}

impl Door {
    /// A door.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let clock = &parts.clock;
        let approvals = Approvals::new(parts.store.clone(), parts.log.clone(), Arc::clone(clock));
        Self(Arc::new(Inner {
            approvals,
            wrong_tokens: Throttle::new(WRONG_TOKENS, Arc::clone(clock)),
            requests: Throttle::new(REQUESTS, Arc::clone(clock)),
            added: Mutex::default(),
            store: parts.store,
            tokens: parts.tokens,
            log: parts.log,
            clock: parts.clock,
            daily_bytes: parts.daily_bytes,
            reserve_bytes: parts.reserve_bytes,
        }))
    }

    /// Proposals and approvals.
    #[must_use]
    pub fn approvals(&self) -> &Approvals {
        &self.0.approvals
    }

    /// The routes.
    pub fn routes(self) -> Router {
        let object = get(objects::get)
            .head(objects::stat)
            .put(objects::put)
            .delete(objects::delete);
        let routes = Router::new()
            .route("/objects", get(objects::list))
            .route("/objects/{*name}", object)
            .route("/retention/{*name}", post(objects::retain))
            .route("/deletions", get(deletions::list).post(deletions::propose))
            .route("/deletions/{number}/approve", post(deletions::approve))
            .route("/log", get(deletions::log))
            .route("/status", get(status));
        Router::new()
            .nest(PREFIX, routes)
            .route("/livez", get(|| async { StatusCode::NO_CONTENT }))
            .fallback(|| async {
                Problem::new(
                    StatusCode::NOT_FOUND,
                    "route_not_found",
                    "There is nothing here.",
                )
            })
            .with_state(self)
    }

    /// Who asks, if they have one of these roles.
    fn admit(&self, request: &Asked<'_>, roles: &[Role]) -> Result<Holder, Problem> {
        let inner = &self.0;
        let token = bearer(request.headers).ok_or_else(Problem::not_signed_in)?;
        let found = inner.tokens.holder(token).map_err(|error| {
            tracing::error!(%error, "tokens cannot be read");
            Problem::unavailable("The vault cannot read its tokens.")
        })?;
        let Some(holder) = found else {
            inner
                .wrong_tokens
                .take(request.from.ip())
                .map_err(too_many)?;
            return Err(Problem::new(
                StatusCode::UNAUTHORIZED,
                "token_unknown",
                "Nobody holds this token; it may have been revoked.",
            ));
        };
        inner.requests.take(&holder.name).map_err(too_many)?;
        if !roles.iter().any(|role| holder.is(*role)) {
            return Err(not_allowed(&holder, request.what));
        }
        Ok(holder)
    }

    /// Counts bytes that a holder adds today.
    fn count(&self, holder: &Holder, bytes: usize) -> Result<(), Problem> {
        let today = self.0.clock.now().millis().div_euclid(DAY_MS);
        let mut added = self.0.added.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = added.entry(holder.name.clone()).or_insert((today, 0));
        if entry.0 != today {
            *entry = (today, 0);
        }
        let sum = entry.1.saturating_add(bytes as u64);
        if sum > self.0.daily_bytes {
            return Err(Problem::new(
                StatusCode::TOO_MANY_REQUESTS,
                "vault_daily_bytes",
                format!(
                    "{} has added {} bytes today; at most {} are taken in a day.",
                    holder.name, entry.1, self.0.daily_bytes
                ),
            ));
        }
        entry.1 = sum;
        Ok(())
    }

    /// Whether there is room for so many bytes beside the reserve.
    fn check_room(&self, bytes: usize) -> Result<(), Problem> {
        let Some(free) = free_bytes(self.0.store.root()) else {
            return Ok(());
        };
        if free < self.0.reserve_bytes.saturating_add(bytes as u64) {
            return Err(Problem::new(
                StatusCode::INSUFFICIENT_STORAGE,
                "vault_full",
                format!(
                    "{free} bytes are free, of which {} are kept in reserve.",
                    self.0.reserve_bytes
                ),
            ));
        }
        Ok(())
    }
}

/// A request as the door looks at it.
struct Asked<'a> {
    headers: &'a HeaderMap,
    from: SocketAddr,
    /// What is to be done, for the refusal.
    what: &'a str,
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers
        .get(header::AUTHORIZATION)?
        .to_str()
        .ok()?
        .split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn not_allowed(holder: &Holder, what: &str) -> Problem {
    Problem::new(
        StatusCode::FORBIDDEN,
        "not_permitted",
        format!("The token of {} does not allow to {what}.", holder.name),
    )
}

fn too_many(wait: server::session::throttle::TooOften) -> Problem {
    Problem::too_many_requests(wait.retry_after_ms)
}

fn free_bytes(root: &Path) -> Option<u64> {
    let state = nix::sys::statvfs::statvfs(root).ok()?;
    #[expect(
        clippy::useless_conversion,
        reason = "the counts have other widths on other systems"
    )]
    Some(u64::from(state.blocks_available()).saturating_mul(u64::from(state.fragment_size())))
}

async fn status(
    State(door): State<Door>,
    from: axum::extract::ConnectInfo<SocketAddr>,
    headers: HeaderMap,
) -> Result<Json<serde_json::Value>, Problem> {
    let asked = Asked {
        headers: &headers,
        from: from.0,
        what: "ask for the status",
    };
    let holder = door.admit(&asked, &[Role::Site, Role::Reader, Role::Person])?;
    let mut status = vault::store::Store::describe(&door.0.store).await;
    status["store"] = "vault".into();
    status["now"] = door.0.clock.now().millis().into();
    status["free_bytes"] = free_bytes(door.0.store.root()).into();
    status["holder"] = holder.name.into();
    status["roles"] = holder.roles.iter().map(|role| role.as_str()).collect();
    Ok(Json(status))
}
