//! What the records of a drill say: when the loss was noticed, how long people could not write, and how
//! long each write took.

use super::Plan;
use crate::report::Percentiles;
use client::load::{self, Record};
use kernel::Timestamp;
use kernel::id::Uuid;
use serde_json::Value;

/// A shorter gap between writes is nothing that people notice: it is no outage, wherever it lies.
const NOTICED_MS: f64 = 500.0;
/// How a site that is lost is noted on the timeline.
pub(super) const SITE_LOST: &str = "site-lost";
/// How a vault that is not heard of is noted.
pub(super) const VAULT_SILENT: &str = "vault-silent";

pub(super) fn detected_ms(timeline: &[Value], plan: &Plan, fault_at: Timestamp) -> Option<i64> {
    timeline
        .iter()
        .filter(|note| note["kind"] == plan.noticed_as)
        // Either site says of itself that it hears nothing from the vault.
        .filter(|note| plan.noticed_as == VAULT_SILENT || note["site"] == plan.node)
        .filter_map(|note| note["at"].as_i64())
        .find(|at| *at >= fault_at.millis())
        .map(|at| at - fault_at.millis())
}

/// How many writes were under way when something was ordered to be broken.
pub(super) fn in_flight(records: &[Record], broken_at: &[Timestamp]) -> u64 {
    let is_cut = |record: &&Record| {
        broken_at.iter().any(|at| {
            let at_us = at.millis() * 1_000;
            record.sent_us < at_us && at_us < record.ended_us
        })
    };
    records.iter().filter(is_cut).count() as u64
}

/// From the fault until people could write again: to the acknowledgement that ends the longest gap
/// between acknowledged writes that were begun after it and are there. The first acknowledgement
/// alone would say too little: a write begun in the moment of the fault may still get through.
#[expect(
    clippy::cast_possible_truncation,
    reason = "microseconds of a drill fit"
)]
pub(super) fn rto_ms(records: &[Record], lost: &[Uuid], fault_at: Timestamp) -> Option<i64> {
    let fault_us = fault_at.millis() * 1_000;
    let kept: Vec<Record> = records
        .iter()
        .filter(|r| r.is_acknowledged() && !lost.contains(&r.message_id))
        .cloned()
        .collect();
    let last_us = kept
        .iter()
        .filter(|r| r.sent_us >= fault_us)
        .map(|r| r.ended_us)
        .max()?;
    // The end counts as an edge: a gap up to it would mean that writing never came back.
    let (gap_ms, began_us) = load::longest_gap_ms(&kept, fault_us, last_us + 1);
    if gap_ms < NOTICED_MS {
        return Some(gap_ms.round() as i64);
    }
    let ended_us = began_us + (gap_ms * 1_000.0) as i64;
    Some((ended_us - fault_us) / 1_000)
}

/// The longest time between acknowledged writes from a second before the fault to the end.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a gap in milliseconds fits"
)]
pub(super) fn write_gap_ms(records: &[Record], fault_at: Timestamp) -> i64 {
    let from = fault_at.plus_ms(-1_000).millis() * 1_000;
    let to = records
        .iter()
        .map(|record| record.sent_us)
        .max()
        .unwrap_or(from);
    load::longest_gap_ms(records, from, to).0.round() as i64
}

pub(super) fn percentiles(records: &[Record]) -> Percentiles {
    #[expect(
        clippy::cast_precision_loss,
        reason = "microseconds of a drill fit a float"
    )]
    let mut took: Vec<f64> = records
        .iter()
        .filter(|record| record.is_acknowledged())
        .map(|record| (record.ended_us - record.sent_us) as f64 / 1_000.0)
        .collect();
    took.sort_by(f64::total_cmp);
    Percentiles {
        p50: load::percentile(&took, 50.0),
        p99: load::percentile(&took, 99.0),
        worst: took.last().copied(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use client::load::Outcome;

    fn acknowledged(sent_ms: i64, ended_ms: i64) -> Record {
        Record {
            index: 0,
            message_id: Uuid::from_u128(u128::from(ended_ms.unsigned_abs())),
            command_id: Uuid::nil(),
            text: String::new(),
            sent_us: sent_ms * 1_000,
            ended_us: ended_ms * 1_000,
            attempts: 1,
            outcome: Outcome::Acknowledged {
                site: "b".into(),
                site_index: 1,
                seq: 1,
                durability: "protected".into(),
            },
        }
    }

    #[test]
    fn a_write_that_slipped_through_does_not_end_the_outage() {
        let records = [
            acknowledged(990, 995),
            acknowledged(1_001, 1_008),
            acknowledged(1_020, 3_500),
            acknowledged(3_510, 3_520),
        ];
        assert_eq!(rto_ms(&records, &[], Timestamp(1_000)), Some(2_500));
    }

    #[test]
    fn where_nobody_waited_there_is_no_outage_however_late_the_longest_gap() {
        let records = [
            acknowledged(1_001, 1_010),
            acknowledged(9_000, 1_200),
            acknowledged(9_100, 1_300),
        ];
        assert_eq!(rto_ms(&records, &[], Timestamp(1_000)), Some(190));
    }

    #[test]
    fn a_write_is_in_flight_where_something_breaks_between_its_beginning_and_its_end() {
        let records = [acknowledged(990, 1_010), acknowledged(1_000, 1_010)];
        assert_eq!(in_flight(&records, &[Timestamp(1_000)]), 1);
        let twice = [Timestamp(1_000), Timestamp(1_005)];
        assert_eq!(in_flight(&records, &twice), 2);
        assert_eq!(in_flight(&records, &[]), 0);
    }

    #[test]
    fn a_lost_write_does_not_count() {
        let records = [acknowledged(1_001, 1_500), acknowledged(1_002, 4_000)];
        let lost = [records[0].message_id];
        assert_eq!(rto_ms(&records, &lost, Timestamp(1_000)), Some(3_000));
        assert_eq!(rto_ms(&[], &[], Timestamp(1_000)), None);
    }
}
