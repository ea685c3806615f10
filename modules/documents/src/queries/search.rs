//! Folders, documents and files that hold what was searched for.

use crate::ItemId;
use crate::access::Viewer;
use crate::content::plain;
use crate::events::{ItemKind, Role};
use crate::place::with_readable;
use crate::store::{load, unusable};
use kernel::page::{Page, after, limit};
use kernel::{Actor, DecideError, PersonId, Refusal, Timestamp};
use rusqlite::{Connection, Row, params};
use search_text::highlight::{Fragment, excerpt, holds};
use search_text::matching::{Term, expression, terms};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The longest query, in characters.
const QUERY_CHARS_MAX: usize = 200;
/// The most documents, the latest first, that are read as they are because they do not rest.
const UNSETTLED_MAX: u32 = 50;

/// What is searched for. All words must be there; the last one counts as a beginning. Chinese,
/// Japanese and Korean need no spaces. Simplified and traditional characters are not the same.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SearchParams {
    /// The words, at most 200 characters.
    pub q: String,
    /// Where the page begins.
    pub cursor: Option<String>,
    /// How many; 50 unless asked for, 200 at most.
    pub limit: Option<u32>,
}

/// An item that was found.
#[derive(Debug, Serialize, ToSchema)]
pub struct FoundItem {
    /// The item.
    pub id: ItemId,
    /// What it is.
    pub kind: ItemKind,
    /// Its name, in pieces.
    pub name: Vec<Fragment>,
    /// The text around the first match, in pieces; put together they are the text as written.
    pub excerpt: Vec<Fragment>,
    /// What the asker may do with it.
    pub role: Role,
    /// Who changed it last.
    pub changed_by: PersonId,
    /// When.
    pub changed_at: Timestamp,
    #[serde(skip)]
    key: i64,
}

/// Answers it, the latest first.
///
/// # Errors
/// `query_empty` where nothing can be searched for, `query_too_long`.
pub fn search(
    rows: &Connection,
    actor: &Actor,
    params: SearchParams,
) -> Result<Page<FoundItem>, DecideError> {
    let viewer = Viewer::of(rows, actor)?;
    let wanted = checked(&params.q)?;
    let limit = limit(params.limit)?;
    let (time, key) = after(params.cursor.as_deref())?.unwrap_or((i64::MAX, i64::MAX));
    let terms = terms(&params.q);
    let at_top = viewer.role_at_top()?.map_or(0, Role::rank);
    // Documents in which somebody writes at this moment are not in the index as they are.
    let mut items: Vec<FoundItem> = rows
        .prepare_cached(with_readable!(
            "SELECT i.key, i.id, i.kind, i.name, r.role, i.changed_by, i.changed_at, c.text
             FROM item_text f JOIN item i ON i.key = f.rowid JOIN reach r ON r.key = i.key
             LEFT JOIN content c ON c.item = i.key
             WHERE f.tokens MATCH ?4 AND r.role > 0 AND NOT r.is_trashed
             AND (c.item IS NULL OR c.last_seq = c.merged_seq)
             AND (i.changed_at, i.key) < (?5, ?6)
             ORDER BY i.changed_at DESC, i.key DESC LIMIT ?7"
        ))?
        .query_map(
            params![
                viewer.id,
                !viewer.is_guest,
                at_top,
                wanted,
                time,
                key,
                limit + 1
            ],
            |row| found(row, &terms),
        )?
        .collect::<Result<_, _>>()?;
    let unsettled = rows
        .prepare_cached(with_readable!(
            "SELECT i.key, i.id, i.kind, i.name, r.role, i.changed_by, i.changed_at, NULL
             FROM content c JOIN item i ON i.key = c.item JOIN reach r ON r.key = i.key
             WHERE c.last_seq > c.merged_seq AND r.role > 0 AND NOT r.is_trashed
             AND (i.changed_at, i.key) < (?4, ?5)
             ORDER BY i.changed_at DESC, i.key DESC LIMIT ?6"
        ))?
        .query_map(
            params![
                viewer.id,
                !viewer.is_guest,
                at_top,
                time,
                key,
                UNSETTLED_MAX
            ],
            |row| Ok((row.get::<_, String>(3)?, found(row, &terms)?)),
        )?
        .collect::<Result<Vec<_>, _>>()?;
    for (name, mut item) in unsettled {
        let blocks = load(rows, item.key, 0)?.blocks().map_err(unusable)?;
        let text = plain(&blocks);
        if holds(&format!("{name}\n{text}"), &terms) {
            item.excerpt = excerpt(&text, &terms);
            items.push(item);
        }
    }
    items.sort_by_key(|item| std::cmp::Reverse((item.changed_at, item.key)));
    items.truncate(limit as usize + 1);
    Ok(Page::cut(items, limit, |row| (row.changed_at, row.key)))
}

fn found(row: &Row<'_>, terms: &[Term]) -> rusqlite::Result<FoundItem> {
    let name: String = row.get(3)?;
    let text: Option<String> = row.get(7)?;
    Ok(FoundItem {
        key: row.get(0)?,
        id: row.get(1)?,
        kind: row.get(2)?,
        name: excerpt(&name, terms),
        excerpt: excerpt(&text.unwrap_or_default(), terms),
        role: Role::of_rank(row.get(4)?).unwrap_or(Role::Viewer),
        changed_by: row.get(5)?,
        changed_at: Timestamp(row.get(6)?),
    })
}

fn checked(query: &str) -> Result<String, Refusal> {
    if query.chars().count() > QUERY_CHARS_MAX {
        let detail = format!("A query has at most {QUERY_CHARS_MAX} characters.");
        return Err(Refusal::invalid("q", "query_too_long", detail));
    }
    let wanted = expression(query);
    if wanted.is_empty() {
        let detail = "The query has neither letters nor digits.";
        return Err(Refusal::invalid("q", "query_empty", detail));
    }
    Ok(wanted)
}
