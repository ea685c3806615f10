//! The steps together: their times, and whether one undoes or hinders another.

use super::super::action::Action;
use super::super::{Lasting, Scenario};
use super::{At, Findings};

/// What is broken so far.
#[derive(Default)]
struct Broken<'a>(Vec<(&'a str, Action, Option<&'a str>)>);

pub(super) fn check(scenario: &Scenario, steps: &[At<'_>], findings: &mut Findings<'_>) {
    let mut before = Lasting::default();
    let mut broken = Broken::default();
    for at in steps {
        if at.step.at < before {
            let message = format!("{} is before the step above, at {before}", at.step.at);
            findings.step(at, "at", "times-out-of-order", message);
        }
        before = before.max(at.step.at);
        if at.step.at.0 > scenario.load.seconds * 1_000 {
            let message = format!("the load ends after {} s", scenario.load.seconds);
            findings.step(at, "at", "after-the-end", message);
        }
        let Some(action) = at.step.known() else {
            continue;
        };
        if action.is_procedure() && steps.len() > 1 {
            let message = format!("{} can only be alone", action.as_str());
            findings.step(at, "do", "fight", message);
        }
        if let Some(target) = at.step.target.as_deref() {
            broken.next(action, target, at, findings);
        }
    }
}

impl<'a> Broken<'a> {
    fn next(&mut self, action: Action, target: &'a str, at: &At<'a>, findings: &mut Findings<'_>) {
        let is_site = |one: &str| one != "witness";
        match action {
            Action::Restore => {
                let count = self.0.len();
                self.0.retain(|(broken, ..)| *broken != target);
                if self.0.len() == count {
                    let message = format!("nothing was done to {target} before");
                    findings.step(at, "do", "undo-before-do", message);
                }
            }
            Action::SwitchOver if self.0.iter().any(|(broken, ..)| *broken == target) => {
                let message = format!("{target} is broken by a step above and cannot lead");
                findings.step(at, "target", "fight", message);
            }
            _ if action.breaks() => {
                let fights = self.0.iter().find(|(other, before, process)| {
                    let is_same = *other == target
                        && (before.takes_site()
                            || action.takes_site()
                            || (*before == action && *process == at.step.process.as_deref()));
                    let is_last = *other != target
                        && is_site(other)
                        && is_site(target)
                        && before.takes_site()
                        && action.takes_site();
                    is_same || is_last
                });
                if let Some((other, before, _)) = fights {
                    let message = if *other == target {
                        format!("{target} has {} done to it already", before.as_str())
                    } else {
                        format!("{other} is away already: nobody would be left to carry on")
                    };
                    findings.step(at, "do", "fight", message);
                }
                self.0.push((target, action, at.step.process.as_deref()));
            }
            _ => {}
        }
    }
}
