//! What a scenario expects: without it a drill would pass whatever happened.

use super::super::{Expect, Scenario};
use super::Findings;
use crate::functions::Function;

pub(super) fn check(scenario: &Scenario, findings: &mut Findings<'_>) {
    if scenario.procedure().is_some() {
        // A procedure has expectations of its own.
        return;
    }
    let Some(expect) = &scenario.expect else {
        findings.field(
            "expect",
            "missing-expectation",
            "nothing is expected: [expect]",
        );
        return;
    };
    let needed = [
        ("rto_within", expect.rto_within.is_none()),
        ("lost", expect.lost.is_none()),
    ];
    for (field, is_missing) in needed {
        if is_missing {
            let field = format!("expect.{field}");
            findings.field(&field, "missing-expectation", "is needed to pass or fail");
        }
    }
    let takes_site = scenario.steps.iter().any(|step| {
        let action = step.as_ref().known();
        action.is_some_and(super::super::Action::takes_site)
    });
    if takes_site && expect.detected_within.is_none() {
        let message = "a site is taken away: by when is that noticed?";
        findings.field("expect.detected_within", "missing-expectation", message);
    }
    bounds(expect, findings);
}

fn bounds(expect: &Expect, findings: &mut Findings<'_>) {
    let pct = 0.0..=100.0;
    if expect
        .functions_available_pct
        .is_some_and(|share| !pct.contains(&share))
    {
        findings.field("expect.functions_available_pct", "bounds", "0 to 100");
    }
    for function in &expect.functions {
        let known = Function::ALL.iter().any(|one| {
            let is_named = function
                .name
                .as_deref()
                .is_none_or(|name| name == one.name());
            one.module() == function.module && is_named
        });
        if !known {
            let all = Function::ALL
                .iter()
                .map(|one| format!("{} / {}", one.module(), one.name()))
                .collect::<Vec<_>>()
                .join(", ");
            let message = format!(
                "no function {:?} of module {:?}; there are {all}",
                function.name.as_deref().unwrap_or("*"),
                function.module
            );
            findings.field("expect.functions.module", "unknown-function", message);
        }
        if function
            .available_pct
            .is_some_and(|share| !pct.contains(&share))
        {
            findings.field("expect.functions.available_pct", "bounds", "0 to 100");
        }
        if function.rto_within.is_none() && function.available_pct.is_none() {
            let message = "expects nothing: rto_within or available_pct";
            findings.field("expect.functions.module", "missing-expectation", message);
        }
    }
}
