//! Findings have owners, and none is overdue.

use super::{Check, Seen, days, gap};

/// The check.
pub const CHECK: Check = Check {
    name: "finding-overdue",
    weight: 5,
    asks: "Somebody mends every finding of drills, in time.",
    fix: "Name who mends it, and have a later drill show that it is mended.",
    look: |facts| {
        // Where no drill was run, there is nothing that could have been found.
        let is_drilled = facts
            .programme
            .calendar
            .iter()
            .any(|line| line.last_ended_at.is_some());
        if !is_drilled && facts.programme.findings.is_empty() {
            return Seen::one(Some(gap("drills", "No planned scenario was drilled yet.")));
        }
        let gaps = facts.programme.findings.iter().filter_map(|finding| {
            let late = facts.now.since(finding.due_at);
            let detail = match (finding.has_owner, late > 0) {
                (_, true) => format!("It is {} days late.", days(late)),
                (false, false) => "Nobody who is here mends it.".into(),
                (true, false) => return None,
            };
            Some(gap(finding.words.clone(), detail))
        });
        Seen::Looked {
            gaps: gaps.collect(),
            of: facts.programme.findings.len(),
        }
    },
};

#[cfg(test)]
mod tests {
    use super::super::given;
    use super::*;
    use kernel::id::Uuid;
    use programme::FindingId;
    use programme::queries::OpenFinding;

    #[test]
    fn late_and_orphaned_findings_are_named() {
        let finding = |words: &str, due_in: i64, has_owner: bool| OpenFinding {
            id: FindingId(Uuid::nil()),
            scenario: "site-loss".into(),
            words: words.into(),
            due_at: given::NOW.plus_ms(due_in),
            has_owner,
        };
        let mut facts = given::facts(Vec::new());
        facts.programme.findings = vec![
            finding("slow", 1, true),
            finding("late", -1, true),
            finding("orphan", 1, false),
        ];
        assert_eq!(given::missing(&(CHECK.look)(&facts)), ["late", "orphan"]);
    }
}
