//! Nothing is applied twice: neither a command id in the chain nor an effect in a view.

use crate::history::History;
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn check(history: &History) -> Vec<String> {
    let mut found = Vec::new();
    let mut ids = BTreeSet::new();
    for entry in &history.chain {
        if !ids.insert(entry.header.command) {
            found.push(format!(
                "command {} is in the chain twice, again as entry {}",
                entry.header.command, entry.header.seq
            ));
        }
    }
    let expected: usize = history.payloads.iter().map(|p| p.events.len()).sum();
    for (site, view) in history.views.iter().enumerate() {
        let effects = view.iter().filter(|row| row.starts_with("effect ")).count();
        if effects != expected {
            found.push(format!(
                "site {site} has {effects} effects of {expected} events"
            ));
        }
        let held: i64 = balances(view);
        let moved: i64 = moved(history);
        if held != moved {
            found.push(format!("site {site} holds {held}, but {moved} was paid in"));
        }
    }
    found
}

/// The sum of all balances, read from the rows of a dump.
fn balances(view: &[String]) -> i64 {
    view.iter()
        .filter(|row| row.starts_with("account "))
        .filter_map(|row| {
            let start = row.find("Integer(")? + "Integer(".len();
            let length = row[start..].find(')')?;
            row[start..start + length].parse::<i64>().ok()
        })
        .sum()
}

fn moved(history: &History) -> i64 {
    let mut by_account: BTreeMap<&str, i64> = BTreeMap::new();
    for event in history.payloads.iter().flat_map(|payload| &payload.events) {
        if event.kind == "moved" {
            let account = event.data["account"].as_str().unwrap_or_default();
            *by_account.entry(account).or_default() += event.data["amount"].as_i64().unwrap_or(0);
        }
    }
    by_account.values().sum()
}

#[cfg(test)]
mod tests {
    use super::super::sample::bites;
    use super::check;

    #[test]
    fn an_id_that_is_there_twice_is_noticed() {
        bites(check, |history| {
            let entry = history.chain[2].clone();
            history.chain.push(entry);
        });
    }

    #[test]
    fn an_effect_that_is_there_twice_is_noticed() {
        bites(check, |history| {
            let effect = history.views[1]
                .iter()
                .find(|row| row.starts_with("effect "))
                .cloned();
            history.views[1].push(effect.expect("there are effects"));
        });
    }

    #[test]
    fn money_from_nowhere_is_noticed() {
        bites(check, |history| {
            let row = "account [Text(\"account-9\"), Integer(7), Text(\"\")]";
            history.views[0].push(row.into());
        });
    }
}
