//! `GET /status/{name}`: the status page of a workspace, for anybody who has its address. It is served
//! by both sites from what each has, without the app, without scripts and without a word about people:
//! only what was said in public about incidents.

mod html;
mod words;

use crate::http::Api;
use crate::problem::Problem;
use crate::site::Site;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use html::Page;
use kernel::WorkspaceId;
use response::queries::{PublicIncident, StatusPage, public_incidents, status_page_of};
use serde::Deserialize;
pub use words::Language;

/// Incidents shown.
const SHOWN_MAX: u32 = 20;

/// Nothing but the page itself: no scripts, no pictures, nothing from elsewhere.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'",
);

/// What may be asked for besides the page.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    lang: Option<String>,
}

/// Shows the page.
///
/// # Errors
/// 404 where no workspace has put up a page with this name.
pub(crate) async fn show(
    State(api): State<Api>,
    Path(slug): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let language = Language::wanted(asked.lang.as_deref(), &headers);
    let found = find(api.site(), &slug).await.ok_or_else(no_page)?;
    let page = Page {
        title: &found.page.title,
        incidents: &found.incidents,
        now: api.site().clock.now(),
        site: Some(api.site().name.as_str()),
        language,
    };
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/html; charset=utf-8"),
        ),
        (
            header::CONTENT_LANGUAGE,
            HeaderValue::from_static(language.tag()),
        ),
        (
            header::CACHE_CONTROL,
            HeaderValue::from_static("public, max-age=10"),
        ),
        (header::VARY, HeaderValue::from_static("accept-language")),
        (header::CONTENT_SECURITY_POLICY, POLICY),
    ];
    Ok((headers, page.html()).into_response())
}

/// What a workspace's status page shows.
struct Found {
    page: StatusPage,
    incidents: Vec<PublicIncident>,
}

/// The page with this name. Of several workspaces with the same name, the first to have it has it.
async fn find(site: &Site, slug: &str) -> Option<Found> {
    let mut found: Option<(WorkspaceId, Found)> = None;
    for partition in site.partitions() {
        if partition.id.module != response::Response::NAME {
            continue;
        }
        let wanted = slug.to_owned();
        let looked = partition.query(None, move |rows| {
            let page = status_page_of(rows)?.filter(|page| page.is_on && page.slug == wanted);
            Ok(match page {
                Some(page) => Some(Found {
                    page,
                    incidents: public_incidents(rows, SHOWN_MAX)?,
                }),
                None => None,
            })
        });
        let Ok(Some(here)) = looked.await else {
            continue;
        };
        let place = (here.page.set_at, partition.id.workspace);
        let is_first = found
            .as_ref()
            .is_none_or(|(workspace, there)| place < (there.page.set_at, *workspace));
        if is_first {
            found = Some((partition.id.workspace, here));
        }
    }
    found.map(|(_, found)| found)
}

fn no_page() -> Problem {
    let detail = "There is nothing at this address.";
    Problem::new(StatusCode::NOT_FOUND, "route_not_found", detail)
}
