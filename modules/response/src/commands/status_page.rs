//! The status page that anybody can read.

use super::{Deciding, line};
use crate::access::{Action, Asking};
use crate::events::{Fact, StatusPageSet};
use crate::limits::SLUG_CHARS;
use kernel::{CommandSpec, DecideError, Decision, Refusal};
use rusqlite::OptionalExtension;
use serde::Deserialize;
use utoipa::ToSchema;

/// How it is offered.
pub const SET: CommandSpec = CommandSpec::new::<SetStatusPage>(
    "set-status-page",
    "Put the workspace's status page up, or take it down.",
);

/// Put the status page up, or take it down.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetStatusPage {
    /// Whether anybody who knows its address can read it.
    pub is_on: bool,
    /// Its public name, the end of its address: 16 to 64 of a-z, 0-9 and -. Random, nobody guesses it.
    pub slug: String,
    /// Its heading.
    pub title: String,
}

/// Decides it.
///
/// # Errors
/// `bad_slug`, and those who may not.
pub fn set(of: &Deciding<'_>, body: SetStatusPage) -> Result<Decision, DecideError> {
    let asking = Asking::permitted(of.rows, of.actor, Action::SetStatusPage)?;
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if !SLUG_CHARS.contains(&body.slug.len()) || !body.slug.chars().all(is_plain) {
        let detail = "The name of a status page has 16 to 64 characters of a-z, 0-9 and -.";
        return Err(Refusal::invalid("command.slug", "bad_slug", detail).into());
    }
    let title = line("command.title", &body.title)?;
    let now: Option<(bool, String, String)> = of
        .rows
        .prepare_cached("SELECT is_on, slug, title FROM status_page")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    if now.is_some_and(|now| now == (body.is_on, body.slug.clone(), title.clone())) {
        return Ok(Decision::unchanged());
    }
    let fact = StatusPageSet {
        is_on: body.is_on,
        slug: body.slug,
        title,
        by: asking.id,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}

#[cfg(test)]
mod tests {
    use crate::tests::{ADMIN, MEMBER, by, team};
    use serde_json::json;

    #[test]
    fn it_is_up_only_where_somebody_put_it_up() {
        let mut given = team();
        let set =
            |slug: &str, is_on: bool| json!({"is_on": is_on, "slug": slug, "title": "Harbour"});
        let slug = "k3v9-0qwe-77ab-xx12";
        by(&mut given, MEMBER)
            .when("set-status-page", set(slug, true))
            .refused("not_permitted");
        for bad in ["short", "With-Capitals-In-It", "dots.and/slashes-here"] {
            by(&mut given, ADMIN)
                .when("set-status-page", set(bad, true))
                .refused("bad_slug");
        }
        by(&mut given, ADMIN)
            .when("set-status-page", set(slug, true))
            .accepted("status-page-set");
        by(&mut given, ADMIN)
            .when("set-status-page", set(slug, true))
            .unchanged();
        let page = crate::queries::status_page_of(given.rows())
            .unwrap()
            .unwrap();
        assert!(page.is_on && page.slug == slug);
        by(&mut given, ADMIN)
            .when("set-status-page", set(slug, false))
            .accepted("status-page-set");
        given.assert_replays();
    }
}
