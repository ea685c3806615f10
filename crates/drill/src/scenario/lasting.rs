//! A time in a scenario: `500ms`, `10s`, `2m`.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use std::time::Duration;

/// The longest time a scenario may name: an hour.
const MAX_MS: u64 = 3_600_000;

/// How long something takes, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lasting(pub u64);

impl Lasting {
    /// As a duration.
    #[must_use]
    pub const fn duration(self) -> Duration {
        Duration::from_millis(self.0)
    }

    /// In milliseconds, signed.
    #[must_use]
    pub fn millis(self) -> i64 {
        i64::try_from(self.0).unwrap_or(i64::MAX)
    }

    fn parse(text: &str) -> Option<Self> {
        let (digits, factor) = if let Some(digits) = text.strip_suffix("ms") {
            (digits, 1)
        } else if let Some(digits) = text.strip_suffix('s') {
            (digits, 1_000)
        } else {
            (text.strip_suffix('m')?, 60_000)
        };
        let number: u64 = digits.trim().parse().ok()?;
        let ms = number.checked_mul(factor)?;
        (ms <= MAX_MS).then_some(Self(ms))
    }
}

impl fmt::Display for Lasting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            ms if ms % 1_000 == 0 => write!(f, "{}s", ms / 1_000),
            ms => write!(f, "{ms}ms"),
        }
    }
}

impl Serialize for Lasting {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Lasting {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| {
            de::Error::custom(format!(
                "{text:?} is not a time of at most an hour like \"500ms\", \"10s\" or \"2m\""
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_and_written() {
        for (text, ms) in [("500ms", 500), ("10s", 10_000), ("2m", 120_000), ("0s", 0)] {
            assert_eq!(Lasting::parse(text), Some(Lasting(ms)), "{text}");
        }
        for text in ["10", "s", "-1s", "61m", "1.5s", "10 h", ""] {
            assert_eq!(Lasting::parse(text), None, "{text}");
        }
        assert_eq!(Lasting(1_500).to_string(), "1500ms");
        assert_eq!(Lasting(2_000).to_string(), "2s");
    }
}
