//! Drills are planned, and none is overdue.

use super::{Check, Seen, days, gap};

/// The check.
pub const CHECK: Check = Check {
    name: "drill-overdue",
    weight: 10,
    asks: "Scenarios are drilled by a calendar, and none is late.",
    fix: "Plan scenarios, and run those that are late.",
    look: |facts| {
        let planned = facts.programme.calendar.iter();
        let planned: Vec<_> = planned
            .filter_map(|line| Some((line, line.due_at?)))
            .collect();
        if planned.is_empty() {
            return Seen::one(Some(gap("calendar", "No scenario is planned.")));
        }
        let gaps = planned.iter().filter_map(|(line, due_at)| {
            let late = facts.now.since(*due_at);
            let words = || format!("It is {} days late.", days(late));
            (late > 0).then(|| gap(line.scenario.clone(), words()))
        });
        Seen::Looked {
            gaps: gaps.collect(),
            of: planned.len(),
        }
    },
};

#[cfg(test)]
mod tests {
    use super::super::given;
    use super::*;
    use kernel::Timestamp;
    use kernel::id::Uuid;
    use programme::DrillPlanId;
    use programme::limits::DAY_MS;
    use programme::queries::CalendarLine;

    fn line(scenario: &str, due_at: Option<Timestamp>) -> CalendarLine {
        CalendarLine {
            plan_id: DrillPlanId(Uuid::nil()),
            scenario: scenario.into(),
            every_days: 91,
            assignee: None,
            is_assignee_here: false,
            due_at,
            last_ended_at: None,
            last_passed: None,
            last_passed_at: None,
            last_passed_drill: None,
            open_findings: 0,
            cancelled_reason: None,
        }
    }

    #[test]
    fn late_drills_are_named_and_cancelled_ones_are_none() {
        let mut facts = given::facts(Vec::new());
        facts.programme.calendar = vec![line("cancelled", None)];
        assert_eq!(given::missing(&(CHECK.look)(&facts)), ["calendar"]);
        let late = given::NOW.plus_ms(-2 * DAY_MS);
        facts.programme.calendar.push(line("site-loss", Some(late)));
        facts
            .programme
            .calendar
            .push(line("ransomware", Some(given::NOW)));
        assert_eq!(given::missing(&(CHECK.look)(&facts)), ["site-loss"]);
    }
}
