//! Dependencies from a spreadsheet.

use super::Deciding;
use super::dependencies::{is_there, require_room};
use super::import_assets::second;
use super::table::{BadLine, Counts, Line, Shape, Table, answer, settled};
use crate::events::{DependenciesAdded, Dependency, Fact};
use crate::limits::DEPENDENCIES_AT_ONCE_MAX;
use crate::rows::{StoredAsset, asset_not_found};
use kernel::{CommandSpec, DecideError, Decision, Refusal};
use serde::Deserialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// How importing is offered.
pub const IMPORT: CommandSpec = CommandSpec::new::<ImportDependencies>(
    "import-dependencies",
    "Take dependencies from CSV: all of them, or none where a line is bad. The same text again \
     changes nothing.",
);

/// The columns.
pub const SHAPE: Shape = Shape {
    required: &["key", "depends_on"],
    optional: &[],
    records_max: DEPENDENCIES_AT_ONCE_MAX,
};

/// Take dependencies from CSV.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportDependencies {
    /// CSV (RFC 4180, UTF-8) with the header line `key,depends_on`: keys of assets that are there. At
    /// most 2,000 lines and 1 MiB.
    pub csv: String,
    /// Where the first line after the header lies in its file; 2 unless said.
    #[serde(default = "second")]
    pub first_line: u64,
    /// Only say what would be done.
    #[serde(default)]
    pub dry_run: bool,
}

/// Decides it.
///
/// # Errors
/// `bad_csv`, `bad_lines`, `too_many_lines`, `too_long`, `too_many_dependencies`.
pub fn import(of: &Deciding<'_>, body: ImportDependencies) -> Result<Decision, DecideError> {
    of.keeper()?;
    let mut table = Table::read(&body.csv, body.first_line, &SHAPE)?;
    let mut bad = std::mem::take(&mut table.bad);
    let (mut counts, mut dependencies, mut seen) = (Counts::default(), Vec::new(), BTreeMap::new());
    for line in &table.lines {
        match wanted(of, &table, line, &mut seen)? {
            Ok(Some(dependency)) => {
                counts.added += 1;
                dependencies.push(dependency);
            }
            Ok(None) => counts.unchanged += 1,
            Err(line) => bad.push(line),
        }
    }
    if let Some(decision) = settled(body.dry_run, &counts, &mut bad)? {
        return Ok(decision);
    }
    require_room(of, counts.added)?;
    Ok(Decision::Accepted {
        events: vec![DependenciesAdded { dependencies }.event()],
        answer: answer(&counts, &mut bad),
    })
}

/// The dependency a line adds, if any; or what is wrong with it.
fn wanted(
    of: &Deciding<'_>,
    table: &Table,
    line: &Line,
    seen: &mut BTreeMap<Dependency, u64>,
) -> Result<Result<Option<Dependency>, BadLine>, DecideError> {
    let bad = |column: &str, refusal: &Refusal| table.bad_cell(line.number, column, refusal);
    let mut ends = Vec::with_capacity(2);
    for column in SHAPE.required {
        let key = table.cell(line, column).unwrap_or_default();
        match StoredAsset::by_key(of.rows, key)? {
            Some(asset) if asset.is_retired => {
                let detail = format!("{key} was retired; reinstate it first.");
                return Ok(Err(bad(
                    column,
                    &Refusal::conflict("asset_retired", detail),
                )));
            }
            Some(asset) => ends.push(asset),
            None => {
                let mut refusal = asset_not_found(column);
                refusal.detail = format!("There is no asset with the key {key:?}.");
                return Ok(Err(bad(column, &refusal)));
            }
        }
    }
    let [asset, on] = &ends[..] else {
        return Ok(Ok(None));
    };
    if asset.id == on.id {
        let detail = format!("{} cannot depend on itself.", asset.fields.key);
        let refusal = Refusal::invalid("depends_on", "depends_on_itself", detail);
        return Ok(Err(bad("depends_on", &refusal)));
    }
    let dependency = Dependency {
        asset_id: asset.id,
        depends_on: on.id,
    };
    if let Some(first) = seen.insert(dependency, line.number) {
        let detail = format!("The same dependency is in line {first} already.");
        let refusal = Refusal::conflict("dependency_exists", detail);
        return Ok(Err(bad("depends_on", &refusal)));
    }
    let is_known = is_there(of.rows, asset, on)?;
    Ok(Ok((!is_known).then_some(dependency)))
}
