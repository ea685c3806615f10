//! Days and moments, as they are printed and typed.

use kernel::Timestamp;

/// The day in UTC, as `2026-11-24`.
pub fn day(time: Timestamp) -> String {
    match jiff::Timestamp::from_millisecond(time.millis()) {
        Ok(moment) => moment.strftime("%Y-%m-%d").to_string(),
        Err(_) => "no day of the calendar".into(),
    }
}

/// A moment as people type it: `2026-11-24T14:00:00Z` (or with another offset), or milliseconds
/// since the Unix epoch.
///
/// # Errors
/// What is wrong with the text.
pub fn parse(text: &str) -> Result<Timestamp, String> {
    if let Ok(millis) = text.parse() {
        return Ok(Timestamp(millis));
    }
    let moment: Result<jiff::Timestamp, _> = text.parse();
    moment
        .map(|moment| Timestamp(moment.as_millisecond()))
        .map_err(|error| {
            format!("{error}; a moment is written 2026-11-24T14:00:00Z or in milliseconds")
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_in_both_forms() {
        assert_eq!(parse("1700000000123"), Ok(Timestamp(1_700_000_000_123)));
        assert_eq!(parse("1970-01-01T00:00:01.5Z"), Ok(Timestamp(1_500)));
        assert_eq!(parse("1970-01-01T07:00:00+07:00"), Ok(Timestamp(0)));
        for bad in ["", "yesterday", "2026-11-24", "2026-13-01T00:00:00Z"] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn days_follow_the_calendar() {
        assert_eq!(day(Timestamp(-1)), "1969-12-31");
        assert_eq!(day(Timestamp(951_782_400_000)), "2000-02-29");
        assert_eq!(day(Timestamp(i64::MAX)), "no day of the calendar");
    }
}
