//! Who asks, and how often they may.

use super::Api;
use crate::limits::ClientAddress;
use crate::problem::Problem;
use crate::session::SignedIn;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::Response;

/// Reads the token, if there is one, and leaves [`SignedIn`] and [`ClientAddress`] with the request.
/// A token that is no session ends the request here.
pub(super) async fn authenticate(
    State(api): State<Api>,
    mut request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let address = address(&api, &request);
    request.extensions_mut().insert(address);
    match token(request.headers()).map(str::to_owned) {
        None => api.requests().of_address(address)?,
        Some(token) => match api.sessions().check(api.site(), &token).await {
            Ok(signed_in) => {
                api.requests().of_session(signed_in.session)?;
                request.extensions_mut().insert(signed_in);
            }
            Err(problem) => {
                api.requests().of_address(address)?;
                return Err(problem);
            }
        },
    }
    Ok(next.run(request).await)
}

/// For routes where a token does not matter: only the address is limited.
pub(super) async fn limit_address(
    State(api): State<Api>,
    mut request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let address = address(&api, &request);
    api.requests().of_address(address)?;
    request.extensions_mut().insert(address);
    Ok(next.run(request).await)
}

/// Lets only signed-in clients pass.
///
/// # Errors
/// 401 `not_signed_in`.
pub async fn require_session(
    _: Session,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    Ok(next.run(request).await)
}

fn address(api: &Api, request: &Request) -> ClientAddress {
    ClientAddress::find(
        request.extensions(),
        request.headers(),
        api.trusted_proxies(),
    )
}

/// The token of a request: `Authorization: Bearer <token>`, or for WebSockets, where browsers allow no
/// such header, `Sec-WebSocket-Protocol: sekoci, bearer.<token>`.
fn token(headers: &HeaderMap) -> Option<&str> {
    if let Some(value) = headers.get(header::AUTHORIZATION) {
        let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
        return scheme
            .eq_ignore_ascii_case("bearer")
            .then_some(token.trim());
    }
    headers
        .get_all(header::SEC_WEBSOCKET_PROTOCOL)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(','))
        .find_map(|protocol| protocol.trim().strip_prefix("bearer."))
}

/// The signed-in client of a request.
#[derive(Clone, Copy, Debug)]
pub struct Session(pub SignedIn);

impl<S: Sync> FromRequestParts<S> for Session {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts
            .extensions
            .get()
            .copied()
            .map(Self)
            .ok_or_else(Problem::not_signed_in)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_found_where_they_may_be() {
        let with = |name: header::HeaderName, value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(name, value.parse().unwrap());
            token(&headers).map(str::to_owned)
        };
        assert_eq!(
            with(header::AUTHORIZATION, "Bearer abc").as_deref(),
            Some("abc")
        );
        assert_eq!(
            with(header::AUTHORIZATION, "bearer  abc ").as_deref(),
            Some("abc")
        );
        assert_eq!(with(header::AUTHORIZATION, "Basic abc"), None);
        assert_eq!(with(header::AUTHORIZATION, "Bearer"), None);
        let protocols = header::SEC_WEBSOCKET_PROTOCOL;
        assert_eq!(
            with(protocols.clone(), "sekoci, bearer.abc").as_deref(),
            Some("abc")
        );
        assert_eq!(with(protocols, "sekoci"), None);
        assert_eq!(token(&HeaderMap::new()), None);
    }
}
