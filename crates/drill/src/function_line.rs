//! How one function fared in a drill: how long it was away, and how often it worked before, during and
//! after.

use crate::functions::{Function, Tries, Try};
use crate::scenario::{Expect, Lasting};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use tokio::time::Instant;

/// How a function fared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FunctionLine {
    /// The module.
    pub module: String,
    /// The function.
    pub name: String,
    /// Within which time it must work again.
    pub objective_rto_ms: Option<i64>,
    /// The longest time after the fault in which it did not work; absent where it was not tried.
    pub rto_ms: Option<i64>,
    /// Of the seconds of the fault, the share in which it worked.
    pub available_pct: Option<f64>,
    /// How often a second it worked before the fault.
    pub throughput_before: Option<f64>,
    /// How often a second it worked from the fault until it was put back.
    pub throughput_during: Option<f64>,
    /// How often a second it worked afterwards.
    pub throughput_after: Option<f64>,
    /// Acknowledged work of it that is missing; absent where it leaves nothing to count.
    pub lost: Option<u64>,
    /// Work of it that is there twice; absent where it leaves nothing to count.
    pub duplicated: Option<u64>,
    /// How often it was tried.
    pub tried: u64,
    /// How often it worked.
    pub worked: u64,
    /// The longest time in which it did not work, over the whole drill.
    pub longest_gap_ms: u64,
    /// The last failure.
    pub last_failure: Option<String>,
}

/// The moments of a drill.
#[derive(Clone, Copy, Debug)]
pub struct Moments {
    /// When trying began.
    pub began: Instant,
    /// When the first thing was broken.
    pub fault: Instant,
    /// When it began to be put back.
    pub undone: Instant,
    /// When trying ended.
    pub ended: Instant,
}

impl FunctionLine {
    /// From its tries.
    #[must_use]
    pub fn of(tries: &Tries, moments: &Moments, expect: &Expect) -> Self {
        let (module, name) = (tries.function.module(), tries.function.name());
        let good: Vec<Instant> = tries
            .tries
            .iter()
            .filter(|one| one.worked)
            .map(|one| one.ended)
            .collect();
        let rto = longest_gap(&good, moments.fault, moments.ended);
        let was_tried = !tries.tries.is_empty();
        Self {
            module: module.into(),
            name: name.into(),
            objective_rto_ms: objective(expect, module, name).map(Lasting::millis),
            rto_ms: was_tried.then(|| millis(rto)),
            available_pct: was_tried.then(|| available(&tries.tries, moments)),
            throughput_before: rate(&good, moments.began, moments.fault),
            throughput_during: rate(&good, moments.fault, moments.undone),
            throughput_after: rate(&good, moments.undone, moments.ended),
            lost: None,
            duplicated: None,
            tried: tries.tries.len() as u64,
            worked: good.len() as u64,
            longest_gap_ms: millis(longest_gap(&good, moments.began, moments.ended)).unsigned_abs(),
            last_failure: tries.last_failure.clone(),
        }
    }

    /// Of a function that was tried until it worked for the first time, as after a recovery.
    #[must_use]
    pub fn of_first_use(function: Function, worked: Result<i64, String>) -> Self {
        let (rto_ms, last_failure) = match worked {
            Ok(ms) => (Some(ms), None),
            Err(failure) => (None, Some(failure)),
        };
        Self {
            module: function.module().into(),
            name: function.name().into(),
            objective_rto_ms: None,
            rto_ms,
            available_pct: None,
            throughput_before: None,
            throughput_during: None,
            throughput_after: None,
            lost: None,
            duplicated: None,
            tried: 1,
            worked: u64::from(rto_ms.is_some()),
            longest_gap_ms: rto_ms.unwrap_or(0).unsigned_abs(),
            last_failure,
        }
    }

    /// Whether it worked again within its objective.
    #[must_use]
    pub fn is_met(&self) -> bool {
        match (self.rto_ms, self.objective_rto_ms) {
            (Some(rto), Some(objective)) => rto <= objective,
            (Some(_), None) => self.worked > 0,
            (None, _) => false,
        }
    }
}

/// The objective of a function: its own, else its module's, else that of writing.
pub fn objective(expect: &Expect, module: &str, name: &str) -> Option<Lasting> {
    let of_module = || expect.functions.iter().filter(|one| one.module == module);
    let own = of_module().find(|one| one.name.as_deref() == Some(name));
    own.or_else(|| of_module().find(|one| one.name.is_none()))
        .and_then(|one| one.rto_within)
        .or(expect.rto_within)
}

/// The share of functions that worked again within their objective, in per cent.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "a handful of functions")]
pub fn share_available(lines: &[FunctionLine]) -> Option<f64> {
    let met = lines.iter().filter(|line| line.is_met()).count();
    (!lines.is_empty()).then(|| 100.0 * met as f64 / lines.len() as f64)
}

fn longest_gap(good: &[Instant], from: Instant, to: Instant) -> Duration {
    let inside = good.iter().copied().filter(|at| *at > from && *at < to);
    let mut last = from;
    let mut longest = Duration::ZERO;
    for at in inside.chain([to]) {
        longest = longest.max(at.saturating_duration_since(last));
        last = at;
    }
    longest
}

/// Of the seconds from the fault until it was put back, those in which it worked: a success in them, or
/// a try over their whole length that took no longer than a second more.
fn available(tries: &[Try], moments: &Moments) -> f64 {
    let mut seconds = 0_u32;
    let mut good = 0_u32;
    let mut from = moments.fault;
    while from < moments.undone {
        // What is left over at the end belongs to the last second: by itself it would be too short for
        // a try to end in it.
        let to = from + Duration::from_secs(1);
        let is_last = to + Duration::from_secs(1) > moments.undone;
        let to = if is_last { moments.undone } else { to };
        let works = tries.iter().any(|one| {
            let is_quick = one.ended.saturating_duration_since(one.began) <= Duration::from_secs(1);
            one.worked
                && (one.ended > from && one.ended <= to
                    || is_quick && one.began < to && one.ended > from)
        });
        seconds += 1;
        good += u32::from(works);
        from = to;
    }
    if seconds == 0 {
        return 100.0;
    }
    100.0 * f64::from(good) / f64::from(seconds)
}

#[expect(clippy::cast_precision_loss, reason = "tries of a drill fit a float")]
fn rate(good: &[Instant], from: Instant, to: Instant) -> Option<f64> {
    let seconds = to.saturating_duration_since(from).as_secs_f64();
    let count = good.iter().filter(|at| **at > from && **at <= to).count();
    (seconds > 0.0).then(|| (count as f64 / seconds * 100.0).round() / 100.0)
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::ExpectedFunction;

    /// Tries every 100 ms for 20 s; none works from the fault at 5 s until after 8 s.
    fn tries(begin: Instant) -> Tries {
        let tries = (1..200).map(|n| {
            let ended = begin + Duration::from_millis(n * 100);
            let worked = !(50..=80).contains(&n);
            Try {
                began: ended,
                ended,
                worked,
            }
        });
        Tries {
            function: Function::PostMessage,
            tries: tries.collect(),
            filed: Vec::new(),
            last_failure: None,
        }
    }

    #[test]
    fn an_outage_is_measured_from_the_fault() {
        let began = Instant::now();
        let second = |n| began + Duration::from_secs(n);
        let moments = Moments {
            began,
            fault: second(5),
            undone: second(15),
            ended: second(20),
        };
        let expect = Expect {
            rto_within: Some(Lasting(2_000)),
            ..Expect::default()
        };
        let line = FunctionLine::of(&tries(began), &moments, &expect);
        assert_eq!(line.rto_ms, Some(3_100));
        assert_eq!(line.available_pct, Some(70.0));
        assert_eq!(line.throughput_during, Some(7.0));
        assert!(line.throughput_before.unwrap() > 9.0, "{line:?}");
        assert!(!line.is_met());
        assert_eq!(share_available(&[line]), Some(0.0));
        assert_eq!(share_available(&[]), None);
    }

    #[test]
    fn what_is_left_of_a_second_at_the_end_is_no_second_of_its_own() {
        let began = Instant::now();
        let after = |ms| began + Duration::from_millis(ms);
        let ends_after = |ms| Moments {
            began,
            fault: after(8_500),
            undone: after(ms),
            ended: after(20_000),
        };
        let expect = Expect::default();
        for ms in [10_510, 9_000] {
            let line = FunctionLine::of(&tries(began), &ends_after(ms), &expect);
            assert_eq!(line.available_pct, Some(100.0), "{ms}");
        }
    }

    #[test]
    fn the_closest_objective_counts() {
        let of = |name: Option<&str>, ms| ExpectedFunction {
            module: "messaging".into(),
            name: name.map(String::from),
            rto_within: Some(Lasting(ms)),
            available_pct: None,
        };
        let expect = Expect {
            rto_within: Some(Lasting(3)),
            functions: vec![of(None, 2), of(Some("post message"), 1)],
            ..Expect::default()
        };
        let found = |module, name| objective(&expect, module, name).unwrap().0;
        assert_eq!(found("messaging", "post message"), 1);
        assert_eq!(found("messaging", "read messages"), 2);
        assert_eq!(found("directory", "find people"), 3);
    }
}
