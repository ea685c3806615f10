//! Objects: put, get, stat, list, retain, delete.

use super::refused::{RETAIN_UNTIL, Refused, set_retain_until};
use super::{Asked, Door, MAX_REQUEST_ITEMS};
use crate::log::What;
use crate::token::{Holder, Role};
use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{ConnectInfo, Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Json, Response};
use bytes::Bytes;
use kernel::Timestamp;
use serde::Deserialize;
use server::problem::Problem;
use std::net::SocketAddr;
use vault::store::{OBJECT_MAX, ObjectName, Put, Store, StoreError, Stored};

const RETAIN_BODY_MAX: usize = 1 << 10;

const EVERYONE: &[Role] = &[Role::Site, Role::Reader, Role::Person];

/// Beginnings of names that only people put.
const OF_PEOPLE: [&str; 2] = ["trust/", "identities/"];

type From = ConnectInfo<SocketAddr>;

/// What a listing asks for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Listing {
    #[serde(default)]
    prefix: String,
    after: Option<ObjectName>,
    limit: Option<usize>,
}

/// What a longer retention asks for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Retain {
    until: Timestamp,
}

pub(super) async fn put(
    State(door): State<Door>,
    from: From,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode, Refused> {
    let asked = asked(&headers, &from, "add objects");
    let holder = door.admit(&asked, &[Role::Site, Role::Person])?;
    let name = object_name(name)?;
    may_put(&holder, &name)?;
    let until = retain_until(&headers)?;
    let bytes = server::limits::read(&headers, body, OBJECT_MAX).await?;
    door.check_room(bytes.len())?;
    door.count(&holder, bytes.len())?;
    Ok(match door.0.store.put(&name, bytes, until).await? {
        Put::Created => StatusCode::CREATED,
        Put::AlreadyThere => StatusCode::OK,
    })
}

pub(super) async fn get(
    State(door): State<Door>,
    from: From,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Bytes, Refused> {
    let holder = door.admit(&asked(&headers, &from, "read objects"), EVERYONE)?;
    let name = object_name(name)?;
    may_get(&holder, &name)?;
    let found = door.0.store.get(&name).await?;
    Ok(found.ok_or(StoreError::Missing(name))?)
}

pub(super) async fn stat(
    State(door): State<Door>,
    from: From,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    door.admit(&asked(&headers, &from, "look at objects"), EVERYONE)?;
    let name = object_name(name)?;
    let found = door.0.store.stat(&name).await?;
    let stored = found.ok_or(StoreError::Missing(name))?;
    let mut response = StatusCode::OK.into_response();
    let size = stored.size.into();
    response.headers_mut().insert("object-size", size);
    set_retain_until(&mut response, stored.retain_until);
    Ok(response)
}

pub(super) async fn list(
    State(door): State<Door>,
    from: From,
    headers: HeaderMap,
    listing: Result<Query<Listing>, QueryRejection>,
) -> Result<Json<Items>, Refused> {
    door.admit(&asked(&headers, &from, "list objects"), EVERYONE)?;
    let Query(listing) =
        listing.map_err(|error| Problem::invalid("query", "malformed", error.body_text()))?;
    let limit = listing.limit.unwrap_or(MAX_REQUEST_ITEMS);
    if limit == 0 || limit > MAX_REQUEST_ITEMS {
        let detail = format!("1 to {MAX_REQUEST_ITEMS} objects can be listed at once.");
        return Err(Problem::invalid("limit", "out_of_range", detail).into());
    }
    let after = listing.after.as_ref();
    let items = door.0.store.list(&listing.prefix, after, limit).await?;
    Ok(Json(Items { items }))
}

pub(super) async fn retain(
    State(door): State<Door>,
    from: From,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode, Refused> {
    let asked = asked(&headers, &from, "extend retention");
    let holder = door.admit(&asked, &[Role::Site, Role::Person])?;
    let name = object_name(name)?;
    may_put(&holder, &name)?;
    let body = server::limits::read_json(&headers, body, RETAIN_BODY_MAX).await?;
    let wish: Retain = serde_json::from_value(body)
        .map_err(|error| Problem::invalid("until", "malformed", error.to_string()))?;
    door.0.store.retain(&name, wish.until).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn delete(
    State(door): State<Door>,
    from: From,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, Refused> {
    let holder = door.admit(&asked(&headers, &from, "delete objects"), &[Role::Person])?;
    let name = object_name(name)?;
    door.0.store.delete(&name).await?;
    let what = What::Pruned { name };
    door.0.log.add(&holder.name, what).await.map_err(|error| {
        tracing::error!(%error, "a deletion could not be logged");
        Problem::unavailable("It is deleted, but could not be logged.")
    })?;
    Ok(StatusCode::NO_CONTENT)
}

/// A listing's answer.
#[derive(serde::Serialize)]
pub(super) struct Items {
    items: Vec<Stored>,
}

fn asked<'a>(headers: &'a HeaderMap, from: &From, what: &'a str) -> Asked<'a> {
    Asked {
        headers,
        from: from.0,
        what,
    }
}

fn object_name(name: String) -> Result<ObjectName, Problem> {
    ObjectName::new(name).map_err(|error| Problem::invalid("name", "malformed", error.to_string()))
}

fn retain_until(headers: &HeaderMap) -> Result<Option<Timestamp>, Problem> {
    let Some(value) = headers.get(RETAIN_UNTIL) else {
        return Ok(None);
    };
    value
        .to_str()
        .ok()
        .and_then(|text| text.parse().ok())
        .map(|ms| Some(Timestamp(ms)))
        .ok_or_else(|| {
            let detail = "Milliseconds since the Unix epoch are needed.";
            Problem::invalid(RETAIN_UNTIL, "malformed", detail)
        })
}

/// The trust and earlier identities are people's; all else is the sites'.
fn may_put(holder: &Holder, name: &ObjectName) -> Result<(), Problem> {
    let is_of_people = OF_PEOPLE.iter().any(|p| name.as_str().starts_with(p));
    let role = if is_of_people {
        Role::Person
    } else {
        Role::Site
    };
    if holder.is(role) {
        return Ok(());
    }
    Err(super::not_allowed(holder, &format!("write to {name}")))
}

/// A site reads what is signed and public; what is sealed is for those who recover.
fn may_get(holder: &Holder, name: &ObjectName) -> Result<(), Problem> {
    let is_public = name.as_str().starts_with("trust/")
        || name.as_str().split('/').rev().nth(1) == Some("manifests");
    if is_public || holder.is(Role::Reader) || holder.is(Role::Person) {
        return Ok(());
    }
    Err(super::not_allowed(holder, &format!("read {name}")))
}
