//! Pure figures over records.

use super::Record;
use serde::{Deserialize, Serialize};

/// A distribution in a few numbers, all of the unit of the values given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// How many values.
    pub count: u64,
    /// The smallest.
    pub min: f64,
    /// Half are at most this.
    pub p50: f64,
    /// 90 % are at most this.
    pub p90: f64,
    /// 95 % are at most this.
    pub p95: f64,
    /// 99 % are at most this.
    pub p99: f64,
    /// The largest.
    pub max: f64,
    /// The mean.
    pub mean: f64,
}

/// The smallest value that at least `percent` of the values do not exceed (nearest rank).
/// `sorted` is ascending; `None` when it is empty.
#[must_use]
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "ranks lie far below 2^52 and are clamped into the slice"
)]
pub fn percentile(sorted: &[f64], percent: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let rank = (percent.clamp(0.0, 100.0) / 100.0 * sorted.len() as f64).ceil() as usize;
    Some(sorted[rank.saturating_sub(1).min(last)])
}

/// The distribution of `values`; all zero when there are none.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "counts lie far below 2^52")]
pub fn summarise(values: impl IntoIterator<Item = f64>) -> Summary {
    let mut sorted: Vec<f64> = values.into_iter().collect();
    sorted.sort_by(f64::total_cmp);
    let at = |percent| percentile(&sorted, percent).unwrap_or(0.0);
    Summary {
        count: sorted.len() as u64,
        min: at(0.0),
        p50: at(50.0),
        p90: at(90.0),
        p95: at(95.0),
        p99: at(99.0),
        max: at(100.0),
        mean: if sorted.is_empty() {
            0.0
        } else {
            sorted.iter().sum::<f64>() / sorted.len() as f64
        },
    }
}

/// The longest time between two acknowledgements that follow each other in `[from_us, to_us]`,
/// counting the edges, in milliseconds, with the moment it began. Without any acknowledgement it
/// is the whole span.
#[must_use]
#[expect(
    clippy::cast_precision_loss,
    reason = "spans of a load lie far below 2^52 microseconds"
)]
pub fn longest_gap_ms(records: &[Record], from_us: i64, to_us: i64) -> (f64, i64) {
    let mut moments: Vec<i64> = records
        .iter()
        .filter(|r| r.is_acknowledged() && r.ended_us > from_us && r.ended_us < to_us)
        .map(|r| r.ended_us)
        .collect();
    moments.extend([from_us, to_us.max(from_us)]);
    moments.sort_unstable();
    let (gap, began) = moments
        .windows(2)
        .map(|pair| (pair[1] - pair[0], pair[0]))
        .max_by_key(|(gap, _)| *gap)
        .unwrap_or((0, from_us));
    (gap as f64 / 1000.0, began)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::Outcome;
    use kernel::id::Uuid;
    use proptest::prelude::*;

    fn acknowledged(ended_us: i64) -> Record {
        Record {
            index: 0,
            message_id: Uuid::nil(),
            command_id: Uuid::nil(),
            text: String::new(),
            sent_us: ended_us - 10,
            ended_us,
            attempts: 1,
            outcome: Outcome::Acknowledged {
                site: "a".into(),
                site_index: 0,
                seq: 1,
                durability: "protected".into(),
            },
        }
    }

    #[test]
    fn percentiles_are_nearest_rank() {
        let values: Vec<f64> = (1..=100).map(f64::from).collect();
        assert_eq!(percentile(&values, 50.0), Some(50.0));
        assert_eq!(percentile(&values, 99.0), Some(99.0));
        assert_eq!(percentile(&values, 100.0), Some(100.0));
        assert_eq!(percentile(&values, 0.0), Some(1.0));
        assert_eq!(percentile(&[7.0], 95.0), Some(7.0));
        assert_eq!(percentile(&[], 50.0), None);
    }

    #[test]
    fn twenty_values_have_their_worst_beyond_p95() {
        let summary = summarise((1..=20).map(f64::from));
        assert_eq!((summary.p50, summary.p95, summary.max), (10.0, 19.0, 20.0));
        assert!((summary.mean - 10.5).abs() < 1e-9);
        assert_eq!(summarise([]), Summary::default());
    }

    #[test]
    fn the_longest_gap_counts_the_edges() {
        let records: Vec<Record> = [1_000, 2_000, 9_000].map(acknowledged).into();
        assert_eq!(longest_gap_ms(&records, 0, 10_000), (7.0, 2_000));
        assert_eq!(longest_gap_ms(&records, 0, 30_000), (21.0, 9_000));
        assert_eq!(longest_gap_ms(&[], 5_000, 8_000), (3.0, 5_000));
    }

    proptest! {
        #[test]
        fn a_percentile_is_a_value_and_grows(
            mut values in proptest::collection::vec(-1e9_f64..1e9, 1..200),
            low in 0.0_f64..100.0,
            high in 0.0_f64..100.0,
        ) {
            values.sort_by(f64::total_cmp);
            let (low, high) = (low.min(high), low.max(high));
            let (a, b) = (percentile(&values, low).unwrap(), percentile(&values, high).unwrap());
            prop_assert!(values.contains(&a) && values.contains(&b) && a <= b);
        }
    }
}
