//! When the next rehearsal is due. What passed is on record at the sites, so a verifier that starts
//! again knows it; only failures are remembered here.

use kernel::Timestamp;

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;
/// After a failure it is tried again this often,
const AGAIN_MAX: u32 = 3;
/// with this pause; after that the next night.
const AGAIN_AFTER_MS: i64 = 10 * MINUTE_MS;

/// A time of the day, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeOfDay {
    minutes: i64,
}

impl std::str::FromStr for TimeOfDay {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |digits: &str, below: i64| -> Option<i64> {
            let is_two_digits = digits.len() == 2 && digits.bytes().all(|b| b.is_ascii_digit());
            let number = digits.parse().ok().filter(|_| is_two_digits)?;
            (number < below).then_some(number)
        };
        text.split_once(':')
            .and_then(|(hours, minutes)| Some((number(hours, 24)?, number(minutes, 60)?)))
            .map(|(hours, minutes)| Self {
                minutes: hours * 60 + minutes,
            })
            .ok_or_else(|| "a time of the day is written HH:MM, 00:00 to 23:59".into())
    }
}

impl TimeOfDay {
    /// The first moment after this one at which it is that time.
    fn next_after(self, moment: Timestamp) -> Timestamp {
        let midnight = moment.millis().div_euclid(DAY_MS) * DAY_MS;
        let today = midnight + self.minutes * MINUTE_MS;
        let is_over = today <= moment.millis();
        Timestamp(today + if is_over { DAY_MS } else { 0 })
    }
}

/// When it is due.
#[derive(Debug)]
pub struct Schedule {
    at: TimeOfDay,
    passed_at: Option<Timestamp>,
    failed_at: Option<Timestamp>,
    failures: u32,
}

impl Schedule {
    /// Every day at this time.
    pub const fn new(at: TimeOfDay) -> Self {
        Self {
            at,
            passed_at: None,
            failed_at: None,
            failures: 0,
        }
    }

    /// When the next one is due: at the first time of day after the last one that passed, which is at
    /// once where that has gone by. `on_record` is the last one that passed, as the sites say, who may
    /// not have read the last one here yet.
    pub fn due(&self, on_record: Option<Timestamp>, now: Timestamp) -> Timestamp {
        let passed_at = on_record.max(self.passed_at);
        match self.failed_at.filter(|at| Some(*at) > passed_at) {
            Some(at) if self.failures > AGAIN_MAX => self.at.next_after(at),
            Some(at) => Timestamp(at.millis().saturating_add(AGAIN_AFTER_MS)),
            None => passed_at.map_or(now, |at| self.at.next_after(at)),
        }
    }

    /// One passed.
    pub const fn passed(&mut self, now: Timestamp) {
        self.passed_at = Some(now);
        self.failures = 0;
    }

    /// One failed.
    pub const fn failed(&mut self, now: Timestamp) {
        // The night after a night that was given up has tries of its own.
        self.failures = if self.failures > AGAIN_MAX {
            0
        } else {
            self.failures
        } + 1;
        self.failed_at = Some(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR_MS: i64 = 60 * MINUTE_MS;

    fn schedule() -> Schedule {
        Schedule::new("02:30".parse().unwrap())
    }

    /// A moment of a day of January 1970.
    fn at(day: i64, hours: i64, minutes: i64) -> Timestamp {
        Timestamp((day - 1) * DAY_MS + hours * HOUR_MS + minutes * MINUTE_MS)
    }

    #[test]
    fn times_of_the_day_are_read_or_refused() {
        let read = |text: &str| text.parse::<TimeOfDay>().map(|time| time.minutes);
        assert_eq!(read("00:00"), Ok(0));
        assert_eq!(read("23:59"), Ok(24 * 60 - 1));
        for bad in [
            "", "2:30", "24:00", "12:60", "+2:30", "02:3a", "0230", "02:30:00",
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_was_never_rehearsed_or_is_overdue_is_due_at_once() {
        let now = at(5, 10, 0);
        assert_eq!(schedule().due(None, now), now);
        assert!(schedule().due(Some(at(4, 2, 20)), now) <= now);
        // Stopped in the middle of the night's rehearsal: it is made up for.
        assert!(schedule().due(Some(at(4, 2, 40)), at(5, 2, 35)) <= at(5, 2, 35));
    }

    #[test]
    fn there_is_one_a_night_whoever_starts_again() {
        let passed = at(5, 2, 41);
        assert_eq!(schedule().due(Some(passed), at(5, 2, 42)), at(6, 2, 30));
        let mut ran_here = schedule();
        ran_here.passed(passed);
        // The site that is asked has not read it yet.
        assert_eq!(ran_here.due(Some(at(4, 2, 41)), at(5, 2, 42)), at(6, 2, 30));
    }

    #[test]
    fn a_failure_is_tried_again_a_few_times_and_then_the_next_night() {
        let mut schedule = schedule();
        let before = Some(at(4, 2, 41));
        for (minute, next) in [(30, 40), (40, 50), (50, 60)] {
            schedule.failed(at(5, 2, minute));
            assert_eq!(schedule.due(before, at(5, 2, minute)), at(5, 2, next));
        }
        schedule.failed(at(5, 3, 0));
        assert_eq!(schedule.due(before, at(5, 3, 1)), at(6, 2, 30));
        schedule.failed(at(6, 2, 31));
        assert_eq!(schedule.due(before, at(6, 2, 32)), at(6, 2, 41));
        // Somebody else's passed meanwhile.
        assert_eq!(schedule.due(Some(at(6, 2, 35)), at(6, 2, 36)), at(7, 2, 30));
    }
}
