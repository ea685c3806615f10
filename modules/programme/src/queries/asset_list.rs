//! The register.

use super::reader;
use crate::AssetId;
use crate::events::AssetKind;
use kernel::page::{after, cut, limit};
use kernel::{Actor, DecideError, PersonId, Refusal, Timestamp};
use rusqlite::{Connection, Row, params};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Characters of a search.
const SEARCH_CHARS_MAX: usize = 100;

/// Which assets.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AssetListParams {
    /// Only those with this in name or key.
    pub search: Option<String>,
    /// Only those of this kind.
    pub kind: Option<AssetKind>,
    /// Only those of this person.
    pub owner: Option<PersonId>,
    /// Only those of this priority class.
    pub class: Option<u8>,
    /// Only those that were retired (`true`); unless said, only those that were not.
    pub is_retired: Option<bool>,
    /// Only those whose owner has left or was never named (`true`), or is here (`false`).
    pub lacks_owner: Option<bool>,
    /// Only those that are to be looked at before this moment, in milliseconds: give the present
    /// for what is stale.
    pub review_due_before: Option<i64>,
    /// Where the page begins.
    pub cursor: Option<String>,
    /// How many; 50 unless asked for, 200 at most.
    pub limit: Option<u32>,
}

/// A page of the register.
#[derive(Debug, Serialize, ToSchema)]
pub struct AssetPage {
    /// The assets.
    pub items: Vec<AssetItem>,
    /// Where the next page begins; none: this was the last.
    pub next: Option<String>,
    /// How many there are of what was asked for.
    pub total: u64,
}

/// Who answers for an asset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Owner {
    /// Who.
    pub person_id: PersonId,
    /// Their name.
    pub name: String,
    /// Their handle.
    pub handle: String,
    /// Whether they take part in the workspace now.
    pub is_here: bool,
}

/// An asset.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AssetItem {
    /// Its id.
    pub asset_id: AssetId,
    /// Its key.
    pub key: String,
    /// What it is.
    pub kind: String,
    /// What people call it.
    pub name: String,
    /// Who answers for it.
    pub owner: Option<Owner>,
    /// What people should know of it.
    pub description: String,
    /// After how many days it is looked at again.
    pub review_days: u32,
    /// What of a drill shows how fast it is back.
    pub measured_by: Option<String>,
    /// When it was registered.
    pub registered_at: Timestamp,
    /// When it was last said to be true.
    pub reviewed_at: Timestamp,
    /// Who said so; none: whoever registered or edited it.
    pub reviewed_by: Option<PersonId>,
    /// When it is stale.
    pub review_due_at: Timestamp,
    /// When it was retired.
    pub retired_at: Option<Timestamp>,
    /// Why it was retired.
    pub retired_reason: Option<String>,
    /// Its priority class, 1 to 4; none: nobody answered what an outage does.
    pub class: Option<u8>,
    /// The longest outage that can be borne.
    pub tolerable_ms: Option<i64>,
    /// How long it may take until it is back.
    pub rto_target_ms: Option<i64>,
    /// How much may be lost.
    pub rpo_target_ms: Option<i64>,
    /// The currency of what a minute costs.
    pub currency: Option<String>,
    /// What a minute without it costs, in minor units.
    pub minor_per_minute: Option<i64>,
    /// How many assets it depends on.
    pub depends_on: u64,
    /// How many assets depend on it.
    pub dependents: u64,
}

/// The columns that [`AssetItem::read`] reads.
macro_rules! item_columns {
    () => {
        "SELECT a.id, a.key, a.kind, a.name, a.owner, coalesce(p.name, ''),
                coalesce(p.handle, ''), coalesce(p.is_active, 0), a.description, a.review_days,
                a.measured_by, a.registered_at, a.reviewed_at, a.reviewed_by, a.review_due_at,
                a.retired_at, a.retired_reason, a.class, a.tolerable_ms, a.rto_target_ms,
                a.rpo_target_ms, a.currency, a.minor_per_minute,
                (SELECT count(*) FROM dependency d WHERE d.asset = a.number),
                (SELECT count(*) FROM dependency d WHERE d.depends_on = a.number)
         FROM asset a LEFT JOIN person p ON p.id = a.owner "
    };
}
pub(super) use item_columns;

impl AssetItem {
    pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let owner: Option<PersonId> = row.get(4)?;
        let owner = match owner {
            Some(person_id) => Some(Owner {
                person_id,
                name: row.get(5)?,
                handle: row.get(6)?,
                is_here: row.get(7)?,
            }),
            None => None,
        };
        Ok(Self {
            asset_id: row.get(0)?,
            key: row.get(1)?,
            kind: row.get(2)?,
            name: row.get(3)?,
            owner,
            description: row.get(8)?,
            review_days: row.get(9)?,
            measured_by: row.get(10)?,
            registered_at: Timestamp(row.get(11)?),
            reviewed_at: Timestamp(row.get(12)?),
            reviewed_by: row.get(13)?,
            review_due_at: Timestamp(row.get(14)?),
            retired_at: row.get::<_, Option<i64>>(15)?.map(Timestamp),
            retired_reason: row.get(16)?,
            class: row.get(17)?,
            tolerable_ms: row.get(18)?,
            rto_target_ms: row.get(19)?,
            rpo_target_ms: row.get(20)?,
            currency: row.get(21)?,
            minor_per_minute: row.get(22)?,
            depends_on: row.get(23)?,
            dependents: row.get(24)?,
        })
    }
}

macro_rules! filter {
    () => {
        "WHERE (a.retired_at IS NOT NULL) = ?1
           AND (?2 IS NULL OR a.kind = ?2)
           AND (?3 IS NULL OR a.owner = ?3)
           AND (?4 IS NULL OR a.class = ?4)
           AND (?5 IS NULL OR (coalesce(p.is_active, 0) = 0) = ?5)
           AND (?6 IS NULL OR a.review_due_at < ?6)
           AND (?7 IS NULL OR a.name LIKE ?7 ESCAPE '!' OR a.key LIKE ?7 ESCAPE '!') "
    };
}

/// Answers it.
///
/// # Errors
/// `not_permitted` for those who may not see the programme.
pub fn asset_list(
    rows: &Connection,
    actor: &Actor,
    asked: AssetListParams,
) -> Result<AssetPage, DecideError> {
    reader(rows, actor)?;
    let limit = limit(asked.limit)?;
    let last: Option<String> = after(asked.cursor.as_deref())?;
    let search = asked.search.as_deref().map(pattern).transpose()?;
    let kind = asked.kind.map(AssetKind::as_str);
    let is_retired = asked.is_retired.unwrap_or(false);
    let items = rows
        .prepare_cached(concat!(
            item_columns!(),
            filter!(),
            "AND (?8 IS NULL OR a.key > ?8) ORDER BY a.key LIMIT ?9"
        ))?
        .query_map(
            params![
                is_retired,
                kind,
                asked.owner,
                asked.class,
                asked.lacks_owner,
                asked.review_due_before,
                search,
                last,
                limit + 1
            ],
            AssetItem::read,
        )?
        .collect::<Result<Vec<_>, _>>()?;
    let total = rows
        .prepare_cached(concat!(
            "SELECT count(*) FROM asset a LEFT JOIN person p ON p.id = a.owner ",
            filter!()
        ))?
        .query_row(
            params![
                is_retired,
                kind,
                asked.owner,
                asked.class,
                asked.lacks_owner,
                asked.review_due_before,
                search
            ],
            |row| row.get(0),
        )?;
    let (items, next) = cut(items, limit, |item: &AssetItem| item.key.clone());
    Ok(AssetPage { items, next, total })
}

/// The text anywhere, for LIKE.
fn pattern(search: &str) -> Result<String, Refusal> {
    if search.chars().count() > SEARCH_CHARS_MAX {
        let detail = format!("Search for at most {SEARCH_CHARS_MAX} characters.");
        return Err(Refusal::invalid("search", "too_long", detail));
    }
    let mut text = String::from("%");
    for c in search.trim().chars() {
        if matches!(c, '%' | '_' | '!') {
            text.push('!');
        }
        text.push(c);
    }
    text.push('%');
    Ok(text)
}
