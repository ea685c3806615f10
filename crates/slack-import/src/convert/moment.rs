//! Slack's message timestamps: seconds with six decimals, at the same time the message's id.

use std::fmt;

/// Microseconds since the epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Moment(u64);

impl Moment {
    /// Reads `1357894920.000001`.
    pub fn read(text: &str) -> Option<Self> {
        let (seconds, fraction) = text.split_once('.').unwrap_or((text, ""));
        let is_plain = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if seconds.is_empty() || fraction.len() > 6 || !is_plain(seconds) || !is_plain(fraction) {
            return None;
        }
        let seconds: u64 = seconds.parse().ok()?;
        let micros: u64 = format!("{fraction:0<6}").parse().ok()?;
        // Beyond the year 5000 it is no time but garbage.
        if seconds > 95_617_584_000 {
            return None;
        }
        Some(Self(seconds * 1_000_000 + micros))
    }

    /// Milliseconds since the epoch.
    pub const fn millis(self) -> i64 {
        (self.0 / 1000).cast_signed()
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:06}", self.0 / 1_000_000, self.0 % 1_000_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_plain_numbers_are_read() {
        assert_eq!(
            Moment::read("1357894920.000001").unwrap().millis(),
            1_357_894_920_000
        );
        assert_eq!(Moment::read("7.5").unwrap().to_string(), "7.500000");
        for bad in [
            "",
            ".",
            "x",
            "-1.0",
            "1.0000001",
            "1.-1",
            "1e5",
            "99999999999999999999",
            " 1.0",
        ] {
            assert_eq!(Moment::read(bad), None, "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn reading_never_panics_and_round_trips(text: String, micros in 0_u64..95_617_584_000_000_000) {
            let _ = Moment::read(&text);
            let moment = Moment(micros);
            prop_assert_eq!(Moment::read(&moment.to_string()), Some(moment));
        }
    }
}
