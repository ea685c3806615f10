//! Assets from a spreadsheet.

use super::assets::require_room;
use super::fields::checked;
use super::table::{BadLine, Counts, Line, Shape, Table, answer, settled};
use super::{Deciding, fields};
use crate::AssetId;
use crate::events::{AssetEdited, AssetFields, AssetKind, AssetRegistered, Fact};
use crate::limits::{ASSETS_AT_ONCE_MAX, REVIEW_DAYS_DEFAULT};
use crate::rows::StoredAsset;
use kernel::{CommandId, CommandSpec, DecideError, Decision, Event, PersonId, Refusal};
use rusqlite::{Connection, OptionalExtension};
use serde::Deserialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// How importing is offered.
pub const IMPORT: CommandSpec = CommandSpec::new::<ImportAssets>(
    "import-assets",
    "Take assets from CSV: all of them, or none where a line is bad. The same text again changes \
     nothing.",
);

/// The columns.
pub const SHAPE: Shape = Shape {
    required: &["key", "kind", "name"],
    optional: &["owner", "description", "review_days", "measured_by"],
    records_max: ASSETS_AT_ONCE_MAX,
};

/// Take assets from CSV.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportAssets {
    /// CSV (RFC 4180, UTF-8) with a header line: `key`, `kind`, `name`, and perhaps `owner` (a
    /// handle), `description`, `review_days`, `measured_by`. At most 500 lines and 1 MiB. An asset is
    /// known by its key; of one that is there, columns that are not in the text stay as they are.
    pub csv: String,
    /// Where the first line after the header lies in its file, so that bad lines are told by the
    /// file's numbers; 2 unless said.
    #[serde(default = "second")]
    pub first_line: u64,
    /// Only say what would be done.
    #[serde(default)]
    pub dry_run: bool,
}

pub(super) const fn second() -> u64 {
    2
}

/// Decides it.
///
/// # Errors
/// `bad_csv`, `bad_lines`, `too_many_lines`, `too_long`, `too_many_assets`.
pub fn import(of: &Deciding<'_>, body: ImportAssets) -> Result<Decision, DecideError> {
    of.keeper()?;
    let mut table = Table::read(&body.csv, body.first_line, &SHAPE)?;
    let mut bad = std::mem::take(&mut table.bad);
    let (mut counts, mut events, mut seen) = (Counts::default(), Vec::new(), BTreeMap::new());
    for line in &table.lines {
        match wanted(of, &table, line, &mut seen)? {
            Ok(Wanted::Add(event)) => {
                counts.added += 1;
                events.push(event);
            }
            Ok(Wanted::Change(event)) => {
                counts.changed += 1;
                events.push(event);
            }
            Ok(Wanted::Nothing) => counts.unchanged += 1,
            Err(line) => bad.push(line),
        }
    }
    if let Some(decision) = settled(body.dry_run, &counts, &mut bad)? {
        return Ok(decision);
    }
    require_room(of, counts.added)?;
    Ok(Decision::Accepted {
        events,
        answer: answer(&counts, &mut bad),
    })
}

enum Wanted {
    Add(Event),
    Change(Event),
    Nothing,
}

/// What a line asks for, or what is wrong with it.
fn wanted(
    of: &Deciding<'_>,
    table: &Table,
    line: &Line,
    seen: &mut BTreeMap<String, u64>,
) -> Result<Result<Wanted, BadLine>, DecideError> {
    let bad =
        |column: &str, refusal: &Refusal| Ok(Err(table.bad_cell(line.number, column, refusal)));
    let key = match fields::key("key", table.cell(line, "key").unwrap_or_default()) {
        Ok(key) => key,
        Err(refusal) => return bad("key", &refusal),
    };
    if let Some(first) = seen.insert(key.clone(), line.number) {
        let detail = format!("The key {key} is in line {first} already.");
        let refusal = Refusal::invalid("key", "asset_key_taken", detail);
        return bad("key", &refusal);
    }
    let before = StoredAsset::by_key(of.rows, &key)?;
    if before.as_ref().is_some_and(|asset| asset.is_retired) {
        let detail = format!("{key} was retired; reinstate it first.");
        return bad("key", &Refusal::conflict("asset_retired", detail));
    }
    let known = before.as_ref().map(|asset| &asset.fields);
    let owner = match owner(of.rows, table.cell(line, "owner"), known)? {
        Ok(owner) => owner,
        Err(refusal) => return bad("owner", &refusal),
    };
    let asset = match said(table, line, key, owner, known) {
        Ok(asset) => asset,
        Err(refusal) => {
            let column = refusal.field.clone().unwrap_or_default();
            return bad(&column, &refusal);
        }
    };
    Ok(Ok(match before {
        None => {
            let text = format!("{} {}", of.command, asset.key);
            let asset_id = AssetId(CommandId::derived(&text).0);
            Wanted::Add(AssetRegistered { asset_id, asset }.event())
        }
        Some(before) if before.fields == asset => Wanted::Nothing,
        Some(before) => {
            let asset_id = before.id;
            Wanted::Change(AssetEdited { asset_id, asset }.event())
        }
    }))
}

fn said(
    table: &Table,
    line: &Line,
    key: String,
    owner: Option<PersonId>,
    known: Option<&AssetFields>,
) -> Result<AssetFields, Refusal> {
    let cell = |column: &str| table.cell(line, column);
    let kind = cell("kind").unwrap_or_default();
    let kind = AssetKind::named(kind).ok_or_else(|| {
        let all = AssetKind::ALL.map(|(name, _)| name).join(", ");
        let detail = format!("{kind:?} is none of {all}.");
        Refusal::invalid("kind", "unknown_kind", detail)
    })?;
    let review_days = match cell("review_days") {
        Some("") | None => known.map_or(REVIEW_DAYS_DEFAULT, |known| known.review_days),
        Some(text) => text.parse().map_err(|_| {
            let detail = format!("{text:?} is no number of days.");
            Refusal::invalid("review_days", "out_of_range", detail)
        })?,
    };
    let or_known = |column: &str, known: Option<String>| match cell(column) {
        Some(text) => Some(text.to_owned()),
        None => known,
    };
    let description = or_known("description", known.map(|known| known.description.clone()));
    let measured_by = or_known(
        "measured_by",
        known.and_then(|known| known.measured_by.clone()),
    );
    let asset = AssetFields {
        key,
        kind,
        name: cell("name").unwrap_or_default().to_owned(),
        owner,
        description: description.unwrap_or_default(),
        review_days,
        measured_by,
    };
    checked("", asset)
}

fn owner(
    rows: &Connection,
    cell: Option<&str>,
    known: Option<&AssetFields>,
) -> Result<Result<Option<PersonId>, Refusal>, DecideError> {
    let before = known.and_then(|known| known.owner);
    let handle = match cell {
        None => return Ok(Ok(before)),
        Some("") => return Ok(Ok(None)),
        Some(text) => text.trim_start_matches('@').to_lowercase(),
    };
    let found: Option<(PersonId, bool)> = rows
        .prepare_cached(
            "SELECT id, is_active FROM person WHERE handle = ?1 ORDER BY is_active DESC, id LIMIT 1",
        )?
        .query_row([&handle], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(match found {
        Some((person, is_active)) if is_active || before == Some(person) => Ok(Some(person)),
        Some(_) => {
            let detail = format!("{handle} does not take part in the workspace any more.");
            Err(Refusal::invalid("owner", "person_deactivated", detail))
        }
        None => {
            let detail = format!("Nobody in the workspace has the handle {handle:?}.");
            Err(Refusal::not_found("owner", "person_not_found", detail))
        }
    })
}
