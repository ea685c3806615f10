//! Canaries: items of `documents` that nobody has a reason to change.

use super::Deciding;
use crate::ItemId;
use crate::access::{Action, Watcher};
use crate::events::{CanariesDugUp, CanariesPlanted, Fact};
use crate::limits::{CANARIES_AT_ONCE_MAX, CANARIES_MAX};
use kernel::{CommandSpec, DecideError, Decision, Refusal};
use serde::Deserialize;
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// How planting is offered.
pub const PLANT: CommandSpec = CommandSpec::new::<PlantCanaries>(
    "plant-canaries",
    "Let documents, folders or files be canaries: whoever changes one is put in quarantine.",
);

/// How digging up is offered.
pub const DIG_UP: CommandSpec = CommandSpec::new::<DigUpCanaries>(
    "dig-up-canaries",
    "Let canaries be ordinary documents again, before they are changed for a reason.",
);

/// Let things be canaries.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlantCanaries {
    /// 1 to 50 documents, folders or files.
    pub items: BTreeSet<ItemId>,
}

/// Let canaries be ordinary documents again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DigUpCanaries {
    /// 1 to 50 canaries.
    pub items: BTreeSet<ItemId>,
}

/// Decides planting. What is a canary already stays one.
///
/// # Errors
/// Refused for none or too many, and those who may not.
pub fn plant(of: &Deciding<'_>, body: PlantCanaries) -> Result<Decision, DecideError> {
    let watcher = Watcher::of(of.rows, of.actor)?;
    watcher.require(Action::Plant)?;
    require_some(&body.items)?;
    let items = chosen(of, &body.items, false)?;
    if items.is_empty() {
        return Ok(Decision::unchanged());
    }
    let there: u64 = of
        .rows
        .query_row("SELECT count(*) FROM canary", [], |row| row.get(0))?;
    if there + items.len() as u64 > CANARIES_MAX {
        let detail = format!("A workspace has at most {CANARIES_MAX} canaries; {there} are there.");
        return Err(Refusal::conflict("too_many_canaries", detail).into());
    }
    let fact = CanariesPlanted {
        items,
        planted_by: watcher.id,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}

/// Decides digging up. What is no canary is passed over.
///
/// # Errors
/// As [`plant`].
pub fn dig_up(of: &Deciding<'_>, body: DigUpCanaries) -> Result<Decision, DecideError> {
    let watcher = Watcher::of(of.rows, of.actor)?;
    watcher.require(Action::Plant)?;
    require_some(&body.items)?;
    let items = chosen(of, &body.items, true)?;
    if items.is_empty() {
        return Ok(Decision::unchanged());
    }
    let fact = CanariesDugUp {
        items,
        dug_up_by: watcher.id,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}

fn require_some(items: &BTreeSet<ItemId>) -> Result<(), Refusal> {
    if (1..=CANARIES_AT_ONCE_MAX).contains(&items.len()) {
        return Ok(());
    }
    let detail = format!("Name 1 to {CANARIES_AT_ONCE_MAX} at once.");
    Err(Refusal::invalid("command.items", "out_of_range", detail))
}

/// Those of `items` that are canaries now, or are not.
fn chosen(
    of: &Deciding<'_>,
    items: &BTreeSet<ItemId>,
    is_canary: bool,
) -> rusqlite::Result<Vec<ItemId>> {
    let mut find = of
        .rows
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM canary WHERE item = ?1)")?;
    let mut found = Vec::new();
    for item in items {
        if find.query_row([item], |row| row.get::<_, bool>(0))? == is_canary {
            found.push(*item);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use crate::tests::{ADMIN, MEMBER, by, id, workspace};
    use serde_json::json;

    #[test]
    fn canaries_are_planted_and_dug_up() {
        let mut given = workspace();
        let items = json!({"items": [id(1), id(2)]});
        by(&mut given, MEMBER)
            .when("plant-canaries", items.clone())
            .refused("not_permitted");
        by(&mut given, ADMIN)
            .when("plant-canaries", items.clone())
            .accepted("canaries-planted");
        by(&mut given, ADMIN)
            .when("plant-canaries", items)
            .unchanged();
        let one = json!({"items": [id(2)]});
        by(&mut given, ADMIN)
            .when("dig-up-canaries", one.clone())
            .accepted("canaries-dug-up");
        by(&mut given, ADMIN)
            .when("dig-up-canaries", one)
            .unchanged();
        let none = json!({"items": []});
        by(&mut given, ADMIN)
            .when("plant-canaries", none)
            .refused("out_of_range");
        given.assert_replays();
    }

    #[test]
    fn a_workspace_has_so_many_and_no_more() {
        let mut given = workspace();
        for batch in 0..10_u128 {
            let items: Vec<_> = (0..50).map(|n| id(batch * 50 + n + 1)).collect();
            by(&mut given, ADMIN)
                .when("plant-canaries", json!({ "items": items }))
                .accepted("canaries-planted");
        }
        let more = json!({"items": [id(9_999)]});
        by(&mut given, ADMIN)
            .when("plant-canaries", more)
            .refused("too_many_canaries");
    }
}
