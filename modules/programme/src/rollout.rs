//! The roll-out plan: thirty days, and what done means for each task.

use serde::Serialize;
use utoipa::ToSchema;

/// How a task comes to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DoneBy {
    /// When the readiness check with this name finds nothing missing.
    Check(&'static str),
    /// When a person says so: no fact shows it.
    Person,
}

/// A task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Task {
    /// Its name.
    pub name: &'static str,
    /// The day on which it should be done, 1 to 30.
    pub day: u32,
    /// What done means, in English; clients translate by name.
    pub means: &'static str,
    /// How it comes to be done.
    pub done_by: DoneBy,
}

const fn task(name: &'static str, day: u32, means: &'static str, done_by: DoneBy) -> Task {
    Task {
        name,
        day,
        means,
        done_by,
    }
}

/// All tasks, in the order of their days.
pub const TASKS: [Task; 18] = [
    task(
        "announce",
        1,
        "Everybody concerned was told that the programme begins and who leads it.",
        DoneBy::Person,
    ),
    task(
        "template",
        2,
        "The register has assets: a template was applied or a list imported.",
        DoneBy::Check("register-filled"),
    ),
    task(
        "owners",
        5,
        "Every asset has an owner who is here.",
        DoneBy::Check("asset-owner"),
    ),
    task(
        "owners-present",
        5,
        "No owner has left.",
        DoneBy::Check("owner-gone"),
    ),
    task(
        "impact",
        8,
        "What an outage does is answered for every asset.",
        DoneBy::Check("asset-impact"),
    ),
    task(
        "objectives",
        10,
        "Every asset of class 1 to 3 has an objective.",
        DoneBy::Check("asset-objective"),
    ),
    task(
        "second-site",
        12,
        "A second site and a witness answer.",
        DoneBy::Check("second-site"),
    ),
    task(
        "copies",
        12,
        "Every promised copy confirms.",
        DoneBy::Check("copies"),
    ),
    task(
        "vault",
        14,
        "The vault has the latest work.",
        DoneBy::Check("vault-fresh"),
    ),
    task(
        "custodians",
        15,
        "As many custodians are here as opening the vault takes, and one more.",
        DoneBy::Check("custodians"),
    ),
    task(
        "shares-kept",
        16,
        "Every custodian has shown that the share can be found and read.",
        DoneBy::Person,
    ),
    task(
        "roles",
        17,
        "Every command role is taken and has a deputy.",
        DoneBy::Check("role-deputies"),
    ),
    task(
        "contacts",
        18,
        "Every contact point was tried.",
        DoneBy::Check("contacts-verified"),
    ),
    task(
        "rehearsal",
        20,
        "Everything was brought back from the vault alone, lately.",
        DoneBy::Check("rehearsal-fresh"),
    ),
    task(
        "first-drills",
        24,
        "No planned drill is overdue.",
        DoneBy::Check("drill-overdue"),
    ),
    task(
        "proven",
        26,
        "Every objective is proven and none is breached.",
        DoneBy::Check("objective-proven"),
    ),
    task(
        "paper-copy",
        28,
        "The runbooks are printed and lie where people find them without any screen.",
        DoneBy::Person,
    ),
    task(
        "board",
        30,
        "The board has seen the readiness, the gaps and the report of the first drill.",
        DoneBy::Person,
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tasks_are_in_order_within_thirty_days_and_named_once() {
        assert!(TASKS.is_sorted_by_key(|task| task.day));
        assert!(TASKS.iter().all(|task| (1..=30).contains(&task.day)));
        let mut names: Vec<_> = TASKS.iter().map(|task| task.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), TASKS.len());
    }
}
