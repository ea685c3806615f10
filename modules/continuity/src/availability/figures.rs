//! What the measured minutes come to.
//!
//! In each minute a step was down by the share of its tries that failed at the *better* site: people's
//! clients move to the site that answers. A module was down by its worst step, the installation by its
//! worst module. A minute that nobody measured is neither up nor down; it is counted apart, and the
//! worst case takes it as down.

use super::{MINUTE_MS, WINDOW_MINUTES, WINDOW_MS};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;

const DAY_MS: i64 = 24 * 3_600_000;

/// A step at a site in one window.
pub struct Row {
    pub started_at: i64,
    pub site: String,
    pub module: String,
    pub step: String,
    pub tried: [u32; WINDOW_MINUTES],
    pub failed: [u32; WINDOW_MINUTES],
}

/// The period, on the grid of windows, and the agreed times in it.
pub struct Period {
    pub from: i64,
    pub until: i64,
    /// Agreed not to count, from and until.
    pub agreed: Vec<(i64, i64)>,
}

/// Availability of something in the period. Times are milliseconds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct Figure {
    /// Time that was measured.
    pub measured_ms: i64,
    /// Time in which nobody measured.
    pub unmeasured_ms: i64,
    /// Measured time in which it was down.
    pub down_ms: i64,
    /// Part of `down_ms` in times that were agreed not to count.
    pub agreed_down_ms: i64,
    /// Per cent of the measured time; nothing is left out. Absent: nothing was measured.
    pub available_pct: Option<f64>,
    /// The same if it had been down whenever nobody measured.
    pub worst_case_pct: Option<f64>,
    /// The same as `available_pct` over the time that was agreed to count.
    pub agreed_pct: Option<f64>,
    /// What the target allows in the period.
    pub budget_ms: i64,
    /// What is left of it, counting every measured minute; negative: missed.
    pub budget_left_ms: i64,
}

/// A day on which something was down or not measured.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Day {
    /// Its beginning, UTC.
    pub day: kernel::Timestamp,
    /// Measured time in which the installation was down.
    pub down_ms: i64,
    /// Minutes of it in windows of which at least a part was measured, and nobody measured them.
    pub unmeasured_ms: i64,
}

/// Sums up minutes.
#[derive(Clone, Debug, Default)]
pub struct Sum {
    down: f64,
    agreed_down: f64,
    unmeasured_ms: i64,
}

impl Period {
    pub const fn length_ms(&self) -> i64 {
        self.until - self.from
    }

    fn is_agreed(&self, minute: i64) -> bool {
        let holds = |(from, until): &(i64, i64)| (*from..*until).contains(&minute);
        self.agreed.iter().any(holds)
    }

    /// Whole minutes of the period that were agreed not to count.
    fn agreed_ms(&self) -> i64 {
        let mut edges: Vec<(i64, i64)> = self
            .agreed
            .iter()
            .map(|(from, until)| (up(*from).max(self.from), up(*until).min(self.until)))
            .collect();
        edges.sort_unstable();
        let mut reached = self.from;
        let mut sum = 0;
        for (from, until) in edges {
            sum += (until - from.max(reached)).max(0);
            reached = reached.max(until);
        }
        sum
    }
}

/// The next beginning of a minute.
fn up(at: i64) -> i64 {
    at.div_euclid(MINUTE_MS) * MINUTE_MS + i64::from(at.rem_euclid(MINUTE_MS) > 0) * MINUTE_MS
}

impl Sum {
    fn add(&mut self, share: Option<f64>, is_agreed: bool) {
        #[expect(clippy::cast_precision_loss, reason = "a minute in milliseconds")]
        let minute = MINUTE_MS as f64;
        match share {
            None => self.unmeasured_ms += MINUTE_MS,
            Some(share) => {
                self.down += share * minute;
                self.agreed_down += if is_agreed { share * minute } else { 0.0 };
            }
        }
    }

    /// What it comes to where `windows` of the period have been measured at least in part.
    pub fn figure(&self, period: &Period, windows: i64, target_pct: f64) -> Figure {
        let length = period.length_ms();
        let unmeasured_ms = length - windows * WINDOW_MS + self.unmeasured_ms;
        let measured_ms = length - unmeasured_ms;
        let (down_ms, agreed_down_ms) = (round(self.down), round(self.agreed_down));
        let counting_ms = (measured_ms - period.agreed_ms()).max(0);
        let budget_ms = round((100.0 - target_pct) / 100.0 * float(length));
        Figure {
            measured_ms,
            unmeasured_ms,
            down_ms,
            agreed_down_ms,
            available_pct: percent(down_ms, measured_ms),
            worst_case_pct: match measured_ms {
                0 => None,
                _ => percent(down_ms + unmeasured_ms, length),
            },
            agreed_pct: percent(down_ms - agreed_down_ms, counting_ms),
            budget_ms,
            budget_left_ms: budget_ms - down_ms,
        }
    }
}

fn percent(down_ms: i64, of_ms: i64) -> Option<f64> {
    // Cut off after the fourth digit: 99.99999 must not read as 100.
    let cut = (of_ms > 0).then(|| (of_ms - down_ms) * 1_000_000 / of_ms)?;
    Some(float(cut) / 1e4)
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds of a year fit")]
const fn float(ms: i64) -> f64 {
    ms as f64
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "milliseconds of a year fit"
)]
fn round(ms: f64) -> i64 {
    ms.round() as i64
}

/// The sums of everything over the windows in which something was wrong.
#[derive(Debug, Default)]
pub struct Sums {
    pub all: Sum,
    pub modules: BTreeMap<String, Sum>,
    pub steps: BTreeMap<(String, String), Sum>,
    /// By module, step and site.
    pub sites: BTreeMap<(String, String, String), Sum>,
    pub days: BTreeMap<i64, Sum>,
}

impl Sums {
    /// Of all rows of the windows in which any row has a failure or a minute that was not measured.
    pub fn of(rows: &[Row], period: &Period) -> Self {
        let mut sums = Self::default();
        let mut windows: BTreeMap<i64, Vec<&Row>> = BTreeMap::new();
        for row in rows {
            windows.entry(row.started_at).or_default().push(row);
        }
        for (started_at, rows) in windows {
            for minute in 0..WINDOW_MINUTES {
                let at = started_at + MINUTE_MS * i64::try_from(minute).unwrap_or(0);
                sums.add_minute(&rows, minute, at, period.is_agreed(at));
            }
        }
        sums
    }

    fn add_minute(&mut self, rows: &[&Row], minute: usize, at: i64, is_agreed: bool) {
        let mut steps: BTreeMap<(&str, &str), Option<f64>> = BTreeMap::new();
        for row in rows {
            let share = (row.tried[minute] > 0)
                .then(|| f64::from(row.failed[minute]) / f64::from(row.tried[minute]));
            let better = steps.entry((&row.module, &row.step)).or_default();
            *better = match (*better, share) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            };
            self.sites
                .entry((row.module.clone(), row.step.clone(), row.site.clone()))
                .or_default()
                .add(share, is_agreed);
        }
        let modules: BTreeSet<&str> = steps.keys().map(|(module, _)| *module).collect();
        let mut all = None;
        for module in modules {
            let of_module = steps.iter().filter(|((of, _), _)| *of == module);
            let share = worst(of_module.map(|(_, share)| *share));
            all = worst([all, share].into_iter());
            let sum = self.modules.entry(module.to_owned()).or_default();
            sum.add(share, is_agreed);
        }
        for ((module, step), share) in steps {
            let key = (module.to_owned(), step.to_owned());
            self.steps.entry(key).or_default().add(share, is_agreed);
        }
        self.all.add(all, is_agreed);
        let day = at.div_euclid(DAY_MS) * DAY_MS;
        self.days.entry(day).or_default().add(all, is_agreed);
    }

    /// The days on which something was wrong.
    pub fn days(&self) -> Vec<Day> {
        let days = self.days.iter().map(|(day, sum)| Day {
            day: kernel::Timestamp(*day),
            down_ms: round(sum.down),
            unmeasured_ms: sum.unmeasured_ms,
        });
        days.filter(|day| day.down_ms > 0 || day.unmeasured_ms > 0)
            .collect()
    }
}

fn worst(shares: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    shares.flatten().reduce(f64::max)
}
