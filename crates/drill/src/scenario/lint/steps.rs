//! Each step by itself: is there such an action, such a target, the words it needs, the way back.

use super::super::action::{Action, ModuleFault, Process, Target, Undo};
use super::super::{Safety, Scenario};
use super::{At, Findings};

/// The modules that can be made to misbehave: those of a workspace, so that the record itself stays.
const MODULES: [&str; 4] = ["directory", "messaging", "documents", "protection"];
/// How long a module may be made to misbehave.
const FAULT_MAX_MS: u64 = 60_000;

pub(super) fn check(scenario: &Scenario, at: &At<'_>, findings: &mut Findings<'_>) {
    let Some(action) = at.step.known() else {
        let message = format!(
            "{:?} is not an action; there are {}",
            at.step.action,
            Action::names()
        );
        findings.step(at, "do", "unknown-action", message);
        return;
    };
    target(action, at, findings);
    words(action, at, findings);
    undo(action, at, findings);
    if scenario.safety == Safety::SafeInProduction && action.safety() == Safety::RehearsalOnly {
        let message = format!(
            "{} breaks something: the scenario must be safety = \"rehearsal-only\"",
            action.as_str()
        );
        findings.step(at, "do", "safety", message);
    }
    for need in action.needs(at.step) {
        if !scenario.needs.iter().any(|known| known == need.as_str()) {
            let message = format!(
                "{} needs {:?}, which needs does not name",
                action.as_str(),
                need.as_str()
            );
            findings.step(at, "do", "needs", message);
        }
    }
}

fn target(action: Action, at: &At<'_>, findings: &mut Findings<'_>) {
    let fits = action.targets();
    let names = fits.iter().map(|target| target.as_str());
    let names = names.collect::<Vec<_>>().join(", ");
    match (&at.step.target, fits.is_empty()) {
        (None, true) => {}
        (Some(_), true) => {
            let message = format!("{} has no target", action.as_str());
            findings.step(at, "target", "unused-word", message);
        }
        (None, false) => {
            let message = format!("{} needs one of {names}", action.as_str());
            findings.step(at, "target", "missing-target", message);
        }
        (Some(target), false) => {
            let known = Target::named(target);
            if known.is_none_or(|known| !fits.contains(&known)) {
                let message = format!("{target:?} does not fit; there are {names}");
                findings.step(at, "target", "unknown-target", message);
            }
        }
    }
}

fn words(action: Action, at: &At<'_>, findings: &mut Findings<'_>) {
    let (must, may) = action.words();
    let given = at.step.words();
    for word in must {
        if !given.contains(word) {
            let message = format!("{} needs it", action.as_str());
            findings.step(at, word, "missing-word", message);
        }
    }
    for word in &given {
        if !must.contains(word) && !may.contains(word) {
            let message = format!("{} does not use it", action.as_str());
            findings.step(at, word, "unused-word", message);
        }
    }
    let step = at.step;
    if let Some(process) = &step.process
        && Process::named(process).is_none()
    {
        let message = format!("{process:?} is none; there are {}", Process::names());
        findings.step(at, "process", "unknown-process", message);
    }
    if let Some(fault) = &step.fault
        && ModuleFault::named(fault).is_none()
    {
        let message = format!("{fault:?} is none; there are {}", ModuleFault::names());
        findings.step(at, "fault", "unknown-fault", message);
    }
    if let Some(module) = &step.module
        && !MODULES.contains(&module.as_str())
    {
        let message = format!("{module:?} cannot be; there are {}", MODULES.join(", "));
        findings.step(at, "module", "unknown-module", message);
    }
    if step
        .lasts
        .is_some_and(|lasts| lasts.0 == 0 || lasts.0 > FAULT_MAX_MS)
    {
        findings.step(at, "for", "bounds", "more than nothing and at most 60s");
    }
    if step
        .loss_pct
        .is_some_and(|loss| !(0.0..=90.0).contains(&loss))
    {
        findings.step(
            at,
            "loss_pct",
            "bounds",
            "0 to 90; cut-off loses everything",
        );
    }
    if step.delay.is_some_and(|delay| delay.0 > 5_000) {
        findings.step(at, "delay", "bounds", "at most 5s");
    }
    if action == Action::SlowLink && step.delay.is_none() && step.loss_pct.is_none() {
        findings.step(
            at,
            "delay",
            "missing-word",
            "slow-link needs delay or loss_pct",
        );
    }
}

fn undo(action: Action, at: &At<'_>, findings: &mut Findings<'_>) {
    let wanted = action.undo();
    let Some(given) = &at.step.undo else {
        if let Some(wanted) = wanted {
            let message = format!(
                "{} leaves something behind: undo = {:?} is needed",
                action.as_str(),
                wanted.as_str()
            );
            findings.step(at, "undo", "missing-undo", message);
        }
        return;
    };
    match (Undo::named(given), wanted) {
        (None, _) => {
            let message = format!("{given:?} is none; there are {}", Undo::names());
            findings.step(at, "undo", "unknown-undo", message);
        }
        (Some(_), None) => {
            let message = format!("{} leaves nothing behind", action.as_str());
            findings.step(at, "undo", "unused-word", message);
        }
        (Some(given), Some(wanted)) if given != wanted => {
            let message = format!("{} is undone by {:?}", action.as_str(), wanted.as_str());
            findings.step(at, "undo", "wrong-undo", message);
        }
        (Some(_), Some(_)) => {}
    }
}
