//! What a drill shows against what its scenario expects.

use crate::finding::{Miss, Severity};
use crate::function_line::FunctionLine;
use crate::report::Report;
use crate::scenario::Expect;
use std::collections::BTreeMap;

/// Everything that is not as expected; nothing where the drill passed.
pub fn misses(
    report: &Report,
    expect: &Expect,
    broken_chains: &BTreeMap<String, String>,
) -> Vec<Miss> {
    let mut found = Misses(Vec::new());
    found.work(report, expect);
    found.times(report, expect);
    found.state(report, expect, broken_chains);
    for line in &report.functions {
        found.function(line, expect);
    }
    found.0
}

struct Misses(Vec<Miss>);

impl Misses {
    fn need(&mut self, is_met: bool, severity: Severity, title: &'static str, detail: String) {
        if !is_met {
            self.0.push(Miss::new(severity, title, detail));
        }
    }

    fn work(&mut self, report: &Report, expect: &Expect) {
        use Severity::High;
        let none = "no message was acknowledged".into();
        self.need(report.acknowledged > 0, High, "Nothing was written", none);
        let lost = format!("{} acknowledged messages are lost", report.lost);
        let is_met = report.lost <= expect.lost.unwrap_or(0);
        self.need(is_met, High, "Work was lost", lost);
        let twice = format!("{} messages are there twice", report.duplicated);
        let is_met = report.duplicated <= expect.duplicated.unwrap_or(0);
        self.need(is_met, High, "Work was doubled", twice);
        let wanted = expect.in_flight.unwrap_or(0);
        let few = format!(
            "{} writes were under way when it broke, not {wanted}: send more",
            report.in_flight
        );
        let is_met = report.in_flight >= wanted;
        self.need(is_met, Severity::Low, "Nothing was under way", few);
        for line in &report.functions {
            let lost = line.lost.unwrap_or(0);
            if line.name != POST_MESSAGE && lost > expect.lost.unwrap_or(0) {
                let detail = format!("{lost} acknowledged: {} / {}", line.module, line.name);
                self.of(line, Severity::High, "Work was lost", detail);
            }
        }
    }

    fn times(&mut self, report: &Report, expect: &Expect) {
        use Severity::{High, Low, Medium};
        if let Some(limit) = expect.rto_within {
            let detail = match report.rto_ms {
                None => format!(
                    "nothing could be written within {} ms of the fault",
                    limit.0
                ),
                Some(ms) => format!("people could write again after {ms} ms, not within {limit}"),
            };
            let is_met = report.rto_ms.is_some_and(|ms| ms <= limit.millis());
            self.need(is_met, Medium, "Recovery time missed", detail);
        }
        if let Some(limit) = expect.detected_within {
            let detail = match report.detected_ms {
                None => "the loss was not noticed".to_owned(),
                Some(ms) => format!("the loss was noticed after {ms} ms, not within {limit}"),
            };
            let is_met = report.detected_ms.is_some_and(|ms| ms <= limit.millis());
            self.need(is_met, Low, "Detection missed", detail);
        }
        if let Some(limit) = expect.back_within {
            let is_met = report.rejoin_ms.is_some_and(|ms| ms <= limit.millis());
            let detail = format!("the site was not back and protected within {limit}");
            self.need(is_met, High, "Not back in time", detail);
        }
    }

    fn state(
        &mut self,
        report: &Report,
        expect: &Expect,
        broken_chains: &BTreeMap<String, String>,
    ) {
        use Severity::{High, Medium};
        if expect.views_equal == Some(true) {
            let detail = "the rows differ between the sites".into();
            self.need(
                report.views_equal == Some(true),
                High,
                "Sites differ",
                detail,
            );
        }
        if expect.chains_valid == Some(true) {
            for (partition, cause) in broken_chains {
                let detail = format!("the chain of {partition} is broken: {cause}");
                self.need(false, High, "Chain broken", detail);
            }
        }
        if let Some(wanted) = expect.functions_available_pct {
            let share = report.functions_available_pct.unwrap_or(0.0);
            let detail =
                format!("{share:.0} % of functions worked again in time, not {wanted:.0} %");
            self.need(share >= wanted, Medium, "Functions unavailable", detail);
        }
    }

    /// What a scenario expects of all functions together is one miss; what it expects of this one is
    /// one of its own.
    fn function(&mut self, line: &FunctionLine, expect: &Expect) {
        let mine = expect.functions.iter().filter(|one| {
            one.module == line.module && one.name.as_deref().is_none_or(|name| name == line.name)
        });
        for expected in mine {
            if expected.rto_within.is_some() && !line.is_met() {
                let (rto, limit) = (line.rto_ms, line.objective_rto_ms);
                let detail = format!(
                    "{} / {} was away for {} ms, not {} at most",
                    line.module,
                    line.name,
                    rto.map_or("?".into(), |ms| ms.to_string()),
                    limit.map_or("?".into(), |ms| format!("{ms} ms")),
                );
                self.of(line, Severity::Medium, "Recovery time missed", detail);
            }
            if let Some(wanted) = expected.available_pct
                && line.available_pct.is_none_or(|share| share < wanted)
            {
                let share = line.available_pct.unwrap_or(0.0);
                let detail = format!(
                    "{} / {} worked in {share:.0} % of the seconds, not {wanted:.0} %",
                    line.module, line.name
                );
                self.of(line, Severity::Medium, "Availability missed", detail);
            }
        }
    }

    fn of(&mut self, line: &FunctionLine, severity: Severity, title: &'static str, detail: String) {
        let function = Some(format!("{} / {}", line.module, line.name));
        self.0.push(Miss {
            function,
            ..Miss::new(severity, title, detail)
        });
    }
}

/// Messages are counted by the load, for the whole drill.
pub const POST_MESSAGE: &str = "post message";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Scenario;

    fn report() -> Report {
        let mut report = Report::empty(kernel::id::Uuid::nil(), "site-loss");
        report.acknowledged = 10;
        report.rto_ms = Some(2_000);
        report.detected_ms = Some(1_000);
        report.rejoin_ms = Some(5_000);
        report.views_equal = Some(true);
        report.functions_available_pct = Some(100.0);
        report
    }

    #[test]
    fn a_drill_that_shows_what_is_expected_misses_nothing() {
        let expect = Scenario::builtin("site-loss").unwrap().expect.unwrap();
        assert_eq!(misses(&report(), &expect, &BTreeMap::new()), []);
    }

    #[test]
    fn each_shortfall_is_a_miss_of_its_own() {
        let expect = Scenario::builtin("site-loss").unwrap().expect.unwrap();
        let missing = |change: &dyn Fn(&mut Report)| {
            let mut report = report();
            change(&mut report);
            let found = misses(&report, &expect, &BTreeMap::new());
            assert_eq!(found.len(), 1, "{found:?}");
            found[0].title
        };
        assert_eq!(missing(&|r| r.lost = 1), "Work was lost");
        assert_eq!(missing(&|r| r.duplicated = 1), "Work was doubled");
        assert_eq!(
            missing(&|r| r.rto_ms = Some(30_001)),
            "Recovery time missed"
        );
        assert_eq!(missing(&|r| r.detected_ms = None), "Detection missed");
        assert_eq!(missing(&|r| r.rejoin_ms = None), "Not back in time");
        assert_eq!(missing(&|r| r.views_equal = Some(false)), "Sites differ");
        assert_eq!(
            missing(&|r| r.functions_available_pct = Some(88.0)),
            "Functions unavailable"
        );
        let chains = BTreeMap::from([("w/messaging".to_owned(), "cut".to_owned())]);
        assert_eq!(misses(&report(), &expect, &chains)[0].title, "Chain broken");
    }
}
