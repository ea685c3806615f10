//! What deciding reads of assets.

use crate::AssetId;
use crate::events::{AssetFields, AssetKind};
use kernel::Refusal;
use rusqlite::{Connection, OptionalExtension, Row, ToSql};

/// An asset as it is.
#[derive(Clone, Debug)]
pub struct StoredAsset {
    /// Its row.
    pub number: i64,
    /// The asset.
    pub id: AssetId,
    /// What is known of it.
    pub fields: AssetFields,
    /// Whether it was retired.
    pub is_retired: bool,
    /// Its maximum tolerable outage, where it is known.
    pub tolerable_ms: Option<i64>,
    /// What was promised of it.
    pub promised: Option<(i64, i64)>,
}

macro_rules! columns {
    () => {
        "SELECT number, id, key, kind, name, owner, description, review_days, measured_by,
                retired_at IS NOT NULL, tolerable_ms, rto_target_ms, rpo_target_ms FROM asset "
    };
}

impl StoredAsset {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let kind: String = row.get(3)?;
        let rto: Option<i64> = row.get(11)?;
        let rpo: Option<i64> = row.get(12)?;
        Ok(Self {
            number: row.get(0)?,
            id: row.get(1)?,
            fields: AssetFields {
                key: row.get(2)?,
                kind: AssetKind::named(&kind).unwrap_or(AssetKind::Module),
                name: row.get(4)?,
                owner: row.get(5)?,
                description: row.get(6)?,
                review_days: row.get(7)?,
                measured_by: row.get(8)?,
            },
            is_retired: row.get(9)?,
            tolerable_ms: row.get(10)?,
            promised: rto.zip(rpo),
        })
    }

    fn find(rows: &Connection, sql: &str, value: &dyn ToSql) -> rusqlite::Result<Option<Self>> {
        rows.prepare_cached(sql)?
            .query_row([value], Self::read)
            .optional()
    }

    /// The asset with this id.
    ///
    /// # Errors
    /// When the view cannot be read.
    pub fn by_id(rows: &Connection, id: AssetId) -> rusqlite::Result<Option<Self>> {
        Self::find(rows, concat!(columns!(), "WHERE id = ?1"), &id)
    }

    /// The asset with this key.
    ///
    /// # Errors
    /// When the view cannot be read.
    pub fn by_key(rows: &Connection, key: &str) -> rusqlite::Result<Option<Self>> {
        Self::find(rows, concat!(columns!(), "WHERE key = ?1"), &key)
    }
}

/// The refusal for an asset that is not there.
#[must_use]
pub fn asset_not_found(field: &str) -> Refusal {
    let detail = "There is no such asset in this workspace.";
    Refusal::not_found(field, "asset_not_found", detail)
}

/// How many rows a query counts.
///
/// # Errors
/// When the view cannot be read.
pub fn count(rows: &Connection, sql: &str) -> rusqlite::Result<u64> {
    rows.prepare_cached(sql)?.query_row([], |row| row.get(0))
}

/// A stored JSON column. What apply wrote reads back; anything else is a damaged view.
///
/// # Errors
/// When it does not.
pub fn json<T: serde::de::DeserializeOwned>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    serde_json::from_str(&text).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(
            column,
            rusqlite::types::Type::Text,
            Box::new(error),
        )
    })
}
