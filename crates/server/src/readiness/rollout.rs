//! How far the roll-out is.

use super::checks::{CHECKS, CheckState};
use super::facts::Facts;
use kernel::Timestamp;
use programme::limits::DAY_MS;
use programme::rollout::{DoneBy, TASKS};
use serde::Serialize;
use utoipa::ToSchema;

/// The roll-out plan.
#[derive(Debug, Serialize, ToSchema)]
pub struct RolloutPlan {
    /// Its first day; none: it was not begun.
    pub begins_at: Option<Timestamp>,
    /// Which day it is, from 1; none: it was not begun, or begins later.
    pub day: Option<i64>,
    /// Tasks that are done.
    pub done: usize,
    /// All tasks.
    pub total: usize,
    /// The tasks, in the order of their days.
    pub tasks: Vec<RolloutTask>,
}

/// A task.
#[derive(Debug, Serialize, ToSchema)]
pub struct RolloutTask {
    /// Its name.
    pub name: &'static str,
    /// The day on which it should be done.
    pub day: u32,
    /// The end of that day; none: the roll-out was not begun.
    pub due_at: Option<Timestamp>,
    /// What done means, in English.
    pub means: &'static str,
    /// Whether facts show it or a person says so.
    pub done_by: DoneBy,
    /// Whether it is done.
    pub is_done: bool,
    /// Whether it should be done and is not.
    pub is_overdue: bool,
}

/// The plan, by these facts.
#[must_use]
pub fn plan(facts: &Facts) -> RolloutPlan {
    let begins_at = facts.programme.rollout_begins_at;
    let tasks: Vec<_> = TASKS
        .iter()
        .map(|task| {
            let is_done = match task.done_by {
                DoneBy::Check(name) => is_ok(facts, name),
                DoneBy::Person => facts.programme.ticked.get(task.name) == Some(&true),
            };
            let due_at = begins_at.map(|at| at.plus_ms(i64::from(task.day) * DAY_MS));
            RolloutTask {
                name: task.name,
                day: task.day,
                due_at,
                means: task.means,
                done_by: task.done_by,
                is_done,
                is_overdue: !is_done && due_at.is_some_and(|due| due < facts.now),
            }
        })
        .collect();
    let passed = begins_at.map(|at| facts.now.since(at));
    RolloutPlan {
        begins_at,
        day: passed.filter(|ms| *ms >= 0).map(|ms| ms / DAY_MS + 1),
        done: tasks.iter().filter(|task| task.is_done).count(),
        total: tasks.len(),
        tasks,
    }
}

fn is_ok(facts: &Facts, name: &str) -> bool {
    let check = CHECKS.iter().find(|check| check.name == name);
    check.is_some_and(|check| (check.look)(facts).state() == CheckState::Ok)
}

#[cfg(test)]
mod tests {
    use super::super::checks::given;
    use super::*;

    #[test]
    fn facts_and_people_make_progress_and_days_pass() {
        let mut facts = given::facts(Vec::new());
        let before = plan(&facts);
        assert_eq!((before.done, before.day), (0, None));
        assert!(before.tasks.iter().all(|task| !task.is_overdue));
        facts.programme.rollout_begins_at = Some(given::NOW.plus_ms(-3 * DAY_MS));
        facts.programme.ticked.insert("announce".into(), true);
        facts.programme.ticked.insert("board".into(), false);
        facts.programme.assets = vec![given::asset("mail")];
        let now = plan(&facts);
        let done = now.tasks.iter().filter(|task| task.is_done);
        let done: Vec<_> = done.map(|task| task.name).collect();
        assert_eq!(done[..2], ["announce", "template"]);
        assert!(!done.contains(&"board") && !done.contains(&"owners"));
        assert_eq!((now.done, now.day), (done.len(), Some(4)));
        facts.now = given::NOW.plus_ms(3 * DAY_MS);
        let late = plan(&facts);
        let late: Vec<_> = late.tasks.iter().filter(|task| task.is_overdue).collect();
        assert_eq!(late[0].name, "owners");
        assert!(late.iter().all(|task| task.day <= 5));
    }
}
