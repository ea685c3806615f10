//! The web app and the pages about errors, embedded in the binary.
//!
//! Paths that are no file and look like a page of the app get `index.html`, so that a link into the
//! app works. Files with a hash in their name never change; everything else is asked for again.

use crate::problem::Problem;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};

#[derive(RustEmbed)]
#[folder = "../../web/dist"]
struct WebApp;

/// `docs/errors/`: a page for every code a problem document may carry.
#[derive(RustEmbed)]
#[folder = "../../docs/errors"]
pub struct ErrorPages;

const INDEX: &str = "index.html";
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");

/// What browsers are told with every answer.
#[derive(Clone, Debug)]
pub struct SecurityHeaders(Vec<(HeaderName, HeaderValue)>);

impl SecurityHeaders {
    /// The headers of an installation whose sites people reach at `sites` (their URLs). `is_tls`:
    /// this site is reached over TLS only.
    #[must_use]
    pub fn new<'a>(sites: impl Iterator<Item = &'a str>, is_tls: bool) -> Self {
        let fixed = |text: &'static str| HeaderValue::from_static(text);
        let policy = HeaderValue::from_str(&policy(sites)).unwrap_or_else(|_| {
            tracing::error!(
                "a site's URL does not fit into a header; the web app is confined to its own site"
            );
            HeaderValue::from_static(
                "default-src 'self'; object-src 'none'; frame-ancestors 'none'",
            )
        });
        let mut headers = vec![
            (header::CONTENT_SECURITY_POLICY, policy),
            (header::X_CONTENT_TYPE_OPTIONS, fixed("nosniff")),
            (header::REFERRER_POLICY, fixed("no-referrer")),
            (header::X_FRAME_OPTIONS, fixed("DENY")),
            (
                HeaderName::from_static("cross-origin-opener-policy"),
                fixed("same-origin"),
            ),
            (
                HeaderName::from_static("permissions-policy"),
                fixed("camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
            ),
        ];
        if is_tls {
            headers.push((
                header::STRICT_TRANSPORT_SECURITY,
                fixed("max-age=31536000; includeSubDomains"),
            ));
        }
        Self(headers)
    }

    /// Adds the headers to a response that does not have its own.
    pub fn add_to(&self, headers: &mut HeaderMap) {
        for (name, value) in &self.0 {
            headers.entry(name).or_insert_with(|| value.clone());
        }
    }
}

/// The content security policy: only the app's own files, talking to the installation's own sites.
/// Styles may be inline because the component library writes them at run time.
fn policy<'a>(sites: impl Iterator<Item = &'a str>) -> String {
    let mut connect = String::from("connect-src 'self'");
    for site in sites {
        let site = site.trim_end_matches('/');
        connect.push(' ');
        connect.push_str(site);
        if let Some(rest) = site.strip_prefix("http") {
            connect.push_str(" ws");
            connect.push_str(rest);
        }
    }
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' blob: data:",
        "media-src 'self' blob:",
        "font-src 'self'",
        "worker-src 'self'",
        "manifest-src 'self'",
        &connect,
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "object-src 'none'",
    ]
    .join("; ")
}

/// Serves a file of the web app.
pub async fn web_app(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    if !matches!(method, Method::GET | Method::HEAD) {
        return not_found().into_response();
    }
    let path = uri.path().trim_start_matches('/');
    let file = WebApp::get(path).map(|file| (path, file));
    let found =
        file.or_else(|| is_page(path).then(|| WebApp::get(INDEX).map(|file| (INDEX, file)))?);
    match found {
        Some((path, file)) => serve(path, &file, &headers),
        None => not_found().into_response(),
    }
}

/// Serves the page about an error code.
pub async fn error_page(axum::extract::Path(code): axum::extract::Path<String>) -> Response {
    let is_code = code
        .bytes()
        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    match is_code
        .then(|| ErrorPages::get(&format!("{code}.md")))
        .flatten()
    {
        Some(page) => (
            [(header::CONTENT_TYPE, "text/markdown; charset=utf-8")],
            page.data.into_owned(),
        )
            .into_response(),
        None => not_found().into_response(),
    }
}

/// Whether a path that is no file is a page of the app: a file that is missing must not look like
/// one, or a browser would take the page for a script.
fn is_page(path: &str) -> bool {
    let last = path.rsplit('/').next().unwrap_or_default();
    !last.contains('.') && !path.starts_with("api/") && path != "api"
}

/// Vite puts files with a hash in their name, and only such files, into `assets/`.
fn is_unchanging(path: &str) -> bool {
    path.starts_with("assets/")
}

fn serve(path: &str, file: &EmbeddedFile, request: &HeaderMap) -> Response {
    let tag = blake3::Hash::from_bytes(file.metadata.sha256_hash()).to_hex();
    let tag = HeaderValue::from_str(&format!("\"{}\"", &tag[..32])).ok();
    let mut response = if tag.is_some() && request.get(header::IF_NONE_MATCH) == tag.as_ref() {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        file.data.clone().into_owned().into_response()
    };
    let headers = response.headers_mut();
    let kept = if is_unchanging(path) {
        FOR_EVER
    } else {
        ASK_AGAIN
    };
    headers.insert(header::CACHE_CONTROL, kept);
    let media_type = mime_guess::from_path(path).first_or_octet_stream();
    let mut text = media_type.essence_str().to_owned();
    if media_type.type_() == mime_guess::mime::TEXT {
        text.push_str("; charset=utf-8");
    }
    if let Ok(value) = HeaderValue::from_str(&text) {
        headers.insert(header::CONTENT_TYPE, value);
    }
    if let Some(tag) = tag {
        headers.insert(header::ETAG, tag);
    }
    response
}

fn not_found() -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        "route_not_found",
        "There is nothing at this address.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn get(path: &str) -> Response {
        web_app(Method::GET, path.parse().unwrap(), HeaderMap::new()).await
    }

    #[tokio::test]
    async fn links_into_the_app_get_its_page_and_missing_files_do_not() {
        for path in ["/", "/index.html", "/w/acme/c/general"] {
            let response = get(path).await;
            assert_eq!(response.status(), 200, "{path}");
            assert_eq!(
                response.headers()["content-type"],
                "text/html; charset=utf-8"
            );
            assert_eq!(response.headers()["cache-control"], "no-cache");
        }
        for path in [
            "/assets/missing-1234.js",
            "/api/none",
            "/favicon.png",
            "/../Cargo.toml",
        ] {
            assert_eq!(get(path).await.status(), 404, "{path}");
        }
        let post = web_app(Method::POST, "/".parse().unwrap(), HeaderMap::new()).await;
        assert_eq!(post.status(), 404);
    }

    #[tokio::test]
    async fn a_browser_that_has_the_file_is_not_sent_it_again() {
        let tag = get("/").await.headers()["etag"].clone();
        let mut headers = HeaderMap::new();
        headers.insert(header::IF_NONE_MATCH, tag);
        let response = web_app(Method::GET, "/".parse().unwrap(), headers).await;
        assert_eq!(response.status(), 304);
    }

    #[test]
    fn only_hashed_files_are_kept_for_ever() {
        assert!(is_unchanging("assets/index-9f1c2b3a.js"));
        assert!(!is_unchanging("sw.js"));
        assert!(!is_unchanging(INDEX));
    }

    #[test]
    fn the_policy_names_both_sites_and_nobody_else() {
        let policy = policy(["https://a.example.org/", "https://b.example.org:8443"].into_iter());
        assert!(policy.contains(
            "connect-src 'self' https://a.example.org wss://a.example.org \
             https://b.example.org:8443 wss://b.example.org:8443;"
        ));
        assert!(policy.contains("script-src 'self';") && policy.contains("frame-ancestors 'none'"));
        assert!(!policy.contains('*'));
    }

    #[test]
    fn transport_security_is_promised_only_over_tls() {
        let has_it = |is_tls| {
            let mut headers = HeaderMap::new();
            SecurityHeaders::new(std::iter::empty(), is_tls).add_to(&mut headers);
            headers.contains_key(header::STRICT_TRANSPORT_SECURITY)
        };
        assert!(has_it(true) && !has_it(false));
    }
}
