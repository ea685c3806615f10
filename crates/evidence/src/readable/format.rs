//! Times and numbers in words.

use kernel::Timestamp;

/// A length of time in milliseconds.
pub fn duration(ms: i64) -> String {
    let whole = ms.unsigned_abs();
    let sign = if ms < 0 { "-" } else { "" };
    let (seconds, minutes, hours) = (whole / 1_000, whole / 60_000, whole / 3_600_000);
    match whole {
        0..1_000 => format!("{sign}{whole} ms"),
        1_000..60_000 => format!("{sign}{}.{} s", seconds, whole % 1_000 / 100),
        60_000..3_600_000 => format!("{sign}{minutes} min {} s", seconds % 60),
        3_600_000..172_800_000 => format!("{sign}{hours} h {} min", minutes % 60),
        _ => format!("{sign}{} d {} h", hours / 24, hours % 24),
    }
}

/// A moment, UTC.
pub fn moment(at: Timestamp) -> String {
    crate::verify::moment(at)
}

/// A moment without the zone, for a column that names it.
pub fn moment_short(ms: i64) -> String {
    moment(Timestamp(ms)).trim_end_matches(" UTC").to_owned()
}

/// The day of a moment.
pub fn day(ms: i64) -> String {
    moment_short(ms).chars().take(10).collect()
}

/// A number with one decimal where it has any.
pub fn decimal(number: f64) -> String {
    if number.fract() == 0.0 {
        format!("{number:.0}")
    } else {
        format!("{number:.1}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_as_people_tell_them() {
        for (ms, told) in [
            (0, "0 ms"),
            (999, "999 ms"),
            (4_210, "4.2 s"),
            (522_000, "8 min 42 s"),
            (7_260_000, "2 h 1 min"),
            (864_000_000, "10 d 0 h"),
            (-50, "-50 ms"),
        ] {
            assert_eq!(duration(ms), told);
        }
        assert_eq!(moment_short(1_793_000_000_000), "2026-10-26 07:33:20");
        assert_eq!(
            (decimal(50.0), decimal(48.25)),
            ("50".into(), "48.2".into())
        );
    }
}
