use super::*;
use crate::Continuity;
use kernel::testing::Given;
use serde_json::json;

const FROM: Timestamp = Timestamp(1_000);
const TO: Timestamp = Timestamp(9_000);
const KNOWN: [&str; 3] = ["site-loss", "both-sites-lost", "ransomware"];

struct Record(Given);

impl Record {
    fn new() -> Self {
        Self(Given::module(Continuity))
    }

    fn drill(&self, id: u8, scenario: &str, started: i64, end: Option<(i64, bool, Value)>) {
        let (ended, passed, report) = match end {
            Some((ended, passed, report)) => (Some(ended), Some(passed), Some(report.to_string())),
            None => (None, None, None),
        };
        self.0
            .rows()
            .execute(
                "INSERT INTO drill (id, scenario, site, started_at, started_by, ended_at, passed, report)
                 VALUES (?1, ?2, 'a', ?3, 'captain', ?4, ?5, ?6)",
                (vec![id; 16], scenario, started, ended, passed, report),
            )
            .unwrap();
    }

    fn note(&self, id: u8, incident: u8, kind: &str, site: &str, at: i64) {
        self.0
            .rows()
            .execute(
                "INSERT INTO note (id, incident, kind, site, at, noted_by, detail, evidence)
                 VALUES (?1, ?2, ?3, ?4, ?5, 'w', 'x', '{}')",
                (vec![id; 16], vec![incident; 16], kind, site, at),
            )
            .unwrap();
    }

    fn look(&self) -> Period {
        period(self.0.rows(), FROM, TO, &KNOWN).unwrap()
    }
}

#[test]
fn an_empty_span_is_empty_and_says_what_was_never_drilled() {
    let found = Record::new().look();
    assert!(found.drills.is_empty() && found.incidents.is_empty() && found.notes.is_empty());
    assert_eq!(found.never_drilled, KNOWN);
    assert_eq!(found.rehearsals.last_passed_at, None);
    assert_eq!(
        found.rehearsals.longest_gap_ms,
        Some(8_000),
        "the whole span"
    );
}

#[test]
fn every_drill_counts_as_what_it_came_to() {
    let record = Record::new();
    let figures = |rto: i64| json!({"rto_ms": rto, "detected_ms": rto / 2, "lost": 0});
    record.drill(1, "site-loss", 999, Some((1_100, true, figures(1))));
    record.drill(2, "site-loss", 1_000, Some((1_200, true, figures(400))));
    record.drill(3, "site-loss", 2_000, Some((2_200, true, figures(300))));
    let failed = json!({"rto_ms": 50_000, "shortfalls": ["too slow"], "findings": [{"title": "slow", "severity": "high"}]});
    record.drill(4, "site-loss", 3_000, Some((3_200, false, failed)));
    record.drill(
        5,
        "site-loss",
        4_000,
        Some((4_100, false, json!({"aborted": "refused: not whole"}))),
    );
    record.drill(6, "ransomware", 5_000, None);
    record.drill(7, "site-loss", 9_000, None);
    let found = record.look();
    let outcomes: Vec<_> = found.drills.iter().map(|drill| drill.outcome).collect();
    assert_eq!(
        outcomes,
        ["passed", "passed", "failed", "aborted", "unfinished"]
    );
    let line = &found.scenarios[1];
    assert_eq!(
        (line.scenario.as_str(), line.run, line.passed),
        ("site-loss", 4, 2)
    );
    assert_eq!((line.failed, line.aborted, line.unfinished), (1, 1, 0));
    assert_eq!(line.rto_ms.values, [400, 300, 50_000]);
    assert_eq!(
        (line.rto_ms.median, line.rto_ms.worst),
        (Some(400), Some(50_000))
    );
    assert_eq!(found.drills[3].shortfalls, ["refused: not whole"]);
    assert_eq!(found.never_drilled, ["both-sites-lost"]);
    assert_eq!(found.findings.len(), 1);
    assert_eq!(found.findings[0]["scenario"], "site-loss");
}

#[test]
fn an_incident_lasts_until_the_last_lost_site_is_back() {
    let record = Record::new();
    record.drill(1, "site-loss", 1_900, Some((2_900, true, json!({}))));
    record.note(1, 1, "site-lost", "a", 2_000);
    record.note(2, 1, "site-lost", "b", 2_100);
    record.note(3, 1, "site-back", "a", 2_200);
    record.note(4, 1, "writable-again", "b", 2_300);
    record.note(5, 1, "site-back", "b", 2_500);
    record.note(6, 2, "site-lost", "a", 8_000);
    record.note(7, 3, "site-lost", "a", 9_000);
    let found = record.look();
    assert_eq!(found.incidents.len(), 2);
    let (first, open) = (&found.incidents[0], &found.incidents[1]);
    assert_eq!(
        (first.closed_at, first.duration_ms),
        (Some(Timestamp(2_500)), Some(500))
    );
    assert_eq!(first.sites.len(), 2);
    assert_eq!(first.drill_id, Some(Uuid::from_bytes([1; 16])));
    assert_eq!(
        (open.closed_at, open.duration_ms, open.drill_id),
        (None, None, None)
    );
    assert_eq!(found.notes["site-lost"], 3);
}

#[test]
fn the_longest_time_without_a_rehearsal_is_told() {
    let record = Record::new();
    record.drill(1, REHEARSAL, 2_000, Some((2_500, true, json!({}))));
    record.drill(2, REHEARSAL, 3_000, Some((3_500, false, json!({}))));
    record.drill(3, REHEARSAL, 6_000, Some((6_500, true, json!({}))));
    let found = record.look().rehearsals;
    assert_eq!((found.run, found.passed), (3, 2));
    assert_eq!(found.last_passed_at, Some(Timestamp(6_500)));
    assert_eq!(found.longest_gap_ms, Some(4_000));
}
