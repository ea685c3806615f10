//! Days, as they are printed.

use kernel::Timestamp;

const DAY_MS: i64 = 86_400_000;
/// Days of 400 years, after which the calendar repeats.
const CYCLE: i64 = 146_097;
/// Days from 1 March of the year 0 to 1 January 1970.
const TO_EPOCH: i64 = 719_468;

/// The day in UTC, as `2026-11-24`.
pub fn day(time: Timestamp) -> String {
    // Years are counted from March, so that a leap day is the last of its year.
    let days = time.millis().div_euclid(DAY_MS) + TO_EPOCH;
    let (cycle, of_cycle) = (days.div_euclid(CYCLE), days.rem_euclid(CYCLE));
    let leaps = of_cycle / 1_460 - of_cycle / 36_524 + of_cycle / 146_096;
    let year_of_cycle = (of_cycle - leaps) / 365;
    let of_year = of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
    // Five months from March have 153 days, and so have the next five.
    let month = (5 * of_year + 2) / 153;
    let of_month = of_year - (153 * month + 2) / 5 + 1;
    let year = cycle * 400 + year_of_cycle + i64::from(month >= 10);
    let month = if month < 10 { month + 3 } else { month - 9 };
    format!("{year:04}-{month:02}-{of_month:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_follow_the_calendar() {
        for (days, text) in [
            (0, "1970-01-01"),
            (-1, "1969-12-31"),
            (58, "1970-02-28"),
            (59, "1970-03-01"),
            (11_016, "2000-02-29"),
            (11_017, "2000-03-01"),
            (20_781, "2026-11-24"),
            (47_540, "2100-02-28"),
            (47_541, "2100-03-01"),
        ] {
            assert_eq!(day(Timestamp(days * DAY_MS)), text);
            assert_eq!(day(Timestamp(days * DAY_MS + DAY_MS - 1)), text);
        }
    }
}
